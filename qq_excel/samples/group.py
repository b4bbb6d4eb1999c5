"""The submissions of the group profile: four branches, two of them clean."""

from __future__ import annotations

from random import Random

from qq_excel.samples import goods
from qq_excel.samples.faults import spoil
from qq_excel.samples.ledger import Ledger
from qq_excel.samples.model import Fault, Staff, Submission, UnitPlan, head_of, staff_of
from qq_excel.samples.people import Register
from qq_excel.samples.write_off import BANKRUPTCY, DEATH, THREE_YEARS, Applications, Wish

#: Rules that speak in every unit because business is like that: a contract and an insured age about to end,
#: a limit nearly used up (F-28), old debts fit to be examined (F-14-3). They are why warning sheets have colours.
WARRANTED = ("CON001", "CRD002", "CRD004", "REC017")
_BASE = {
    "current": 12, "part_paid": 4, "due_today": 1, "nearing": 1, "very_near": 1, "contract_soon": 1, "just_late": 5,
    "past": 3, "half_year": 3, "one_year": 4, "two_years": 3, "three_years": 2, "four_years": 1, "settled": 3,
    "guaranteed": 2, "in_dollars": 1, "disputed": 1, "special": 1,
}  # fmt: skip


def _cases(**more: int) -> dict[str, int]:
    return {
        case: _BASE.get(case, 0) + more.get(case, 0)
        for case in (*_BASE, *(m for m in more if m not in _BASE))
    }


PLANS = (
    UnitPlan("华东分公司", "HD", ("宁波", "嘉兴", "无锡", "合肥", "青岛"), "临澜县水利事务中心", 13,
             _cases(current=8, one_year=2, five_years=1), True),
    UnitPlan("华南分公司", "HN", ("佛山", "东莞", "南宁", "湛江"), "澜湾区公路事务中心", 9, _cases(), True),
    UnitPlan("西北分公司", "XB", ("西安", "宝鸡", "兰州", "银川"), "岳川县交通建设中心", 15,
             _cases(current=14, part_paid=3, just_late=5, one_year=4, two_years=2, five_years=2), False),
    UnitPlan("东北分公司", "DB", ("沈阳", "鞍山", "长春", "大庆"), "澜河市热力事务中心", 11,
             _cases(current=4, just_late=2, five_years=1), False),
)  # fmt: skip
_GOODS = {"HD": (0, 2), "HN": (1,), "XB": (3,), "DB": (0, 1, 2)}
_WISHES = {
    "HD": (Wish(THREE_YEARS, 386_500, "approved"), Wish(BANKRUPTCY, 1_284_000, "approved"), Wish(DEATH, 42_600, "reviewed")),
    "HN": (Wish(THREE_YEARS, 218_000, "reviewed"), Wish(BANKRUPTCY, 764_300, "filed")),
    "XB": (Wish(THREE_YEARS, 152_800, "approved"), Wish(BANKRUPTCY, 905_000, "reviewed")),
    "DB": (
        Wish(THREE_YEARS, 271_000, "approved"), Wish(BANKRUPTCY, 618_000, "approved"), Wish(THREE_YEARS, 333_000, "reviewed"),
        Wish(BANKRUPTCY, 478_000, "approved"), Wish(THREE_YEARS, 96_000, "filed"), Wish(DEATH, 38_000, "reviewed"),
    ),
}  # fmt: skip


def submissions(seed: int) -> list[tuple[Submission, list[Fault]]]:
    """All submissions with the faults that were put into them."""
    random = Random(seed)  # noqa: S311 - samples, not secrets
    register = Register(random)
    office = register.person()
    out = []
    for plan in PLANS:
        made = _submission(plan, staff_of(random, register, office), random, register)
        out.append((made, [] if plan.clean else spoil(made)))
    return out


def _submission(plan: UnitPlan, staff: Staff, random: Random, register: Register) -> Submission:
    wishes = _WISHES[plan.mark]
    ledger = Ledger(plan, staff, random, register, sum(w.condition != DEATH for w in wishes))
    count = goods.settle(plan, random, ledger, _GOODS[plan.mark])
    applications = Applications(plan, staff, random, ledger)
    applications.build(wishes)
    tables = ledger.build()
    tables |= {"inventory_count": count, "write_offs": applications.rows, "evidence": applications.evidence}
    for kind in ("inventory_count", "write_offs"):
        for row in tables[kind]:
            row["claim_id"] = row["claim_id"]["claim_id"]
    made = Submission(plan, staff, tables, files=applications.files)
    made.heads = {kind: head_of(plan, staff) for kind in tables}
    made.foot = goods.foot(staff)
    return made
