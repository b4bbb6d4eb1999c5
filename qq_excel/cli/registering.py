"""``qq-excel register``: look into the register, verify it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qq_excel import money
from qq_excel.cli import common
from qq_excel.cli.common import FINDINGS, OK, out
from qq_excel.cli.helping import App
from qq_excel.cli.options import Format, FormatOption, LangOption, Language
from qq_excel.cli.register_keeping import keeping_app
from qq_excel.cli.register_options import (
    EventOption,
    Period,
    Tables,
    Unit,
    Url,
    hash_of,
    opened_at,
    period_of,
    print_table,
)
from qq_excel.cli.register_sums import sums_app
from qq_excel.language import many, t
from qq_excel.register.entries import EVENTS

if TYPE_CHECKING:
    from qq_excel.register.claims import Moment
    from qq_excel.register.entries import Written

register_app = App(
    help=t(
        "登记簿：谁在何时报送了什么、查出什么；查询、核验、备份", "the register: look up, verify, back up"
    ),
    no_args_is_help=True,
)
register_app.add_typer(sums_app)
register_app.add_typer(keeping_app)


#: Of a row, besides amounts and dates; ``--format json`` has all of it.
_TOLD = frozenset(
    {"debtor", "status", "stage", "method", "age_band", "overdue_days", "result", "application_id"}
)


def _document(w: Written) -> dict[str, Any]:
    e = w.entry
    return {
        "n": w.n, "at": w.at, "by": w.by, "event": e.event, "subject": e.subject, "unit": e.unit, "period": e.period,
        "claims": list(e.claims), "body": e.body, "hash": w.hash,
    }  # fmt: skip


@register_app.command("list", help=t("列出登记的各条", "list the entries"))
def list_entries(
    register: Url,
    event: EventOption = None,
    period: Period = None,
    unit: Unit = None,
    tables: Tables = None,
    format: FormatOption = Format.TEXT,
    lang: LangOption = Language.ZH,
) -> int:
    """List entries."""
    del lang
    with opened_at(register, tables) as opened:
        found = opened.entries(event=event, unit=unit, period=period and period_of(period))
    if format is Format.JSON:
        common.print_json([_document(w) for w in found])
        return OK
    columns = {
        t("序号", "n"): "right", t("时间", "at"): "left", t("经手", "by"): "left", t("事项", "event"): "left",
        t("对象", "subject"): "left", t("内容", "what"): "left",
    }  # fmt: skip
    from qq_excel.batch.registering import subject_told

    print_table(
        columns,
        [[w.n, _when(w), w.by, EVENTS[w.entry.event], subject_told(w.entry), _what(w)] for w in found],
    )
    return OK


def _when(w: Written) -> str:
    """When it was written, by the clock of this computer."""
    return f"{dt.datetime.fromisoformat(w.at).astimezone():%Y-%m-%d %H:%M}"


def _what(w: Written) -> str:
    """An entry in a few words."""
    body = w.entry.body
    if w.entry.event == "submission":
        from qq_excel.batch.model import STATES

        books = body["workbooks"]
        states = [f"{words} {n}" for s, words in STATES.items() if (n := sum(b["state"] == s for b in books))]
        errors = sum(b["open"].get("E", 0) for b in books)
        return "  ".join([*states, t(f"错误 {errors}", f"errors {errors}")])
    if w.entry.event == "waiver":
        return t(
            f"{body['reason']}（批准人：{body['approved_by']}）",
            f"{body['reason']} (by {body['approved_by']})",
        )
    if w.entry.event == "slip":
        from qq_excel.papers.slip_memory import level_name, shown

        said = [level_name(body["level"]), shown(body["state"]), body["answer"]]
        return "  ".join(s for s in said if s)
    return str(body.get("text") or body.get("file") or "")


@register_app.command(help=t("核验：有没有被改动、删减", "verify that nothing was changed or taken away"))
def verify(
    register: Url,
    head: Annotated[
        str | None,
        typer.Option(
            "--head", help=t("以前记下的最后一条的哈希", "the hash of the last entry, as noted before")
        ),
    ] = None,
    quick: Annotated[
        bool,
        typer.Option("--quick", help=t("不逐个核对数据表文件", "do not compare the files of the tables")),
    ] = False,
    tables: Tables = None,
    format: FormatOption = Format.TEXT,
    lang: LangOption = Language.ZH,
) -> int:
    """Verify the chain: exit code 1 when something is not what was written, or changes are not forbidden any more."""
    del lang
    with opened_at(register, tables) as opened:
        found = opened.verify(files=not quick, head=None if head is None else hash_of(head))
    count, broken, last, unguarded = found
    if format is Format.JSON:
        why = None if broken is None else {"n": broken.n, "why": str(broken.why)}
        common.print_json(
            {
                "entries": count,
                "whole": broken is None,
                "head": last,
                "broken": why,
                "unguarded": list(unguarded),
            }
        )
    elif broken is None:
        out.print(
            t(
                f"✓ {count} 条，完整，未被改动。最后一条的哈希：",
                f"✓ {many(count, 'entry', 'entries')}, whole and unchanged. Last hash:",
            )
        )
        out.print(last, soft_wrap=True)
    else:
        line = t(f"✗ 第 {broken.n} 条：{broken.why}", f"✗ entry {broken.n}: {broken.why}")
        out.print(line, style="red", soft_wrap=True)
    if unguarded and format is Format.TEXT:
        out.print(_unguarded(unguarded), style="red", soft_wrap=True)
    return OK if broken is None and not unguarded else FINDINGS


def _unguarded(names: Sequence[str]) -> str:
    return t(
        f"✗ 禁止改动的触发器不在或被改过：{'、'.join(names)}。登记簿现在可以被改动；请查明是谁所为，"
        "再用 register backup 备份、register restore 恢复到一个新的登记簿，触发器随之重建。",
        f"✗ Triggers that forbid changes are gone or were changed: {', '.join(names)}. The register can be changed now; find out "
        "who did it, then make a backup (register backup) and restore it into a new register (register restore), which has them.",
    )


@register_app.command(help=t("一笔债权的全部经过", "a claim's whole life"))
def claim(
    claim_id: Annotated[str, typer.Argument(help=t("债权编号", "the claim's number"))],
    register: Url,
    unit: Unit = None,
    tables: Tables = None,
    format: FormatOption = Format.TEXT,
    lang: LangOption = Language.ZH,
) -> int:
    """Tell a claim's life; exit code 1 when the register does not know it."""
    del lang
    from qq_excel.register.claims import life_of

    with opened_at(register, tables) as opened:
        life = [m for m in life_of(opened, claim_id) if unit is None or m.unit in (unit, None)]
    if format is Format.JSON:
        common.print_json(
            [
                {"period": m.period, "unit": m.unit, "what": m.what, "superseded": m.superseded, "gone": m.gone,
                 "row": {k: None if v is None else str(v) for k, v in m.row.items()}, "entry": _document(m.entry)}
                for m in life
            ]
        )  # fmt: skip
        return OK if life else FINDINGS
    columns = {
        t("报告期", "period"): "left", t("单位", "unit"): "left", t("何处", "where"): "left", t("情况", "what"): "left",
        t("登记", "entry"): "left",
    }  # fmt: skip
    nothing = t(
        f"登记簿中没有债权 {claim_id}。请检查编号；退回修改的工作簿，其明细不在登记簿中。",
        f"The register does not know the claim {claim_id}. Check its number; rows of rejected workbooks are not kept.",
    )
    print_table(
        columns, [[m.period, m.unit, *_told(m), f"{m.entry.n} · {_when(m.entry)}"] for m in life], nothing
    )
    return OK if life else FINDINGS


def _told(m: Moment) -> tuple[str, str]:
    """Where a moment is from, and what it says."""
    from qq_excel.kinds import FieldType, all_kinds
    from qq_excel.register.store import FINDINGS as FOUND

    kind = all_kinds().get(m.what)
    if kind is None and m.what != FOUND:
        return str(EVENTS[m.entry.entry.event]), f"{m.entry.entry.subject}  {_what(m.entry)}"
    old = t("（已被后来的报送取代）", " (handed in again later)") if m.superseded else ""
    if m.what == FOUND:
        row = m.row
        # one that was kept before English was has Chinese only
        said = t(row["message"], row.get("message_en") or row["message"])
        return t("校验", "check") + old, f"{row['rule']} {row['cell'] or ''} {said}"
    assert kind is not None  # noqa: S101 - asked above
    if m.gone:
        return str(kind.title), t(
            "这一期的表里没有这笔债权", "the table of this period does not have the claim"
        )
    where = f"{kind.title}{old}\n{m.row['_file']} · {m.row['_sheet']} · {m.row['_row']}"
    facts = []
    for field in kind.fields:
        value = m.row.get(field.name)
        if value is None or not (field.type in (FieldType.AMOUNT, FieldType.DATE) or field.name in _TOLD):
            continue
        day = value.date() if isinstance(value, dt.datetime) else value
        facts.append(
            f"{t(field.header, field.en)} {money.yuan(int(value)) if field.type is FieldType.AMOUNT else day}"
        )
    return where, "  ".join(facts)
