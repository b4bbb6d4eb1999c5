"""Receivables, contracts and credit terms of one branch, that fit each other."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from random import Random
from typing import Any

from qq_excel.policy import calendar
from qq_excel.samples.cases import CASES, INSURED_DAYS, Draft
from qq_excel.samples.model import AS_OF, Row, Staff, UnitPlan
from qq_excel.samples.people import ENTERPRISE, PERSON, PUBLIC, Party, Register

#: Provision by age in whole years: an invented company's own rates.
_RATES = (0.01, 0.1, 0.3, 0.5, 0.8, 1.0)
_GOODS = (
    "减速机销售",
    "轴承及配件",
    "皮带输送机",
    "破碎设备",
    "备件及检修",
    "钢结构制作",
    "起重设备",
    "泵阀成套",
    "技术服务",
    "设备租赁",
)
_TERMS = (
    "货到验收合格后{n}日内付清",
    "发货前付30%，验收后{n}日内付65%，质保金5%另计",
    "按月结算，次月起{n}日内付款",
    "开票后{n}日内电汇",
)
_DEPARTMENTS = ("市场一部", "市场二部", "工程事业部", "备件服务部")
#: Exposure to limit by debtor, in turn; one debtor is at the blue mark, one at the yellow one.
_RATIOS = (0.35, 0.5, 0.42, 0.61, 0.28, 0.7, 0.55)
_MARKED = {1: 0.83, 3: 0.93}


@dataclass(slots=True)
class Debtor:
    """A debtor as a branch knows it."""

    party: Party
    handler: str
    responsible: str
    rating: str
    #: Contracts by the year of their signing (negative: the one that ends soon).
    contracts: dict[int, Row] = field(default_factory=dict)


class Ledger:
    """Builds one branch's three tables."""

    def __init__(self, plan: UnitPlan, staff: Staff, random: Random, register: Register, doomed: int) -> None:
        self.plan = plan
        self.staff = staff
        self.random = random
        self.claims: list[Row] = []
        self.contracts: list[Row] = []
        parties = [register.company(plan.towns) for _ in range(plan.debtors)]
        parties += [register.authority(plan.authority), register.private()]
        self.debtors = [self._debtor(p) for p in parties]
        #: Debtors that only owe what is to be written off: *doomed* firms and a person.
        self.doomed = [self._debtor(register.company(plan.towns)) for _ in range(doomed)]
        self.doomed.append(self._debtor(register.private()))

    def build(self) -> dict[str, list[Row]]:
        """The tables, by kind."""
        firms = [d for d in self.debtors if d.party.type == ENTERPRISE]
        turn = 0
        for case, count in self.plan.cases.items():
            for _ in range(count):
                old = case in ("four_years", "five_years")
                debtor = firms[-1] if old else self._pick(case, firms[turn % (len(firms) - 1)])
                turn += 1
                self.claims.append(self.claim(debtor, CASES[case](self.random)))
        self.claims.sort(key=lambda r: (r["occurred_on"], r["contract_id"]))
        for n, row in enumerate(self.claims, 1):
            row["claim_id"] = f"{self.plan.mark}-{row['occurred_on'].year}-{n:04d}"
        self._contracts_summed()
        return {"receivables": self.claims, "contracts": self.contracts, "credit_terms": self._credit_terms()}

    def _pick(self, case: str, usual: Debtor) -> Debtor:
        if case == "special":
            return next(d for d in self.debtors if d.party.type == PUBLIC)
        if case == "just_late" and self.random.random() < 0.15:
            return next(d for d in self.debtors if d.party.type == PERSON)
        return usual

    def _debtor(self, party: Party) -> Debtor:
        random = self.random
        rating = random.choice(("AA", "A", "A", "B", "B", "C"))
        return Debtor(
            party, random.choice(self.staff.handlers), random.choice(self.staff.responsible), rating
        )

    # --- one claim ----------------------------------------------------------------------------------

    def claim(self, debtor: Debtor, draft: Draft, original: int | None = None) -> Row:
        """A claim's row without its number; amounts in yuan."""
        random = self.random
        more = dict(draft.more or {})
        contract = self._contract(debtor, draft.occurred, more.pop("_expires", None))
        if original is None:
            most = 60_000 if debtor.party.type == PERSON else 2_400_000
            original = random.randint(most // 40, most) * 100 + random.choice((0, 0, 50, 8, 36))
        received = original if draft.paid_share == 1 else round(original * draft.paid_share / 1000) * 1000
        row: Row = {
            "unit": self.plan.name, "debtor": debtor.party.name, "debtor_type": debtor.party.type,
            "debtor_code": debtor.party.code, "contract_id": contract["contract_id"],
            "subject": random.choice(self.plan.subjects or _GOODS), "occurred_on": draft.occurred, "due_on": draft.due, "currency": "CNY",
            "original": original / 100, "received": received / 100, "last_paid_on": draft.last_paid,
            "confirmed_on": draft.confirmed, "dunned_on": draft.dunned, "security": "无", "status": draft.status,
            "measure": draft.measure, "handler": debtor.handler, "responsible": debtor.responsible, "disputed": "否",
            "related": "否", **more,
        }  # fmt: skip
        if row.get("special_reason"):
            row["reason_by"] = self.staff.manager
        if draft.confirmed:
            row["confirmation_no"] = (
                f"QR-{self.plan.mark}-{draft.confirmed:%y%m%d}-{random.randint(1, 9):02d}"
            )
        self._valued(row, original - received)
        return row

    def pay(self, row: Row, cents: int) -> None:
        """Count goods booked in settlement as received."""
        row["received"] = (round(row["received"] * 100) + cents) / 100
        self._valued(row, round(row["original"] * 100) - round(row["received"] * 100))

    def _valued(self, row: Row, balance: int) -> None:
        years = [1, 2, 3, 4, 5]
        band = int(calendar.age_band_index([row["occurred_on"]], AS_OF, years)[0])
        if balance > 0:
            row["provision"] = round(balance * _RATES[band]) / 100
        if balance > 0 and row["status"] not in ("诉讼", "正常"):
            events = [[row[n]] for n in ("last_paid_on", "dunned_on", "confirmed_on")]
            ends = calendar.limitation_end([row["due_on"]], events, 3, 20)[0]
            row["limitation_on"] = ends.item()

    def _contract(self, debtor: Debtor, day: dt.date, expires: dt.date | None) -> Row:
        year = day.year if expires is None else -day.year
        if year not in debtor.contracts:
            random = self.random
            signed = dt.date(day.year, 1, 1) - dt.timedelta(days=random.randint(10, 120))
            number = f"HT-{self.plan.mark}-{day.year}-{len(self.contracts) + 1:03d}"
            ends = expires or dt.date(day.year + 1, 12, 31)
            row: Row = {
                "contract_id": number, "debtor": debtor.party.name, "signed_on": signed,
                "effective_on": signed + dt.timedelta(days=random.randint(0, 9)), "expires_on": ends,
                "terms": random.choice(_TERMS).format(n=random.choice((60, 75, 90))),
                "department": random.choice(_DEPARTMENTS), "handler": debtor.handler,
                "renewed": "否",
            }  # fmt: skip
            debtor.contracts[year] = row
            self.contracts.append(row)
        return debtor.contracts[year]

    # --- what follows from the claims ---------------------------------------------------------------

    def _contracts_summed(self) -> None:
        for row in self.contracts:
            settled = sum(
                self._cents(c, "original") for c in self.claims if c["contract_id"] == row["contract_id"]
            )
            row["settled"] = settled / 100
            row["amount"] = -(-settled * self.random.choice((11, 12, 15)) // 10 // 1_000_000) * 10_000
        self.contracts.sort(key=lambda r: (r["signed_on"], r["contract_id"]))

    @staticmethod
    def _cents(row: Row, name: str) -> int:
        cents: int = round(row[name] * 100)
        return cents

    def _credit_terms(self) -> list[Row]:
        rows = []
        for n, debtor in enumerate((*self.debtors, *self.doomed)):
            own = [c for c in self.claims if c["debtor"] == debtor.party.name]
            owed = sum(self._cents(c, "original") - self._cents(c, "received") for c in own)
            ratio = _MARKED.get(n, _RATIOS[n % len(_RATIOS)])
            insured = max(-int(-owed / ratio // 1_000_000) * 10_000, 200_000)
            if own:
                rows.append(self._terms(n + 1, debtor, insured))
        return rows

    def _terms(self, n: int, debtor: Debtor, insured: int) -> Row:
        private = debtor.party.type == PERSON
        values: dict[str, Any] = {
            "debtor": debtor.party.name, "debtor_code": debtor.party.code,
            "credit_limit": -(-insured * 5 // 40_000) * 10_000, "insured_limit": insured,
            "insured_days": INSURED_DAYS, "valid_from": dt.date(2026, 1, 1), "valid_to": dt.date(2026, 12, 31),
            "approval_no": f"{self.plan.owner}授信〔2026〕{self.plan.mark}{n:02d}号", "rating": "B" if private else debtor.rating,
        }  # fmt: skip
        return values
