"""WOF: 坏账核销申请表 and its 证据清单."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from qq_excel.language import Text
from qq_excel.policy import CannotJudge, Params
from qq_excel.policy.calendar import add_years
from qq_excel.reading.model import Table
from qq_excel.rules.answer import Flagged, Money, Spot, Unjudged
from qq_excel.rules.evidence import Required, lacking, texts
from qq_excel.rules.exposure import ages, limits, past_age_or_limit
from qq_excel.rules.limitation import days_of
from qq_excel.rules.mask import Mask, true
from qq_excel.rules.registry import rule
from qq_excel.rules.stack import Stack, missing_partner
from qq_excel.rules.steps import Step, skipped, too_early

Ranks = npt.NDArray[np.int64]

DEATH, BANKRUPTCY, LONG_OVERDUE = "债务人死亡", "债务人破产", "逾期三年以上"
APPROVED, REJECTED, DISAGREED = "已批准", "已驳回", "不同意"
_PERSON, _COMPANY = "个人", "企业"
#: The steps of an approval: its date, and what else shows that it was taken.
_STEPS = (
    Step("applied_on"),
    Step("office_on", ("office_opinion",)),
    Step("manager_on", ("manager_opinion",)),
    Step("approved_on", ("approval_no",)),
)
#: Why an evidence file cannot be used (``reading.attachments``).
_REASONS = {
    "missing": Text("找不到这个文件", "there is no such file"),
    "empty": Text("文件是空的（0 字节）", "the file is empty (0 bytes)"),
    "unreadable": Text("文件无法读取", "the file cannot be read"),
    "folder": Text("这是文件夹，不是文件", "it is a folder, not a file"),
    "outside": Text("指向材料文件夹之外", "it leads outside the pack's folder"),
    "absolute": Text("是绝对路径、盘符或网络共享", "it is an absolute path, a drive or a network share"),
    "address": Text("是网址，不是文件", "it is an address, not a file"),
    "device": Text("是系统设备名，不是文件", "it is a device, not a file"),
    "name": Text(
        "文件名含有不允许的字符或过长", "the name has characters that are not allowed, or is too long"
    ),
}


@rule("WOF001")
def wof001(stack: Stack, params: Params) -> Flagged:
    """申请核销时逾期不满三年

    依据：债务人逾期未履行偿债义务一般指三年以上（F-14-3）。自约定付款日起算，满三年的当日即为三年以上。

    错例：
    | 坏账确认条件 | 约定付款日 | 申请日期 |
    | --- | --- | --- |
    | 逾期三年以上 | 2023-08-21 | 2026-08-20 |

    正例：
    | 坏账确认条件 | 约定付款日 | 申请日期 |
    | --- | --- | --- |
    | 逾期三年以上 | 2023-08-20 | 2026-08-20 |

    参数：write_off_years（可审查核销的逾期年限）

    局限：分期付款的，约定付款日填最后一期；展期的，填展期后的付款日。
    """
    years = params.count("write_off_years")
    ripe = add_years(days_of(stack, "due_on"), years)
    bad = stack.is_one_of("condition", [LONG_OVERDUE]) & (ripe > days_of(stack, "applied_on"))
    due, applied = days_of(stack, "due_on"), days_of(stack, "applied_on")
    figures = {"due": due, "applied": applied, "years": years, "ripe": ripe}
    return Flagged(bad, figures=figures)


@rule("WOF002")
def wof002(stack: Stack, _params: Params) -> list[Flagged]:
    """坏账确认条件与债务人类型不符，或缺事实发生日期

    依据：死亡只适用于自然人，破产只适用于企业（F-14-1、F-14-2），并须写明死亡或宣告破产的日期。

    错例：
    | 坏账确认条件 | 债务人类型 | 事实发生日期 |
    | --- | --- | --- |
    | 债务人死亡 | 企业 | 2025-03-02 |
    | 债务人破产 | 企业 | |

    正例：
    | 坏账确认条件 | 债务人类型 | 事实发生日期 |
    | --- | --- | --- |
    | 债务人死亡 | 个人 | 2025-03-02 |

    参数：无

    局限：个体工商户的经营者死亡，债务人类型填个人；死亡或破产之外，遗产、破产财产是否不足清偿由证据说明。
    """
    death, bankruptcy = stack.is_one_of("condition", [DEATH]), stack.is_one_of("condition", [BANKRUPTCY])
    person, typed = stack.is_one_of("debtor_type", [_PERSON]), stack.filled("debtor_type")
    figures = {"condition": stack["condition"]}
    return [
        Flagged(death & typed & ~person, field="debtor_type", expected=_PERSON, figures=figures),
        Flagged(bankruptcy & person, field="debtor_type", expected=_COMPANY, figures=figures),
        Flagged(
            (death | bankruptcy) & stack.blank("event_on"), field="event_on", figures=figures,
            expected=Text("死亡或宣告破产的日期", "the day of death or of the declaration of bankruptcy"),
        ),
    ]  # fmt: skip


@rule("WOF003")
def wof003(stack: Stack, params: Params) -> list[Flagged | Unjudged]:
    """证据不齐

    依据：申请核销须附相应证据（F-15）。制度列出证据种类，没有规定哪一条件用哪些，对应关系由本程序拟定，
    可在参数中修改。

    错例：
    | 坏账确认条件 | 已有证据类型 |
    | --- | --- |
    | 债务人死亡 | 债权凭证、死亡证明 |

    正例：
    | 坏账确认条件 | 已有证据类型 |
    | --- | --- |
    | 债务人死亡 | 债权凭证、死亡证明、遗产清偿证明 |

    参数：evidence_required（各坏账条件所需证据）

    局限：以证据清单填写的类型为准，不阅读文件内容；文件是否存在见 WOF009。
    """
    required = params.evidence()
    lacks = lacking(stack, required)
    unlisted = stack.filled("condition") & ~stack.is_one_of("condition", list(required))
    why = Text(
        "制度参数 evidence_required 没有列出该坏账确认条件", "evidence_required does not list this ground"
    )
    figures = {"missing": texts(lacks), "condition": stack["condition"]}
    return [Flagged(_is(lacks), figures=figures), Unjudged(unlisted, why)]


def _is(answers: npt.NDArray[Any]) -> Mask:
    return np.asarray(pd.Series(answers, dtype=object).notna().to_numpy(dtype=bool))


@rule("WOF004")
def wof004(stack: Stack, _params: Params) -> list[Flagged | Unjudged]:
    """核销金额大于余额，或余额与应收账款明细表不符

    依据：清欠办按账面审核核销申请（F-16）；核销不得超过余额，余额以应收账款明细表为准。

    错例：
    | 申请核销金额 | 申请表账面余额 | 应收账款明细表账面余额 |
    | --- | --- | --- |
    | 600.01 | 600.00 | 600.00 |
    | 500.00 | 500.00 | 600.00 |

    正例：
    | 申请核销金额 | 申请表账面余额 | 应收账款明细表账面余额 |
    | --- | --- | --- |
    | 500.00 | 600.00 | 600.00 |

    参数：无

    局限：没有交来应收账款明细表时，只判断金额是否大于余额，其余列为无法判断。
    """
    amount, balance = stack["amount"], stack["balance"]
    out: list[Flagged | Unjudged] = [
        Flagged(
            true(amount > balance) & stack.differs(amount, balance), field="amount",
            figures={"problem": Text("大于账面余额 ", "is over the balance of "), "than": Money(balance)},
            related=("balance",),
        )
    ]  # fmt: skip
    handed = stack.beside("receivables")
    if not handed.all():
        out.append(Unjudged(~handed, missing_partner("receivables").why))
    if not handed.any():
        return out
    claims = stack.partner("receivables")
    theirs = stack.look_up(claims, {"claim_id": "claim_id"}, ["balance"])
    found = true(theirs["_found"])
    ledger = theirs["balance"]
    differs = Text("与应收账款明细表不符，应为 ", "differs from the receivables, which show ")
    absent = Text("在应收账款明细表中找不到", "is not in the receivables")
    out += [
        Flagged(
            found & stack.differs("balance", ledger, theirs["_step"].to_numpy()),
            field="balance",
            expected=ledger,
            figures={"problem": differs, "than": Money(ledger)},
        ),
        Flagged(
            handed & ~found & stack.filled("claim_id"),
            field="claim_id",
            figures={"problem": absent, "than": ""},
        ),
    ]
    return out


@rule("WOF005")
def wof005(stack: Stack, _params: Params) -> list[Flagged]:
    """审批步骤颠倒或跳过

    依据：核销先由清欠办审核，再由总经理批示，最后由会议批准（F-16），前一步没有办完不能办后一步。

    错例：
    | 申请日期 | 清欠办审核日期 | 总经理批示日期 | 批准日期 |
    | --- | --- | --- | --- |
    | 2026-08-20 | 2026-08-19 | | |
    | 2026-08-20 | | 2026-09-01 | |

    正例：
    | 申请日期 | 清欠办审核日期 | 总经理批示日期 | 批准日期 |
    | --- | --- | --- | --- |
    | 2026-08-20 | 2026-08-20 | 2026-09-01 | |

    参数：无

    局限：同一天办理视为顺序正确；填了意见或文号而没有日期的，视为该步已办，其前各步须有日期。
    """
    return [*too_early(stack, _STEPS), *skipped(stack, _STEPS)]


def _rank(stack: Stack, params: Params) -> tuple[Ranks, Ranks, list[str]] | None:
    """Rank of the body entered, and of the lowest one with authority (-1: not in the policy)."""
    if not params.get("write_off_authority"):
        return None
    bodies = params.authority()
    amount = stack["amount"].to_numpy(dtype="float64", na_value=np.nan)
    needed = np.full(len(stack), -1, dtype=np.int64)
    rank = np.full(len(stack), -1, dtype=np.int64)
    for i in reversed(range(len(bodies))):
        limit = bodies[i].cents
        needed[(amount <= limit) if limit is not None else ~np.isnan(amount)] = i
        rank[stack.is_one_of("body", [bodies[i].body])] = i
    return rank, needed, [b.body for b in bodies]


@rule("WOF006")
def wof006(stack: Stack, params: Params) -> list[Flagged]:
    """审批机构权限不足

    依据：核销按照公司管理权限，由股东大会、董事会或总经理会议批准（F-16）。

    错例：总经理会议 500,000 元以内
    | 申请核销金额 | 审批机构 |
    | --- | --- |
    | 500,000.01 | 总经理会议 |

    正例：总经理会议 500,000 元以内
    | 申请核销金额 | 审批机构 |
    | --- | --- |
    | 500,000.00 | 总经理会议 |
    | 100.00 | 董事会 |

    参数：write_off_authority（核销审批权限）

    局限：逐笔比较，不合并同一债务人的多笔申请；制度没有设定权限时由 WOF015 说明无法判断。
    """
    found = _rank(stack, params)
    if found is None:
        return []
    rank, needed, bodies = found
    names = np.array([*bodies, None], dtype=object)
    bad = (rank >= 0) & (needed > rank)
    return [Flagged(bad, expected=names[needed], figures={"amount": Money(stack["amount"])})]


@rule("WOF007")
def wof007(stack: Stack, _params: Params) -> Iterator[Flagged]:
    """已批准而批准要素不全，或有不同意意见

    依据：核销须经清欠办、总经理和会议逐级同意（F-16），财务凭批准文件核销（F-17）。

    错例：
    | 状态 | 总经理批示 | 审批机构 | 批准文号 | 批准日期 |
    | --- | --- | --- | --- | --- |
    | 已批准 | 同意 | 总经理会议 | | 2026-09-20 |
    | 已批准 | 不同意 | 总经理会议 | HY-0001 | 2026-09-20 |

    正例：
    | 状态 | 总经理批示 | 审批机构 | 批准文号 | 批准日期 |
    | --- | --- | --- | --- | --- |
    | 已批准 | 同意 | 总经理会议 | HY-0001 | 2026-09-20 |

    参数：无

    局限：只看最后填写的意见；先不同意、后改为同意的，请填最后的意见。
    """
    approved = stack.is_one_of("status", [APPROVED])
    for name in ("body", "approval_no", "approved_on"):
        yield Flagged(approved & stack.blank(name), field=name)
    for name in ("office_opinion", "manager_opinion"):
        yield Flagged(approved & stack.is_one_of(name, [DISAGREED]), field=name)


@rule("WOF008")
def wof008(stack: Stack, _params: Params) -> Flagged:
    """没有写明追偿经过

    依据：须有足够证据证明无法收回或收回可能性极小（F-14-3），追偿经过是首要说明。

    错例：
    | 申请编号 | 追偿经过 |
    | --- | --- |
    | HX-0001 | |

    正例：
    | 申请编号 | 追偿经过 |
    | --- | --- |
    | HX-0001 | 2023 年起三次书面催收，2025 年判决，终结执行 |

    参数：无

    局限：只看是否填写，不评价内容。
    """
    return Flagged(stack.blank("history"))


@rule("WOF009")
def wof009(table: Table, _params: Params) -> Iterator[Spot]:
    """证据文件找不到或不能用

    依据：证据连同申请书一并报清欠办（F-15），清单所列文件须在材料文件夹内且能打开。

    错例：
    | 文件路径 | 情形 |
    | --- | --- |
    | 证据/合同.pdf | 文件不存在 |
    | ../合同.pdf | 指向文件夹之外 |

    正例：
    | 文件路径 | 情形 |
    | --- | --- |
    | 证据/合同.pdf | 文件在工作簿所在的文件夹内 |

    参数：无

    局限：不打开网址、绝对路径和文件夹之外的文件；只看文件能否读取，不识别内容；在线打开的表格没有文件夹，无法判断。
    """
    facts = table.facts.get("WOF009")
    if facts is None:
        why = Text(
            "不知道工作簿所在的文件夹，无法查找文件",
            "the workbook's folder is not known, so no file can be found",
        )
        raise CannotJudge(why)
    for fact in facts:
        for at, raw, reason in zip(fact.at, fact.raw, fact.read, strict=True):
            yield Spot(
                row=int(table.rows[at]), field=fact.field, value=raw, key=_key(table, int(at)),
                figures={"reason": _REASONS[reason]},
            )  # fmt: skip


def _key(table: Table, at: int) -> str | None:
    cells = [table[name].iloc[at] for name in table.kind.key]
    return "/".join(str(c) for c in cells if pd.notna(c)) or None


@rule("WOF010")
def wof010(stack: Stack, _params: Params) -> Flagged:
    """证据日期晚于申请日期

    依据：证据应在申请时已经取得（F-15）。

    错例：
    | 出具日期 | 申请日期 |
    | --- | --- |
    | 2026-08-21 | 2026-08-20 |

    正例：
    | 出具日期 | 申请日期 |
    | --- | --- |
    | 2026-08-20 | 2026-08-20 |

    参数：无

    局限：补充材料的日期可以晚于申请日期，说明即可。
    """
    theirs = stack.look_up(stack.partner("write_offs"), {"application_id": "application_id"}, ["applied_on"])
    applied = theirs["applied_on"].to_numpy().astype("datetime64[D]")
    return Flagged(days_of(stack, "issued_on") > applied, figures={"applied": applied})


@rule("WOF011")
def wof011(stack: Stack, _params: Params) -> Flagged:
    """同一债权重复申请核销

    依据：逐笔审核、逐笔批准（F-16），一笔债权只能有一份有效申请。

    错例：
    | 申请编号 | 债权编号 | 状态 |
    | --- | --- | --- |
    | HX-0001 | ZQ-0001 | 已上报 |
    | HX-0002 | ZQ-0001 | 审核中 |

    正例：
    | 申请编号 | 债权编号 | 状态 |
    | --- | --- | --- |
    | HX-0001 | ZQ-0001 | 已驳回 |
    | HX-0002 | ZQ-0001 | 审核中 |

    参数：无

    局限：只看本次报送的申请；已驳回的不算重复。
    """
    running = ~stack.is_one_of("status", [REJECTED])
    rows = pd.Series(running.astype("float64"))
    twice = running & stack.filled("claim_id") & true(stack.summed(rows, ["claim_id"]) > 1)
    return Flagged(twice, figures={"others": _together(stack, twice), "claim": stack["claim_id"]})


def _together(stack: Stack, rows: Mask) -> pd.Series[Any]:
    """At each of *rows*, the applications of its claim."""
    some = stack.keyed(["claim_id", "application_id"])[rows]
    names = some["application_id"].fillna("—").groupby([some["_sub"], some["claim_id"]]).transform("、".join)
    return names.reindex(stack.frame.index)


@rule("WOF012")
def wof012(stack: Stack, params: Params) -> list[Flagged | Unjudged]:
    """超过账龄期限或额度而没有责任认定

    依据：超过保险账龄期限或额度又无特殊原因的，经办人和责任人应承担责任（F-30），核销前须先认定责任。

    错例：
    | 情形 | 责任认定 |
    | --- | --- |
    | 账龄 1,573 天，保险账龄期限 365 天 | |

    正例：
    | 情形 | 责任认定 |
    | --- | --- |
    | 账龄 1,573 天，保险账龄期限 365 天 | 经办人已通报批评 |

    参数：age_basis（账龄口径）

    局限：账龄按申请表的日期和账龄口径计算；没有授信记录的债权无法判断，见 CRD001。
    """
    age, used = ages(stack, params), limits(stack)
    return list(past_age_or_limit(stack.blank("liability"), age, used))


@rule("WOF013")
def wof013(stack: Stack, _params: Params) -> Flagged:
    """申请没有证据，或证据没有申请

    依据：证据和核销申请书一并报送（F-15），两张表按申请编号相互对应。

    错例：
    | 坏账核销申请表的申请编号 | 证据清单的申请编号 |
    | --- | --- |
    | HX-0001 | （没有） |
    | （没有） | HX-0009 |

    正例：
    | 坏账核销申请表的申请编号 | 证据清单的申请编号 |
    | --- | --- |
    | HX-0001 | HX-0001 |

    参数：无

    局限：编号须逐字相同；证据够不够见 WOF003。
    """
    ours = stack.kind.kind == "write_offs"
    other = stack.partner("evidence" if ours else "write_offs")
    found = true(stack.look_up(other, {"application_id": "application_id"}, [])["_found"])
    where = (
        Text("在证据清单中没有任何证据", "has no evidence at all")
        if ours
        else (Text("在坏账核销申请表中没有这份申请", "is no application in the table of write-offs"))
    )
    return Flagged(stack.filled("application_id") & ~found, figures={"problem": where})


@rule("WOF014")
def wof014(stack: Stack, params: Params) -> list[Flagged]:
    """申请人与清欠办审核人是同一人

    依据：核销由清欠办审核、总经理批示、会议批准（F-16），申请与审批是不相容职务，任何人不得审批自己的申请。

    错例：
    | 申请人 | 清欠办审核人 |
    | --- | --- |
    | 刘洋 | 刘洋 |

    正例：
    | 申请人 | 清欠办审核人 |
    | --- | --- |
    | 刘洋 | 赵琳 |

    参数：separate_duties（申请、审核、批准须不同人）

    局限：申请表没有批准人姓名栏，只能比较申请人和清欠办审核人；按姓名比较，同名的两个人也会报告。
    """
    if not params.flag("separate_duties"):
        return []
    applicant, office = (stack[n].str.replace(r"\s", "", regex=True) for n in ("applicant", "office_by"))
    same = stack.filled("applicant") & stack.filled("office_by") & true(applicant == office)
    return [Flagged(same, figures={"applicant": stack["applicant"]})]


@rule("WOF015")
def wof015(stack: Stack, params: Params) -> Flagged:
    """核销审批权限未设定，无法判断审批机构

    依据：核销按照公司管理权限批准（F-16），制度没有写明金额，须由企业设定。

    错例：
    | 申请核销金额 | 审批机构 | 核销审批权限 |
    | --- | --- | --- |
    | 600.00 | 总经理会议 | （未设定） |

    正例：
    | 申请核销金额 | 审批机构 | 核销审批权限 |
    | --- | --- | --- |
    | 600.00 | 总经理会议 | 总经理会议 500,000 元以内 |

    参数：write_off_authority（核销审批权限）

    局限：审批机构空白的不判断；金额超出全部设定的上限，或机构不在设定之内的，也列为无法判断。
    """
    found = _rank(stack, params)
    asked = stack.filled("body") & stack.filled("amount")
    figures = {"amount": Money(stack["amount"])}
    if found is None:
        return Flagged(asked, figures=figures)
    rank, needed, _ = found
    return Flagged(asked & ((rank < 0) | (needed < 0)), figures=figures)


@rule("WOF016")
def wof016(stack: Stack, params: Params) -> list[Flagged]:
    """缺少税前扣除另需的资料

    依据：国家税务总局公告 2011 年第 25 号第二十二、二十三条；与核销审批无关，仅作提示，须开启参数 tax_rules。

    错例：
    | 坏账确认条件 | 已有证据 |
    | --- | --- |
    | 逾期三年以上 | 债权凭证 |

    正例：
    | 坏账确认条件 | 已有证据 |
    | --- | --- |
    | 逾期三年以上 | 债权凭证、坏账损失专项报告 |

    参数：tax_rules（是否提示）、tax_evidence（各条件税前扣除所需资料）

    局限：资料留存备查，最终以主管税务机关意见为准；不在证据类型之列的资料按证据名称查找；不构成税务意见。
    """
    if not params.get("tax_rules"):
        return []
    required: Required = params.evidence("tax_evidence")
    lacks = lacking(stack, required)
    return [Flagged(_is(lacks), figures={"missing": texts(lacks), "condition": stack["condition"]})]
