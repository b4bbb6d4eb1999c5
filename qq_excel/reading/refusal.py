"""Why a file is not read: told like any finding, with a code that stays.

A refusal is a :class:`~qq_excel.reading.model.FileFact` with ``values`` for the rule's message: ``reason``
(a :class:`~qq_excel.language.Text`), ``code`` and, by rule, ``limit`` and ``found`` (FIL003) or ``part``
(FIL010). Codes are stable:

FIL001: ``not_regular``, ``empty``, ``lock_file``, ``not_a_workbook``, ``text``, ``page``, ``encoding``, ``zip_only``,
``ole_only``, ``damaged``, ``doubled_parts``, ``path_leaves``, ``extension``, ``fault``, ``died``. FIL002: ``package``,
``workbook``, ``zip``, ``document``, ``password``. FIL003: ``file_bytes``, ``parts``, ``part_bytes``, ``total_bytes``, ``sheets``,
``cells``, ``text_bytes``, ``seconds``, ``memory_bytes``. FIL004: ``vba``, ``xlm``, ``basic``. FIL005: ``links``, ``dde``,
``connections``, ``embedded``, ``activex``, ``remote`` (several are joined by a comma). FIL010: ``entities``, ``outside``, ``twofold``.
"""

from __future__ import annotations

from pathlib import Path

from qq_excel.catalogue import get_rule
from qq_excel.errors import InputError
from qq_excel.language import Text
from qq_excel.reading.model import FileFact
from qq_excel.reading.options import Limits

_NOTHING = Text("", "")


class Refusal(Exception):
    """Why a file is not read further."""

    def __init__(self, rule: str, code: str, reason: Text, **values: object) -> None:
        super().__init__(reason.en)
        self.fact = FileFact(rule, values={"reason": reason, "code": code, **values})

    @classmethod
    def of(cls, fact: FileFact) -> Refusal:
        """The refusal that *fact* tells of."""
        refusal = cls(fact.rule, "", Text("", ""))
        refusal.fact = fact
        return refusal

    @property
    def text(self) -> Text:
        """Why, in words."""
        return said(self.fact)


def said(fact: FileFact) -> Text:
    """Why a file is not read, in words that stand by themselves: what is over a limit, by how much."""
    reason = fact.values["reason"]
    assert isinstance(reason, Text)  # noqa: S101 - every refusal says why
    if "limit" not in fact.values:
        return reason
    found, limit = fact.values["found"], fact.values["limit"]
    return Text(f"{reason.zh} {found} 超过上限 {limit}", f"{reason.en}: {found}, over the limit of {limit}")


def cannot_read(path: Path, fact: FileFact, before: Text = _NOTHING) -> InputError:
    """The error for a file that cannot be read: where, what (after the words *before*), why, and how to mend it."""
    why, fix = said(fact), get_rule(fact.rule).fix.text
    return InputError(
        Text(f"{path}：{before.zh}{why.zh}。{fix.zh}", f"{path}: {before.en}{why.en}. {fix.en}")
    )


def damaged() -> Refusal:
    """The refusal of a file that breaks off or contradicts itself."""
    return Refusal("FIL001", "damaged", Text("文件已损坏或不完整", "the file is damaged or incomplete"))


def twofold(part: str) -> Refusal:
    """The refusal of a file whose *part* is read in different ways."""
    why = Text(
        "同一内容有几种读法，不同的程序会读出不同的数",
        "it can be read in several ways, and programs would come to different figures",
    )
    return Refusal("FIL010", "twofold", why, part=part)


def over(code: str, zh: str, en: str, found: int, limit: int, *, more: bool = False) -> Refusal:
    """The refusal of a file that is over a limit; with *more* nobody knows by how much."""
    return Refusal("FIL003", code, Text(zh, en), limit=f"{limit:,}", found=f"{found:,}" + "+" * more)


def too_much_text(found: int, limits: Limits) -> Refusal:
    """The refusal of a table whose texts take so many bytes."""
    return over("text_bytes", "一张表的文字（字节）", "bytes of text of a table", found, limits.text_bytes)


def out_of_memory(limits: Limits) -> Refusal:
    """The refusal of a file that takes more memory to read than there may be."""
    most = limits.memory_bytes
    return over("memory_bytes", "读取所需内存（字节）", "bytes of memory to read it", most, most, more=True)
