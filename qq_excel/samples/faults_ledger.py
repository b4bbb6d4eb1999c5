"""What is wrong with the branch that keeps its ledger carelessly: figures, dates, spellings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from qq_excel.samples.model import AS_OF, Fault, Row, Submission, before

_KIND = "receivables"


def spoil_ledger(made: Submission) -> list[Fault]:
    """Put the faults in; every row takes at most one."""
    return _Spoiler(made).all()


def _live(row: Row) -> bool:
    return bool(row["original"] > row["received"] and row["status"] != "已结清")


def _late(row: Row) -> bool:
    return _live(row) and row["due_on"] < AS_OF


def _pursued(row: Row) -> bool:
    return _late(row) and row["status"] in ("追讨", "协议还款")


class _Spoiler:
    def __init__(self, made: Submission) -> None:
        self.made = made
        self.used: set[str] = {
            r["claim_id"] for k in ("inventory_count", "write_offs") for r in made.tables[k]
        }
        self.found: list[Fault] = []

    def take(self, wanted: Callable[[Row], Any]) -> Row:
        """A row that has no fault yet."""
        row = self.made.find(_KIND, lambda r: r["claim_id"] not in self.used and wanted(r))
        self.used.add(row["claim_id"])
        return row

    def note(self, rule: str, row: Row, field: str, what: str, *follows: str) -> None:
        self.found.append(Fault(rule, _KIND, row["claim_id"], field, what, follows))

    def all(self) -> list[Fault]:
        """Every fault."""
        self._figures()
        self._dates()
        self._states()
        self._spellings()
        self._limitation()
        self._head()
        return self.found

    def _figures(self) -> None:
        row = self.take(lambda r: _live(r) and r["received"] > 0)
        row["balance"] = round(row["original"] - row["received"] + 1000, 2)
        self.note("REC001", row, "balance", "账面余额改成了数值，比原始金额减已收金额多 1,000.00")
        row = self.take(lambda r: _pursued(r) and r["occurred_on"] > before(700))
        row["provision"] = round(row["original"] - row["received"] + 500, 2)
        self.note("REC014", row, "provision", "已提坏账准备比账面余额多 500.00")
        row = self.take(lambda r: r.get("fx_rate"))
        row["fx_rate"] = None
        self.note("REC015", row, "fx_rate", "美元债权漏填汇率")
        row = self.take(lambda r: _live(r) and r["due_on"] > AS_OF and r["received"] == 0)
        row["original"] = f"{row['original']:,.2f}元"
        self.note("CEL002", row, "original", "原始金额写成带逗号和“元”的文字", "CEL011")
        row = self.take(lambda r: _live(r) and r["due_on"] > AS_OF and r["received"] > 0)
        row["received"] = "已付三成"
        row["balance"] = row["original"]
        self.note("CEL004", row, "received", "已收金额写成了文字")

    def _dates(self) -> None:
        row = self.take(lambda r: _pursued(r) and r["last_paid_on"] is None and r["due_on"] > before(600))
        row |= {"due_on": row["occurred_on"] - dt.timedelta(days=3), "limitation_on": None}
        self.note("REC002", row, "due_on", "约定付款日比业务发生日期早三天")
        row = self.take(lambda r: _pursued(r) and r["confirmed_on"])
        row |= {"confirmed_on": before(-12), "limitation_on": None}
        self.note("REC003", row, "confirmed_on", "最近签认日期在截止日期之后")
        row = self.take(lambda r: _pursued(r) and 400 < (AS_OF - r["occurred_on"]).days < 700)
        row["age_band"] = "1年以内"
        self.note("REC004", row, "age_band", "账龄段沿用上年，没有更新")
        row = self.take(lambda r: _pursued(r) and r["due_on"] < before(100))
        row["overdue_days"] = (AS_OF - row["due_on"]).days - 92
        self.note("REC005", row, "overdue_days", "逾期天数是上季度末的")
        row = self.take(lambda r: _live(r) and r["due_on"] > AS_OF)
        row["occurred_on"] = f"{row['occurred_on'].year}.{row['occurred_on'].month}.{row['occurred_on'].day}"
        row["age_band"] = "1年以内"
        self.note("CEL003", row, "occurred_on", "业务发生日期写成 2026.8.5 样式的文字")
        row = self.take(lambda r: _pursued(r) and r["last_paid_on"] and r["due_on"] > before(900))
        row |= {"last_paid_on": "2026-02-30", "limitation_on": None}
        self.note("CEL005", row, "last_paid_on", "最近付款日写成不存在的 2026-02-30")

    def _states(self) -> None:
        row = self.take(lambda r: r["status"] == "已结清")
        row |= {
            "received": round(row["original"] - 3600, 2),
            "dunned_on": before(20),
            "confirmed_on": before(100),
        }
        self.note("REC011", row, "status", "还差 3,600.00 就填了已结清")
        row = self.take(lambda r: r["status"] == "预警" and _late(r))
        row["status"] = "正常"
        self.note("REC012", row, "status", "已经逾期，状态仍是正常")
        row = self.take(lambda r: r["status"] == "追讨" and _late(r))
        row["status"] = "催收中"
        self.note("CEL007", row, "status", "清欠状态“催收中”不在列表内")
        row = self.take(lambda r: r["disputed"] == "是")
        row["dispute_reason"] = None
        self.note("REC021", row, "dispute_reason", "有争议没有写原因")
        row = self.take(lambda r: _live(r) and r["due_on"] > AS_OF)
        row["responsible"] = None
        self.note("CEL001", row, "responsible", "责任人空白", "REC006")

    def _spellings(self) -> None:
        row = self.take(lambda r: _live(r) and r["due_on"] > AS_OF and r["debtor_type"] == "企业")
        row["debtor"] = row["debtor"].replace("有限公司", "公司")
        self.note("REC013", row, "debtor", "同一债务人写成两个名称", "CON005", "CRD001")
        row = self.take(lambda r: _live(r) and r["due_on"] > AS_OF)
        row["handler"] += " "
        self.note("CEL006", row, "handler", "经办人后面多一个空格")
        row = self.take(lambda r: r["debtor_type"] == "机关事业单位")
        last = row["debtor_code"][-1]
        row["debtor_code"] = row["debtor_code"][:-1] + ("0" if last != "0" else "1")
        self.note("CEL013", row, "debtor_code", "统一社会信用代码末位抄错")
        first = self.take(lambda r: _live(r) and r["due_on"] > AS_OF)
        row = self.take(lambda r: _live(r) and r["due_on"] > AS_OF)
        row["claim_id"] = first["claim_id"]
        self.note("CEL012", first, "claim_id", "两笔债权用了同一个编号")

    def _limitation(self) -> None:
        row = self.take(lambda r: r["status"] == "诉讼" and r["due_on"] < before(2200))
        row |= {"status": "追讨", "last_paid_on": None, "confirmed_on": before(100), "received": 0}
        self.note("REC009", row, "due_on", "到期六年多，时效期内没有付款、签认和催收")
        row = self.take(lambda r: _pursued(r) and r["confirmed_on"])
        row |= {"confirmed_on": before(420), "confirmation_no": "QR-XB-250806-01", "limitation_on": None}
        self.note("REC007", row, "confirmed_on", "一年多没有书面签认")
        row = self.take(lambda r: _pursued(r) and r["dunned_on"] and r["due_on"] < before(150))
        row |= {"dunned_on": before(120), "limitation_on": None}
        self.note("REC019", row, "dunned_on", "四个月没有书面催收")
        row = self.take(lambda r: _pursued(r) and r.get("limitation_on"))
        row["limitation_on"] = row["limitation_on"] - dt.timedelta(days=365)
        self.note("REC010", row, "limitation_on", "诉讼时效到期日少算一年")

    def _head(self) -> None:
        del self.made.heads["contracts"]["prepared_by"]
        self.found.append(Fault("TAB004", "contracts", "编制人", "prepared_by", "合同台账的表头没有填编制人"))
