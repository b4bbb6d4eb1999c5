"""One workbook: from its file, or from live sheets, to its tables and what was seen on the way."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qq_excel.errors import InputError, why_unreadable
from qq_excel.language import Text
from qq_excel.reading.model import UNREADABLE, FileFact, HeadEntry, Workbook
from qq_excel.reading.options import USUAL, Limits, Options
from qq_excel.reading.source import Source

if TYPE_CHECKING:
    from qq_excel.kinds import Kind
    from qq_excel.reading.guard import Inspection
    from qq_excel.reading.locate import Located, NotLocated
    from qq_excel.reading.mapping import Found
    from qq_excel.reading.model import Grid
    from qq_excel.reading.refusal import Refusal

log = logging.getLogger(__name__)
#: Rows above the headers of a further table in which its head block may stand.
_ABOVE = 4
#: Bytes of a file that is kept in memory while it is read.
_SMALL = 8 << 20
#: What ends the program itself, not the reading of a file.
_OUR_END = (KeyboardInterrupt, SystemExit, GeneratorExit)
#: Refusals of what may be a table as text all the same: of one column, or in an encoding that somebody has to name.
_PERHAPS_TEXT = frozenset({"text", "not_a_workbook"})
#: Sheets that the program itself writes; they are no submission.
OWN_SHEETS = frozenset(
    {
        "填表说明",
        "校验结果",
        "修正记录",
        "汇总",
        "制度与版本",
        "导入说明",
        "豁免",
        "账龄分析",
        "提交封存",
        "_qq_marks",
        "_lists",
    }
)


def read_workbook(
    path: Path, *, as_of: dt.date | None = None, options: Options | None = None, home: Path | None = None
) -> Workbook:
    """Read one workbook. Bad content never raises: it becomes facts (FIL001-FIL010) of the answer.

    *as_of* is taken in place of the 截止日期 of the head block; mappings are looked for in *home*, else beside
    the file. Raises :class:`InputError` only when the
    path does not exist or cannot be opened. A parser that dies takes this process with it, and nothing
    holds it to a time limit: :class:`qq_excel.reading.pool.Pool` reads what is foreign.
    """
    options = options or Options()
    try:
        source, digest = _opened(path)
    except OSError as error:
        raise InputError(
            Text(
                f"{path}：打不开（{why_unreadable(error).zh}）。请检查路径和权限，关闭正在使用它的程序。",
                f"{path}: cannot be opened ({why_unreadable(error).en}). Check path and permissions, close what uses it.",
            )
        ) from None
    book = Workbook(str(path), path.name, digest)
    try:
        source, inspection = _inspected(source, options)
        book.facts += inspection.facts
        if inspection.format is None:
            return book
        with _grids(source, inspection, options.limits) as grids:
            mappings = _mappings((home or path.parent) / path.name, options, book)
            _tables(grids, book, as_of, mappings, options.limits)
        _say_extension(path, inspection.format, book)
    except _OUR_END:
        raise
    except BaseException as error:  # a panic of a parser is no Exception
        book.tables.clear()
        book.facts.append(_why(error, path, options.limits))
    return book


def _why(error: BaseException, path: Path, limits: Limits) -> FileFact:
    """What an exception of the guard, a parser or our own says about the file."""
    import fastexcel  # once something is wrong, since they load slowly
    import python_calamine

    from qq_excel.reading.guard import BROKEN
    from qq_excel.reading.refusal import Refusal, damaged, out_of_memory

    if isinstance(error, Refusal):
        return error.fact
    if isinstance(error, MemoryError):
        return out_of_memory(limits).fact
    if isinstance(error, (*BROKEN, fastexcel.FastExcelError, python_calamine.CalamineError)):
        log.info("%s is damaged", path, exc_info=error)
        return damaged().fact
    fault = uuid.uuid4().hex[:8]
    log.error("cannot read %s, fault %s", path, fault, exc_info=error)
    reason = Text(f"解析失败（故障编号 {fault}）", f"it cannot be parsed (fault {fault})")
    return FileFact("FIL001", values={"reason": reason, "code": "fault", "fault": fault})


@contextmanager
def _readable(path: Path, limits: Limits) -> Iterator[None]:
    """Whatever is wrong with the file inside the block, raise an :class:`InputError` that says it."""
    try:
        yield
    except (InputError, *_OUR_END):
        raise
    except BaseException as error:
        from qq_excel.reading.refusal import cannot_read

        raise cannot_read(path, _why(error, path, limits)) from None


def read_grids(grids: Iterable[Grid], name: str) -> Workbook:
    """Tables of sheets that are cells already (a live workbook)."""
    book = Workbook(name, name, "")
    _tables(list(grids), book, None)
    return book


def sheet_heads(path: Path, *, options: Options | None = None) -> list[tuple[str, list[list[Any]]]]:
    """Each sheet's name and its first rows, merged cells filled: what a mapping is proposed from.

    Raises :class:`InputError` when the file cannot be read.
    """
    from qq_excel.reading.locate import HEAD_ROWS, fill_merges

    options = options or Options()
    with _readable(path, options.limits):
        source, inspection = _inspected(Source(path), options)
        if inspection.format is None:
            raise _refusal_of(inspection)
        with _grids(source, inspection, options.limits) as grids:
            heads = [
                (g.name, fill_merges(g.head(HEAD_ROWS), g.merges)) for g in grids if g.name not in OWN_SHEETS
            ]
    return heads


def plain_rows(
    path: Path, sheet: str | None, *, options: Options | None = None, encoding: str | None = None,
    separator: str | None = None,
) -> list[list[Any]]:  # fmt: skip
    """All cells of one sheet as Python values, for imports. :class:`InputError` when it cannot be read.

    *encoding* and *separator* are those of a text file, found out where they are not given.
    """
    from qq_excel.reading.plaintext import TEXT_SUFFIXES, read_text

    options = options or Options()
    rows: list[list[Any]]
    with _readable(path, options.limits):
        source, inspection = _inspected(Source(path), options)
        told = encoding is not None or path.suffix.lower() in TEXT_SUFFIXES
        code = inspection.facts[-1].values.get("code") if inspection.facts else None
        if inspection.format == "csv" or (inspection.format is None and told and code in _PERHAPS_TEXT):
            rows = read_text(source, options.limits, encoding=encoding, separator=separator).rows
        elif inspection.format is None:
            raise _refusal_of(inspection)
        else:
            rows = _cells_of(source, path, sheet)
    return rows


def _cells_of(source: Source, path: Path, sheet: str | None) -> list[list[Any]]:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(source.open())  # whatever its name says
    names = book.sheet_names
    if sheet is not None and sheet not in names:
        raise InputError(
            Text(
                f"{path}：没有工作表“{sheet}”，有：{'、'.join(names)}。",
                f"{path}: no sheet '{sheet}', only {', '.join(names)}.",
            )
        )
    return book.get_sheet_by_name(sheet or names[0]).to_python(skip_empty_area=False)


def _refusal_of(inspection: Inspection) -> Refusal:
    """The refusal that an inspection came to."""
    from qq_excel.reading.refusal import Refusal

    return Refusal.of(inspection.facts[-1])


def _say_extension(path: Path, found: str, book: Workbook) -> None:
    allowed = {
        "xlsx": {".xlsx", ".xlsm", ".xltx", ".xltm"},
        "xlsb": {".xlsb"},
        "xls": {".xls", ".xlt"},
        "ods": {".ods"},
        "csv": {".csv", ".tsv", ".txt"},
    }
    if path.suffix.lower() not in allowed[found]:
        reason = Text(
            f"扩展名是 {path.suffix or '（无）'}，内容却是 {found}"
            + ("；数据已按内容读出" if book.tables else ""),
            f"the extension is {path.suffix or '(none)'} but the content is {found}"
            + ("; it was read by its content" if book.tables else ""),
        )
        book.facts.append(FileFact("FIL001", values={"reason": reason, "code": "extension"}))


def _opened(path: Path) -> tuple[Source, str]:
    """The file *path* and its digest. A small file is read once: what was hashed is what every parser sees."""
    with path.open("rb") as file:
        content = file.read(_SMALL + 1)
        if len(content) <= _SMALL:
            return Source(path, content), hashlib.sha256(content).hexdigest()
        file.seek(0)
        return Source(path), hashlib.file_digest(file, "sha256").hexdigest()


def _inspected(source: Source, options: Options) -> tuple[Source, Inspection]:
    """What the file is; if it needs a password and one is given, what is inside."""
    from qq_excel.reading.guard import Inspection, inspect
    from qq_excel.reading.refusal import Refusal

    inspection = inspect(source, options.limits)
    code = inspection.facts[-1].values["code"] if inspection.format is None else None
    if not options.passwords or code not in ("package", "workbook"):
        return source, inspection
    from qq_excel.reading.encrypted import decrypt

    try:
        source = decrypt(source, options.passwords, options.limits)
    except Refusal as refusal:
        return source, Inspection(None, [refusal.fact])
    return source, inspect(source, options.limits)


@contextmanager
def _grids(source: Source, inspection: Inspection, limits: Limits) -> Iterator[Sequence[Grid]]:
    """The sheets of a file as cells; it is let go of afterwards."""
    from qq_excel.reading import grid
    from qq_excel.reading.refusal import over

    if inspection.format == "csv":
        from qq_excel.reading.plaintext import read_text

        yield [read_text(source, limits)]
    elif inspection.format == "xlsx":
        from qq_excel.reading.package import Package

        with closing(Package(source, inspection.scans)) as package:
            sheets = package.sheets
            if len(sheets) > limits.sheets:
                raise over("sheets", "工作表数量", "number of sheets", len(sheets), limits.sheets)
            reader = grid.LateReader(source)
            yield [grid.FileGrid(reader, package, sheet, limits) for sheet in sheets]
    else:
        from qq_excel.reading.oldformats import read_old

        assert inspection.format  # noqa: S101 - a refused file does not come here
        yield read_old(source, inspection.format, limits)


def _mappings(path: Path, options: Options, book: Workbook) -> tuple[Found, ...]:
    """The mappings for this file; a wrong one beside it becomes a fact."""
    found, wrong = options.mappings.near(path)
    if wrong is not None:
        reason = Text(
            f"对应关系文件有误，没有采用：{wrong.zh}", f"a wrong mapping file was passed over: {wrong.en}"
        )
        book.facts.append(FileFact("FIL011", values={"reason": reason, "code": "wrong", "level": "W"}))
    return found


def _tables(
    grids: Sequence[Grid],
    book: Workbook,
    as_of: dt.date | None,
    mappings: Sequence[Found] = (),
    limits: Limits = USUAL,
) -> None:
    from qq_excel.reading.beside import strips
    from qq_excel.reading.locate import Located, NotLocated, locate

    passed: list[tuple[str, NotLocated]] = []
    located: list[tuple[Grid, Located]] = []
    for grid in grids:
        if grid.name in OWN_SHEETS or grid.marks.get("kind") in ("help", "result"):
            continue
        found = locate(grid, mappings)
        if isinstance(found, Located):
            located.append((grid, found))
        elif any(any(v is not None for v in row) for row in grid.head(60)):
            passed.append((grid.name, found))
    # a second sheet is read after its main sheet, whose money unit it is in, wherever it stands
    for grid, found in sorted(located, key=lambda one: bool(one[1].kind.sheet_of)):
        parts: Sequence[Grid] = strips(grid, found, mappings)
        for part in parts or [grid]:
            here = found if part is grid else locate(part, mappings)
            _tables_of(part, here, book, as_of, mappings, found.head, limits)
    order = {grid.name: n for n, grid in enumerate(grids)}
    book.tables.sort(key=lambda table: order[table.sheet])
    if not book.tables and not any(f.rule in UNREADABLE for f in book.facts):
        nearest = max((n for _, n in passed), key=lambda n: n.score, default=NotLocated())
        book.facts.append(FileFact("FIL006", values=_nearest(nearest)))
    elif book.tables:
        book.facts += [FileFact("FIL009", sheet=name, values={"sheet": name}) for name, _ in passed]


def _main_unit(book: Workbook, kind: Kind) -> str | None:
    """The money unit of the main sheet of which *kind* is a second one: above that there is no head block."""
    return next((t.money_unit for t in book.tables if t.kind.kind == kind.sheet_of), None)


def _tables_of(
    grid: Grid,
    found: Located | NotLocated,
    book: Workbook,
    as_of: dt.date | None,
    mappings: Sequence[Found],
    head: dict[str, HeadEntry],
    limits: Limits,
) -> None:
    """The tables of one sheet, one below the other. What the *head* block says holds for all."""
    from qq_excel.reading.locate import Located, locate
    from qq_excel.reading.table import make_table

    while isinstance(found, Located):
        head = found.head = head | found.head
        found.header_unit = found.header_unit or _main_unit(book, found.kind)
        table = make_table(grid, found, limits)
        if found.mapping is not None:
            used = found.mapping.text
            reason = Text(f"按{used.zh}读取", f"read by {used.en}")
            book.facts.append(FileFact("FIL011", sheet=grid.name, values={"reason": reason, "code": "used"}))
        if as_of is not None:
            table.head["as_of"] = HeadEntry("as_of", as_of.isoformat(), as_of, -1, -1)
        book.tables.append(table)
        if table.below is None:
            return
        found = locate(grid, mappings, max(found.header_row + 1, table.below - _ABOVE))


def _nearest(found: NotLocated) -> dict[str, object]:
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
