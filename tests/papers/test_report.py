"""The registry of papers: what can be made, resuming, hand-changed files, templates, PDF."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from qq_excel.check import Result, check_paths
from qq_excel.errors import InputError, OutputError, SchemaError, TemplateError
from qq_excel.kinds import kind_names
from qq_excel.language import using
from qq_excel.papers import house, report, word_templates
from qq_excel.papers.pdf import PdfError, find_soffice, same_pdf
from qq_excel.papers.registry import PAPERS
from qq_excel.papers.report import make
from qq_excel.papers.word import WordTemplate
from qq_excel.policy.clauses import all_clauses
from qq_excel.resources import schemas_dir
from tests.papers.paper_reading import docx_text
from tests.papers.test_letters import LEDGER
from tests.support.build import build
from tests.support.digests import digests


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return check_paths([build(tmp_path_factory.mktemp("in") / "应收.xlsx", {"receivables": LEDGER})])


def test_every_paper_names_clauses_kinds_and_a_maker_that_exist() -> None:
    for paper in PAPERS.values():
        assert set(paper.clauses) <= set(all_clauses()), paper.name
        assert {*paper.needs, *paper.uses} <= set(kind_names()), paper.name
        assert callable(report._maker(paper)) if paper.maker else set(paper.parts) <= set(PAPERS)
        assert paper.title.zh
        assert paper.about.en
        assert "签" in paper.use.zh or "盖章" in paper.use.zh or paper.parts, (
            paper.name
        )  # when it is made, and who signs it
        assert "sign" in paper.use.en or "sealed" in paper.use.en or paper.parts, paper.name


def test_unknown_paper_format_and_missing_table(result: Result, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="没有名为“leters”的文书，是不是 letters？"):
        make("leters", result, tmp_path)
    with pytest.raises(InputError, match="催款函没有 html 格式，可用：docx、xlsx、pdf、json。"):
        make("dunning", result, tmp_path, formats=["html"])
    with pytest.raises(
        InputError, match="不能做分期还款提醒函：没有交来《还款协议台账》《还款计划》，请一并提交。"
    ):
        make("reminders", result, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_run_resumes(result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = []

    def stop(what, i, of):
        done.append(i)
        if i == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make("dunning", result, tmp_path, progress=stop)
    assert len(digests(tmp_path)) == 3
    journal = tmp_path / ".qq-dunning.jsonl"
    with journal.open("a", encoding="utf-8") as file:
        file.write('{"file": "half')  # the line that was being written
    before = {p.name: p.stat().st_mtime_ns for p in tmp_path.glob("*.docx")}
    made = make("dunning", result, tmp_path)
    assert len(made.kept) == 3
    assert len(made.written) == 3
    assert {n: (tmp_path / n).stat().st_mtime_ns for n in before} == before
    again = make("dunning", result, tmp_path)
    assert (len(again.kept), again.written) == (6, [])


def test_a_file_changed_by_hand_is_never_written_over(result: Result, tmp_path: Path) -> None:
    made = make("dunning", result, tmp_path)
    first = made.written[0]
    first.write_bytes(b"signed")
    with pytest.raises(OutputError, match="不是本程序上次写出的样子"):
        make("dunning", result, tmp_path)
    assert first.read_bytes() == b"signed"


def test_letters_that_are_not_due_any_more_are_named(result: Result, tmp_path: Path) -> None:
    make("dunning", result, tmp_path / "out")
    fewer = check_paths([build(tmp_path / "应收.xlsx", {"receivables": LEDGER[:3]})])
    made = make("dunning", fewer, tmp_path / "out")
    assert sorted(p.name for p in made.left_over) == [
        "华东分公司_=cmd_' _C calc'!A0_第一次催款函.docx", "华东分公司_丙公司_最后催款函.docx", "华东分公司_乙公司_第二次催款函.docx",
        "华东分公司_庚公司_第一次催款函.docx",
    ]  # fmt: skip
    assert all(p.exists() for p in made.left_over)


# --- templates -----------------------------------------------------------------------------------------


def edit(path: Path, old: str, new: str, part: str = "word/document.xml") -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    assert old in parts[part].decode()
    parts[part] = parts[part].decode().replace(old, new, 1).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_templates_are_exported_changed_and_used(result: Result, tmp_path: Path) -> None:
    own = tmp_path / "own"
    exported = house.export(own)
    assert {p.relative_to(own).as_posix() for p in exported} == set(house.shipped())
    with pytest.raises(InputError, match="已经存在，不覆盖"):
        house.export(own)
    settings = own / "organisation.yaml"
    text = settings.read_text(encoding="utf-8").replace('letterhead: ""', "letterhead: 大连某集团文件")
    text = text.replace(
        "units: {}", "units: {华东分公司: {full_name: 某集团华东分公司, bank: 某银行}}"
    ).replace("[仿宋]", "[楷体]")
    settings.write_text(text, encoding="utf-8")
    edit(own / "dunning.docx", "可能是", "想必是")
    make("dunning", result, tmp_path / "out", templates=own)
    letter = tmp_path / "out" / "华东分公司_甲公司_第一次催款函.docx"
    words = docx_text(letter)
    for part in ("大连某集团文件", "某集团华东分公司（盖章）", "开户银行：某银行", "想必是"):
        assert part in words, part
    with zipfile.ZipFile(letter) as archive:
        xml = archive.read("word/document.xml").decode()
    assert "楷体" in xml
    assert "仿宋" not in xml


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("{{ debtor }}：", "{{ detbor }}：", r"dunning\.docx，正文第 \d+ 段（\{\{ detbor \}\}：）：不认识的标签“detbor”，是不是 debtor"),
        ("最后催告", "{{ detbor }}", r"dunning\.docx，正文第 \d+ 段（.*）：不认识的标签“detbor”，是不是 debtor"),
        ("{{ debtor }}：", "{{ debtor }：", r"dunning\.docx，正文第 \d+ 段（.*）：标签写法不对"),
        ("{{ debtor }}：", "{{ ''.__class__.__mro__ }}：", r"dunning\.docx，正文第 \d+ 段（.*）：标签不能计算：access to attribute"),
    ],
)  # fmt: skip
def test_a_broken_template_is_refused_with_the_place(result, tmp_path, old, new, says) -> None:
    own = tmp_path / "own"
    own.mkdir()
    shutil.copy(schemas_dir() / "papers" / "dunning.docx", own)
    edit(own / "dunning.docx", old, new)
    with pytest.raises(TemplateError, match=says):
        make("dunning", result, tmp_path / "out", templates=own)
    assert digests(tmp_path / "out") == {} if (tmp_path / "out").exists() else True


def _crafted(own: Path, words: str) -> Path:
    """A template whose salutation says *words*."""
    own.mkdir()
    shutil.copy(schemas_dir() / "papers" / "dunning.docx", own)
    edit(own / "dunning.docx", "{{ debtor }}：", words)
    return own


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("{{ 'a' * 10000000000 }}", "标签里只能用数做算术"),
        ("{{ 9**9**9 }}", "标签里只能用数做算术"),
        ("{{ '%9999999999d' % 1 }}", "标签里只能用数做算术"),
        ("{{ 'a'|center(10000000000) }}", "模板里没有过滤器“center”"),
        ("{{ debtor|safe }}", "模板里没有过滤器“safe”"),
        ("{{ debtor.upper() }}", "标签里不能调用函数"),
        ("{{ '{0.__class__}'.format(debtor) }}", "标签里不能调用函数"),
        ("{% set s = 'a' %}{% set s = s ~ s %}", "模板里不能用“set”"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "模板里不能用“macro”"),
        ("{% include '/etc/passwd' %}", "模板里不能用“include”"),
        ("{% for a in claims recursive %}{{ loop(claims) }}{% endfor %}", "循环不能递归"),
        ("{% for a in [debtor ~ debtor] %}{% endfor %}", "循环只能走一个列表"),
        ("{{ 'aaaaaaaaaa'" + "|replace('a', 'aaaaaaaaaa')" * 12 + " }}", "循环太多或结果太长"),
        ("{% for a in debtor * 2 %}{% endfor %}", "循环只能走一个列表"),
        ("{{ " + "(" * 220 + "1" + ")" * 220 + " }}", "标签套得太深"),
        ("{% colspan " + " " * 2_000 + "% x %}", "标签写法不对"),
        ("{{" * 20_000, "标签写法不对"),
        ("{{ debtor }}" * 6_000, "标签写法不对"),
    ],
)  # fmt: skip
def test_a_template_that_would_not_end_is_refused(result, tmp_path, words, says) -> None:
    """It may have come by mail."""
    own = _crafted(tmp_path / "own", words)
    with pytest.raises(TemplateError, match=rf"dunning\.docx，正文.*{says}"):
        make("dunning", result, tmp_path / "out", templates=own)


def test_loops_in_loops_are_counted(tmp_path: Path) -> None:
    loops = "".join(f"{{% for x{n} in rows %}}" for n in range(8)) + "{% endfor %}" * 8
    template = WordTemplate(_bare(tmp_path, loops))
    assert "word/document.xml" in template.parts({"rows": [1, 2]})
    with pytest.raises(TemplateError, match="循环太多或结果太长"):
        template.parts({"rows": list(range(100))})
    assert template.parts({"rows": [1]})  # each filling counts for itself


def _bare(folder: Path, words: str, more: dict[str, str] | None = None) -> Path:
    path = folder / "bare.docx"
    name = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    document = f"<w:document {name}><w:body><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:body></w:document>"
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in {"word/document.xml": document, **(more or {})}.items():
            archive.writestr(part, content)
    return path


def test_what_a_template_may_say(tmp_path: Path) -> None:
    words = (
        "{% for r in rows %}{{ loop.index }}{{ loop.cycle('甲', '乙') }}{{ r.a|default('无') ~ '元' }}{% if loop.last %}。{% endif %}"
        "{% endfor %}{{ rows|length + 1 }}{{ rows|sum(attribute='b') }}{{ '是' if rows else '否' }}{{ name|replace('-', '/') }}"
    )
    parts = WordTemplate(_bare(tmp_path, words)).parts(
        {"rows": [{"a": "1", "b": 2}, {"a": "3", "b": 4}], "name": "2026-09"}
    )
    assert "1甲1元2乙3元。36是2026/09" in re.sub(r"<[^>]+>", "", parts["word/document.xml"].decode())


RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
OUTSIDE = '<Relationship Id="a" Type="x/{}" Target="http://example.invalid/a" TargetMode="External"/>'


@pytest.mark.parametrize(
    ("words", "more", "says"),
    [
        ("x", {"word/_rels/settings.xml.rels": RELATIONS.format(OUTSIDE.format("attachedTemplate"))}, "从别处取内容"),
        ("x", {"word/_rels/document.xml.rels": RELATIONS.format(OUTSIDE.format("image"))}, "从别处取内容"),
        ("x", {"word/embeddings/oleObject1.bin": "x"}, "带嵌入的对象"),
        ("</w:t><w:instrText>DDE</w:instrText><w:instrText>AUTO c:/x</w:instrText><w:t>", {}, "有取外部内容的域"),
        ("x", {"word/header9.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, "声明文档类型"),
    ],
)  # fmt: skip
def test_a_template_brings_nothing_foreign_into_the_papers(tmp_path, words, more, says) -> None:
    with pytest.raises(TemplateError, match=f"模板不能{says}"):
        WordTemplate(_bare(tmp_path, words, more))


def test_a_template_may_link_to_a_page(tmp_path: Path) -> None:
    more = {"word/_rels/document.xml.rels": RELATIONS.format(OUTSIDE.format("hyperlink"))}
    assert WordTemplate(_bare(tmp_path, "x", more)).parts({})


def test_other_broken_templates(result: Result, tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "sheets").mkdir(parents=True)
    (own / "dunning.docx").write_bytes(b"no zip")
    with pytest.raises(TemplateError, match="不是可用的 Word 文件"):
        make("dunning", result, tmp_path / "out", templates=own)
    (own / "dunning.docx").unlink()
    (own / "duning.docx").write_bytes(b"x")
    with pytest.raises(InputError, match=r"没有这个名称的模板，是不是 dunning\.docx？"):
        make("dunning", result, tmp_path / "out", templates=own)
    (own / "duning.docx").unlink()
    layout = (schemas_dir() / "papers" / "sheets" / "letter_register.yaml").read_text(encoding="utf-8")
    (own / "sheets" / "letter_register.yaml").write_text(
        layout.replace("field: debtor,", "field: debtr,"), encoding="utf-8"
    )
    with pytest.raises(SchemaError, match="没有字段“debtr”，是不是 debtor？"):
        make("dunning", result, tmp_path / "out", templates=own)
    (own / "sheets" / "letter_register.yaml").write_text(layout.replace("title:", "titel:"), encoding="utf-8")
    with pytest.raises(SchemaError, match="第 2 行：不认识的键“titel”，是不是 title？"):
        make("dunning", result, tmp_path / "out", templates=own)
    with pytest.raises(InputError, match="找不到这个模板文件夹"):
        make("dunning", result, tmp_path / "out", templates=tmp_path / "none")


def test_the_shipped_templates_are_what_the_builder_makes(tmp_path: Path) -> None:
    word_templates.main(tmp_path)
    made = digests(tmp_path)
    shipped = {n: h for n, h in digests(schemas_dir() / "papers").items() if n.endswith(".docx")}
    assert made == shipped


# --- PDF ---------------------------------------------------------------------------------------------


def test_without_libreoffice_the_word_files_stay(result: Result, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("QQ_SOFFICE", raising=False)
    monkeypatch.setattr("qq_excel.papers.pdf._USUAL", ())
    made = make("dunning", result, tmp_path / "out", formats=["pdf"])
    assert made.no_pdf is not None
    assert "没有找到 LibreOffice" in made.no_pdf.zh
    assert len(made.written) == 5
    assert all(p.suffix == ".docx" and p.exists() for p in made.written)
    with using("en"):
        assert "QQ_SOFFICE" in str(made.no_pdf)


def test_qq_soffice_must_be_right() -> None:
    with pytest.raises(PdfError, match="QQ_SOFFICE 指向 /none"):
        find_soffice({"QQ_SOFFICE": "/none"})
    assert find_soffice({"QQ_SOFFICE": sys.executable}) == Path(sys.executable)


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for a program that hangs")
def test_a_program_that_hangs_is_stopped(result: Result, tmp_path: Path, monkeypatch) -> None:
    slow = tmp_path / "soffice"
    slow.write_text("#!/bin/sh\nsleep 60\n", encoding="utf-8")
    slow.chmod(0o755)
    monkeypatch.setenv("QQ_SOFFICE", str(slow))
    monkeypatch.setattr("qq_excel.papers.pdf._START_SECONDS", 0.2)
    monkeypatch.setattr("qq_excel.papers.pdf._FILE_SECONDS", 0)
    made = make("dunning", result, tmp_path / "out", formats=["pdf"])
    assert "没有完成，已停止" in made.no_pdf.zh
    assert len(list((tmp_path / "out").glob("*.docx"))) == 5


def test_a_pdf_keeps_its_length_and_loses_its_time() -> None:
    one = (
        b"/CreationDate(D:20261125041200Z00'00')>> /ID [ <"
        + b"A" * 32
        + b">\n<"
        + b"B" * 32
        + b"> ] /DocChecksum /"
        + b"C" * 32
    )
    two = one.replace(b"1125", b"0101").replace(b"A" * 32, b"D" * 32).replace(b"C" * 32, b"E" * 32)
    assert same_pdf(one) == same_pdf(two)
    assert len(same_pdf(one)) == len(one)


# --- the command line -------------------------------------------------------------------------------------


def qq(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", "from qq_excel.cli import main; main()", *arguments]
    place = {**os.environ, "QQ_LOG_DIR": str(folder / "log"), "COLUMNS": "200"}
    return subprocess.run(program, cwd=folder, env=place, capture_output=True, text=True, check=False)


def test_from_the_command_line(tmp_path: Path) -> None:
    build(tmp_path / "应收.xlsx", {"receivables": LEDGER[:3]})
    listed = qq(tmp_path, "report", "list")
    assert listed.returncode == 0
    for name in PAPERS:
        assert name in listed.stdout
    letters = listed.stdout.split(" letters ")[1].split(" ageing ")[0]
    assert "confirmations" not in letters  # it needs what its parts need: tables, not papers
    assert all(words in letters for words in ("应收账款明细表", "还款协议台账", "还款计划"))
    done = qq(tmp_path, "report", "dunning", "应收.xlsx", "-o", "out", "--unmask", "--format", "docx,xlsx")
    assert done.returncode == 0, done.stderr
    assert "已写出 2 个文件" in done.stdout
    assert "证件号码未遮盖，已记入日志" in done.stderr
    log = (tmp_path / "log" / "qq-excel" / "qq-excel.log").read_text(encoding="utf-8")
    assert "unmasked dunning by" in log
    assert "应收.xlsx@" in log
    wrong = qq(tmp_path, "report", "dunning", "应收.xlsx", "-o", "out2", "--format", "docx,pfd")
    assert (wrong.returncode, wrong.stderr.strip()) == (
        2,
        "催款函没有 pfd 格式，可用：docx、xlsx、pdf、json。",
    )
    exported = qq(tmp_path, "report", "templates", "export", "-o", "own")
    assert exported.returncode == 0
    assert (tmp_path / "own" / "organisation.yaml").is_file()
