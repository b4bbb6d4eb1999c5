"""From the facts to the sections of the report, in the order in which a manager reads them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from qq_excel.language import plural, t
from qq_excel.papers import style
from qq_excel.papers.ageing import BESIDE, Aged
from qq_excel.papers.management import charts, control
from qq_excel.papers.management.facts import EARLIER, LATER, UNDATED, Facts, month_of
from qq_excel.papers.management.points import Point
from qq_excel.papers.management.trend import SHOWN
from qq_excel.papers.management.view import (
    BAND_KEYS,
    BARS,
    BEFORE,
    CLAIMS,
    Block,
    Col,
    Fig,
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

#: Debtors in the table.
DEBTORS = 20


def sections(facts: Facts, points: Sequence[Point]) -> list[Section]:
    """Every section but the rows themselves."""
    return [
        _ageing(facts), _due(facts), _trend(points), _debtors(facts), control.warnings(facts), control.limitation(facts),
        control.recovery(facts.recovery), control.quality(facts),
    ]  # fmt: skip


# --- inside ---------------------------------------------------------------------------------------------


def _ageing(facts: Facts) -> Section:
    blocks = []
    for n, table in enumerate(facts.ageing):
        columns = [
            Col(t("单位", "Unit")),
            *(Col(table.title(c), "amount") for c in table.columns),
            Col(t("合计", "Total"), "amount"),
        ]
        rows = []
        for (unit,), cells in sorted(table.sums(("unit",)).items()):
            amounts: list[Any] = [
                Fig(cells[c], show(unit=unit, **{BAND_KEYS[n]: c})) if cells.get(c) else None
                for c in table.columns
            ]
            rows.append(Row([unit, *amounts, Fig(sum(cells.values()), show(unit=unit))], unit))
        basis = t(f"按{table.basis}计算（元）", f"By {_basis(table)} (yuan)")
        blocks.append(Block(basis, columns, rows, total(t("合计", "Total"), columns, rows)))
    first = facts.ageing[0]
    about = t(f"各单位未清余额按{first.basis}的账龄结构；贷项、争议、诉讼另列。",
              f"Balances by unit and age from {_basis(first)}; credit notes, disputed and sued ones apart.")  # fmt: skip
    return Section("ageing", t("账龄结构", "Ageing"), blocks, _ageing_chart(first), about)


def _basis(table: Aged) -> str:
    return {"业务发生日": "the transaction date", "约定付款日": "the due date"}.get(table.basis, table.basis)


def _ageing_chart(table: Aged) -> charts.Chart | None:
    sums = {unit: cells for (unit,), cells in table.sums(("unit",)).items()}
    names = largest(list(sums), [sum(c.values()) for c in sums.values()])
    beside = [x.zh for x in BESIDE]
    inks = style.band_inks(table.columns, beside)
    parts = [*(c for c in table.columns if c not in beside), *(c for c in table.columns if c in beside)]
    data = [
        {"name": u, "part": table.title(c), "value": charts.shown(sums[u][c]), "show": show(unit=u, band=c),
         "words": mark_text(u, table.title(c), sums[u][c])}
        for u in names for c in parts if sums[u].get(c)
    ]  # fmt: skip
    if not data:  # a chart of nothing has no height that can be drawn
        return None
    return charts.Chart(
        "bars", data, charts.amount_axis(), [table.title(p) for p in parts], [inks[p] for p in parts]
    )


def _due(facts: Facts) -> Section:
    every = facts.by_due()
    sums = [s for s in every if s.count]
    names = {
        EARLIER: t("更早", "earlier"),
        LATER: t("更晚", "later"),
        UNDATED: t("未填到期日", "no due date"),
    }
    columns = [
        Col(t("到期月份", "Due in")),
        Col(t("笔数", "Claims"), "count"),
        Col(t("余额（元）", "Balance (yuan)"), "amount"),
    ]
    rows = [
        Row(
            [
                names.get(s.name) or month_words(s.name),
                Fig(s.count, show(due=s.name)),
                Fig(s.amount, show(due=s.name)),
            ]
        )
        for s in sums
    ]
    now = month_of(facts.as_of) if facts.as_of else ""
    late, current, ahead = (
        t("已到期", "fallen due"),
        t("本月到期", "due this month"),
        t("以后到期", "falls due later"),
    )

    def part(name: str) -> str:
        if name in names:
            return late if name == EARLIER else ahead
        return late if name < now else current if name == now else ahead

    def chart() -> charts.Chart:
        filled = [n for n, s in enumerate(every) if s.count]
        data = [  # a month without any is a gap in time, and is shown as one
            {"name": names.get(s.name, s.name), "part": part(s.name), "value": charts.shown(s.amount), "show": show(due=s.name),
             "words": mark_text(names.get(s.name, s.name), claims_text(s), s.amount)}
            for s in every[filled[0] : filled[-1] + 1]
        ]  # fmt: skip
        inks = ["#ED7D31", "#FFD966", "#9DC3E6"]
        return charts.Chart("columns", data, charts.amount_axis(), [late, current, ahead], inks)

    about = t("未结清余额按到期月份：过去两年形成的逾期，以后十二个月将到期的款项。",
              "Open balances by the month in which they fell or fall due.")  # fmt: skip
    block = Block(t("按到期月份", "By month due"), columns, rows, total(t("合计", "Total"), columns, rows))
    return Section("due", t("逾期形成与未来到期", "Arrears and what falls due"), [block] if rows else [], chart() if rows else None,
                   about if rows else "", () if rows else nothing())  # fmt: skip


def _trend(points: Sequence[Point]) -> Section:
    title = t("变化趋势", "Trend")
    if len(points) < 2:
        only = t("只有本期一期数字。下次用 --since 给出本次的 管理报告.json，或用 --previous 给出上期工作簿，"
                 "或用 --register 给出登记簿，即可显示趋势。",
                  "Only this period is known. Next time give this run's 管理报告.json with --since, or the last period's workbooks "
                  "with --previous, or the register with --register.")  # fmt: skip
        return Section("trend", title, words=(only,))
    columns = [Col(t("截止日期", "As of")), Col(t("笔数", "Claims"), "count"), Col(t("未结清", "Open"), "amount"),
               Col(t("已逾期", "Past due"), "amount"), Col(t("逾期占比", "Share past due"), "share"),
               *(Col(t(f"{x}色预警", LEVEL_TEXTS[x].en.capitalize()), "amount") for x in GRAVEST)]  # fmt: skip
    rows = [_moment(p, CLAIMS if p is points[-1] else BEFORE) for p in points]
    bare = [p.on.isoformat() for p in points[:-1] if p.rows is None and p.where is None]
    words = _registered([p for p in points[:-1] if p.where is not None])
    if bare:
        words += (t(f"{'、'.join(bare)} 的债权明细没有随上次的 管理报告.json 带来，这几期的数字没有链接，明细见当期的报告。",
                   f"The claims of {', '.join(bare)} did not come with the last 管理报告.json: see the reports of then."),)  # fmt: skip

    def chart() -> charts.Chart:
        parts: dict[str, Callable[[Point], int]] = {t("未结清", "Open"): lambda p: p.balance, t("已逾期", "Past due"): lambda p: p.overdue,
                 t("红色预警", "Red warnings"): lambda p: p.levels.get("红", 0)}  # fmt: skip
        data = [
            {
                "name": p.on.isoformat(),
                "part": name,
                "value": charts.shown(of(p)),
                "words": mark_text(p.on.isoformat(), name, of(p)),
            }
            for name, of in parts.items()
            for p in points[-SHOWN:]
        ]
        return charts.Chart(
            "lines", data, charts.amount_axis(), list(parts), [style.NAVY, "#ED7D31", "#C00000"]
        )

    about = t(
        "各期截止日的未结清、已逾期和红色预警余额。", "Open, past due and red balances at each as-of date."
    )
    return Section(
        "trend", title, [Block(t("各期（元）", "By period (yuan)"), columns, rows)], chart(), about, words
    )


def _registered(points: Sequence[Point]) -> tuple[str, ...]:
    """Where the claims of points from the register are."""
    out = []
    for p in points:
        none = t("；笔数太多，这里没有列出", "; too many to be listed here") if p.rows is None else ""
        out.append(
            t(
                f"{p.on} 的数字取自登记簿的数据表 {p.where}{none}。",
                f"{p.on}: from the register's tables {p.where}{none}.",
            )
        )
    return tuple(out)


def _moment(p: Point, table: str) -> Row:
    """One point of the trend. Its rows are the claims, or those that were remembered of an earlier day."""
    share = p.overdue / p.balance if p.balance else None
    figures = [p.live, p.balance, p.overdue, share, *(p.levels.get(x, 0) for x in GRAVEST)]
    if table == BEFORE and p.rows is None:
        return Row([p.on.isoformat(), *figures])
    on = {"on": p.on.isoformat()} if table == BEFORE else {}
    every, late = show(**on, live=1), show(**on, late=1)
    return Row([p.on.isoformat(), Fig(p.live, every, table), Fig(p.balance, every, table), Fig(p.overdue, late, table),
                rate(p.overdue, p.balance, late, every, table),
                *(Fig(p.levels.get(x, 0), show(**on, level=x), table) for x in GRAVEST)])  # fmt: skip


def _debtors(facts: Facts) -> Section:
    top = facts.debtors[:DEBTORS]
    whole = facts.live.amount
    columns = [Col(t("序号", "No."), "count"), Col(t("债务人", "Debtor")), Col(t("笔数", "Claims"), "count"),
               Col(t("余额（元）", "Balance (yuan)"), "amount"), Col(t("占比", "Share"), "share"), Col(t("其中逾期", "Past due"), "amount"),
               Col(t("最长逾期天数", "Most days past due"), "count"), Col(t("最高预警", "Gravest warning")),
               Col(t("单位", "Units"))]  # fmt: skip
    rows = [
        Row([n, d.name, Fig(d.count, show(debtor=d.name, live=1)), Fig(d.balance, show(debtor=d.name, live=1)),
             rate(d.balance, whole, show(debtor=d.name, live=1), show(live=1)),
             Fig(d.overdue, show(debtor=d.name, late=1)) if d.overdue else None, d.oldest or None,
             str(LEVEL_TEXTS[d.level]) if d.level else "", t("、", ", ").join(d.units)])
        for n, d in enumerate(top, 1)
    ]  # fmt: skip

    def chart() -> charts.Chart:
        late, rest = t("已逾期", "past due"), t("未逾期", "not past due")
        data = []
        for d in top[:BARS]:
            for part, cents, query in ((late, d.overdue, show(debtor=d.name, late=1)),
                                       (rest, d.balance - d.overdue, show(debtor=d.name, late=0))):  # fmt: skip
                if cents:
                    data.append({"name": d.name, "part": part, "value": charts.shown(cents), "show": query,
                                 "words": mark_text(d.name, part, cents)})  # fmt: skip
        return charts.Chart("bars", data, charts.amount_axis(), [late, rest], ["#ED7D31", "#9DC3E6"])

    if not top:
        return Section("debtors", t("主要债务人", "Top debtors"), words=nothing())
    n, share = len(top), sum(d.balance for d in top) / whole if whole else 0
    about = t(f"余额最大的 {n} 个债务人（各单位合并，按名称），占全部未结清余额的 {share:.1%}。",
              f"The {n} largest {plural(n, 'debtor')} over all units, by name: {share:.1%} of all open balances.")  # fmt: skip
    every = [None, t("全部债务人", "All debtors"), Fig(facts.live.count, show(live=1)), Fig(whole, show(live=1)), None,
             Fig(facts.late.amount, show(late=1)), None, "", ""]  # fmt: skip
    block = Block(t("余额最大的债务人", "Largest debtors"), columns, rows, every)
    return Section("debtors", t("主要债务人", "Top debtors"), [block], chart(), about)
