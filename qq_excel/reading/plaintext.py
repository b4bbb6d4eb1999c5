"""CSV and its like: the encoding and the separator are found out, cells are text until a column wants more.

A text file has no cell types, so a plain numeral or date in it is no "number stored as text": where a
column is for numbers or dates, it is one. Everything else stays the text that it is, codes above all.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qq_excel.language import Text
from qq_excel.reading import values
from qq_excel.reading.model import Area, CellKind, Cells
from qq_excel.reading.options import Limits
from qq_excel.reading.refusal import Refusal, damaged, over
from qq_excel.reading.source import Source
from qq_excel.reading.texts import texts_of

#: What Excel, Chinese accounting programs and people put between cells.
SEPARATORS = (",", "\t", ";", "|", "，", "；")
#: In this order a guess may fall; UTF-8 is tried before, strictly.
_ENCODINGS = ["gb18030", "big5", "utf_16", "utf_16_le", "utf_16_be"]
_SAMPLE_LINES = 200
#: A text with such characters is no text.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_MARKUP = re.compile(r"\s*<(\?xml|!doctype|html|head|body|table|style|meta|!--)", re.IGNORECASE)
_NUMERAL = r"^[+-]?(0|[1-9]\d*|[1-9]\d{0,2}(,\d{3})+)(\.\d*)?([eE][+-]?\d{1,2})?$"
_DAY = r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}( \d{1,2}:\d{2}(:\d{2})?)?$"
#: How a code is kept from being taken for a number: ="00123".
_SHIELD = '="', '"'
#: What text files are called.
TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".txt"})


class TextGrid:
    """The only sheet of a CSV file. Nothing in it is merged, hidden, or a formula."""

    def __init__(self, name: str, rows: list[list[str]]) -> None:
        self.name = name
        self.state = "visible"
        self.rows = rows
        self.merges: list[Area] = []
        self.hidden_rows: frozenset[int] = frozenset()
        self.hidden_columns: frozenset[int] = frozenset()
        self.filtered = False
        self.stale_formulas: list[tuple[int, int]] = []
        self.foreign_formulas: list[tuple[int, int]] = []
        self.marks: dict[str, str] = {}
        self.date1904 = False

    def head(self, rows: int) -> list[list[Any]]:
        """The first *rows* rows; an empty cell is None."""
        return [[v or None for v in row] for row in self.rows[:rows]]

    def read(self, first_row: int, columns: Iterable[int], exact: Iterable[int] = ()) -> dict[int, Cells]:
        """See :meth:`qq_excel.reading.model.Grid.read`."""
        strict = set(exact)
        rows = self.rows[first_row:]
        return {
            c: _cells(pa.array([r[c] if c < len(r) else None for r in rows], pa.string()), c in strict)
            for c in set(columns)
        }


def _cells(array: Any, typed: bool) -> Cells:
    array = pc.if_else(pc.equal(array, ""), pa.scalar(None, pa.string()), array)
    kind = np.where(np.asarray(array.is_null()), CellKind.BLANK, CellKind.TEXT).astype(np.uint8)
    number = date = None
    if typed and (kind == CellKind.TEXT).any():
        plain = pc.utf8_trim_whitespace(array)
        is_number = _matches(plain, _NUMERAL)
        if is_number.any():
            numerals = pc.replace_substring(_only(plain, is_number), ",", "")
            number = numerals.cast(pa.float64()).to_numpy(zero_copy_only=False)
            kind[is_number] = CellKind.NUMBER
        is_date = _matches(plain, _DAY)
        if is_date.any():
            date = np.full(len(array), np.datetime64("NaT", "s"))
            written = plain.filter(pa.array(is_date)).to_pylist()
            known = {text: values.date(text) for text in set(written)}
            date[is_date] = np.array([known[t] for t in written], dtype="datetime64[s]")
            kind[is_date & ~np.isnat(date)] = CellKind.DATE  # 2026-02-30 stays the text that it is
    return Cells(kind, number=number, date=date, text=texts_of(_only(array, kind == CellKind.TEXT)))


def _matches(array: Any, pattern: str) -> Any:
    return np.asarray(pc.fill_null(pc.match_substring_regex(array, pattern), False))


def _only(array: Any, mask: Any) -> Any:
    return pc.if_else(pa.array(mask), array, pa.scalar(None, array.type))


# --- what the bytes are ---------------------------------------------------------------------------------


def looks_like_rows(start: bytes, *, whole: bool) -> bool:
    """Whether bytes that begin with *start* (which may be all of them) are a table as text."""
    text = _decoded_start(start, whole)
    if text is None or _CONTROL.search(text) or _MARKUP.match(text):
        return False
    return separator_of(_without_last_line(text, whole)) is not None


def why_not(start: bytes) -> Refusal:
    """The refusal of what is neither a workbook nor a table as text."""
    text = _decoded_start(start, whole=False)
    if text is not None and _MARKUP.match(text):
        return Refusal(
            "FIL001", "page",
            Text(
                "内容是网页或 XML（有的系统导出的 .xls 就是这样），不是 Excel 工作簿；用 Excel 打开后另存为 xlsx",
                "its content is a web page or XML (some systems export it as .xls), no workbook; open it in Excel and save it as xlsx",
            ),
        )  # fmt: skip
    code = "not_a_workbook" if text is None or _CONTROL.search(text) else "text"
    return Refusal(
        "FIL001", code,
        Text("内容不是 Excel 工作簿（可能只是改了扩展名）", "its content is no workbook (perhaps only renamed)"),
    )  # fmt: skip


def _decoded_start(start: bytes, whole: bool) -> str | None:
    """The text of a file's beginning, whose last character may be cut."""
    for cut in range(1 if whole else 4):
        piece = start[: len(start) - cut]
        if len(piece) and (encoding := encoding_of(piece)):
            try:
                return piece.decode(encoding)
            except UnicodeDecodeError:
                continue
    return None


def _without_last_line(text: str, whole: bool) -> str:
    return text if whole else text[: text.rfind("\n") + 1] or text


def encoding_of(raw: bytes) -> str | None:
    """The encoding of *raw*: UTF-8, or the likeliest of those that are used for Chinese; None if it is none."""
    if raw.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if b"\x00" not in raw:
            return "utf-8"
    from charset_normalizer import from_bytes  # only what is no UTF-8 needs it

    best = from_bytes(raw, cp_isolation=_ENCODINGS).best()
    return None if best is None else str(best.encoding)


def separator_of(text: str) -> str | None:
    """What stands between the cells of *text*, None when it has no columns.

    It is the one that cuts the most lines into the same number of cells; of two alike, the one that cuts
    more.
    """
    best: tuple[int, int] = (0, 1)
    found = None
    for separator in SEPARATORS:
        try:
            lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
            widths = Counter(len(row) for row in itertools.islice(lines, _SAMPLE_LINES) if row)
        except csv.Error:
            continue
        del widths[1]
        if not widths:
            continue
        width, lines_of_width = max(widths.items(), key=lambda item: (item[1], item[0]))
        if (lines_of_width, width) > best:
            best, found = (lines_of_width, width), separator
    return found


# --- reading --------------------------------------------------------------------------------------------


def decoded(raw: bytes, encoding: str | None = None) -> str:
    """*raw* as text, in the *encoding* that somebody knows.

    Raises :class:`Refusal` (FIL001) when that one, or any other, does not fit all of it.
    """
    found = encoding or encoding_of(raw)
    try:
        if found is not None:
            return raw.decode(found)
    except (UnicodeDecodeError, LookupError):
        pass
    if encoding is not None:
        raise Refusal(
            "FIL001", "encoding",
            Text(
                f"文字编码不是 {encoding}，请改正对应关系文件中的 encoding，或去掉它由程序判断",
                f"its text is not encoded as {encoding}; mend encoding in the mapping file, or leave it out",
            ),
        )  # fmt: skip
    raise Refusal(
        "FIL001", "encoding",
        Text(
            "文字编码认不出来（不是 UTF-8，也不是 GB18030）；用 Excel 打开后另存为 xlsx",
            "its text encoding is not known (neither UTF-8 nor GB18030); open it in Excel and save it as xlsx",
        ),
    )  # fmt: skip


def read_text(
    source: Source, limits: Limits, *, encoding: str | None = None, separator: str | None = None
) -> TextGrid:
    """The table of a text file; what is not given is found out. Raises :class:`Refusal`."""
    text = decoded(source.read(), encoding)
    if separator is None:
        separator = separator_of("".join(itertools.islice(io.StringIO(text, newline=""), _SAMPLE_LINES)))
    rows = [_bare(row) for row in _counted(text, separator or ",", limits)]
    while rows and not any(rows[-1]):
        rows.pop()
    return TextGrid(source.path.stem[:31] or "CSV", rows)


def _bare(row: list[str]) -> list[str]:
    """*row* without the shields around its codes."""
    start, end = _SHIELD
    return [v[2:-1] if v.startswith(start) and v.endswith(end) and len(v) > 2 else v for v in row]


#: The longest text of a cell: what csv takes by itself, four times what Excel does.
_LONGEST = 131_072


def _counted(text: str, separator: str, limits: Limits) -> Iterator[list[str]]:
    cells = width = line = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for number, row in enumerate(reader, 1):
            if reader.line_num > line + 1 and max(map(len, row)) > _LONGEST:
                raise damaged()  # as below, where somebody else in this process has lifted the limit of csv
            line = reader.line_num
            width = max(width, len(row))
            cells = number * width
            if cells > limits.cells:
                raise over("cells", "工作表的单元格数", "number of cells of a sheet", cells, limits.cells)
            yield row
    except csv.Error:  # a cell without end: a quotation mark that nobody closed
        raise damaged() from None
