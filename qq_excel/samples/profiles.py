"""The submissions of the profiles other than the group's: who they are, and which tables tell their story.

Each profile has a clean unit and one that is not. Which tables a unit hands in is its profile's ``kinds``;
what stands in them is made once, from the debts that are pursued, whatever the profile.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from qq_excel.policy import Policy, load_policy
from qq_excel.samples.archive import dossiers, loans
from qq_excel.samples.case_work import cases
from qq_excel.samples.construction import works
from qq_excel.samples.contacts import confirmations, log
from qq_excel.samples.courts import matters
from qq_excel.samples.declared import declarations
from qq_excel.samples.defects import spoil
from qq_excel.samples.ledger import Ledger
from qq_excel.samples.model import Fault, Row, Staff, Submission, UnitPlan, head_of, staff_of
from qq_excel.samples.people import Register
from qq_excel.samples.promises import agreements
from qq_excel.samples.pursuit import Pursuit, pursued
from qq_excel.samples.scores import assessed_works, assessment
from qq_excel.samples.team import staff_rows

_LEDGER = {
    "current": 8, "part_paid": 2, "due_today": 1, "contract_soon": 1, "warned": 1, "just_late": 4, "past": 3, "half_year": 3,
    "one_year": 2, "agreed": 3, "sued": 3, "two_years": 2, "three_years": 1, "settled": 3, "guaranteed": 1, "special": 1,
    "disputed": 1,
}  # fmt: skip
#: Debts by the month, for those who insure them: some are near the insured age.
_INSURED = {**_LEDGER, "nearing": 1, "very_near": 1}
#: Those who collect well: little new debt, much of the old one settled.
_COLLECTED = {**_LEDGER, "current": 3, "part_paid": 4, "settled": 10, "one_year": 1, "two_years": 1}
#: And those who do not.
_NEGLECTED = {**_LEDGER, "current": 10, "part_paid": 1, "settled": 2, "half_year": 5}
_SERVICES = ("商砼货款", "设备租赁费", "运输费", "物业服务费", "装饰装修款", "仓储费", "广告服务费")
_PUMPS = ("离心泵销售", "阀门成套", "泵站改造", "备件及检修", "污水泵销售")
_STEEL = ("钢材购销", "加工配送", "钢结构制作", "机电安装", "检修服务")


@dataclass(frozen=True, slots=True)
class Scene:
    """The sample of one profile: whose it is, its units, and what its business gives rise to."""

    owner: str
    units: tuple[UnitPlan, ...]
    #: Rules that speak in a clean unit too: something is about to end or fall due.
    warranted: tuple[str, ...]


def _unit(name: str, mark: str, towns: str, authority: str, *, clean: bool, ledger: dict[str, int] | None = None,
          subjects: tuple[str, ...] = ()) -> UnitPlan:  # fmt: skip
    return UnitPlan(name, mark, tuple(towns.split()), authority, 8, ledger or {}, clean, subjects, name[:2])


SCENES = {
    "project": Scene("澜岳建工有限公司", (
        _unit("澜岳建工第一项目部", "P1", "临澜 澜湾 岳川", "临澜县城市建设事务中心", clean=True),
        _unit("澜岳建工第二项目部", "P2", "澜河 岳宁 临岳", "澜河市市政工程事务中心", clean=False),
    ), ("PRJ006",)),
    "company": Scene("澜沅泵业有限公司", (
        _unit("澜沅泵业华中公司", "HZ", "武汉 襄阳 长沙 岳阳", "澜江县水务事务中心", clean=True, ledger=_LEDGER,
              subjects=_PUMPS),
        _unit("澜沅泵业西南公司", "XN", "成都 绵阳 重庆 昆明", "岳溪县灌区事务中心", clean=False, ledger=_LEDGER,
              subjects=_PUMPS),
    ), ("CON001", "REC017")),
    "agency": Scene("澜岳市清欠工作领导机构", (
        _unit("临澜县清欠办公室", "LL", "临澜 澜湾 岳川", "", clean=True),
        _unit("岳宁县清欠办公室", "YN", "岳宁 澜河 临岳", "", clean=False),
    ), ()),
    "office": Scene("澜峤钢贸有限公司", (
        _unit("澜峤钢贸北方公司", "BF", "唐山 石家庄 太原 包头", "澜原县交通事务中心", clean=True, ledger=_LEDGER,
              subjects=_STEEL),
        _unit("澜峤钢贸东部公司", "DG", "南京 常州 杭州 绍兴", "澜浦区住房建设中心", clean=False, ledger=_LEDGER,
              subjects=_STEEL),
    ), ("CON001", "REC017")),
    "enterprise": Scene("澜屿能源装备有限公司", (
        _unit("澜屿能源第一事业部", "N1", "大连 营口 锦州 葫芦岛", "澜滨市热力事务中心", clean=True, ledger=_INSURED),
        _unit("澜屿能源第二事业部", "N2", "郑州 洛阳 焦作 新乡", "澜洛市供热事务中心", clean=False, ledger=_INSURED),
    ), ("CON001", "CRD002", "CRD004", "REC017")),
    "collections": Scene("澜衡清欠服务有限公司", (
        _unit("澜衡清欠委托一组", "W1", "厦门 泉州 福州 漳州", "澜鹭区市政养护中心", clean=True, ledger=_INSURED,
              subjects=_SERVICES),
        _unit("澜衡清欠委托二组", "W2", "济南 潍坊 临沂 烟台", "澜泉区园林养护中心", clean=False, ledger=_INSURED,
              subjects=_SERVICES),
    ), ("CRD002", "CRD004", "REC017")),
    "assessment": Scene("澜岳装备集团有限公司清欠办", (
        _unit("澜岳装备机械分公司", "K1", "徐州 连云港 盐城", "澜徐县水利事务中心", clean=True, ledger=_COLLECTED),
        _unit("澜岳装备电气分公司", "K2", "南昌 九江 赣州", "澜赣县电力事务中心", clean=True, ledger=_LEDGER),
        _unit("澜岳装备环保分公司", "K3", "贵阳 遵义 安顺", "澜黔县环保事务中心", clean=False, ledger=_NEGLECTED),
    ), ("REC017",)),
}  # fmt: skip


def submissions(profile: str, seed: int) -> list[tuple[Submission, list[Fault]]]:
    """All submissions of *profile* with the faults that were put into them."""
    policy = load_policy(profile)
    random = Random(f"{seed}:{profile}")  # noqa: S311 - samples, not secrets
    register = Register(random)
    office = register.person()
    out = []
    for plan in SCENES[profile].units:
        made = _submission(plan, staff_of(random, register, office), policy, random, register)
        out.append((made, [] if plan.clean else spoil(made)))
    return out


def _submission(
    plan: UnitPlan, staff: Staff, policy: Policy, random: Random, register: Register
) -> Submission:
    tables, pursuits = _claims(plan, staff, policy, random, register)
    tables["cases"] = cases(plan, policy.profile, pursuits, random)
    tables["agreements"], tables["instalments"] = agreements(plan, pursuits, tables["cases"], random)
    claims = tables.get("receivables", [])
    tables["collection_log"] = log(plan, pursuits, random, claims)
    tables["dossiers"] = dossiers(plan, staff, pursuits)
    tables["dossier_loans"] = loans(staff, tables["dossiers"], random)
    tables["confirmations"] = confirmations(plan, claims, random)
    tables["litigation"] = matters(plan, pursuits, random)
    tables["staff"] = staff_rows(plan, staff, policy, tables["cases"], random)
    tables = {kind: tables[kind] for kind in policy.kinds if kind in tables}
    made = Submission(plan, staff, tables)
    made.heads = {kind: head_of(plan, staff) for kind in tables}
    return made


def _claims(
    plan: UnitPlan, staff: Staff, policy: Policy, random: Random, register: Register
) -> tuple[dict[str, list[Row]], list[Pursuit]]:
    """The tables in which the debts of a profile stand, and what is pursued of them."""
    if "project_claims" in policy.kinds:
        made = works(plan, staff, random, register)
        scored = assessed_works(plan, staff, policy, made.claims, random)
        return {
            "contracts": made.contracts,
            "project_claims": made.claims,
            "assessment": scored,
        }, made.pursuits
    if "claim_intake" in policy.kinds:
        declared, pursuits = declarations(plan, staff, random, register)
        return {"claim_intake": declared}, pursuits
    tables = Ledger(plan, staff, random, register, 0).build()
    tables["assessment"] = assessment(plan, staff, policy, tables["receivables"], random)
    return tables, pursued(tables["receivables"], random)
