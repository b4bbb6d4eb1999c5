"""The sheet 校验结果 in an annotated copy: all findings, with links to the cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from qq_excel.catalogue import LEVEL_NAMES, LEVELS
from qq_excel.findings import Finding, Findings
from qq_excel.language import Lang, Text, current, t
from qq_excel.papers import style
from qq_excel.papers.cells import Column
from qq_excel.papers.finding_rows import TINTS, Fit, RowLooks
from qq_excel.papers.marks import LINK
from qq_excel.papers.told import NO_CELL, AllTold, ToldRow, tell
from qq_excel.papers.words import width
from qq_excel.patching.book import sheet_reference
from qq_excel.patching.sheetmaker import Cells, Line, Made, Put, cells_of
from qq_excel.patching.styles import Look

_MOST_ROWS = 200_000
#: So much of what is told of a finding has a column; the others are the reader's: who mends it, and whether it is done.
_SHOWN = 12


@dataclass(slots=True)
class FindingsList:
    """The list, and where each row of a sheet is first spoken of."""

    sheet: Made
    #: (sheet, zero-based row) -> one-based row of the list.
    first: dict[tuple[str, int], int] = field(default_factory=dict)
    #: (sheet, zero-based row, level) -> findings.
    counts: Counter[tuple[str | None, int, str]] = field(default_factory=Counter)

    def words(self, at: tuple[str, int]) -> str:
        """What the link at the end of a row says."""
        sheet, row = at
        return _link_words(tuple(self.counts.get((sheet, row, level), 0) for level in LEVELS), current())


@lru_cache(maxsize=1_024)
def _link_words(counts: tuple[int, ...], _: Lang) -> str:
    return LINK + "、".join(f"{LEVEL_NAMES[x]} {n}" for x, n in zip(LEVELS, counts, strict=True) if n)


def findings_list(told: AllTold, sheets: Collection[str], notes: Sequence[Text]) -> FindingsList:
    """The list of the findings *told*; *sheets* are those to which links can lead, *notes* what is said above it."""
    columns = [*own_columns(), Column(t("处理人", "by"), least=10), Column(t("处理情况", "done"), least=16)]
    findings = told.findings
    shown = findings[:_MOST_ROWS]
    own = [(width(c.header) + 5, n + 2, b) for c, (n, b) in zip(columns, told.needs[:_SHOWN], strict=False)]
    fit = Fit(columns, [*own, *((c.least + 2, 0, False) for c in columns[_SHOWN:])])
    made = Made(fit.widths, tab=style.LEVEL_TINTS["E"].ink[1:], columns=len(columns))
    made.add([Put(t("校验结果", "Findings"), _look(size=14, bold=True, colour=style.NAVY))], 24)
    for words in (counted(findings), *(str(n) for n in notes)):
        made.add([Put(words, _look(size=9, colour=style.SOFT))])
    head = _look(bold=True, colour=style.WHITE, fill=style.BLUE, border=True, centre=True, wrap=True)
    made.head = made.add([Put(c.header, head) for c in columns], 24)
    made.follow(
        lambda: _lines(islice(told.rows(), _MOST_ROWS), shown, fit, sheets), len(shown), _looks(columns)
    )
    out = FindingsList(made)
    for line, at in enumerate(zip(shown.each("sheet"), shown.rows.tolist(), strict=True), made.head + 2):
        if at[0] in sheets and at[1] >= 0:
            out.first.setdefault(at, line)
    out.counts.update(
        zip(findings.each("sheet"), findings.rows.tolist(), findings.each("level"), strict=True)
    )
    return out


#: The cells of the reader's own columns.
_BLANK = cells_of(("", ""))


def _lines(told: Iterable[ToldRow], findings: Findings, fit: Fit, sheets: Collection[str]) -> Iterator[Line]:
    looks = RowLooks(len(fit.widths), _LEVEL, _CELL)
    places = {name: f"{sheet_reference(name)}!" for name in sheets}
    each = zip(told, *(findings.each(by) for by in ("level", "status", "sheet")), strict=True)
    for n, ((f, (formulas, insides), widths), level, status, sheet) in enumerate(each):
        links = ((_CELL, places[sheet] + f.cell, f.cell),) if f.cell != NO_CELL and sheet in places else ()
        cells = Cells(formulas[:_SHOWN] + _BLANK.formulas, insides[:_SHOWN] + _BLANK.insides)
        yield Line(fit.height(n, f, widths), cells, looks.of(level, status, linked=bool(links)), links)


#: Which columns have more than one look.
_LEVEL, _CELL = 0, 3


def _look(
    *, size: float = 10, bold: bool = False, colour: str = style.INK, fill: str | None = None, border: bool = False,
    centre: bool = False, wrap: bool = False, underline: bool = False,
) -> Look:  # fmt: skip
    return Look(
        style.FONT, size, bold, colour[1:], underline, None if fill is None else fill[1:],
        style.LINE[1:] if border else None, centre, wrap,
    )  # fmt: skip


def _looks(columns: Sequence[Column]) -> list[Look]:
    """The looks of the cells, as :class:`RowLooks` numbers them."""
    return [
        *(_look(border=True, centre=c.centre, wrap=True) for c in columns),
        _look(border=True, centre=True, wrap=True, colour=style.BLUE, underline=True),
        *(
            _look(border=True, centre=True, wrap=True, bold=True, colour=v.ink, fill=v.fill)
            for v in TINTS.values()
        ),
    ]


def counted(findings: Findings) -> str:
    """How many there are of each level, in one line."""
    count = findings.counts()
    settled = len(findings) - sum(count.values())
    words = "  ".join(f"{LEVEL_NAMES[x]} {n}" for x, n in count.items())
    return words + (t(f"  已说明等 {settled}", f"  settled {settled}") if settled else "")


def own_columns() -> list[Column]:
    """The columns of a finding."""
    return [
        Column(t("级别", "level"), centre=True, least=10), Column(t("规则", "rule"), centre=True, least=10),
        Column(t("工作表", "sheet"), most=20), Column(t("单元格", "cell"), centre=True, least=9),
        Column(t("列", "column"), most=16), Column(t("编号", "key"), most=18), Column(t("现值", "value"), most=20),
        Column(t("应为", "expected"), most=20), Column(t("问题", "what is wrong"), least=30, most=48),
        Column(t("改法", "how to mend it"), least=24, most=40), Column(t("条款", "clause"), most=12, centre=True),
        Column(t("状态", "status"), centre=True, least=9),
    ]  # fmt: skip


def own_values(f: Finding) -> list[str]:
    """What stands in them, clean and short enough for cells."""
    return list(tell(f)[:_SHOWN])
