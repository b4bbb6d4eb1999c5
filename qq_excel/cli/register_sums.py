"""``qq-excel register``: what a period comes to, over all units."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any

import typer

from qq_excel import money
from qq_excel.cli import common
from qq_excel.cli.common import OK, out
from qq_excel.cli.helping import App
from qq_excel.cli.options import Format, FormatOption, LangOption, Language
from qq_excel.cli.register_options import PeriodArgument, Tables, Url, opened_at, period_of, print_table
from qq_excel.language import many, t

sums_app = App()


class Basis(StrEnum):
    """Which date claims are aged by."""

    OCCURRED = "occurred"
    DUE = "due"


@sums_app.command(help=t("一期全集团的账龄（各单位、各账龄段）", "the group's ageing of a period"))
def ageing(
    period: PeriodArgument,
    register: Url,
    basis: Annotated[
        Basis,
        typer.Option("--basis", help=t("按业务发生日或约定付款日", "by the date of origin or the due date")),
    ] = Basis.OCCURRED,
    tables: Tables = None,
    format: FormatOption = Format.TEXT,
    lang: LangOption = Language.ZH,
) -> int:
    """Sum up a period's ageing."""
    del lang
    from qq_excel.register import periods
    from qq_excel.warnings import APART, NO_BAND, NOT_DUE

    name = {Basis.OCCURRED: "业务发生日", Basis.DUE: "约定付款日"}[basis]
    with opened_at(register, tables) as opened:
        rows = periods.ageing(opened, period_of(period), name)
        without = periods.left_out(opened, period_of(period))
    bands = (b.title for b in common.policy_of("group").at(None).bands())
    named = {band.zh: band for band in (NOT_DUE, *bands, NO_BAND, *APART)}
    order = [*named]

    def place(band: str) -> tuple[float, str]:
        """As the paper's columns go; a band of another policy stands after the bands, by its name."""
        return (order.index(band) if band in named else order.index(NO_BAND.zh) - 0.5, band)

    rows.sort(key=lambda r: (r.unit, place(r.band)))
    if format is Format.JSON:
        common.print_json(
            {
                "period": period_of(period), "basis": basis.value, "units_left_out": without,
                "ageing": [{"unit": r.unit, "band": r.band, "count": r.count, "cents": r.amount} for r in rows],
            }
        )  # fmt: skip
        return OK
    columns = {
        t("单位", "unit"): "left",
        t("账龄段", "band"): "left",
        t("笔数", "claims"): "right",
        t("余额（元）", "yuan"): "right",
    }
    of_band = _added_up([((r.band,), r.count, r.amount) for r in rows])
    of_band.sort(key=lambda one: place(one[0][0]))
    every = t("合计", "total")
    if len({r.unit for r in rows}) > 1:
        rows = [*rows, *(periods.Band(every, band, n, cents) for (band,), n, cents in of_band)]
    total = [every, "", sum(n for _, n, _ in of_band), money.yuan(sum(cents for *_, cents in of_band))]
    print_table(
        columns, [*([r.unit, named.get(r.band, r.band), r.count, money.yuan(r.amount)] for r in rows), total]
    )
    _tell_left_out(without)
    return OK


@sums_app.command(help=t("一期全集团的预警（各单位、各级、各原因）", "the group's warnings of a period"))
def warnings(
    period: PeriodArgument,
    register: Url,
    tables: Tables = None,
    format: FormatOption = Format.TEXT,
    lang: LangOption = Language.ZH,
) -> int:
    """Sum up a period's warnings."""
    del lang
    from qq_excel.register import periods
    from qq_excel.warnings import CAUSES, LEVEL_TEXTS, LEVELS

    with opened_at(register, tables) as opened:
        rows = periods.warnings(opened, period_of(period))
        without = periods.left_out(opened, period_of(period))
        lacking = periods.not_judged(opened, period_of(period))
    if format is Format.JSON:
        common.print_json(
            {
                "period": period_of(period), "units_left_out": without, "not_judged": lacking,
                "warnings": [
                    {"unit": r.unit, "cause": r.cause, "level": r.level, "count": r.count, "cents": r.amount} for r in rows
                ],
            }
        )  # fmt: skip
        return OK
    columns = {
        t("单位", "unit"): "left", t("原因", "cause"): "left", t("级别", "level"): "left", t("笔数", "claims"): "right",
        t("余额（元）", "yuan"): "right",
    }  # fmt: skip
    if len({r.unit for r in rows}) > 1:
        totals = _added_up([((r.cause, r.level), r.count, r.amount) for r in rows])
        causes = [None, *CAUSES]
        totals.sort(key=lambda one: (causes.index(one[0][0]), -LEVELS.index(one[0][1])))
        group = t("合计", "total")
        rows = [*rows, *(periods.Warned(group, cause, level, n, c) for (cause, level), n, c in totals)]
    every = t("全部（取最高级）", "all, at the highest level")
    print_table(
        columns,
        [
            [
                r.unit,
                str(CAUSES[r.cause]) if r.cause else every,
                LEVEL_TEXTS[r.level],
                r.count,
                money.yuan(r.amount),
            ]
            for r in rows
        ],
    )
    _tell_not_judged(lacking)
    _tell_left_out(without)
    return OK


def _added_up(parts: Iterable[tuple[tuple[Any, ...], int, int]]) -> list[tuple[tuple[Any, ...], int, int]]:
    """Claims and cents by key, over all units; the keys in the order in which they come first."""
    sums: dict[tuple[Any, ...], tuple[int, int]] = {}
    for key, count, cents in parts:
        before = sums.get(key, (0, 0))
        sums[key] = (before[0] + count, before[1] + cents)
    return [(key, *sums[key]) for key in sums]


def _tell_left_out(units: list[str]) -> None:
    """A sum that is not of every unit says so."""
    if units:
        out.print(
            t(
                f"未计入 {len(units)} 个单位（明细表没有通过或没有交来）：{'、'.join(units)}",
                f"Without {many(len(units), 'unit')} (no accepted ledger): {', '.join(units)}",
            ),
            style="yellow", soft_wrap=True,
        )  # fmt: skip


def _tell_not_judged(lacking: dict[str, list[str]]) -> None:
    """No warning of a cause that nobody could judge is not none to fear."""
    from qq_excel.kinds import get_kind
    from qq_excel.warnings import NEEDED

    for kind, units in lacking.items():
        title, what = get_kind(kind).title, NEEDED[kind]
        out.print(
            t(
                f"{len(units)} 个单位没有交来《{title.zh}》，{what.zh}没有判断：{'、'.join(units)}",
                f"{many(len(units), 'unit')} without '{title.en}', {what.en} not judged: {', '.join(units)}",
            ),
            style="yellow", soft_wrap=True,
        )  # fmt: skip
