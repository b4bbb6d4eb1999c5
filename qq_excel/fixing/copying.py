"""``fix``: the copy with its record, and the way back to the original's bytes.

The copy carries the original whole and the digests of its own parts. As long as nobody has changed the copy the
original comes back to the byte, even when the file itself is long gone; a copy that was changed since is refused,
because going back would throw those changes away without a word.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import posixpath
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from qq_excel.check import check_paths
from qq_excel.errors import InputError
from qq_excel.fixing.model import GRADE_NAMES, Change
from qq_excel.fixing.proposals import proposals, safe, without
from qq_excel.fixing.widths import narrowed
from qq_excel.fixing.writing import write
from qq_excel.inputs import PACKAGES
from qq_excel.language import Text, t
from qq_excel.output import write_bytes
from qq_excel.patching import Book, PatchError
from qq_excel.patching.book import sheet_reference
from qq_excel.patching.sheetmaker import Made, Put
from qq_excel.patching.styles import Look, Styles
from qq_excel.patching.xmltree import set_attributes
from qq_excel.policy import Policy
from qq_excel.reading.refusal import cannot_read

if TYPE_CHECKING:
    from qq_excel.reading.pool import Pool

log = logging.getLogger(__name__)

RECORD_SHEET = "修正记录"
_ORIGINAL, _RECORD = "original.bin", "fix.json"
_VERSION = 1
_UNREADABLE = frozenset({"FIL001", "FIL002", "FIL003", "FIL010"})
_FONT = "微软雅黑"


@dataclass(slots=True)
class FixReport:
    """What ``fix`` did; ``target`` is None when there was nothing to mend."""

    source: Path
    target: Path | None
    changes: list[Change] = field(default_factory=list)
    remarks: list[Text] = field(default_factory=list)

    @property
    def mended(self) -> list[Change]:
        """The changes that stand in the copy."""
        return safe(self.changes)


def fix(
    source: Path, target: Path, *, policy: Policy, as_of: dt.date | None = None, spared: Collection[str] = (),
    pool: Pool | None = None,
) -> FixReport:  # fmt: skip
    """Write a copy of *source* with all safe changes to *target*, and a sheet that lists every change.

    *spared* are rules, cells (``D7``) and cells of a sheet (``表!D7``) that stay as they are. The file is read in a worker
    of *pool*, or in the calling process when there is none. Raises :class:`InputError` when the source cannot be read
    as a workbook of a known kind, is no .xlsx, or is the target, or when nothing would change at what is spared.
    Without a safe change no copy is written.
    """
    _other(source, target)
    if source.suffix.lower() not in PACKAGES:
        raise InputError(
            Text(
                f"{source}：只能修正 .xlsx、.xlsm，请另存为 .xlsx 后再修正。",
                f"{source}: only .xlsx and .xlsm can be mended; save it as .xlsx first.",
            )
        )
    result = check_paths([source], policy=policy, as_of=as_of, pool=pool)
    for fact in result.files[0].workbook.facts:
        if fact.rule in _UNREADABLE and fact.values.get("code") != "extension":
            raise cannot_read(source, fact, Text("无法修正，", "cannot be mended: "))
    tables = result.files[0].workbook.tables
    if not tables:
        raise InputError(
            Text(
                f"{source}：没有识别出规定的表，无从修正。先用 qq-excel map 建立对应关系，或改用模板的列名。",
                f"{source}: no known table was found in it, so nothing can be mended. Make a mapping with qq-excel map "
                "first, or use the column names of the template.",
            )
        )
    report = FixReport(source, None)
    try:
        original = source.read_bytes()
        book = Book(source)
        changes = without(proposals(result, narrowed(book, tables)), spared)
        report.changes = changes
        if not safe(changes):
            return report
        types = {(table.sheet, f.name): f.type for table in tables for f in table.kind.fields}
        report.changes = write(book, changes, types)
        if not report.mended:
            return report
        book.settle()
        _recalculate(book, report)
        _add_record(book, report)
        _carry(book, original)
    except (ValueError, ArithmeticError, LookupError, RecursionError) as error:
        # whoever made the file may have written anything into it: that is its fault; were it ours, the log has it
        log.info("%s cannot be changed", source, exc_info=error)
        why = str(error) if isinstance(error, PatchError) else t("不是合格的工作簿", "no proper workbook")
        raise InputError(
            Text(
                f"{source}：无法改写（{why}）。请用 Excel 打开并另存为 .xlsx 后重试。",
                f"{source}: cannot be changed ({why}). Save it anew as .xlsx.",
            )
        ) from error
    if book.signed:
        report.remarks.append(
            Text(
                "原件有数字签名，修正件的签名不再有效。",
                "The original is signed; the copy's signature does not hold.",
            )
        )
    book.save(target)
    report.target = target
    return report


def unfix(copy: Path, target: Path) -> Path:
    """Bring back to *target* the bytes of the workbook from which ``fix`` made *copy*.

    Raises :class:`InputError` when *copy* is none, was changed since, or is the target.
    """
    _other(copy, target)
    try:
        book = Book(copy)
        folder = _folder(book)
        record = json.loads(book.parts[f"{folder}/{_RECORD}"])
        original = book.parts[f"{folder}/{_ORIGINAL}"]
        if record["version"] != _VERSION:
            raise KeyError("version")
        digests = dict(record["parts"])
        wanted = str(record["original"])
    except (PatchError, KeyError, TypeError, ValueError):
        raise InputError(
            Text(
                f"{copy}：不是本程序的修正件，或已被其他程序另存，里面没有原件可恢复。请使用原文件。",
                f"{copy}: no copy made by fix, or another program has saved it since; it holds no original.",
            )
        ) from None
    if digests != _digests(book, folder) or hashlib.sha256(original).hexdigest() != wanted:
        raise InputError(
            Text(
                f"{copy}：修正之后又被改动过，恢复会丢掉这些改动，因此不恢复。请按《{RECORD_SHEET}》表逐格改回。",
                f"{copy}: changed since it was mended; going back would lose that. Use the sheet {RECORD_SHEET}.",
            )
        )
    return write_bytes(target, original)


def _other(source: Path, target: Path) -> None:
    same = source.resolve() == target.resolve() or (
        target.exists() and source.exists() and target.samefile(source)
    )
    if same:
        raise InputError(
            Text(
                f"{target}：不能覆盖原件，请用 -o 指定另一个文件。",
                f"{target}: the input is never replaced; name another file with -o.",
            )
        )


# --- the record ---------------------------------------------------------------------------------------------


def _folder(book: Book) -> str:
    return posixpath.join(posixpath.dirname(book.workbook), "qq")


def _digests(book: Book, folder: str) -> dict[str, str]:
    own = (f"{folder}/{_RECORD}", f"{folder}/{_ORIGINAL}")
    return {n: hashlib.sha256(c).hexdigest() for n, c in sorted(book.parts.items()) if n not in own}


def _carry(book: Book, original: bytes) -> None:
    """Put the original and the digests of all parts into the copy."""
    folder = _folder(book)
    for name, type_ in ((_ORIGINAL, "application/octet-stream"), (_RECORD, "application/json")):
        if book.real(f"{folder}/{name}") is None:
            book.add(f"{folder}/{name}", b"", type_)
    book.settle()
    book.parts[f"{folder}/{_ORIGINAL}"] = original
    record = {
        "version": _VERSION,
        "original": hashlib.sha256(original).hexdigest(),
        "parts": _digests(book, folder),
    }
    book.parts[f"{folder}/{_RECORD}"] = json.dumps(record, sort_keys=True, indent=0).encode()


def _add_record(book: Book, report: FixReport) -> None:
    taken = {s.name.casefold() for s in book.sheets()}
    name, n = RECORD_SHEET, 1
    while name.casefold() in taken:
        n += 1
        name = f"{RECORD_SHEET}({n})"
    plain = Look(_FONT, colour="262626", border="BFC7D1", wrap=True)
    head = Look(_FONT, bold=True, colour="FFFFFF", fill="2F5597", border="BFC7D1", centre=True, wrap=True)
    link = Look(_FONT, colour="2F5597", underline=True, border="BFC7D1", centre=True)
    titles = [
        t("工作表", "sheet"), t("单元格", "cell"), t("规则", "rule"), t("修改前", "before"), t("修改后", "after"),
        t("处理", "grade"), t("原因", "why"),
    ]  # fmt: skip
    made = Made([18, 10, 10, 30, 30, 10, 44], tab="2F5597", columns=len(titles))
    made.add([Put(t("修正记录", "Changes"), Look(_FONT, 14, True, "1F3864"))], 24)
    made.head = made.add([Put(x, head) for x in titles], 22)
    for c in report.changes:
        texts = [
            c.sheet,
            c.cell,
            c.rule,
            c.before,
            c.after or "—",
            str(GRADE_NAMES[c.grade]),
            str(c.why or ""),
        ]
        cells = [Put(x, plain) for x in texts]
        cells[1] = Put(c.cell, link, f"{sheet_reference(c.sheet)}!{c.cell}")
        made.add(cells)
    styles = Styles(book)
    content = made.xml(book, styles)
    there = sheet_reference(name)
    book.add_sheets([(name, content, "visible")], [(0, "_xlnm._FilterDatabase", f"{there}!{made.filter}")])
    styles.flush()


def _recalculate(book: Book, report: FixReport) -> None:
    """Let Excel compute formulas anew: they may read what was mended."""
    sheets = [s.part for s in book.sheets() if s.part]
    if not any(b"<f>" in (c := book.read(p) or b"") or b"<f " in c or b":f>" in c for p in sheets):
        return
    root, edits = book.tree(book.workbook), book.edit(book.workbook)
    node = root.find("calcPr")
    if node is not None:
        tag = edits.base[node.start : node.inner]
        edits.replace(node.start, node.inner, set_attributes(tag, {"fullCalcOnLoad": "1"}))
    else:
        book.put_in_workbook("calcPr", f'<{root.prefix}calcPr fullCalcOnLoad="1"/>'.encode())
    report.remarks.append(
        Text(
            "文件含公式：请用 Excel 打开修正件并保存一次，让公式按修正后的数重算，再校验。",
            "It has formulas: open the copy in Excel and save it once, so that they are computed anew; then check.",
        )
    )
