"""The sheet 校验结果 in an annotated copy: all findings, with links to the cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from qq_excel.catalogue import LEVEL_NAMES, LEVELS
from qq_excel.findings import Finding, Findings
from qq_excel.language import Text, t
from qq_excel.papers import style
from qq_excel.papers.marks import LINK
from qq_excel.papers.sheet import Column
from qq_excel.papers.told import NO_CELL, REMEMBERED, AllTold, Told, tell
from qq_excel.papers.words import lines, width
from qq_excel.patching.book import sheet_reference
from qq_excel.patching.sheetmaker import Line, Made, Put
from qq_excel.patching.styles import Look

_MOST_ROWS = 200_000
#: Columns of the list that are not a finding's own but the reader's: who mends it, and whether it is done.
_OWN = 2
#: So much of what is told of a finding has a column.
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
        of_levels = ((x, self.counts[(*at, x)]) for x in LEVELS)
        return LINK + "、".join(f"{LEVEL_NAMES[x]} {n}" for x, n in of_levels if n)


def findings_list(told: AllTold, sheets: Collection[str], notes: Sequence[Text]) -> FindingsList:
    """The list of the findings *told*; *sheets* are those to which links can lead, *notes* what is said above it."""
    columns = [*own_columns(), Column(t("处理人", "by"), least=10), Column(t("处理情况", "done"), least=16)]
    findings = told.findings
    shown = findings[:_MOST_ROWS]
    texts = [*zip(*told.first, strict=True)] or [()] * len(Told._fields)
    needs = [
        max([c.least, width(c.header) + 5.0, *(width(x) + 2.0 for x in set(mine))])
        for c, mine in zip(columns[:-_OWN], texts, strict=False)
    ]
    widths = [min(c.most, need) for c, need in zip(columns, needs, strict=False)]
    # all others are one line high
    high = [
        i for i, c in enumerate(columns[:-_OWN]) if needs[i] > c.most or any("\n" in x for x in set(texts[i]))
    ]
    widths += [c.least + 2 for c in columns[-_OWN:]]
    made = Made(widths, tab=style.LEVEL_TINTS["E"].ink[1:], columns=len(columns))
    made.add([Put(t("校验结果", "Findings"), _look(size=14, bold=True, colour=style.NAVY))], 24)
    for words in (counted(findings), *(str(n) for n in notes)):
        made.add([Put(words, _look(size=9, colour=style.SOFT))])
    head = _look(bold=True, colour=style.WHITE, fill=style.BLUE, border=True, centre=True, wrap=True)
    made.head = made.add([Put(c.header, head) for c in columns], 24)
    looks = _Looks(columns)
    made.follow(
        lambda: _rows(islice(told, _MOST_ROWS), shown, sheets, [(i, widths[i]) for i in high], looks),
        len(shown),
        looks.all,
    )
    out = FindingsList(made)
    for line, at in enumerate(zip(shown.each("sheet"), shown.rows.tolist(), strict=True), made.head + 2):
        if at[0] in sheets and at[1] >= 0:
            out.first.setdefault(at, line)
    out.counts.update(
        zip(findings.each("sheet"), findings.rows.tolist(), findings.each("level"), strict=True)
    )
    return out


def _rows(
    told: Iterable[Told], findings: Findings, sheets: Collection[str], high: Sequence[tuple[int, float]], looks: _Looks,
) -> Iterator[Line]:  # fmt: skip
    """The rows of the list; *high* are the columns, with their widths, in which a text takes more than one line."""
    places = {name: f"{sheet_reference(name)}!" for name in sheets}
    each = zip(told, *(findings.each(by) for by in ("level", "status", "sheet")), strict=True)
    for n, (f, level, status, sheet) in enumerate(each):
        most = max([lines(f[i], w) for i, w in high], default=1) if n < REMEMBERED else 2
        links = ((_CELL, places[sheet] + f.cell),) if f.cell != NO_CELL and sheet in places else ()
        yield Line(
            min(400, max(18, 15 * most + 3)), (*f[:_SHOWN], "", ""),
            looks.of(level if status == "open" else "", linked=bool(links)), links,
        )  # fmt: skip


#: Which column has the cell's address.
_CELL = 3


def _look(
    *, size: float = 10, bold: bool = False, colour: str = style.INK, fill: str | None = None, border: bool = False,
    centre: bool = False, wrap: bool = False, underline: bool = False,
) -> Look:  # fmt: skip
    return Look(
        style.FONT, size, bold, colour[1:], underline, None if fill is None else fill[1:],
        style.LINE[1:] if border else None, centre, wrap,
    )  # fmt: skip


class _Looks:
    """The looks of the cells of the list, each made once."""

    def __init__(self, columns: Sequence[Column]) -> None:
        plain = [_look(border=True, centre=c.centre, wrap=True) for c in columns]
        link = _look(border=True, centre=True, wrap=True, colour=style.BLUE, underline=True)
        tints = {**style.LEVEL_TINTS, "": style.SETTLED}
        levels = {
            k: _look(border=True, centre=True, wrap=True, bold=True, colour=v.ink, fill=v.fill)
            for k, v in tints.items()
        }

        #: Every look that a cell of a finding may have.
        self.all = [*plain, link, *levels.values()]
        linked = [len(plain) if i == _CELL else i for i in range(len(plain))]
        self._rows = {
            (key, which): (len(plain) + 1 + n, *(linked if which else range(len(plain)))[1:])
            for n, key in enumerate(levels)
            for which in (False, True)
        }

    def of(self, level: str, *, linked: bool) -> Sequence[int]:
        """Which of them the cells of a row have."""
        return self._rows[level, linked]


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
