"""Strict reading of the YAML that describes kinds, rules and policies.

A wrong file is refused with its name, the line, what is wrong and the nearest right key: auditors and
administrators edit these files, so the message is part of the product.
"""

from __future__ import annotations

import difflib
import hashlib
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from qq_excel.errors import SchemaError, why_unreadable
from qq_excel.language import Text, current

_MAX_BYTES = 4_000_000


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML 1.2's booleans: only true and false, so that ``on``, ``off`` and ``no`` stay words."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {
        first: [r for r in found if r[0] != "tag:yaml.org,2002:bool" or first in "tTfF"]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


Loc = tuple[str | int, ...]


class Strict(BaseModel):
    """Base of everything read from YAML: frozen, and no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, populate_by_name=True)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        """What never changes is its own copy: pandera copies its checks with all that they hold."""
        return self


class Words(Strict):
    """A text in Chinese and English, as YAML has it."""

    zh: str
    en: str

    @property
    def text(self) -> Text:
        """The same as a :class:`~qq_excel.language.Text`."""
        return Text(self.zh, self.en)

    def __str__(self) -> str:
        return self.zh if current() == "zh" else self.en


M = TypeVar("M", bound=BaseModel)


class _Refused(Exception):
    def __init__(self, line: int, zh: str, en: str) -> None:
        super().__init__(en)
        self.line, self.zh, self.en = line, zh, en


def _plain(node: yaml.Node, lines: dict[Loc, int], where: Loc, loader: Any, depth: int = 0) -> Any:
    lines[where] = node.start_mark.line + 1
    if depth > 20:
        raise _Refused(node.start_mark.line + 1, "层次过深", "nested too deeply")
    if isinstance(node, yaml.MappingNode):
        out: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise _Refused(key_node.start_mark.line + 1, "键须是一个词", "a key must be one word")
            key = _scalar(key_node, loader)
            if key in out:
                line = key_node.start_mark.line + 1
                raise _Refused(line, f"键“{key}”重复", f"key '{key}' stands twice")
            out[key] = _plain(value_node, lines, (*where, key), loader, depth + 1)
            lines[(*where, key)] = key_node.start_mark.line + 1
        return out
    if isinstance(node, yaml.SequenceNode):
        return [_plain(v, lines, (*where, i), loader, depth + 1) for i, v in enumerate(node.value)]
    return _scalar(node, loader)


def _scalar(node: yaml.Node, loader: Any) -> Any:
    try:
        return loader.construct_object(node)
    except ValueError:  # looks like a date, and is none
        line = node.start_mark.line + 1
        raise _Refused(
            line, f"“{node.value}”不是真实的日期", f"'{node.value}' is no date that exists"
        ) from None


def load(path: Path) -> tuple[Any, dict[Loc, int]]:
    """Read *path*; give its plain content and the line of each place in it.

    Raises :class:`SchemaError` when the file is missing, too large or no YAML.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SchemaError(
            Text(
                f"{path}：读不到文件（{why_unreadable(error).zh}）。请检查路径和权限。",
                f"{path}: cannot be read ({why_unreadable(error).en}). Check path and permissions.",
            )
        ) from None
    if len(raw) > _MAX_BYTES:
        raise SchemaError(Text(f"{path}：文件过大，不像是配置。", f"{path}: too large for a configuration."))
    loader = _Loader(raw)
    lines: dict[Loc, int] = {}
    try:
        node = loader.get_single_node()
        if node is None:
            raise _Refused(1, "文件是空的", "the file is empty")
        return _plain(node, lines, (), loader), lines
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = getattr(error, "problem", None) or str(error)
        raise SchemaError(
            Text(
                f"{path} 第 {line} 行：不是合法的 YAML（{problem}）。请检查缩进、冒号和引号。",
                f"{path}, line {line}: not valid YAML ({problem}). Check indentation, colons and quotes.",
            )
        ) from None
    except _Refused as error:
        raise SchemaError(
            Text(f"{path} 第 {error.line} 行：{error.zh}。", f"{path}, line {error.line}: {error.en}.")
        ) from None
    finally:
        loader.dispose()


def parse(path: Path, model: type[M]) -> M:
    """Read *path* into *model*; refuse with file, line, reason and the nearest right key."""
    content, lines = load(path)
    return check(path, content, lines, model)


def check(path: Path, content: Any, lines: dict[Loc, int], model: type[M]) -> M:
    """Hold *content* (from :func:`load`) against *model*."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise SchemaError(_explain(path, error, lines, model)) from None


def line_of(lines: dict[Loc, int], loc: Loc) -> int:
    """The line of *loc*, or of the nearest place around it."""
    while loc and loc not in lines:
        loc = loc[:-1]
    return lines.get(loc, 1)


def refusal(path: Path, lines: dict[Loc, int], loc: Loc, what: Text) -> SchemaError:
    """The refusal of a file for what stands at *loc*; *what* is a clause without a full stop."""
    line = line_of(lines, loc)
    stop = "" if what.zh.endswith("？") else "。"
    return SchemaError(
        Text(
            f"{path} 第 {line} 行：{what.zh}{stop}",
            f"{path}, line {line}: {what.en}" + ("" if what.en.endswith("?") else "."),
        )
    )


def nearest(word: str, known: list[str]) -> str | None:
    """The known word nearest to *word*, if one is near."""
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return found[0] if found else None


def _explain(path: Path, error: ValidationError, lines: dict[Loc, int], model: type[BaseModel]) -> Text:
    zh, en = [], []
    for problem in error.errors(include_url=False)[:5]:
        loc = tuple(problem["loc"])
        line = line_of(lines, loc)
        place = ".".join(str(part) for part in loc)
        if problem["type"] == "extra_forbidden":
            near = nearest(str(loc[-1]), sorted(_known_keys(model)))
            zh.append(f"第 {line} 行：不认识的键“{place}”" + (f"，是不是 {near}？" if near else "。"))
            en.append(f"line {line}: unknown key '{place}'" + (f"; did you mean {near}?" if near else "."))
        else:
            reason = _reason(problem)
            zh.append(f"第 {line} 行：“{place}”{reason.zh}")
            en.append(f"line {line}: '{place}': {reason.en}")
    return Text(f"{path} " + "；".join(zh), f"{path}: " + "; ".join(en))


#: What pydantic says most often, in the words of an administrator; anything else is shown as it comes.
_REASONS = {
    "missing": "缺少，必须填写",
    "string_type": "应为文字",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "float_parsing": "应为数字",
    "bool_parsing": "应为 true 或 false",
    "date_type": "应为日期，如 2026-01-01",
    "date_parsing": "应为日期，如 2026-01-01",
    "date_from_datetime_parsing": "应为日期，如 2026-01-01",
    "date_from_datetime_inexact": "应为不带时刻的日期，如 2026-01-01",
    "tuple_type": "应为列表",
    "dict_type": "应为键和值的对应",
    "model_type": "应为键和值的对应",
    "string_pattern_mismatch": "写法不对，只用小写字母、数字和下划线",
}


def _reason(problem: Any) -> Text:
    given = problem.get("input")
    now = f"，现为“{given}”" if isinstance(given, str | int | float) else ""
    message = str(problem["msg"])
    if problem["type"] == "literal_error":
        expected = problem["ctx"]["expected"]
        return Text(f"应为 {expected} 之一{now}".replace(" or ", "、"), message)
    if problem["type"] == "string_pattern_mismatch" and "pattern" in problem.get("ctx", {}):
        message = f"{message}, not '{given}'"
    zh = _REASONS.get(problem["type"])
    return Text(f"{zh}{now}" if zh else f" {message}", message)


def _known_keys(model: type[BaseModel]) -> set[str]:
    keys: set[str] = set()
    todo: list[Any] = [model]
    seen: set[Any] = set()
    while todo:
        one = todo.pop()
        if one in seen:
            continue
        seen.add(one)
        if isinstance(one, type) and issubclass(one, BaseModel):
            for name, field in one.model_fields.items():
                keys.add(field.alias or name)
                todo.append(field.annotation)
        else:
            todo.extend(getattr(one, "__args__", ()))
    return keys


def sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
