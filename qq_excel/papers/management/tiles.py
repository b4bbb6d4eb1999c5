"""The key figures: the first thing that a manager sees, each leading to its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qq_excel import money
from qq_excel.language import many, t
from qq_excel.papers.ageing import DISPUTED, SUED
from qq_excel.papers.management.facts import PAST, Facts
from qq_excel.papers.management.points import Point
from qq_excel.papers.management.view import FINDINGS, MOVES, Tile, claims_text, show, yuan_text
from qq_excel.warnings import GRAVEST, LEVEL_TEXTS


def tiles(facts: Facts, points: Sequence[Point]) -> Iterator[Tile]:
    """The key figures."""
    live, late, ending = facts.live, facts.late, facts.ending
    over = facts.sum(lambda x: x.limitation == PAST)
    moved = _moved(points, live.amount) if len(points) > 1 else ""
    yield Tile(
        t("未结清债权", "Open claims"), yuan_text(live.amount), claims_text(live) + moved, show(live=1)
    )
    share = f" · {late.amount / live.amount:.1%}" if live.amount else ""
    yield Tile(
        t("已逾期", "Past due"),
        yuan_text(late.amount),
        claims_text(late) + share,
        show(late=1),
        bad=late.amount > 0,
    )
    for level in GRAVEST[:2]:
        one = facts.level(level)
        name = t(f"{level}色预警", f"{LEVEL_TEXTS[level].en} warnings".capitalize())
        yield Tile(
            name,
            yuan_text(one.amount),
            claims_text(one),
            show(level=level),
            bad=level == "红" and one.count > 0,
        )
    yield Tile(t("十二个月内时效届满", "Limitation ends within 12 months"), yuan_text(ending.amount), claims_text(ending), show(ending=1),
               bad=ending.count > 0)  # fmt: skip
    yield Tile(t("时效已届满（推算）", "Limitation is over (computed)"), yuan_text(over.amount), claims_text(over), show(limitation=PAST),
               bad=over.count > 0)  # fmt: skip
    for column in (DISPUTED, SUED):
        one = facts.sum(lambda x, c=column: x.column == c)  # type: ignore[misc]
        name = facts.ageing[0].title(column)
        yield Tile(name[:1].upper() + name[1:], yuan_text(one.amount), claims_text(one), show(band=column))
    needed = facts.provision_needed
    gap = t("制度没有给出计提比例", "the policy gives no rates")
    if needed is not None:
        gap = t(f"按账龄矩阵应提 {money.yuan(needed)} 元", f"{money.yuan(needed)} needed by age")
    yield Tile(t("账面坏账准备", "Provision booked"), yuan_text(facts.provision_booked), gap, show(live=1),
               bad=needed is not None and needed > facts.provision_booked)  # fmt: skip
    if facts.recovery is not None:
        back = sum(f.recovered for _, f in facts.recovery.units)
        plans = [f.planned for _, f in facts.recovery.units if f.planned is not None]
        under = t("没有清欠台账，无计划数", "no cases: nothing planned")
        if plans:
            under = t(f"计划 {money.yuan(sum(plans))} 元", f"{money.yuan(sum(plans))} planned")
        yield Tile(
            t("本期收回", "Recovered in the period"), yuan_text(back), under, show(item="recovered"), MOVES
        )
    errors = sum(q.found["E"] for q in facts.quality)
    files = sum(q.files for q in facts.quality)
    good = sum(q.accepted for q in facts.quality)
    yield Tile(t("数据错误", "Data errors"), t(f"{errors:,} 处", f"{errors:,}"),
               t(f"{good} / {files} 个工作簿可以受理", f"{good} of {many(files, 'workbook')} accepted"), show(severity="E"), FINDINGS,
               bad=errors > 0)  # fmt: skip


def _moved(points: Sequence[Point], now: int) -> str:
    last = points[-2]
    gap = now - last.balance
    sign = "+" if gap > 0 else ""
    return t(f" · 比 {last.on} {sign}{money.yuan(gap)} 元", f" · {sign}{money.yuan(gap)} since {last.on}")
