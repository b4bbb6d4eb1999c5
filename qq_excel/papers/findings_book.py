"""校验结果: what one check found, as a workbook that an office can filter, print and send back."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qq_excel import __version__
from qq_excel.catalogue import LEVEL_NAMES, LEVELS, STATUS_NAMES, get_rule
from qq_excel.kinds import get_kind
from qq_excel.language import current, many, t
from qq_excel.papers import style
from qq_excel.papers.cells import Cell, Column, file_link, sheet_link
from qq_excel.papers.document import relative
from qq_excel.papers.finding_rows import TINTS, Fit, RowLooks
from qq_excel.papers.plain_book import PlainBook
from qq_excel.papers.policy_sheet import policy_sheet
from qq_excel.papers.sheet import Paper, Sheet, plain_paper
from qq_excel.papers.told import NO_CELL, AllTold, ToldRow
from qq_excel.papers.words import width
from qq_excel.patching.sheetmaker import Cells, Line, inline

if TYPE_CHECKING:
    from qq_excel.check import FileResult, Result
    from qq_excel.findings import By, Findings
    from qq_excel.policy import Policy

#: More than a sheet of Excel could bear with comfort; the JSON document has them all.
MOST_ROWS = 200_000
_COLUMNS = 8


def write_findings_book(
    result: Result, target: Path, *, file: FileResult | None = None, copies: Mapping[str, str] | None = None,
    told: AllTold | None = None,
) -> Path:  # fmt: skip
    """Write the findings of one *file*, or of the whole run, to *target*.

    *copies* gives for a file's name the path of its annotated copy relative to *target*'s folder; the cells
    of the list link to it. *told* are the findings of *file*, where another paper says them too.
    """
    files = [file] if file is not None else list(result.files)
    told = told or AllTold(result.findings if file is None else result.findings.of_file(file.workbook.name))
    findings = told.findings
    title = t("清欠工作簿校验结果", "What the check found")
    with plain_paper(target, title, _policy_pages(result.policy, result.as_of)) as book:
        summary, found = t("汇总", "summary"), t("校验结果", "findings")
        front = book.sheet(summary, tab=style.NAVY)
        rows = _list_sheet(book.sheet(found, tab="#C00000"), told, copies or {})
        _summary_sheet(front, result, files, findings, rows, found)
    return target


#: The sheet 制度与版本 of the last few policies and days: it is the same in all books of a run, and a fifth of each.
_pages: list[tuple[Policy, dt.date | None, str, PlainBook]] = []
_MOST_PAGES = 4


def _policy_pages(policy: Policy, day: dt.date | None) -> PlainBook:
    for known, *when, pages in _pages:
        if known is policy and when == [day, current()]:
            return pages
    pages = PlainBook("")
    policy_sheet(Paper(pages).sheet(t("制度与版本", "policy and versions"), tab="#7F7F7F"), policy, day)
    _pages.insert(0, (policy, day, current(), pages))
    del _pages[_MOST_PAGES:]
    return pages


# --- 汇总 ----------------------------------------------------------------------------------------------


def _summary_sheet(
    sheet: Sheet, result: Result, files: Sequence[FileResult], findings: Findings,
    first_rows: Mapping[str, int], found: str,
) -> None:  # fmt: skip
    sheet.widths([30, 13, 13, 11, 11, 11, 11, 15])
    day = result.as_of.isoformat() if result.as_of else t("未填", "not given")
    row = sheet.title(
        t("清欠工作簿校验结果", "What the check found"), _COLUMNS, t(f"截止日期 {day}", f"as of {day}")
    )
    row = _verdict(sheet, row + 1, files, findings)
    row = _facts(sheet, row + 1, result, files)
    row = sheet.heading(row + 1, t("一、按级别", "1. By level"))
    row = _by_level(sheet, row, findings)
    row = sheet.heading(row + 1, t("二、按文件", "2. By file"))
    row = _by_file(sheet, row, files, findings)
    row = sheet.heading(row + 1, t("三、按规则", "3. By rule"))
    row = _by_rule(sheet, row, findings, first_rows, found)
    row = sheet.heading(row + 1, t("四、按工作表", "4. By sheet"))
    row = _by_sheet(sheet, row, findings)
    if len(findings) > MOST_ROWS:
        more = t(
            f"问题共 {len(findings)} 条，《校验结果》只列前 {MOST_ROWS} 条；完整清单见 JSON 文件。",
            f"Of {len(findings)} findings the list shows the first {MOST_ROWS}; the JSON document has all.",
        )
        sheet.paragraph(row + 1, _COLUMNS, more, font_color=style.BAD_INK)
    sheet.print_set_up(landscape=False, footer=t("清欠工作簿校验结果", "findings"))


def _verdict(sheet: Sheet, row: int, files: Sequence[FileResult], findings: Findings) -> int:
    count = findings.counts()
    errors, unjudged = count["E"], count["?"]
    refused = sum(1 for f in files if not f.accepted)
    if refused:
        words = t(f"暂不受理：{errors} 项错误须改正", f"Not accepted: {many(errors, 'error')} must be mended")
        if len(files) > 1:
            words += t(f"（{len(files)} 个文件中 {refused} 个）", f" ({refused} of {len(files)} files)")
        fill, ink = style.BAD, style.BAD_INK
    else:
        words = t("可以受理：没有待改正的错误", "Accepted: no error is open")
        fill, ink = style.GOOD, style.GOOD_INK
    if unjudged:
        words += t(f"；另有 {unjudged} 项无法判断", f"; {unjudged} could not be judged")
    sheet.merged(
        (row, 0, row, _COLUMNS - 1), words, font_size=16, bold=True, align="center", bg_color=fill,
        font_color=ink, border=1, border_color=ink, text_wrap=True,
    )  # fmt: skip
    sheet.sheet.set_row(row, 40)
    return row + 1


def _facts(sheet: Sheet, row: int, result: Result, files: Sequence[FileResult]) -> int:
    def joined(values: Sequence[str | None]) -> str:
        some = [v for v in dict.fromkeys(values) if v]
        return (
            t("、", ", ").join(some[:12]) + (t(" 等", " …") if len(some) > 12 else "")
            if some
            else t("未填", "not given")
        )

    policy = result.policy
    one = files[0] if len(files) == 1 else None
    handed = (
        relative(one.workbook.name) if one else t(f"{len(files)} 个工作簿", f"{many(len(files), 'workbook')}")
    )
    kinds = dict.fromkeys(k for f in files for k in f.kinds)
    facts = [
        (t("校验对象", "checked"), handed),
        (t("填报单位", "unit"), joined([f.unit for f in files])),
        (t("报告期", "period"), joined([f.period for f in files])),
        (t("识别的表", "tables"), joined([str(get_kind(k).title) for k in kinds])),
        (t("数据行数", "rows"), f"{sum(f.rows for f in files):,}"),
        (t("适用制度", "policy"), f"{policy.title}（{policy.profile}，v{policy.version}）"),
        (t("制度文件 SHA-256", "policy SHA-256"), policy.sha256 or "—"),
        (t("程序版本", "program"), f"qq-excel {__version__}"),
    ]
    if one:
        facts.insert(1, (t("文件 SHA-256", "file SHA-256"), one.workbook.sha256 or "—"))
    for label, value in facts:
        line = {"border": 1, "border_color": style.LINE}
        sheet.text(row, 0, label, **line, bg_color=style.PALE, bold=True, font_color=style.NAVY)
        sheet.merged((row, 1, row, _COLUMNS - 1), value, **line, text_wrap=True, align="left", indent=1)
        sheet.sheet.set_row(row, 18 if len(value) < 70 else 34)
        row += 1
    return row


def _by_level(sheet: Sheet, row: int, findings: Findings) -> int:
    count = findings.tally("level", "status")
    heads = [
        t("级别", "level"),
        *(str(s) for s in STATUS_NAMES.values()),
        t("合计", "total"),
        t("含义", "meaning"),
    ]
    line = {"border": 1, "border_color": style.LINE}
    for i, head in enumerate(heads):
        form = sheet.look.head()
        if i == len(heads) - 1:
            sheet.sheet.merge_range(row, i, row, _COLUMNS - 1, head, form)
        else:
            sheet.sheet.write_string(row, i, head, form)
    for level in LEVELS:
        row += 1
        tint = style.LEVEL_TINTS[level]
        name = f"{LEVEL_NAMES[level]}（{level}）"
        sheet.text(row, 0, name, **line, bg_color=tint.fill, font_color=tint.ink, bold=True, align="center")
        numbers = [count.get((level, s), 0) for s in STATUS_NAMES]
        for i, number in enumerate([*numbers, sum(numbers)]):
            sheet.number(row, 1 + i, number, **line, align="center", num_format=style.COUNT, bold=i == 0)
        meaning = str(style.LEVEL_MEANINGS[level])
        sheet.merged((row, len(heads) - 1, row, _COLUMNS - 1), meaning, **line, font_size=9, text_wrap=True)
        sheet.sheet.set_row(row, 30 if len(meaning) > 12 else 20)
    return row + 1


def _level_columns() -> list[Column]:
    return [Column(str(LEVEL_NAMES[level]), "count") for level in LEVELS]


def _by_level_of(findings: Findings, by: By) -> dict[Any, Counter[str]]:
    """Open findings by *by*, then by level."""
    out: dict[Any, Counter[str]] = defaultdict(Counter)
    for (name, level, status), n in findings.tally(by, "level", "status").items():
        if status == "open":
            out[name][level] += n
    return out


def _levels(count: Mapping[str, int]) -> list[Any]:
    return [Cell(count[x], tint=style.LEVEL_TINTS[x]) if count[x] else 0 for x in LEVELS]


def _by_file(sheet: Sheet, row: int, files: Sequence[FileResult], findings: Findings) -> int:
    columns = [
        Column(t("文件", "file")), Column(t("填报单位", "unit")), Column(t("报告期", "period"), centre=True),
        *_level_columns(), Column(t("结论", "verdict"), centre=True),
    ]  # fmt: skip
    mine = _by_level_of(findings, "file")
    good = style.Tint(style.GOOD, style.GOOD_INK)
    bad = style.Tint(style.BAD, style.BAD_INK)
    rows = [
        [
            relative(f.workbook.name), f.unit, f.period, *_levels(mine[f.workbook.name]),
            Cell(t("可以受理", "accepted"), tint=good) if f.accepted else Cell(t("暂不受理", "not accepted"), tint=bad),
        ]
        for f in files
    ]  # fmt: skip
    return sheet.table(row, columns, rows, stripes=False)


def _by_rule(sheet: Sheet, row: int, findings: Findings, first_rows: Mapping[str, int], found: str) -> int:
    if not findings:
        return sheet.paragraph(row, _COLUMNS, t("没有发现问题。", "Nothing was found."))
    columns = [
        Column(t("规则名称", "what the rule is about")), Column(t("规则", "rule"), centre=True),
        Column(t("条款", "clause"), centre=True), *_level_columns(), Column(t("查看", "look"), centre=True),
    ]  # fmt: skip
    worst: dict[str, int] = {}
    number: Counter[str] = Counter()
    for (rule, level), n in findings.tally("rule", "level").items():
        worst[rule] = min(worst.get(rule, len(LEVELS)), LEVELS.index(level))
        number[rule] += n
    open_ = _by_level_of(findings, "rule")
    rows = []
    for rule in sorted(worst, key=lambda r: (worst[r], -number[r], r)):
        spec = get_rule(rule)
        at = first_rows.get(rule)
        look = Cell(t("第一处", "first"), link=sheet_link(found, at)) if at is not None else None
        rows.append([str(spec.title.text), rule, ", ".join(spec.clauses), *_levels(open_[rule]), look])
    return sheet.table(row, columns, rows, stripes=False)


def _by_sheet(sheet: Sheet, row: int, findings: Findings) -> int:
    if not findings:
        return sheet.paragraph(row, _COLUMNS, t("没有发现问题。", "Nothing was found."))
    columns = [
        Column(t("文件", "file")), Column(t("工作表", "sheet")), Column(t("已说明等", "settled"), "count"),
        *_level_columns(), Column(t("合计", "total"), "count"),
    ]  # fmt: skip
    groups: dict[tuple[str, str | None], Counter[str]] = defaultdict(Counter)
    for (file, name, level, status), n in findings.tally("file", "sheet", "level", "status").items():
        groups[file, name][level if status == "open" else "settled"] += n
    rows = [
        [
            relative(file),
            name or t("（整个文件）", "(the file)"),
            mine["settled"],
            *_levels(mine),
            mine.total(),
        ]
        for (file, name), mine in groups.items()
    ]
    count = findings.counts()
    total = [t("合计", "total"), "", len(findings) - sum(count.values()), *count.values()]
    return sheet.table(row, columns, rows, total=[*total, len(findings)], stripes=False)


# --- 校验结果 -------------------------------------------------------------------------------------------


def _list_sheet(sheet: Sheet, told: AllTold, copies: Mapping[str, str]) -> dict[str, int]:
    """The filterable list; gives the row of each rule's first finding."""
    columns = [
        Column(t("序号", "no."), "count", least=5), Column(t("级别", "level"), centre=True, least=8),
        Column(t("规则", "rule"), centre=True, least=8), Column(t("文件", "file"), most=16),
        Column(t("工作表", "sheet"), most=13), Column(t("单元格", "cell"), centre=True, least=7),
        Column(t("列", "column"), most=12), Column(t("编号", "key"), most=13), Column(t("现值", "value"), most=15),
        Column(t("应为", "expected"), most=14), Column(t("问题", "what is wrong"), least=30, most=36),
        Column(t("改法", "how to mend it"), least=24, most=28), Column(t("条款", "clause"), most=8, centre=True),
        Column(t("状态", "status"), centre=True, least=7), Column(t("说明及批准人", "reason, approved by"), most=16),
    ]  # fmt: skip
    shown = told.findings[:MOST_ROWS]
    files = {name: relative(name) for name in dict.fromkeys(told.findings.each("file"))}
    level, rule, *others = told.needs
    file = (max(map(width, files.values()), default=0), False)
    needs = [(len(str(len(shown))), False), level, rule, file, *others]
    fit = Fit(
        columns, [(min(width(c.header), 14) + 2, n + 2, b) for c, (n, b) in zip(columns, needs, strict=True)]
    )
    sheet.widths(fit.widths)
    sheet.table(0, columns, [])
    lines = _lines(islice(told.rows(), MOST_ROWS), shown, fit, files, copies)
    last = sheet.sheet.write_lines(1, lines, _looks(sheet.look, columns))
    if not shown:
        sheet.merged((1, 0, 1, len(columns) - 1), t("没有发现问题。", "Nothing was found."), align="center")
    sheet.sheet.autofilter(0, 0, max(last - 1, 1), len(columns) - 1)
    sheet.sheet.freeze_panes(1, 3)
    sheet.print_set_up(landscape=True, repeat=(0, 0), footer=t("校验结果", "findings"))
    first: dict[str, int] = {}
    for n, rule in enumerate(shown.each("rule"), 1):
        first.setdefault(rule, n)
    return first


#: Which columns have more than one look.
_LEVEL, _CELL = 1, 5


def _looks(look: style.Look, columns: Sequence[Column]) -> list[tuple[int, int]]:
    """The formats of the cells, as :class:`RowLooks` numbers them; each for plain texts and for such as look like formulas."""
    wrapped = {"text_wrap": True}
    each: list[dict[str, Any]] = [
        {"num_format": style.COUNT, "align": "center"},
        *({"align": c.align, **wrapped} for c in columns[1:]),
        {"font_color": style.BLUE, "underline": 1, "align": "center"},
        *({"tint": tint, "bold": True, "align": "center", **wrapped} for tint in TINTS.values()),
    ]
    return [(look.cell(**x), look.cell(**x, quote_prefix=True)) for x in each]


def _lines(
    told: Iterable[ToldRow], findings: Findings, fit: Fit, files: Mapping[str, str], copies: Mapping[str, str]
) -> Iterator[Line]:  # fmt: skip
    looks = RowLooks(len(fit.widths), _LEVEL, _CELL)
    each = zip(told, *(findings.each(by) for by in ("level", "status", "file", "sheet")), strict=True)
    shown = {name: (words, *inline(words), width(words)) for name, words in files.items()}
    places: dict[tuple[str, str], str] = {}
    for n, ((f, (formulas, insides), widths), level, status, file, sheet) in enumerate(each):
        links: tuple[tuple[int, str, str], ...] = ()
        if file in copies and f.cell != NO_CELL and sheet:
            if (file, sheet) not in places:
                places[file, sheet] = file_link(copies[file], sheet, "")
            links = ((_CELL, places[file, sheet] + f.cell, f.cell),)
        words, formula, inside, wide = shown[file]
        cells = Cells(
            (False, *formulas[:2], formula, *formulas[2:]),
            (inline(n + 1)[1], *insides[:2], inside, *insides[2:]),
        )
        # the number is never too wide for its column
        height = fit.height(n, ("", *f[:2], words, *f[2:]), (0, *widths[:2], wide, *widths[2:]))
        yield Line(height, cells, looks.of(level, status, linked=bool(links)), links)
