"""The sections on what is to be done: warnings, limitation, recovery against plan, data quality."""

from __future__ import annotations

from typing import Any

from qq_excel.assessment import Amounts
from qq_excel.catalogue import LEVEL_NAMES
from qq_excel.catalogue import LEVELS as SEVERITIES
from qq_excel.language import t
from qq_excel.papers import style
from qq_excel.papers.management import charts
from qq_excel.papers.management.facts import PAST, Facts, Quality
from qq_excel.papers.management.view import (
    BOOKS,
    FINDINGS,
    MOVES,
    Block,
    Col,
    Fig,
    Rate,
    Row,
    Section,
    claims_text,
    largest,
    mark_text,
    month_words,
    nothing,
    rate,
    show,
    total,
)
from qq_excel.warnings import GRAVEST, LEVEL_TEXTS

_INKS = [style.WARNING_TINTS[level].fill for level in GRAVEST]


def warnings(facts: Facts) -> Section:
    """Warned balances by unit and level."""
    sums = {(u, x): facts.level(x, u) for u in facts.units for x in GRAVEST}
    columns = [Col(t("单位", "Unit"))]
    for x in GRAVEST:
        name = t(f"{x}色", LEVEL_TEXTS[x].en.capitalize())
        columns += [
            Col(t(f"{name}笔数", f"{name}: claims"), "count"),
            Col(t(f"{name}金额", f"{name}: yuan"), "amount"),
        ]
    rows = []
    for u in facts.units:
        cells: list[Any] = [u]
        for x in GRAVEST:
            s, query = sums[u, x], show(unit=u, level=x)
            cells += [Fig(s.count, query), Fig(s.amount, query)] if s.count else [None, None]
        rows.append(Row(cells, u))

    def chart() -> charts.Chart:
        names = largest(facts.units, [sum(sums[u, x].amount for x in GRAVEST) for u in facts.units])
        data = [
            {"name": u, "part": t(f"{x}色", LEVEL_TEXTS[x].en), "value": charts.shown(sums[u, x].amount),
             "show": show(unit=u, level=x), "words": mark_text(u, t(f"{x}色", LEVEL_TEXTS[x].en), sums[u, x].amount)}
            for u in names for x in GRAVEST if sums[u, x].count
        ]  # fmt: skip
        parts = [t(f"{x}色", LEVEL_TEXTS[x].en) for x in GRAVEST]
        return charts.Chart("bars", data, charts.amount_axis(), parts, _INKS)

    any_ = any(s.count for s in sums.values())
    about = t(
        "各单位各级预警的金额；一笔债权只计最高一级。",
        "Warned balances by unit; a claim counts at its gravest level.",
    )
    block = Block(
        t("各单位各级预警（元）", "Warnings by unit and level (yuan)"),
        columns,
        rows,
        total(t("合计", "Total"), columns, rows),
    )
    return Section("warnings", t("预警", "Warnings"), [block] if any_ else [], chart() if any_ else None,
                   about if any_ else "", () if any_ else nothing())  # fmt: skip


def limitation(facts: Facts) -> Section:
    """The months in which limitation ends."""
    sums = facts.calendar()
    past = t("已届满（推算）", "over (computed)")
    columns = [
        Col(t("届满月份", "Ends in")),
        Col(t("笔数", "Claims"), "count"),
        Col(t("余额（元）", "Balance (yuan)"), "amount"),
    ]
    rows = [
        Row([past if s.name == PAST else month_words(s.name), Fig(s.count, show(limitation=s.name)) if s.count else 0,
             Fig(s.amount, show(limitation=s.name)) if s.count else 0])
        for s in sums
    ]  # fmt: skip

    def chart() -> charts.Chart:
        over, ends = t("已届满", "over"), t("将届满", "ends")
        data = [
            {"name": past if s.name == PAST else s.name, "part": over if s.name == PAST else ends,
             "value": charts.shown(s.amount), "show": show(limitation=s.name),
             "words": mark_text(past if s.name == PAST else s.name, claims_text(s), s.amount)}
            for s in sums
        ]  # fmt: skip
        return charts.Chart("columns", data, charts.amount_axis(), [over, ends], ["#7B1E1E", "#ED7D31"])

    about = t("未结清、未起诉的债权按诉讼时效届满月份：本月余下几天和以后十二个月。按所填事项推算，不构成法律意见。",
              "Open claims without a suit by the month in which limitation ends: the rest of this month and the next twelve. "
              "Computed from what was entered; no legal advice.")  # fmt: skip
    some = any(s.count for s in sums)
    block = Block(
        t("诉讼时效日历", "Limitation calendar"), columns, rows, total(t("合计", "Total"), columns, rows)
    )
    words = (
        ()
        if some
        else (
            t(
                "以后十二个月没有时效届满的债权，也没有已届满的。",
                "No limitation period has ended or ends within 12 months.",
            ),
        )
    )
    return Section(
        "limitation",
        t("诉讼时效日历", "Limitation calendar"),
        [block] if rows else [],
        chart() if some else None,
        about,
        words,
    )


def recovery(amounts: Amounts | None) -> Section:
    """Planned and recovered of each unit, where the cases say what was planned."""
    title = t("清收与计划", "Recovery against plan")
    if amounts is None:
        return Section(
            "recovery", title, words=(t("没有计算，原因见“口径和说明”。", "Not computed; see the notes."),)
        )
    columns = [Col(t("单位", "Unit")), Col(t("期初", "Opening"), "amount"), Col(t("计划收回", "Planned"), "amount"),
               Col(t("实际收回", "Recovered"), "amount"), Col(t("完成率", "Of plan"), "share"), Col(t("本期新增", "New"), "amount"),
               Col(t("本期核销", "Written off"), "amount"), Col(t("期末", "Closing"), "amount")]  # fmt: skip
    rows = [
        Row([u, _moved(u, "opening", f.opening), None if f.planned is None else _moved(u, "planned", f.planned),
             _moved(u, "recovered", f.recovered),
             rate(f.recovered, f.planned, show(unit=u, item="recovered"), show(unit=u, item="planned"), MOVES),
             _moved(u, "new", f.new), _moved(u, "gone", f.gone), Fig(f.closing, show(unit=u, live=1))], u)
        for u, f in amounts.units
    ]  # fmt: skip

    def chart() -> charts.Chart:
        plan, back = t("计划", "planned"), t("收回", "recovered")
        names = set(
            largest(
                [u for u, _ in amounts.units], [max(f.planned or 0, f.recovered) for _, f in amounts.units]
            )
        )
        data = [
            {"name": u, "part": part, "value": charts.shown(cents), "show": show(unit=u, item=item), "table": MOVES,
             "words": mark_text(u, part, cents)}
            for u, f in amounts.units if u in names
            for item, part, cents in (("planned", plan, f.planned or 0), ("recovered", back, f.recovered))
        ]  # fmt: skip
        return charts.Chart(
            "bars", data, charts.amount_axis(), [plan, back], ["#BFC7D1", "#2E6B1F"], grouped=True
        )

    last = total(t("合计", "Total"), columns, rows)
    if all(f.planned is None for _, f in amounts.units):
        last[2] = None
    about = t(
        f"{amounts.period.name} 各单位计划收回与实际收回。",
        f"Planned and recovered by unit in {amounts.period.name}.",
    )
    words = (str(amounts.basis), *map(str, amounts.notes))
    return Section(
        "recovery",
        title,
        [Block(t("各单位（元）", "By unit (yuan)"), columns, rows, last)],
        chart() if rows else None,
        about,
        words,
    )


def _moved(unit: str, item: str, cents: int) -> Fig:
    return Fig(cents, show(unit=unit, item=item), MOVES)


def quality(facts: Facts) -> Section:
    """Open findings of each unit."""
    names = [str(LEVEL_NAMES[x]) for x in SEVERITIES]
    columns = [Col(t("单位", "Unit")), Col(t("工作簿", "Workbooks"), "count"), Col(t("可受理", "Accepted"), "count"),
               Col(t("行数", "Rows"), "count"), *(Col(n, "count") for n in names),
               Col(t("每百行错误", "Errors per 100 rows"), "number")]  # fmt: skip
    rows = [
        Row([q.unit, _books(q.files, q.unit), _books(q.accepted, q.unit, accepted=1), _books(q.rows, q.unit),
             *(Fig(q.found[x], show(unit=q.unit, severity=x), FINDINGS) if q.found[x] else 0 for x in SEVERITIES),
             _per_hundred(q)], q.unit)
        for q in facts.quality
    ]  # fmt: skip

    def chart() -> charts.Chart:
        picked = set(largest([q.unit for q in facts.quality], [sum(q.found.values()) for q in facts.quality]))
        data = [
            {"name": q.unit, "part": str(LEVEL_NAMES[x]), "value": q.found[x], "show": show(unit=q.unit, severity=x),
             "table": FINDINGS, "words": f"{q.unit} · {LEVEL_NAMES[x]}: {q.found[x]:,}"}
            for q in facts.quality if q.unit in picked for x in SEVERITIES if q.found[x]
        ]  # fmt: skip
        inks = [charts.SEVERITY_INKS[x] for x in SEVERITIES]
        return charts.Chart("bars", data, t("处", "findings"), names, inks)

    some = any(sum(q.found.values()) for q in facts.quality)
    about = t("各单位报送工作簿中待处理的问题。", "Open findings in the workbooks of each unit.")
    block = Block(
        t("各单位报送质量", "Quality by unit"), columns, rows, total(t("合计", "Total"), columns, rows)
    )
    return Section("quality", t("数据质量", "Data quality"), [block], chart() if some else None, about)


def _books(count: int, unit: str, **keys: object) -> Fig | int:
    return Fig(count, show(unit=unit, **keys), BOOKS) if count else 0


def _per_hundred(q: Quality) -> Rate | None:
    """Errors per hundred rows, which leads to the errors and to the workbooks with their rows."""
    errors = Fig(q.found["E"], show(unit=q.unit, severity="E"), FINDINGS)
    return (
        None if q.per_hundred is None else Rate(q.per_hundred, errors, Fig(q.rows, show(unit=q.unit), BOOKS))
    )
