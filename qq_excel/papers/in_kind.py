"""Settlement in kind (F-7 to F-12): list and count sheet, appraisal request, approval report, price-reduction report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from qq_excel import money
from qq_excel.language import Text
from qq_excel.papers.layout import write_layout
from qq_excel.papers.report_job import Job, Names, Piece, day
from qq_excel.papers.sheet import paper
from qq_excel.warnings import NO_UNIT

if TYPE_CHECKING:
    from pathlib import Path

    from qq_excel.papers.layout import Filled, Layout

_KNOWN = ("no", "item", "model", "uom", "book_qty", "counted_qty", "difference_qty", "unit_price", "value", "condition",
          "location", "counted_on", "appraised_value", "settled_debt", "remark")  # fmt: skip
#: Under what goods stand whose list has no number.
NO_NUMBER = "未编号"
_SIGNERS = ("单位经理", "财务主管", "保管人", "验收人")
_RECEIVERS = ("财务部", "技术工程部", "清欠办")


def counts(job: Job) -> Iterable[Piece]:
    """For each list: the sheet to count and sign (F-8, F-9), the appraisal request and the approval report."""
    names = Names()
    foots = _foots(job)
    for (unit, list_id), rows in _lists(job).items():
        head = _head(job, unit, list_id, rows)
        under = (
            f"清单编号：{list_id}    抵债单位：{unit}    债务人：{head['debtor']}    债权编号：{head['claim_ids']}    "
            f"抵偿债权：{head['settled']} 元    金额单位：元"
        )
        filled = job.filled(rows, under, files=head["files"])
        form = job.house.layout("count_list")
        form.check(_KNOWN)
        name = names.free(unit, list_id, "抵债物品盘点清单", suffix=".xlsx")
        yield Piece(name, partial(_count_sheet, form, filled, foots.get((unit, list_id), {})), pdf=True)
        yield job.word(
            names.free(unit, list_id, "鉴定申请书", suffix=".docx"), "appraisal_request.docx", head
        )
        yield job.word(
            names.free(unit, list_id, "以物抵债审批报告", suffix=".docx"), "in_kind_approval.docx", head
        )


def reductions(job: Job) -> Iterable[Piece]:
    """For each disposal below the debt that it settled: the written report that F-11 asks for."""
    names = Names()
    files = [f.workbook.name for f in job.result.files if "disposals" in f.kinds]
    for row in job.rows("disposals"):
        debt, got = row["settled_debt"], row["proceeds"]
        if row["reduced"] != "是" and (debt is None or got is None or got >= debt):
            continue
        gap = None if debt is None or got is None else debt - got
        if gap is not None and gap <= 0:
            # F-11 asks for a report on what is sold below the debt; a report on this one would say what is not so
            which = str(row["disposal_id"] or "—")
            job.notes.append(Text(
                f"处置 {which} 填为降价，但处置价款 {money.yuan(got)} 元不低于所抵债权额 {money.yuan(debt)} 元，没有做降价处置报告，请核实",
                f"disposal {which} is marked as price-reduced, but its proceeds of {money.yuan(got)} are not below the debt of "
                f"{money.yuan(debt)}: no report was made, please verify",
            ))  # fmt: skip
            continue
        number = str(row["report_no"] or row["disposal_id"] or "")
        context = job.head(str(row["unit"] or NO_UNIT), files, number) | {
            "disposal_id": _words(row["disposal_id"]), "list_id": _words(row["list_id"]), "item": _words(row["item"]),
            "qty": _qty(row["qty"]), "method": _words(row["method"]), "disposed_on": day(row["disposed_on"]),
            "debt": _yuan(debt), "proceeds": _yuan(got), "gap": _yuan(gap),
            "capitals": "—" if gap is None else money.capitals(gap),
            "share": f"{gap / debt:.1%}" if gap is not None and debt else "—",
            "reason": _words(row["reduction_reason"]), "appraisal_no": _words(row["appraisal_no"]),
            "approval_no": _words(row["approval_no"]), "approved_on": day(row["approved_on"]),
        }  # fmt: skip
        file = names.free(
            str(row["unit"] or ""), str(row["disposal_id"] or "未编号"), "降价处置报告", suffix=".docx"
        )
        yield job.word(file, "price_reduction.docx", context)


# --- inside ---------------------------------------------------------------------------------------------


def _lists(job: Job) -> dict[tuple[str, str], list[dict[str, Any]]]:
    out: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in job.rows("inventory_count"):
        key = (str(row["unit"] or NO_UNIT), str(row["list_id"] or NO_NUMBER))
        held = out.setdefault(key, [])
        held.append({**row, "no": len(held) + 1})
    return dict(sorted(out.items()))


def _foots(job: Job) -> dict[tuple[str, str], dict[tuple[str, str], tuple[str, str]]]:
    """Who signed and when, per unit and list: the foot block belongs to the sheet and so to each list on it."""
    stack = job.result.stacks.get("inventory_count")
    out: dict[tuple[str, str], dict[tuple[str, str], tuple[str, str]]] = {}
    lists = [(str(r["unit"] or NO_UNIT), str(r["list_id"] or NO_NUMBER)) for r in job.rows("inventory_count")]
    for s, source in enumerate(stack.sources if stack else ()):
        told = {(f.block, f.entry): (f.name or "", day(f.on, "")) for f in source.table.foot}
        for key, own in zip(lists, stack.source.tolist() if stack else (), strict=True):
            if own == s:
                out.setdefault(key, told)
    return out


def _count_sheet(
    form: Layout, filled: Filled, foot: dict[tuple[str, str], tuple[str, str]], target: Path
) -> None:
    """The list with its signature and delivery blocks, filled where the workbook has them."""
    with paper(target, form.title) as book:
        sheet = book.sheet(form.sheet, tab="#1F3864")
        row = write_layout(sheet, form, filled)
        columns = len(form.columns)
        edge: dict[str, Any] = {"border": 1, "border_color": "#BFC7D1", "font_size": 10.5, "text_wrap": True}
        for block, title, entries, what in (
            ("signatures", "签字", _SIGNERS, "签字：{0}\n日期：{1}"),
            ("deliveries", "送达（各一份，F-8、F-9）", _RECEIVERS, "签收：{0}\n日期：{1}"),
        ):
            row = sheet.heading(row, title)
            edges = [round(i * columns / len(entries)) for i in range(len(entries) + 1)]
            for i, entry in enumerate(entries):
                name, on = foot.get((block, entry), ("", ""))
                words = f"{entry}\n{what.format(name or '____________', on or '____________')}"
                sheet.merged((row, edges[i], row, edges[i + 1] - 1), words, **edge)
            sheet.sheet.set_row(row, 54)
            row += 1


def _head(job: Job, unit: str, list_id: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    files = [
        f.workbook.name for f in job.result.files if "inventory_count" in f.kinds and f.unit in (unit, None)
    ]
    values = sum(r["value"] or 0 for r in rows)
    appraised = sum(r["appraised_value"] or 0 for r in rows)
    # a list settles a claim once, however many goods stand on it
    debts = {str(r["claim_id"]): r["settled_debt"] or 0 for r in rows}
    settled = sum(debts.values())

    def every(field: str) -> str:
        """What the rows say: one word for all of them, or each that stands there."""
        return "、".join(dict.fromkeys(_shown(r[field]) for r in rows if r[field] not in (None, ""))) or "—"

    return job.head(unit, files or None, list_id) | {
        "files": files or None, "list_id": list_id, "debtor": every("debtor"),
        "claim_ids": "、".join(debts), "agreement_no": every("agreement_no"), "settled": money.yuan(settled),
        "settled_capitals": money.capitals(settled), "value": money.yuan(values), "appraised": money.yuan(appraised),
        "appraised_capitals": money.capitals(appraised), "gap": money.yuan(settled - appraised),
        "short": settled > appraised, "count": len(rows), "appraisal_no": every("appraisal_no"),
        "appraised_on": every("appraised_on"), "approval_no": every("approval_no"),
        "approved_on": every("approved_on"), "location": every("location"),
        "items": [
            {
                "no": r["no"], "item": _words(r["item"]), "model": _words(r["model"]), "uom": _words(r["uom"]),
                "book_qty": _qty(r["book_qty"]), "qty": _qty(r["counted_qty"]), "price": _yuan(r["unit_price"]),
                "value": _yuan(r["value"]), "condition": _words(r["condition"]), "appraised": _yuan(r["appraised_value"]),
                "booked": _yuan(r["booked_value"]),
            }
            for r in rows
        ],
    }  # fmt: skip


def _shown(value: object) -> str:
    return day(value) if isinstance(value, dt.date) else str(value)


def _words(value: object) -> str:
    return str(value) if value not in (None, "") else "—"


def _yuan(amount: int | None) -> str:
    return "—" if amount is None else money.yuan(amount)


def _qty(value: float | None) -> str:
    return "—" if value is None else f"{value:,.6g}"
