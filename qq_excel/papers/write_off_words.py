"""Fills the Word papers of a write-off: report and approval form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qq_excel import __version__, money
from qq_excel.output import zip_bytes
from qq_excel.papers.style import PLAIN_FONT
from qq_excel.papers.words import mask
from qq_excel.papers.write_off_facts import CONDITION_CLAUSES, Application

if TYPE_CHECKING:
    from qq_excel.papers.house import House
    from qq_excel.papers.write_off_history import Histories

_NONE = "—"
_OPEN = "      年    月    日"
AGE_NOTE = (
    "诉讼时效届满日按所填事项推算，不构成法律意见；届满只产生抗辩权，债务人重新承诺或签收催款函的可以恢复。"
)
VERDICT_NOTE = (
    "制度认定依据 F-14、F-15；制度列出证据种类而没有规定哪一条件用哪些，对应关系为本程序所定，可由制度管理部门修改。"
    "账务处理、税前扣除与能否核销分别判断；税务资料以主管税务机关意见为准。"
)


def report(app: Application, house: House, *, draft: bool) -> bytes:
    """核销申请报告.docx."""
    return _filled(house, "write_off_report.docx", _context(app, draft=draft), draft=draft)


def approval_form(app: Application, house: House, *, draft: bool) -> bytes:
    """核销审批表.docx."""
    return _filled(house, "write_off_approval.docx", _context(app, draft=draft), draft=draft)


def verdicts(app: Application, house: House, *, draft: bool) -> bytes:
    """坏账认定意见书.docx."""
    return _filled(house, "write_off_verdicts.docx", _context(app, draft=draft), draft=draft)


def history(app: Application, house: House, told: Histories, *, draft: bool) -> bytes:
    """债权履历.docx."""
    events = [
        {"on": _day(e.on), "what": e.what, "detail": e.detail or _NONE, "proof": e.proof or _NONE, "place": e.place}
        for e in told.of(app)
    ]  # fmt: skip
    row = app.row
    more = {"events": events, "absent": told.absent or "无", "due_on": _day(row.get("due_on")),
            "occurred_on": _day(row.get("occurred_on"))}  # fmt: skip
    return _filled(house, "write_off_history.docx", _context(app, draft=draft) | more, draft=draft)


def volume_cover(
    app: Application, house: House, parts: Sequence[Mapping[str, str]], total: str, *, draft: bool
) -> bytes:
    """The cover of the bound volume with its contents (``no``, ``title``, ``first``, ``pages``)."""
    more = {"parts": parts, "total": total, "draft": draft, "applied_on": _day(app.row.get("applied_on"))}
    return _filled(house, "write_off_volume.docx", _context(app, draft=draft) | more, draft=draft)


def evidence_covers(
    app: Application, house: House, remarks: Mapping[int, str], digests: Mapping[int, str], *, draft: bool
) -> bytes:
    """A sheet before each piece of evidence, one page each; *remarks* tell why one is not bound."""
    papers = [
        {
            "no": f"{e.no:02d}", "name": e.name or _NONE, "type": e.type or _NONE, "doc_no": e.doc_no or _NONE,
            "issuer": e.issuer or _NONE, "issued_on": _day(e.issued_on), "original": e.original or _NONE,
            "pages": _NONE if e.pages is None else str(e.pages), "written": e.written or _NONE,
            "sha256": digests.get(e.no, _NONE), "remark": remarks.get(e.no, ""),
        }
        for e in app.evidence
    ]  # fmt: skip
    return _filled(
        house, "write_off_evidence.docx", _context(app, draft=draft) | {"evidence": papers}, draft=draft
    )


def _filled(house: House, name: str, context: dict[str, Any], *, draft: bool) -> bytes:
    template = house.word(name)
    context = {"letterhead": house.organisation.letterhead, "office": house.organisation.office, **context}
    template.check(context)
    parts = template.parts(context)
    return zip_bytes({n: _watermark(n, content) for n, content in parts.items()} if draft else parts)


# --- what stands in them -----------------------------------------------------------------------------------


def _context(app: Application, *, draft: bool) -> dict[str, Any]:
    row, claim = app.row, app.claim or {}
    amount, balance, provision = row.get("amount"), row.get("balance"), row.get("provision")
    condition = _words(row.get("condition"))
    papers = dict.fromkeys(e.type for e in app.evidence if e.type)
    return {
        "application_id": app.id,
        "as_of": _day(app.as_of),
        "addressee": "集团清欠办",
        "unit": _words(row.get("unit")),
        "applicant": _words(row.get("applicant")),
        "applied_on": _day(row.get("applied_on")),
        "applied_on_words": _date_words(row.get("applied_on")),
        "debtor": _words(row.get("debtor")),
        "debtor_code": mask(claim.get("debtor_code")) or _NONE,
        "claim_id": _words(row.get("claim_id")),
        "contract_id": _words(row.get("contract_id") or claim.get("contract_id")),
        "condition": condition,
        "condition_clause": CONDITION_CLAUSES.get(condition, "F-14"),
        "amount": _yuan(amount),
        "amount_capitals": money.capitals(amount) if amount is not None else _NONE,
        "balance": _yuan(balance),
        "provision": _yuan(provision),
        "charge": _yuan(app.charge),
        "claim_facts": _pairs(_claim_facts(app)),
        "money_facts": _pairs(_money_facts(app)),
        "age_facts": _pairs(_age_facts(app)),
        "age_note": AGE_NOTE,
        "history": _words(row.get("history")),
        "liability": _words(row.get("liability")),
        "evidence": [
            {
                "no": str(e.no), "type": e.type or _NONE, "name": e.name + (f"\n{e.doc_no}" if e.doc_no else ""),
                "issuer": e.issuer or _NONE, "issued_on": _day(e.issued_on), "original": e.original or _NONE,
                "pages": _NONE if e.pages is None else str(e.pages),
            }
            for e in app.evidence
        ],
        "evidence_words": f"共 {len(app.evidence)} 件：" + "、".join(papers) if app.evidence else "无",
        "verdicts": [
            {"title": v.title, "outcome": v.outcome, "grounds": v.grounds, "missing": "；".join(v.missing) or "无"}
            for v in app.verdicts
        ],
        "verdict_note": VERDICT_NOTE,
        "office_opinion": row.get("office_opinion") or "",
        "office_by": row.get("office_by") or "                ",
        "office_on": _day(row.get("office_on"), _OPEN),
        "manager_opinion": row.get("manager_opinion") or "",
        "manager_on": _day(row.get("manager_on"), _OPEN),
        "body": app.body or "会议",
        "body_opinion": "",
        "approval_no": row.get("approval_no") or "                ",
        "approved_on": _day(row.get("approved_on"), _OPEN),
        "authority_words": app.authority,
        "trace": f"来源：{app.file}    截止日期：{_day(app.as_of)}    制度：{app.policy_words}",
        "form_note": f"制度：{app.policy_words}。审批顺序：清欠办审核、总经理批示、{app.body or '有权限的会议'}批准（F-16）。",
        "header_words": f"{app.id}  坏账核销申请材料{'（草稿，不作审批依据）' if draft else ''}  qq-excel {__version__}",
    }  # fmt: skip


def _claim_facts(app: Application) -> list[tuple[str, str]]:
    row, claim = app.row, app.claim or {}
    return [
        ("债权编号", _words(row.get("claim_id"))),
        ("债权单位", _words(claim.get("unit") or row.get("unit"))),
        ("债务人名称", _words(row.get("debtor"))),
        ("债务人类型", _words(row.get("debtor_type"))),
        ("证件号码", mask(claim.get("debtor_code")) or _NONE),
        ("是否关联方", _words(claim.get("related"))),
        ("合同编号", _words(row.get("contract_id") or claim.get("contract_id"))),
        ("业务内容", _words(claim.get("subject"))),
        ("业务发生日期", _day(row.get("occurred_on"))),
        ("约定付款日", _day(row.get("due_on"))),
        ("担保方式", _words(claim.get("security"))),
        ("是否争议", _words(claim.get("disputed"))),
        ("经办人", _words(claim.get("handler"))),
        ("责任人", _words(claim.get("responsible"))),
    ]


def _money_facts(app: Application) -> list[tuple[str, str]]:
    row, claim = app.row, app.claim or {}
    return [
        ("原始金额", _yuan(claim.get("original"))),
        ("已收金额", _yuan(claim.get("received"))),
        ("账面余额", _yuan(row.get("balance"))),
        ("申请核销金额", _yuan(row.get("amount"))),
        ("已提坏账准备", _yuan(row.get("provision"))),
        ("计入当期损益", _yuan(app.charge)),
        ("核销后余额", _yuan(app.remaining)),
        ("坏账确认条件", _words(row.get("condition"))),
        ("事实发生日期", _day(row.get("event_on"))),
        ("审批权限", app.body or "权限未设定"),
    ]


def _age_facts(app: Application) -> list[tuple[str, str]]:
    claim = app.claim or {}
    return [
        ("截止日期", _day(app.as_of)),
        ("账龄口径", _words(app.age_basis)),
        ("账龄段", _words(claim.get("age_band"))),
        ("逾期天数", _NONE if app.overdue_days is None else f"{app.overdue_days:,} 天"),
        ("最近付款日", _day(claim.get("last_paid_on"))),
        ("最近签认日期", _day(claim.get("confirmed_on"))),
        ("最近书面催收", _day(claim.get("dunned_on"))),
        ("诉讼时效届满", _day(app.limitation_on)),
    ]


def _pairs(facts: list[tuple[str, str]]) -> list[list[str]]:
    flat = [x for fact in facts for x in fact]
    flat += [""] * (-len(flat) % 4)
    return [flat[i : i + 4] for i in range(0, len(flat), 4)]


def _words(value: object) -> str:
    return str(value) if value not in (None, "") else _NONE


def _yuan(cents: int | None) -> str:
    return _NONE if cents is None else money.yuan(cents)


def _day(day: dt.date | None, empty: str = _NONE) -> str:
    return day.isoformat() if day else empty


def _date_words(day: dt.date | None) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日" if day else _OPEN


# --- the watermark -----------------------------------------------------------------------------------------

_WATERMARK = f"""<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
 xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"><w:pict>
<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e">
<v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>
<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/>
<v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/><v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/>
<v:f eqn="mid @6 @7"/><v:f eqn="sum @6 0 @5"/></v:formulas>
<v:path textpathok="t" o:connecttype="custom" o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800"
 o:connectangles="270,180,90,0"/><v:textpath on="t" fitshape="t"/></v:shapetype>
<v:shape id="PowerPlusWaterMarkObject1" o:spid="_x0000_s2049" type="#_x0000_t136" o:allowincell="f" fillcolor="#c8c8c8" stroked="f"
 style="position:absolute;margin-left:0;margin-top:0;width:330pt;height:165pt;rotation:315;z-index:-251658752;
mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;
mso-position-vertical-relative:margin"><v:fill opacity=".5"/>
<v:textpath style="font-family:&quot;{PLAIN_FONT}&quot;;font-size:1pt" string="草稿"/></v:shape></w:pict></w:r>"""


def _watermark(name: str, content: bytes) -> bytes:
    """Put the watermark into the headers of a package that is written anew."""
    if not name.startswith("word/header"):
        return content
    return content.replace(b"</w:p>", _WATERMARK.encode() + b"</w:p>", 1)
