"""From a file or a live sheet to typed tables, and the facts seen on the way."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import logging
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from qq_excel.errors import InputError
from qq_excel.language import Text
from qq_excel.reading.guard import Limits
from qq_excel.reading.model import Area, FileFact, HeadEntry, Table, Workbook

__all__ = ["Limits", "Table", "Workbook", "plain_rows", "read_grids", "read_workbook"]

log = logging.getLogger(__name__)
#: Sheets that the program itself writes; they are no submission.
OWN_SHEETS = frozenset(
    {"填表说明", "校验结果", "汇总", "制度与版本", "导入说明", "豁免", "_qq_marks", "_lists"}
)


def read_workbook(path: Path, *, as_of: dt.date | None = None, limits: Limits | None = None) -> Workbook:
    """Read one workbook. Bad content never raises: it becomes facts (FIL001-FIL010) of the answer.

    *as_of* is taken in place of the 截止日期 of the head block. Raises :class:`InputError` only when the
    path does not exist or cannot be opened.
    """
    from qq_excel.reading.guard import Refusal, inspect  # noqa: PLC0415

    limits = limits or Limits()
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(
            Text(
                f"{path}：打不开（{error.strerror}）。请检查路径和权限，关闭正在使用它的程序。",
                f"{path}: cannot be opened ({error.strerror}). Check path and permissions, close what uses it.",
            )
        ) from None
    book = Workbook(str(path), path.name, digest)
    try:
        inspection = inspect(path, limits)
        book.facts += inspection.facts
        if inspection.format is None:
            return book
        _say_extension(path, inspection.format, book)
        grids = _grids(path, inspection, limits)
        _tables(grids, book, as_of)
    except Refusal as refusal:
        book.tables.clear()
        book.facts.append(refusal.fact)
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException:  # a panic of a parser is no Exception
        fault = _fault(path)
        book.tables.clear()
        reason = Text(f"解析失败（故障编号 {fault}）", f"it cannot be parsed (fault {fault})")
        book.facts.append(FileFact("FIL001", values={"reason": reason, "code": "fault", "fault": fault}))
    return book


def read_grids(grids: Iterable[Any], name: str, *, as_of: dt.date | None = None) -> Workbook:
    """Tables of sheets that are cells already (a live workbook)."""
    book = Workbook(name, name, "")
    _tables(list(grids), book, as_of)
    return book


def plain_rows(path: Path, sheet: str | None) -> list[list[Any]]:
    """All cells of one sheet as Python values, for imports. :class:`InputError` when it cannot be read."""
    from python_calamine import CalamineWorkbook  # noqa: PLC0415

    from qq_excel.reading.guard import inspect  # noqa: PLC0415

    inspection = inspect(path, Limits())
    if inspection.format is None:
        reason = inspection.facts[-1].values["reason"]
        assert isinstance(reason, Text)  # noqa: S101 - the guard always says why
        raise InputError(Text(f"{path}：{reason.zh}。", f"{path}: {reason.en}."))
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))  # whatever its name says
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise InputError(
                Text(
                    f"{path}：没有工作表“{sheet}”，有：{'、'.join(names)}。",
                    f"{path}: no sheet '{sheet}', only {', '.join(names)}.",
                )
            )
        rows = book.get_sheet_by_name(sheet or names[0]).to_python(skip_empty_area=False)
    except (InputError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException:  # a panic of a parser is no Exception
        fault = _fault(path)
        raise InputError(
            Text(f"{path}：解析失败（故障编号 {fault}）。", f"{path}: cannot be parsed (fault {fault}).")
        ) from None
    return [list(row) for row in rows]


def _fault(path: Path) -> str:
    """Log what is being handled under a fault id."""
    fault = uuid.uuid4().hex[:8]
    log.exception("cannot read %s, fault %s", path, fault)
    return fault


def _say_extension(path: Path, found: str, book: Workbook) -> None:
    allowed = {
        "xlsx": {".xlsx", ".xlsm", ".xltx", ".xltm"},
        "xlsb": {".xlsb"},
        "xls": {".xls", ".xlt"},
        "ods": {".ods"},
    }
    if path.suffix.lower() not in allowed[found]:
        reason = Text(
            f"扩展名是 {path.suffix or '（无）'}，内容却是 {found}；已按内容读取，请改正扩展名",
            f"the extension is {path.suffix or '(none)'} but the content is {found}; it was read by its content",
        )
        book.facts.append(FileFact("FIL001", values={"reason": reason, "code": "extension"}))


def _grids(path: Path, inspection: Any, limits: Limits) -> list[Any]:
    from qq_excel.reading import grid  # noqa: PLC0415
    from qq_excel.reading.guard import over  # noqa: PLC0415

    if inspection.format == "xlsx":
        from qq_excel.reading.package import Package  # noqa: PLC0415

        package = Package(path, inspection.scans)
        sheets, opened = package.sheets, grid.FileGrid
        if len(sheets) > limits.sheets:
            raise over("sheets", "工作表数量", "number of sheets", len(sheets), limits.sheets)
        reader = grid.open_file(path)
        return [opened(reader, package, sheet) for sheet in sheets]
    from python_calamine import CalamineWorkbook, SheetVisibleEnum  # noqa: PLC0415

    old = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))  # whatever its name says
    if len(old.sheet_names) > limits.sheets:
        raise over("sheets", "工作表数量", "number of sheets", len(old.sheet_names), limits.sheets)
    out = []
    for meta in old.sheets_metadata:
        if "WorkSheet" not in str(meta.typ):
            continue
        sheet = old.get_sheet_by_name(meta.name)
        rows = sheet.to_python(skip_empty_area=False)
        state = "visible" if meta.visible == SheetVisibleEnum.Visible else "hidden"
        merges = [Area(*start, *end) for start, end in sheet.merged_cell_ranges or ()]
        out.append(grid.BlockGrid(meta.name, rows, state=state, merges=merges))
    return out


def _tables(grids: list[Any], book: Workbook, as_of: dt.date | None) -> None:
    from qq_excel.reading.locate import Located, NotLocated, locate  # noqa: PLC0415
    from qq_excel.reading.table import make_table  # noqa: PLC0415

    passed: list[tuple[str, NotLocated]] = []
    for grid in grids:
        if grid.name in OWN_SHEETS or grid.marks.get("kind") in ("help", "result"):
            continue
        found = locate(grid)
        if isinstance(found, Located):
            table = make_table(grid, found)
            if as_of is not None:
                table.head["as_of"] = HeadEntry("as_of", as_of.isoformat(), as_of, -1, -1)
            book.tables.append(table)
        elif any(any(v is not None for v in row) for row in grid.head(60)):
            passed.append((grid.name, found))
    if not book.tables and not any(f.rule in ("FIL001", "FIL002", "FIL003", "FIL010") for f in book.facts):
        nearest = max((n for _, n in passed), key=lambda n: n.score, default=NotLocated())
        book.facts.append(FileFact("FIL006", values=_nearest(nearest)))
    elif book.tables:
        book.facts += [FileFact("FIL009", sheet=name, values={"sheet": name}) for name, _ in passed]


def _nearest(found: Any) -> dict[str, object]:
    """Which kind comes nearest, and which required headers it lacks."""
    if found.kind is None or not found.score:
        reason = Text("没有一行像是列名", "no row looks like headers")
        return {"reason": reason, "nearest": "", "lacks": ""}
    lacks = found.lacks[:8]
    more_zh, more_en = (
        (f"等 {len(found.lacks)} 列", f" and {len(found.lacks) - 8} more")
        if len(found.lacks) > 8
        else ("", "")
    )
    zh, en = found.kind.title.zh, found.kind.title.en
    reason = Text(
        f"最接近《{zh}》，缺少{'、'.join(lacks)}{more_zh}",
        f"the nearest is '{en}', which lacks {', '.join(lacks)}{more_en}",
    )
    return {"reason": reason, "nearest": found.kind.title.text, "lacks": "、".join(lacks)}
