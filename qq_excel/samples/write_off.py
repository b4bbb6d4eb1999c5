"""Applications for write-off with their evidence, as files that can be opened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from qq_excel.samples import pdf
from qq_excel.samples.cases import Draft
from qq_excel.samples.ledger import Debtor, Ledger
from qq_excel.samples.model import GROUP, Row, Staff, UnitPlan, before

DEATH, BANKRUPTCY, THREE_YEARS = "债务人死亡", "债务人破产", "逾期三年以上"
_NOTE = "样例文件：单位、人员、案号均为虚构，不作任何用途。"


@dataclass(frozen=True, slots=True)
class Paper:
    """A piece of evidence: type, name, number, who issued it, and how many days before the as-of date."""

    type: str
    name: str
    number: str
    issuer: str
    age: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """An application to make: its ground, its amount in yuan, and how far it has come."""

    condition: str
    yuan: int
    progress: str  # approved, reviewed, filed


class Applications:
    """Builds one branch's applications; each adds its claim to the ledger."""

    def __init__(self, plan: UnitPlan, staff: Staff, random: Random, ledger: Ledger) -> None:
        self.plan, self.staff, self.random, self.ledger = plan, staff, random, ledger
        self.rows: list[Row] = []
        self.evidence: list[Row] = []
        self.files: dict[str, bytes] = {}

    def build(self, wishes: Sequence[Wish]) -> None:
        """Make the applications."""
        *firms, person = self.ledger.doomed
        for n, wish in enumerate(wishes, 1):
            self._apply(n, wish, person if wish.condition == DEATH else firms.pop(0))

    def _apply(self, n: int, wish: Wish, debtor: Debtor) -> None:
        plan, staff = self.plan, self.staff
        late = {DEATH: 640, BANKRUPTCY: 900, THREE_YEARS: 1400}[wish.condition] + 20 * n
        sued, applied = before(late - 300), before(48 - 2 * n)
        draft = Draft(
            before(late + 75), before(late), "诉讼", confirmed=before(200), dunned=before(70),
            measure=f"{sued.year}年{sued.month}月起诉，现已无可供执行的财产，按制度申请核销",
        )  # fmt: skip
        claim = self.ledger.claim(debtor, draft, wish.yuan * 100 + self.random.randint(0, 99_999))
        self.ledger.claims.append(claim)
        number = f"HX-{plan.mark}-2026-{n:02d}"
        papers = _PAPERS[wish.condition](debtor, claim, late, self._demand(debtor, n))
        row: Row = {
            "application_id": number, "unit": plan.name, "applicant": debtor.handler, "claim_id": claim,
            "debtor": debtor.party.name, "debtor_type": debtor.party.type, "contract_id": claim["contract_id"],
            "occurred_on": claim["occurred_on"], "due_on": claim["due_on"], "balance": claim["original"],
            "provision": claim["provision"], "amount": claim["original"], "condition": wish.condition,
            "history": _HISTORY[wish.condition].format(
                due=claim["due_on"], sued=sued, debtor=debtor.party.name, handler=debtor.handler
            ),
            "liability": f"经办人{debtor.handler}发货前未复核授信，责令书面检查；责任人{debtor.responsible}通报批评",
            "applied_on": applied, "status": "已上报",
        }  # fmt: skip
        if wish.condition != THREE_YEARS:
            row["event_on"] = before(late - 330)
        self._progress(row, wish, applied, staff)
        self.rows.append(row)
        for i, paper in enumerate(papers, 1):
            self._paper(number, i, paper)

    def _demand(self, debtor: Debtor, n: int) -> str:
        return f"{self.plan.mark}CK-{n:03d}-{debtor.party.code[-4:-1]}"

    def _progress(self, row: Row, wish: Wish, applied: dt.date, staff: Staff) -> None:
        if wish.progress == "filed":
            return
        row |= {
            "office_opinion": "同意", "office_by": staff.office, "office_on": applied + dt.timedelta(days=6),
            "status": "审核中",
        }  # fmt: skip
        if wish.progress == "reviewed":
            return
        approved = applied + dt.timedelta(days=21)
        meeting = "总经理会议" if row["amount"] <= 500_000 else "董事会"
        short = "总办" if meeting == "总经理会议" else "董"
        row |= {
            "manager_opinion": "同意", "manager_on": applied + dt.timedelta(days=12), "body": meeting,
            "approval_no": f"澜岳{short}〔2026〕{self.random.randint(21, 60)}号", "approved_on": approved,
            "status": "已批准",
        }  # fmt: skip

    def _paper(self, number: str, i: int, paper: Paper) -> None:
        path = f"evidence/{number}/{i:02d}_{paper.type}.pdf"
        issued = before(paper.age)
        self.evidence.append(
            {
                "application_id": number, "type": paper.type, "name": paper.name, "doc_no": paper.number,
                "issuer": paper.issuer, "issued_on": issued, "path": path, "original": "是", "pages": 1,
            }
        )  # fmt: skip
        head = [
            f"SAMPLE {number}-{i:02d}  {issued:%Y-%m-%d}",
            f"编号：{paper.number}",
            f"出具单位：{paper.issuer}",
        ]
        lines = [*head, f"日期：{issued:%Y-%m-%d}", "", *paper.lines, "", _NOTE]
        self.files[path] = pdf.page(paper.name, lines)


def _contract(debtor: Debtor, claim: Row, late: int) -> Paper:
    return Paper(
        "债权凭证", "购销合同及验收单", claim["contract_id"], GROUP, late + 120,
        (f"买方：{debtor.party.name}", f"货物：{claim['subject']}", f"价款：人民币 {claim['original']:,.2f} 元",
         f"付款期限：{claim['due_on']:%Y-%m-%d} 前付清", "验收结论：合格，双方签字盖章。"),
    )  # fmt: skip


def _court(debtor: Debtor) -> str:
    return debtor.party.name[:2] + "市中级人民法院(虚构)"


def _docket(kind: str, claim: Row, days: int) -> str:
    return f"（{before(days).year}）虚01{kind}{int(claim['original']) % 9000 + 1000}号"


def _death(debtor: Debtor, claim: Row, late: int, demand: str) -> tuple[Paper, ...]:
    name = debtor.party.name
    return (
        _contract(debtor, claim, late),
        Paper("死亡证明", "居民死亡医学证明", f"SW-{demand}", "第三人民医院(虚构)", late - 332,
              (f"姓名：{name}", "死亡原因：疾病", f"死亡日期：{before(late - 330):%Y-%m-%d}")),
        Paper("遗产清偿证明", "遗产清偿情况证明", f"YC-{demand}", "公证处(虚构)", late - 480,
              (f"被继承人{name}的遗产已按顺序清偿，剩余财产为零。", "继承人声明在遗产实际价值以外不承担清偿责任。")),
    )  # fmt: skip


def _bankruptcy(debtor: Debtor, claim: Row, late: int, demand: str) -> tuple[Paper, ...]:
    name, court = debtor.party.name, _court(debtor)
    return (
        _contract(debtor, claim, late),
        Paper("破产宣告裁定", "宣告破产民事裁定书", _docket("破", claim, late - 330), court, late - 330,
              (f"宣告{name}破产。", "本裁定自即日起生效。")),
        Paper("破产清偿证明", "破产财产分配及清偿证明", f"PC-{demand}", "破产管理人(虚构)", late - 700,
              (f"{name}破产财产分配完毕，普通债权清偿率为零。", f"债权人{GROUP}申报债权未获清偿。")),
    )  # fmt: skip


def _three_years(debtor: Debtor, claim: Row, late: int, demand: str) -> tuple[Paper, ...]:
    name, court = debtor.party.name, _court(debtor)
    return (
        _contract(debtor, claim, late),
        Paper("催收记录", "催款函及签收回执", demand, GROUP, late - 200,
              (f"致{name}：", f"贵方应于 {claim['due_on']:%Y-%m-%d} 付清货款，逾期未付。", "签收：收发室（盖章）")),
        Paper("法院判决书", "民事判决书", _docket("民初", claim, late - 420), court, late - 420,
              (f"被告{name}于判决生效后十日内支付货款及利息。",)),
        Paper("终结执行裁定", "终结本次执行程序裁定书", _docket("执", claim, late - 800), court, late - 800,
              (f"被执行人{name}无可供执行的财产，终结本次执行程序。",)),
    )  # fmt: skip


_PAPERS: dict[str, Any] = {DEATH: _death, BANKRUPTCY: _bankruptcy, THREE_YEARS: _three_years}
_HISTORY = {
    DEATH: (
        "{due:%Y年%m月}到期后经办人{handler}多次上门催收；债务人于其后病故，经公证处查明遗产已按顺序清偿完毕，无剩余财产，"
        "继承人书面表示不承担超出遗产价值的债务，确已无法收回。"
    ),
    BANKRUPTCY: (
        "{due:%Y年%m月}到期未付，{sued:%Y年%m月}提起诉讼；审理期间{debtor}被法院宣告破产，我方依法申报债权，管理人分配完毕，"
        "普通债权未获清偿，确已无法收回。"
    ),
    THREE_YEARS: (
        "{due:%Y年%m月}到期未付，经办人{handler}逐月催收并取得签收；{sued:%Y年%m月}起诉并胜诉，申请执行后法院查明无可供执行财产，"
        "裁定终结本次执行程序；此后每半年查询一次财产线索，均无结果。"
    ),
}
