"""Strict reading of the YAML that describes kinds, rules and policies.

A wrong file is refused with its name, the line, what is wrong and the nearest right key: auditors and
administrators edit these files, so the message is part of the product.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from qq_excel.errors import SchemaError, why_unreadable
from qq_excel.language import Lang, Text, current
from qq_excel.yamlwords import Loc, place, unreadable, why_refused

_MAX_BYTES = 4_000_000
#: So much of a wrong value is shown.
_SHOWN = 60
#: Places in a file, aliases followed: a few lines of them can stand for thousands of millions.
_MAX_PLACES = 500_000


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML 1.2's booleans: only true and false, so that ``on``, ``off`` and ``no`` stay words."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {
        first: [r for r in found if r[0] != "tag:yaml.org,2002:bool" or first in "tTfF"]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


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

    def in_(self, lang: Lang) -> str:
        """The text in *lang*."""
        return self.zh if lang == "zh" else self.en

    def __str__(self) -> str:
        return self.zh if current() == "zh" else self.en


M = TypeVar("M", bound=BaseModel)
_TEXT = "tag:yaml.org,2002:str"


class _Refused(Exception):
    def __init__(self, line: int, zh: str, en: str) -> None:
        super().__init__(en)
        self.line, self.zh, self.en = line, zh, en


def _plain(node: yaml.Node, lines: dict[Loc, int], where: Loc, loader: Any, depth: int = 0) -> Any:
    lines[where] = node.start_mark.line + 1
    if depth > 20:
        raise _Refused(node.start_mark.line + 1, "层次过深", "nested too deeply")
    if len(lines) > _MAX_PLACES:
        raise _Refused(node.start_mark.line + 1, "内容过多，不像是配置", "too much for a configuration")
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
    if node.tag == _TEXT:  # nine of ten: it is what it says
        return node.value
    try:
        return loader.construct_object(node)
    except ValueError:  # looks like a date, and is none
        line, said = node.start_mark.line + 1, node.value[:_SHOWN]
        raise _Refused(line, f"“{said}”不是真实的日期", f"'{said}' is no date that exists") from None
    except (KeyError, IndexError, AttributeError):  # a tag says what it is, and it is none
        line, said = node.start_mark.line + 1, node.value[:_SHOWN]
        raise _Refused(line, f"“{said}”与它的标记（!）不符", f"'{said}' is not what its tag says") from None


def load(path: Path) -> tuple[Any, dict[Loc, int]]:
    """Read *path*; give its plain content and the line of each place in it.

    Raises :class:`SchemaError` when the file is missing, too large or no YAML.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
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
        line, why = unreadable(error, raw)
        raise SchemaError(
            Text(
                f"{path} 第 {line} 行：不是合法的 YAML：{why.zh}。",
                f"{path}, line {line}: not valid YAML: {why.en}.",
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


#: So many slips of one file are told at once.
_TOLD = 5


def _explain(path: Path, error: ValidationError, lines: dict[Loc, int], model: type[BaseModel]) -> Text:
    told = [_slip(problem, lines, model) for problem in error.errors(include_url=False)]
    zh, en = (
        _joined([t.zh for t in told[:_TOLD]], "；", "？"),
        _joined([t.en for t in told[:_TOLD]], "; ", "? "),
    )
    if more := len(told[_TOLD:]):
        zh, en = f"{zh}；另有 {more} 处", f"{en}; and {more} more"
    return Text(
        f"{path} {zh}" + ("" if zh.endswith("？") else "。"),
        f"{path}: {en}" + ("" if en.endswith("?") else "."),
    )


def _joined(clauses: list[str], comma: str, asked: str) -> str:
    """Clauses in a row; one that ends with a question needs no comma."""
    return comma.join(clauses).replace(asked.strip() + comma, asked)


def _slip(problem: Any, lines: dict[Loc, int], model: type[BaseModel]) -> Text:
    if problem["type"] == "extra_forbidden":
        loc = tuple(problem["loc"])
        line, where = line_of(lines, loc), place(loc)
        near = nearest(str(loc[-1]), sorted(_known_keys(model)))
        zh, en = (f"，是不是 {near}？", f"; did you mean {near}?") if near else ("，请删去", "; leave it out")
        return Text(f"第 {line} 行：不认识的键“{where}”{zh}", f"line {line}: unknown key '{where}'{en}")
    loc, why = why_refused(problem)
    line, where = line_of(lines, loc), place(loc)
    zh, en = (f"“{where}”", f"'{where}'") if where else ("", "")
    if not where and not isinstance(problem.get("input"), dict):
        zh, en = "整个文件", "the file"
    return Text(f"第 {line} 行：{zh}{why.zh}", f"line {line}: {en}{why.en}")


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
