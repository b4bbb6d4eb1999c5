"""LOG: 催收记录, alone and against the receivables that it is about."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from qq_excel.kinds.model import YES
from qq_excel.language import Text
from qq_excel.policy import Params
from qq_excel.policy.calendar import Days, as_days
from qq_excel.rules.answer import Flagged, Money, Unjudged
from qq_excel.rules.limitation import SETTLED, days_of
from qq_excel.rules.mask import Mask, true
from qq_excel.rules.registry import rule
from qq_excel.rules.stack import Stack

#: What reaches the debtor in person and disturbs him; letters and reconciliations do not.
_IN_PERSON = ("电话", "上门", "短信")
_LETTERS = ("函件", "律师函", "邮政存证信函")
_LETTER = "函件"
_WEEK = 7


def _minutes(stack: Stack) -> npt.NDArray[np.float64]:
    """催收时间 as minutes of the day; NaN where it is blank or no time."""
    parts = stack["at"].str.extract(r"^\s*(\d{1,2})[:：](\d{2})(?:[:：]\d{2})?\s*([AaPp](?=\.?[Mm]))?")
    hour, minute = (parts[n].astype("Float64").to_numpy("float64", na_value=np.nan) for n in (0, 1))
    half = parts[2].str.lower()
    hour = np.where(true(half.notna()) & (hour <= 12), hour % 12 + 12 * true(half == "p"), hour)
    return np.where((hour < 24) & (minute < 60), hour * 60 + minute, np.nan)


def _last(stack: Stack, days: Days, by: pd.DataFrame) -> Days:
    """At each row, the latest of *days* over the rows with the same *by*."""
    values = pd.Series(days.astype("datetime64[s]"))
    return as_days(values.groupby([by[c] for c in by]).transform("max").reindex(stack.frame.index).to_numpy())


def _settled(stack: Stack) -> Mask:
    """Rows whose claim is at its end by the receivables, where those were handed in."""
    if not stack.beside("receivables").any():
        return np.zeros(len(stack), dtype=bool)
    claims = stack.partner("receivables")
    ended = claims.is_one_of("status", SETTLED) | true(claims["balance"] <= 0)
    return stack.total_of(claims, ended, {"claim_id": "claim_id"}) > 0


@rule("LOG001")
def log001(stack: Stack, params: Params) -> Flagged:
    """催收方式不在制度允许之列

    依据：不得采用非法手段催收，保障欠款人权益（H-8）。

    错例：制度允许电话、函件、律师函
    | 催收方式 |
    | --- |
    | 上门 |

    正例：制度允许电话、函件、律师函
    | 催收方式 |
    | --- |
    | 律师函 |

    参数：allowed_methods（允许的催收方式）

    局限：只看填写的方式，不评价催收内容；方式不在下拉列表之内的，CEL007 也会报告。
    """
    allowed = params.words("allowed_methods")
    bad = stack.filled("method") & ~stack.is_one_of("method", allowed)
    return Flagged(bad, expected="、".join(allowed))


@rule("LOG002")
def log002(stack: Stack, params: Params) -> list[Flagged | Unjudged]:
    """在不允许的时间催收

    依据：不得以骚扰等方式催收，保障欠款人权益（H-8）。

    错例：允许时间 08:00–21:00
    | 催收方式 | 催收时间 |
    | --- | --- |
    | 电话 | 21:01 |

    正例：允许时间 08:00–21:00
    | 催收方式 | 催收时间 |
    | --- | --- |
    | 电话 | 21:00 |
    | 函件 | |

    参数：contact_hours（允许催收的时间）

    局限：只判断电话、上门、短信；两端的时刻都允许；以填写的开始时间为准，10:30 PM 即 22:30；没有填写或不是时间的，列为
    无法判断。
    """
    first, last = params.hours()
    at = _minutes(stack)
    asked = stack.is_one_of("method", _IN_PERSON)
    out = (at < first.hour * 60 + first.minute) | (at > last.hour * 60 + last.minute)
    why = Text("电话、上门、短信催收没有填写催收时间", "a call, visit or message has no time")
    figures = {"first": first.strftime("%H:%M"), "last": last.strftime("%H:%M"), "method": stack["method"]}
    return [Flagged(asked & out, figures=figures), Unjudged(asked & np.isnan(at), why)]


@rule("LOG003")
def log003(stack: Stack, params: Params) -> Flagged:
    """一周内联系同一债务人过于频繁

    依据：不得以骚扰等方式催收，保障欠款人权益（H-8）。

    错例：每周最多 2 次
    | 债务人名称 | 催收日期 | 催收方式 |
    | --- | --- | --- |
    | 青岛海川机械有限公司 | 2026-09-01 | 电话 |
    | 青岛海川机械有限公司 | 2026-09-03 | 短信 |
    | 青岛海川机械有限公司 | 2026-09-07 | 电话 |

    正例：每周最多 2 次
    | 债务人名称 | 催收日期 | 催收方式 |
    | --- | --- | --- |
    | 青岛海川机械有限公司 | 2026-09-01 | 电话 |
    | 青岛海川机械有限公司 | 2026-09-03 | 短信 |
    | 青岛海川机械有限公司 | 2026-09-08 | 电话 |

    参数：max_contacts_per_week（一周内联系同一债务人的最多次数）

    局限：一周指到该日为止的连续七天，报告使次数超出的那些记录；只计电话、上门、短信；同一日期、时间、方式、催收人的多行
    （一次催收多笔债权）算一次。
    """
    most = params.count("max_contacts_per_week")
    count = _contacts_in_week(stack)
    return Flagged(count > most, figures={"count": count, "most": most, "debtor": stack["debtor"]})


def _contacts_in_week(stack: Stack) -> npt.NDArray[np.int64]:
    """At each contact in person, how many the debtor had in the seven days that end with its day."""
    day = days_of(stack, "on")
    counted = stack.is_one_of("method", _IN_PERSON) & stack.filled("debtor") & ~np.isnat(day)
    debtor = stack.keyed(["debtor"]).groupby(["_sub", "debtor"], dropna=False).ngroup().to_numpy()
    contact = stack.keyed(["debtor", "on", "at", "method", "by"])
    once = counted.copy()
    once[counted] = ~true(contact[counted].duplicated())
    # one number line for all debtors, with more than a week of room between two of them
    ordinal = np.where(np.isnat(day), 0, day.astype(np.int64))
    line = debtor.astype(np.int64) * 10_000_000 + ordinal
    dates = np.sort(line[once])
    until = np.searchsorted(dates, line, side="right")
    since = np.searchsorted(dates, line - (_WEEK - 1), side="left")
    return np.where(counted, until - since, 0)


@rule("LOG004")
def log004(stack: Stack, _params: Params) -> Flagged:
    """函件已签收而没有凭证号

    依据：书面催收须能证明已经送达，才能中断诉讼时效（F-26）；没有凭证号，日后无从举证。

    错例：
    | 催收方式 | 是否取得签收 | 凭证号 |
    | --- | --- | --- |
    | 律师函 | 是 | |

    正例：
    | 催收方式 | 是否取得签收 | 凭证号 |
    | --- | --- | --- |
    | 律师函 | 是 | PZ-0001 |
    | 律师函 | 否 | |

    参数：无

    局限：只判断函件、律师函、邮政存证信函；只看是否填写，不核对凭证。
    """
    receipted = stack.is_one_of("method", _LETTERS) & stack.is_one_of("receipted", [YES])
    return Flagged(receipted & stack.blank("proof_no"), figures={"method": stack["method"]})


@rule("LOG005")
def log005(stack: Stack, _params: Params) -> Flagged:
    """跟进日期已过而没有后续记录

    依据：跟踪进展，及时处理问题（B-4-4）。

    错例：截止日期 2026-09-30
    | 债权编号 | 催收日期 | 下次跟进日期 |
    | --- | --- | --- |
    | ZQ-0001 | 2026-09-01 | 2026-09-29 |

    正例：截止日期 2026-09-30
    | 债权编号 | 催收日期 | 下次跟进日期 |
    | --- | --- | --- |
    | ZQ-0001 | 2026-09-01 | 2026-09-15 |
    | ZQ-0001 | 2026-09-20 | 2026-09-30 |

    参数：无

    局限：同一债权只要有日期更晚的记录，即视为已跟进；跟进当日不算已过；同时交来应收账款明细表的，已结清、已核销的债权
    不再要求跟进。
    """
    today = np.datetime64(stack.as_of, "D")
    on, follow = days_of(stack, "on"), days_of(stack, "next_on")
    known = np.where(on > today, np.datetime64("NaT", "D"), on)
    last = _last(stack, known, stack.keyed(["claim_id"]))
    bad = (follow < today) & stack.filled("claim_id") & ~(last > on) & ~_settled(stack)
    return Flagged(bad, figures={"claim": stack["claim_id"], "last": on, "as_of": stack.as_of})


@rule("LOG006")
def log006(stack: Stack, _params: Params) -> list[Flagged]:
    """最近书面催收日期与催收记录不符

    依据：诉讼时效以能够证明的书面催收为准（F-26），应收账款明细表的日期应等于催收记录中最近一次取得签收的函件。

    错例：截止日期 2026-09-30
    | 明细表的最近书面催收日期 | 催收记录 | 是否取得签收 |
    | --- | --- | --- |
    | 2026-09-10 | 2026-09-15 律师函 | 是 |
    | 2026-09-10 | 2026-09-10 函件 | 否 |

    正例：截止日期 2026-09-30
    | 明细表的最近书面催收日期 | 催收记录 | 是否取得签收 |
    | --- | --- | --- |
    | 2026-09-10 | 2026-09-10 函件 | 是 |

    参数：无

    局限：只看函件、律师函、邮政存证信函，截止日期之后的不计；记录中没有该债权的签收函件时，明细表的日期早于催收记录最早
    日期的视为以前期间的催收，不报告。
    """
    log = stack.partner("collection_log")
    today = np.datetime64(stack.as_of, "D")
    letters = log.only(
        log.is_one_of("method", _LETTERS) & log.is_one_of("receipted", [YES]) & (days_of(log, "on") <= today)
    )
    latest = letters.with_column(
        "on", _last(letters, days_of(letters, "on"), letters.keyed(["claim_id"])).astype("datetime64[s]")
    )
    proven = as_days(stack.look_up(latest, {"claim_id": "claim_id"}, ["on"])["on"].to_numpy())
    stated = days_of(stack, "dunned_on")
    began = pd.Series(days_of(log, "on").astype("datetime64[s]")).groupby(log.submission).min()
    since = as_days(began.reindex(stack.submission).to_numpy())
    none = np.isnat(proven)
    differs = ~none & (np.isnat(stated) | (stated != proven))
    shows = Text("催收记录中最近一次取得签收的书面催收是 ", "the log's latest receipted letter is of ")
    bare = Text("催收记录中没有取得签收的书面催收", "the log has no receipted letter")
    nothing = Text("", "")
    return [
        Flagged(differs, expected=proven, figures={"problem": shows, "what": proven}),
        Flagged(none & (stated >= since), figures={"problem": bare, "what": nothing}),
    ]


@rule("LOG007")
def log007(stack: Stack, _params: Params) -> list[Flagged | Unjudged]:
    """承诺还款日期已过而没有还款

    依据：跟踪进展，及时处理问题（B-4-4）；对方承诺的还款（H-9）没有兑现，应改用其他手段。

    错例：截止日期 2026-09-30
    | 催收日期 | 承诺还款日期 | 明细表的最近付款日 |
    | --- | --- | --- |
    | 2026-09-01 | 2026-09-29 | 2026-08-31 |

    正例：截止日期 2026-09-30
    | 催收日期 | 承诺还款日期 | 明细表的最近付款日 |
    | --- | --- | --- |
    | 2026-09-01 | 2026-09-29 | 2026-09-10 |
    | 2026-09-01 | 2026-09-30 | |

    参数：无

    局限：作出承诺之日起（含当日）有任何付款即视为已还，不核对金额；已结清、已核销的债权不报告；应收账款明细表没有该债权
    的，列为无法判断。
    """
    today = np.datetime64(stack.as_of, "D")
    claims = stack.partner("receivables")
    theirs = stack.look_up(claims, {"claim_id": "claim_id"}, ["last_paid_on"])
    paid = as_days(theirs["last_paid_on"].to_numpy())
    found = true(theirs["_found"])
    broken = (days_of(stack, "promised_on") < today) & ~_settled(stack)
    kept = (paid >= days_of(stack, "on")) & (paid <= today)
    why = Text("应收账款明细表没有承诺还款的债权", "the receivables lack a claim with a promise")
    bad, named = broken & found & ~kept, stack.filled("promised_amount")
    some = Text("（未填金额）", "an amount not given")
    figures = {"paid": _or_never(paid)}
    return [
        Flagged(bad & named, figures={**figures, "amount": Money(stack["promised_amount"])}),
        Flagged(bad & ~named, figures={**figures, "amount": some}),
        Unjudged(broken & ~found, why),
    ]


def _or_never(days: Days) -> npt.NDArray[np.object_]:
    """Days for a message, with a word where there is none."""
    out = days.astype("datetime64[s]").astype(object)
    out[np.isnat(days)] = Text("无", "none")
    return out


@rule("LOG008")
def log008(stack: Stack, params: Params) -> Flagged:
    """函件的签收人不能代表债务人

    依据：直接送交的催收文书，由法定代表人、主要负责人、收发部门或被授权主体签收的，才能确认送达债务人（F-26；最高人民法院
    诉讼时效规定第8条），其他人签收的证明力弱。

    错例：
    | 催收方式 | 是否取得签收 | 签收人身份 |
    | --- | --- | --- |
    | 函件 | 是 | 其他 |

    正例：
    | 催收方式 | 是否取得签收 | 签收人身份 |
    | --- | --- | --- |
    | 函件 | 是 | 收发部门 |

    参数：binding_signers（签收后对债务人有约束力的人）

    局限：只判断函件；律师函、邮政存证信函以邮件到达为准。签收人身份空白的不判断。
    """
    bad = stack.is_one_of("method", [_LETTER]) & stack.is_one_of("receipted", [YES])
    binding = stack.is_one_of("receipted_by", params.words("binding_signers"))
    return Flagged(bad & stack.filled("receipted_by") & ~binding)
