"""A wrong YAML file is refused in the language of the run: file, line, place, what is wrong, how to mend it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal, get_args

import pytest
import yaml
from pydantic import BaseModel, Field, ValidationError
from pydantic_core.core_schema import ErrorType

from qq_excel.errors import SchemaError
from qq_excel.importing.mapping import ImportMapping
from qq_excel.language import using
from qq_excel.policy.file import PolicyFile
from qq_excel.reading.mapping import Mapping
from qq_excel.reading.options import Limits
from qq_excel.waivers import _File as WaiversFile
from qq_excel.yamlfile import Strict, Words, parse
from qq_excel.yamlwords import why_refused

MAPPING = """title: {zh: 甲系统, en: System A}
kind: receivables
unit: 甲公司
columns:
  claim_id: {from: 单号}
  original: {from: 金额}
"""


SLIPS = yaml.safe_load((Path(__file__).parent / "yaml_slips.yaml").read_text(encoding="utf-8"))
MODELS: dict[str, type[BaseModel]] = {
    "Mapping": Mapping, "ImportMapping": ImportMapping, "WaiversFile": WaiversFile, "Limits": Limits,
    "PolicyFile": PolicyFile,
}  # fmt: skip


def refusal(path: Path, text: str | bytes, model: type[BaseModel], lang: Literal["zh", "en"] = "zh") -> str:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(SchemaError) as refused:
        parse(path, model)
    with using(lang):
        return str(refused.value).replace(str(path), "F")


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip["zh"])
def test_what_is_not_as_it_should_be(tmp_path: Path, slip: dict[str, str]) -> None:
    text = MAPPING.replace(slip.get("old", MAPPING), slip["new"])
    assert text != MAPPING
    languages: tuple[Literal["zh", "en"], ...] = ("zh", "en")
    for lang in languages:
        said = refusal(tmp_path / "甲.yaml", text, MODELS[slip["model"]], lang)
        assert said == slip[lang]


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ('a: "x\nb: 1\n', 1, "这里开始的引号没有结束，请补上"),
        ("b: 1\na: [1, 2\nc: 3\n", 2, "这里开始的括号没有结束，或缺少逗号"),
        ("a: {x: 1\n", 1, "这里开始的括号没有结束，或缺少逗号"),
        ("a: 1\nb\nc: 2\n", 2, "缺少冒号。每行应写成“键: 值”，冒号用半角，后面空一格"),
        ("a: 1\nkind：2", 2, "冒号是全角的“：”，应为半角的“: ”，后面空一格"),
        ("a：1\nb: 2\n", 1, "冒号是全角的“：”，应为半角的“: ”，后面空一格"),
        ("a: b: c\n", 1, "冒号和空格之外还有冒号，或缩进不对。含“: ”的文字请加引号，同一层的键请左对齐"),
        ("a:\n    b: 1\n   c: 2\n", 3, "缩进不齐，或引号、括号没有成对。同一层的键请左对齐"),
        ("- a\nb: 1\n", 2, "列表没有对齐：每项一行，以“- ”开头，左对齐"),
        ("a: - b\n", 1, "列表没有对齐：每项一行，以“- ”开头，左对齐"),
        ("a: 1\n\tb: 2", 2, "缩进用了制表符（Tab），请改为空格"),
        ("a: @x\n", 1, "这个字符不能放在值的开头。以 @ ` % 开头的文字请加引号，缩进请用空格而不是制表符（Tab）"),
        ('a: "C:\\数据"\n', 1, "双引号里的反斜杠写法不对。路径请用单引号，或写两个反斜杠"),
        ("a: *x\n", 1, "引用（*）的名称没有定义过"),
        ("a: !!python/object:os.system x\n", 1, "标记（!）和合并键（<<）不能用"),
        ("a: }", 1, "写法读不懂。请检查缩进、冒号和引号"),
        ("a: 1\nb: 甲公司\n".encode("gbk"), 2, "文件不是 UTF-8 编码，或含有控制字符。请用记事本另存，编码选 UTF-8"),
        ("a: \x00\n", 1, "文件不是 UTF-8 编码，或含有控制字符。请用记事本另存，编码选 UTF-8"),
    ],
)  # fmt: skip
def test_what_is_no_yaml(tmp_path: Path, text: str | bytes, line: int, why: str) -> None:
    said = refusal(tmp_path / "甲.yaml", text, Mapping)
    assert said == f"F 第 {line} 行：不是合法的 YAML：{why}。"
    assert "line" in (english := refusal(tmp_path / "甲.yaml", text, Mapping, "en"))
    assert not re.search("[\u4e00-\u9fff]", english)


@pytest.mark.parametrize("said", ["!!bool x", "!!timestamp x", '!!int ""', "!!bool [x]", "!!bool x: 1"])
def test_a_value_that_is_not_what_its_tag_says(tmp_path: Path, said: str) -> None:
    told = refusal(tmp_path / "a.yaml", f"a: {said}" if said[-1] != "1" else said, Mapping)
    assert told.startswith("F 第 1 行：")
    if "[" not in said:
        assert told == f"F 第 1 行：“{said.split()[1].strip(':').strip(chr(34))}”与它的标记（!）不符。"


def test_a_number_of_many_digits_is_not_shown_whole(tmp_path: Path) -> None:
    assert (
        refusal(tmp_path / "a.yaml", "a: " + "9" * 10_000, Mapping)
        == f"F 第 1 行：“{'9' * 60}”不是真实的日期。"
    )


def test_aliases_that_multiply_are_refused(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)
    )
    assert re.fullmatch(r"F 第 \d+ 行：内容过多，不像是配置。", refusal(tmp_path / "a.yaml", bomb, Mapping))


def test_no_reason_of_pydantic_comes_in_english() -> None:
    """Whatever it may refuse, known here or not, is said without its words."""
    figures = ("min_length", "max_length", "gt", "ge", "lt", "le", "multiple_of")
    context = {**dict.fromkeys(figures, 1), "expected": "'甲' or '乙'", "pattern": "^[a-z]$"}
    types = get_args(ErrorType)
    assert len(types) > 90
    for known in types:
        problem = {"type": known, "loc": ("甲",), "input": 1, "msg": "ENGLISH", "ctx": context}
        _, why = why_refused(problem)
        assert "ENGLISH" not in why.zh + why.en
        assert re.match("[\u4e00-\u9fff]", why.zh), known


def test_reasons_are_those_of_pydantic() -> None:
    """Figures in the sentences are those that pydantic gives."""

    class Model(BaseModel):
        a: int = Field(default=5, gt=1, lt=9)
        b: list[int] = Field(default=[1], min_length=1, max_length=2)
        c: float = Field(default=1, le=2, allow_inf_nan=False)

    def said(**values: Any) -> list[str]:
        with pytest.raises(ValidationError) as refused:
            Model(**values)
        return [why_refused(e)[1].zh for e in refused.value.errors()]

    assert said(a=1, b=[], c=3) == ["应大于 1，现为“1”", "太少，至少要有 1 项", "应不大于 2.0，现为“3”"]
    assert said(a=9, b=[1, 2, 3], c="inf") == ["应小于 9，现为“9”", "太多，至多 2 项", "应为数字，现为“inf”"]


def test_the_nearest_key_is_found_however_often_a_part_of_a_file_recurs(tmp_path: Path) -> None:
    class Last(Strict):
        deadline: int

    class Whole(Strict):
        last: Last
        title: Words
        about: Words

    text = "last: {deadlin: 1}\ntitle: {zh: 甲, en: A}\nabout: {zh: 乙, en: B}\n"
    assert refusal(tmp_path / "f.yaml", text, Whole) == (
        "F 第 1 行：“last.deadline”缺少，必须填写；第 1 行：不认识的键“last.deadlin”，是不是 deadline？"
    )
