"""What is wrong with the branch that skips steps: credit, contracts, settlement in kind, write-off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from qq_excel.samples.cases import INSURED_DAYS
from qq_excel.samples.model import AS_OF, Fault, Row, Submission, before


def spoil_process(made: Submission) -> list[Fault]:
    """Put the faults in."""
    return _Spoiler(made).all()


class _Spoiler:
    def __init__(self, made: Submission) -> None:
        self.made = made
        self.claims = made.tables["receivables"]
        self.used: set[str] = {
            r["claim_id"] for k in ("inventory_count", "write_offs") for r in made.tables[k]
        }
        self.found: list[Fault] = []

    def note(self, rule: str, kind: str, key: str, field: str, what: str, *follows: str) -> None:
        self.found.append(Fault(rule, kind, key, field, what, follows))

    def all(self) -> list[Fault]:
        """Every fault."""
        self._credit()
        self._contracts()
        self._goods()
        self._write_offs()
        return self.found

    def take(self, wanted: Callable[[Row], Any]) -> Row:
        row = next(r for r in self.claims if r["claim_id"] not in self.used and wanted(r))
        self.used.add(row["claim_id"])
        return row

    def _owed(self, debtor: str) -> float:
        return float(sum(r["original"] - r["received"] for r in self.claims if r["debtor"] == debtor))

    def _terms(self) -> list[Row]:
        """Terms of debtors that owe in yuan only and are in nobody else's story, most claims first."""
        apart = {r["debtor"] for r in self.claims if r["claim_id"] in self.used or r["currency"] != "CNY"}
        return [
            t
            for t in self.made.tables["credit_terms"]
            if t["debtor"] not in apart and self._owed(t["debtor"]) > 0
        ]

    # --- credit and contracts -----------------------------------------------------------------------

    def _credit(self) -> None:
        over, ended, *_ = self._terms()
        owed = self._owed(over["debtor"])
        over["credit_limit"] = over["insured_limit"] = int(owed * 0.8 // 10_000) * 10_000
        self.note(
            "CRD003", "credit_terms", over["debtor"], "credit_limit", "欠款超过额度约四分之一，没有特殊原因"
        )
        ended |= {"valid_from": dt.date(2025, 7, 1), "valid_to": dt.date(2026, 6, 30)}
        self.note("CRD007", "credit_terms", ended["debtor"], "valid_to", "授信已于 6 月底到期，仍有欠款")
        wrong = next(t for t in reversed(self._terms()) if t not in (over, ended))
        wrong["insured_limit"] = wrong["credit_limit"] + 50_000
        self.note("CRD008", "credit_terms", wrong["debtor"], "insured_limit", "保险额度大于授信额度")
        row = self.take(
            lambda r: r["status"] == "追讨" and (AS_OF - r["occurred_on"]).days > INSURED_DAYS
            and r["occurred_on"].year >= 2025 and not r.get("special_reason")
        )  # fmt: skip
        row["measure"] = None
        self.note("CRD005", "receivables", row["claim_id"], "measure", "超过保险账龄期限，没有清欠措施")

    def _contracts(self) -> None:
        row = self.take(
            lambda r: r["occurred_on"].year < 2024 and r["status"] in ("追讨", "协议还款", "诉讼")
        )
        row["measure"] = None
        self.note("CON002", "receivables", row["claim_id"], "measure", "合同早已到期，没有清欠措施", "CRD005")
        row = self.take(lambda r: r["due_on"] > AS_OF and r["status"] == "正常")
        row["contract_id"] = "HT-DB-2026-999"
        self.note("CON003", "receivables", row["claim_id"], "contract_id", "合同编号不在合同台账中")
        row = self.take(
            lambda r: r["due_on"] > AS_OF and r["status"] == "正常" and r["occurred_on"].year == 2026
        )
        contract = self._contract(row["contract_id"])
        contract["effective_on"] = contract["signed_on"] - dt.timedelta(days=20)
        self.note(
            "CON004",
            "contracts",
            contract["contract_id"],
            "effective_on",
            "生效日期早于签订日期，补签没有说明",
        )
        big = next(c for c in self.made.tables["contracts"] if c is not contract and c["settled"] > 100_000)
        big["amount"] = round(big["settled"] - 80_000, 2)
        self.note("CON006", "contracts", big["contract_id"], "amount", "已结算金额超过合同金额 80,000.00")

    def _contract(self, number: str) -> Row:
        return self.made.find("contracts", lambda c: c["contract_id"] == number)

    # --- settlement in kind -------------------------------------------------------------------------

    def _goods(self) -> None:
        rows = self.made.tables["inventory_count"]
        lists: dict[str, list[Row]] = {}
        for row in rows:
            lists.setdefault(row["list_id"], []).append(row)
        first, second, third = lists.values()

        def note(rule: str, row: Row, field: str, what: str, *follows: str) -> None:
            self.note(rule, "inventory_count", f"{row['list_id']}/{row['item']}", field, what, *follows)

        first[0]["remark"] = None
        note("INV009", first[0], "remark", "盘亏 2 套没有说明")
        first[1]["difference_qty"] = 3
        note("INV006", first[1], "difference_qty", "盈亏数量手工改成 3", "INV009")
        first[2]["value"] = round(first[2]["counted_qty"] * first[2]["unit_price"] + 900, 2)
        note("INV007", first[2], "value", "金额比实盘数量乘单价多 900.00")
        for row in second:
            row["approved_on"] = row["appraised_on"] - dt.timedelta(days=5)
        note("INV002", second[0], "approved_on", "先批准、后鉴定")
        second[1]["approval_no"] = None
        note("INV003", second[1], "approval_no", "没有总经理批准文号", "CEL001")
        second[2]["booked_value"] = round(second[2]["appraised_value"] * 1.1, 2)
        note("INV014", second[2], "booked_value", "入账金额比鉴定价值高一成")
        for row in third:
            row["counted_on"] = before(150)
        note("INV010", third[0], "counted_on", "盘点已过五个月")
        third[0]["appraised_value"] = third[0]["booked_value"] = round(third[0]["appraised_value"] * 0.7, 2)
        note("INV008", third[0], "appraised_value", "鉴定价值合计低于抵偿的债权")
        third[1]["appraisal_no"] = None
        note("INV001", third[1], "appraisal_no", "没有鉴定意见书编号", "CEL001")
        signed, sent = self.made.foot["signatures"], self.made.foot["deliveries"]
        signed["财务主管"] = (None, None)
        self.note("INV004", "inventory_count", "财务主管", "signatures", "财务主管没有签字")
        signed["验收人"] = (signed["保管人"][0], signed["验收人"][1])
        self.note("INV013", "inventory_count", "验收人", "signatures", "验收人与保管人是同一人")
        sent["清欠办"] = None
        self.note("INV005", "inventory_count", "清欠办", "deliveries", "没有送达清欠办")

    # --- write-off ----------------------------------------------------------------------------------

    def _write_offs(self) -> None:
        """The first application stays fit; each of the others lacks something else."""
        rows = self.made.tables["write_offs"]
        evidence = self.made.tables["evidence"]

        def note(rule: str, row: Row, field: str, what: str, *follows: str) -> None:
            self.note(rule, "write_offs", row["application_id"], field, what, *follows)

        def papers(row: Row) -> list[Row]:
            return [e for e in evidence if e["application_id"] == row["application_id"]]

        _, authority, no_file, order, too_young, death = rows
        authority["body"] = "总经理会议"
        note("WOF006", authority, "body", "金额超过总经理会议的审批权限")
        missing = papers(no_file)[-1]
        del self.made.files[missing["path"]]
        note("WOF009", no_file, "path", f"证据文件 {missing['path']} 没有随附")
        no_file["liability"] = None
        note("WOF012", no_file, "liability", "超过账龄期限，没有责任认定")
        order["office_on"] = order["applied_on"] - dt.timedelta(days=2)
        note("WOF005", order, "office_on", "清欠办审核早于申请")
        order["office_by"] = order["applicant"]
        note("WOF014", order, "office_by", "申请人自己审核")
        self._younger(too_young)
        note("WOF001", too_young, "due_on", "到申请日还不满三年")
        lost = papers(too_young)[1]
        evidence.remove(lost)
        del self.made.files[lost["path"]]
        note("WOF003", too_young, "condition", "缺催收记录或邮局存证信函")
        death["amount"] = round(death["balance"] + 2000, 2)
        note("WOF004", death, "amount", "申请金额比账面余额多 2,000.00")
        late = papers(death)[-1]
        late["issued_on"] = death["applied_on"] + dt.timedelta(days=9)
        note("WOF010", death, "issued_on", "证据出具在申请之后")
        stray = {
            **papers(rows[0])[0],
            "application_id": "HX-DB-2026-77",
            "name": "购销合同（复印件）",
            "original": "否",
        }
        evidence.append(stray)
        self.note(
            "WOF013", "evidence", "HX-DB-2026-77/购销合同（复印件）", "application_id", "证据对应的申请不存在"
        )

    def _younger(self, application: Row) -> None:
        """Move the due date of the application and of its claim to under three years."""
        claim = next(r for r in self.claims if r["claim_id"] == application["claim_id"])
        for row in (claim, application):
            row["due_on"] = dt.date(2023, 10, 31)
