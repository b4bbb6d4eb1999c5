"""The sheet 校验结果 in an annotated copy: all findings, with links to the cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from qq_excel.catalogue import LEVEL_NAMES, LEVELS, STATUS_NAMES
from qq_excel.findings import Finding, Findings
from qq_excel.language import Text, t
from qq_excel.papers import style
from qq_excel.papers.marks import LINK
from qq_excel.papers.sheet import Column
from qq_excel.papers.words import clean, clip, lines, width
from qq_excel.patching.book import sheet_reference
from qq_excel.patching.sheetmaker import Made, Put, Row
from qq_excel.patching.styles import Look

_MOST_ROWS = 200_000
#: Rows by which the widths are found, and whose heights are set.
_MEASURED = 2_000
#: Columns of the list that are not a finding's own but the reader's: who mends it, and whether it is done.
_OWN = 2


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


def findings_list(findings: Findings, sheets: Collection[str], notes: Sequence[Text]) -> FindingsList:
    """The list of *findings*; *sheets* are those to which links can lead, *notes* what is said above it."""
    columns = [*own_columns(), Column(t("处理人", "by"), least=10), Column(t("处理情况", "done"), least=16)]
    shown = findings[:_MOST_ROWS]
    measured = [own_values(f) for f in shown[:_MEASURED]]
    widths = [
        min(c.most, max([c.least, width(c.header) + 5.0, *(width(r[i]) + 2.0 for r in measured)]))
        for i, c in enumerate(columns[:-_OWN])
    ]
    widths += [c.least + 2 for c in columns[-_OWN:]]
    made = Made(widths, tab=style.LEVEL_TINTS["E"].ink[1:], columns=len(columns))
    made.add([Put(t("校验结果", "Findings"), _look(size=14, bold=True, colour=style.NAVY))], 24)
    for words in (counted(findings), *(str(n) for n in notes)):
        made.add([Put(words, _look(size=9, colour=style.SOFT))])
    head = _look(bold=True, colour=style.WHITE, fill=style.BLUE, border=True, centre=True, wrap=True)
    made.head = made.add([Put(c.header, head) for c in columns], 24)
    looks = _Looks(columns)
    made.follow(lambda: _rows(shown, measured, sheets, widths, looks), len(shown), looks.all)
    out = FindingsList(made)
    for line, at in enumerate(zip(shown.each("sheet"), shown.rows.tolist(), strict=True), made.head + 2):
        if at[0] in sheets and at[1] >= 0:
            out.first.setdefault(at, line)
    out.counts.update(
        zip(findings.each("sheet"), findings.rows.tolist(), findings.each("level"), strict=True)
    )
    return out


def _rows(
    findings: Findings, measured: Sequence[list[str]], sheets: Collection[str], widths: Sequence[float],
    looks: _Looks,
) -> Iterator[Row]:  # fmt: skip
    """The rows of the list; *measured* are what the first findings say."""
    for n, f in enumerate(findings):
        values = [*(measured[n] if n < len(measured) else own_values(f)), "", ""]
        most = max(lines(v, w) for v, w in zip(values, widths, strict=False)) if n < len(measured) else 2
        cells = [
            looks.put(f, i, value, _target(f, sheets) if i == _CELL else None)
            for i, value in enumerate(values)
        ]
        yield min(400, max(18, 15 * most + 3)), cells


#: Which column has the cell's address.
_CELL = 3


def _target(f: Finding, sheets: Collection[str]) -> str | None:
    return f"{sheet_reference(f.sheet)}!{f.cell}" if f.cell and f.sheet in sheets and f.sheet else None


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
        self._plain = [_look(border=True, centre=c.centre, wrap=True) for c in columns]
        self._link = _look(border=True, centre=True, wrap=True, colour=style.BLUE, underline=True)
        tints = {**style.LEVEL_TINTS, "": style.SETTLED}
        self._level = {
            k: _look(border=True, centre=True, wrap=True, bold=True, colour=v.ink, fill=v.fill)
            for k, v in tints.items()
        }

    @property
    def all(self) -> list[Look]:
        """Every look that a cell of a finding may have."""
        return [*self._plain, self._link, *self._level.values()]

    def put(self, f: Finding, column: int, value: str, link: str | None) -> Put:
        """The cell of *f* in *column*."""
        if column == 0:
            return Put(value, self._level[f.level if f.status == "open" else ""])
        return Put(value, self._link if link else self._plain[column], link)


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
    expected = "" if f.expected is None else str(f.expected)
    texts = [
        str(LEVEL_NAMES[f.level]), f.rule, f.sheet or t("（整个文件）", "(the file)"), f.cell or "—", f.header, f.key,
        f.value, expected, f.message(), f.fix(), f.clause, str(STATUS_NAMES[f.status]),
    ]  # fmt: skip
    return [clip(clean(x or "")) for x in texts]
