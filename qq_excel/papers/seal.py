"""A submission under seal: the workbook without our marks, and a sheet that says when, under which policy, and its hash.

The hash is over the parts of the workbook before that sheet was added. The copy remembers the way back
(:mod:`qq_excel.patching.undo`), so that whoever receives it can compute the hash again and see that nothing changed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from qq_excel import __version__
from qq_excel.errors import InputError
from qq_excel.language import Text, many, t
from qq_excel.papers import marks_undo, style
from qq_excel.patching import Book, PatchError, undo
from qq_excel.patching.sheetmaker import Made, Put
from qq_excel.patching.sheetxml import SheetXml
from qq_excel.patching.strings import shared_strings
from qq_excel.patching.styles import Look, Styles

if TYPE_CHECKING:
    from qq_excel.check import Result

SEAL_SHEET = "提交封存"
_DIGEST = 64


def seal(source: Path, target: Path, result: Result, now: dt.datetime) -> str:
    """Write *source* under seal to *target*; its hash. Raises :class:`InputError` when it cannot be opened."""
    try:
        book = Book(source)
        if not undo.go_back(book):
            marks_undo.take_away(book, style.AUTHOR)
        book.settle()
        digest = _digest(book)
        _stamp(book, result, now, digest)
        undo.keep(book)
    except PatchError as error:
        raise InputError(
            Text(f"{source.name}：无法封存（{error}）。", f"{source.name}: cannot be sealed ({error}).")
        ) from error
    book.save(target)
    return digest


def sealed(path: Path) -> bool:
    """Whether *path* is a submission under seal, whole or not."""
    try:
        return any(s.name == SEAL_SHEET for s in Book(path).sheets())
    except (PatchError, OSError):
        return False


def verify_seal(path: Path) -> list[Text]:
    """What is wrong with a submission under seal; nothing when it is as it was handed in."""
    changed = Text(
        "封存后被改动过，或被其他程序另存过，不能证明是提交时的内容。",
        "It was changed, or saved by another program, since it was sealed.",
    )
    try:
        book = Book(path)
        stated = _stated(book)
        if stated and undo.go_back(book) and _digest(book) == stated:
            return []
    except PatchError:
        pass
    return [changed]


def _digest(book: Book) -> str:
    out = hashlib.sha256()
    for name in sorted(book.parts):
        out.update(name.encode() + b"\0" + hashlib.sha256(book.parts[name]).digest())
    return out.hexdigest()


def _stamp(book: Book, result: Result, now: dt.datetime, digest: str) -> None:
    file, policy, counts = result.files[0], result.policy, result.findings.counts()
    lines = [
        (t("提交时间", "handed in"), now.isoformat(timespec="seconds")),
        (t("单位", "unit"), file.unit or "—"),
        (t("期间", "period"), file.period or "—"),
        (t("截止日期", "as of"), result.as_of.isoformat() if result.as_of else "—"),
        (t("制度", "policy"), f"{policy.title}（{policy.profile} v{policy.version}）"),
        (t("制度校验值", "policy's hash"), policy.sha256 or "—"),
        (t("校验结论", "verdict"), t(f"通过；错误 0，警告 {counts['W']}，提示 {counts['I']}，无法判断 {counts['?']}",
                                  f"accepted; 0 errors, {many(counts['W'], 'warning')}, {many(counts['I'], 'notice')}")),
        (t("程序", "program"), f"qq-excel {__version__}"),
        (t("内容校验值", "hash of the content"), digest),
    ]  # fmt: skip
    made = Made([18, 76], tab=style.NAVY[1:], columns=2)
    made.add([Put(SEAL_SHEET, Look(style.FONT, 14, True, style.NAVY[1:]))], 24)
    head = Look(style.FONT, bold=True, colour=style.INK[1:], fill=style.PALE[1:], border=style.LINE[1:])
    plain = Look(style.FONT, colour=style.INK[1:], border=style.LINE[1:], wrap=True)
    for name, value in lines:
        made.add([Put(name, head), Put(value, plain)])
    made.add([
        Put(t("用 qq-excel verify 核对本件是否被改动。", "qq-excel verify tells whether it was changed."),
            Look(style.FONT, 9, colour=style.SOFT[1:]))
    ])  # fmt: skip
    styles = Styles(book)
    book.add_sheets([(SEAL_SHEET, made.xml(book, styles), "visible")], [])
    styles.flush()


def _stated(book: Book) -> str:
    """The hash that the sheet states."""
    part = next((s.part for s in book.sheets() if s.name == SEAL_SHEET), None)
    if part is None:
        return ""
    xml, strings = SheetXml(book.edit(part)), shared_strings(book)
    texts = [xml.value(c, strings) or "" for row in xml.rows() for c in xml.cells(row)]
    return next((x for x in texts if len(x) == _DIGEST and x != "" and x in texts[-3:]), "")
