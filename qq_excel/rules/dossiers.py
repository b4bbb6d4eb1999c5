"""DOS: 清欠档案登记表 with its 借阅与销毁, and the claims that must have a dossier."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from qq_excel.language import Text
from qq_excel.policy import Params
from qq_excel.policy.calendar import Days, add_months, as_days
from qq_excel.rules.answer import Flagged, Unjudged
from qq_excel.rules.exposure import days_from, whole_days
from qq_excel.rules.limitation import days_of, live_claims
from qq_excel.rules.mask import Mask, true
from qq_excel.rules.partners import not_handed_in
from qq_excel.rules.registry import rule
from qq_excel.rules.stack import Stack
from qq_excel.rules.steps import Step, skipped, too_early

#: Claims that need a dossier (F-21).
_NEED = ("追讨", "诉讼", "已核销")
_SEALED, _HANDED_OVER, _DESTROYED = "已封档", "已移交", "已销毁"
_LOAN, _DESTRUCTION = "借阅", "销毁"
_CLAIM, _DOSSIER = {"claim_id": "claim_id"}, {"dossier_id": "dossier_id"}
#: The four steps of F-22 after opening; that sealing follows the conclusion is DOS003's.
_STEPS = (
    Step("opened_on"),
    Step("investigated_on"),
    Step("collected_on"),
    Step("concluded_on", ("proposal",)),
)
_SEALING = Step("sealed_on", ("sealed_by",))


def _sealed(stack: Stack) -> Mask:
    return stack.filled("sealed_on") | stack.is_one_of("status", [_SEALED, _HANDED_OVER])


@rule("DOS001")
def dos001(stack: Stack, _params: Params) -> Flagged:
    """追讨、诉讼或已核销的债权没有档案

    依据：对不良资产逐笔建立清欠档案（F-21）。

    错例：
    | 债权编号 | 清欠状态 | 清欠档案登记表 |
    | --- | --- | --- |
    | ZQ-0001 | 追讨 | （没有） |

    正例：
    | 债权编号 | 清欠状态 | 清欠档案登记表 |
    | --- | --- | --- |
    | ZQ-0001 | 追讨 | DA-0001 |
    | ZQ-0002 | 正常 | （没有） |

    参数：无

    局限：按债权编号对应，以清欠状态为准；状态为预警、协议还款、以物抵债的不要求建档。
    """
    found = true(stack.look_up(stack.partner("dossiers"), _CLAIM, [])["_found"])
    bad = stack.is_one_of("status", _NEED) & stack.filled("claim_id") & ~found
    return Flagged(bad, figures={"status": stack["status"]})


@rule("DOS002")
def dos002(stack: Stack, _params: Params) -> Iterator[Flagged]:
    """建档步骤颠倒或跳过

    依据：建档依次为调查核实、收集凭证、结论报告、封档（F-22），前一步没有办完不能办后一步。

    错例：
    | 建档日期 | 调查核实日期 | 凭证收集日期 | 结论报告日期 |
    | --- | --- | --- | --- |
    | 2026-07-01 | 2026-06-30 | | |
    | 2026-07-01 | | 2026-07-20 | |

    正例：
    | 建档日期 | 调查核实日期 | 凭证收集日期 | 结论报告日期 |
    | --- | --- | --- | --- |
    | 2026-07-01 | 2026-07-01 | 2026-07-20 | |

    参数：无

    局限：同一天办理视为顺序正确；填了处理建议视为已有结论，填了封档人视为已封档；封档早于结论或没有结论的由 DOS003
    报告。
    """
    yield from too_early(stack, _STEPS)
    yield from (v for v in too_early(stack, (*_STEPS[:-1], _SEALING)) if v.field == _SEALING.date)
    yield from (v for v in skipped(stack, (*_STEPS, _SEALING)) if v.field != _STEPS[-1].date)
    undated = stack.blank("sealed_on") & stack.is_one_of("status", [_SEALED])
    said = Text("而档案状态为", "though the status is ")
    yield Flagged(undated, field="sealed_on", figures={"problem": said, "than": stack["status"]})


@rule("DOS003")
def dos003(stack: Stack, params: Params) -> Iterator[Flagged | Unjudged]:
    """有余额或没有结论而封档

    依据：结清一笔、封档一笔（F-21），形成结论、处理完毕后才能封档（F-22）。

    错例：
    | 结论报告日期 | 封档日期 | 该债权的余额 |
    | --- | --- | --- |
    | 2026-08-01 | 2026-08-10 | 600.00 |
    | 2026-08-11 | 2026-08-10 | 0.00 |

    正例：
    | 结论报告日期 | 封档日期 | 该债权的余额 |
    | --- | --- | --- |
    | 2026-08-01 | 2026-08-10 | 0.00 |

    参数：无

    局限：余额取应收账款明细表未结清、未核销的账面余额，和备查簿（如已提交）的账外余额；没有交来应收账款明细表时，
    只判断结论，其余列为无法判断。
    """
    sealed = _sealed(stack)
    nothing = Text("", "")
    concluded, on = days_of(stack, "concluded_on"), days_of(stack, "sealed_on")
    early = Text("早于结论报告日期 ", "is before the conclusion of ")
    yield Flagged(on < concluded, field="sealed_on", figures={"problem": early, "than": concluded})
    open_ = Text("已封档而没有结论报告日期", "is blank though the dossier is sealed")
    yield Flagged(
        sealed & stack.blank("concluded_on"),
        field="concluded_on",
        figures={"problem": open_, "than": nothing},
    )
    yield from not_handed_in(stack, params, "receivables", sealed)
    left = np.zeros(len(stack), dtype=bool)
    if stack.beside("receivables").any():
        claims = stack.partner("receivables")
        left |= stack.total_of(claims, live_claims(claims), _CLAIM) > 0
    if stack.beside("write_off_register").any():
        book = stack.partner("write_off_register")
        left |= stack.total_of(book, true(book["outstanding"] > 0), _CLAIM) > 0
    owed = Text("而该债权尚有余额，未结清", "though the claim has a balance left")
    yield Flagged(sealed & left, field="sealed_on", figures={"problem": owed, "than": nothing})


@rule("DOS004")
def dos004(stack: Stack, params: Params) -> Flagged:
    """结清后没有按期封档

    依据：结清一笔、封档一笔（F-21）。

    错例：截止日期 2026-09-30，期限 10 天
    | 结清日期 | 封档日期 |
    | --- | --- |
    | 2026-09-19 | |
    | 2026-08-01 | 2026-08-12 |

    正例：截止日期 2026-09-30，期限 10 天
    | 结清日期 | 封档日期 |
    | --- | --- |
    | 2026-09-20 | |
    | 2026-08-01 | 2026-08-11 |

    参数：seal_within_days（结清后封档的期限）

    局限：以登记表的结清日期为准，结清日期空白的不判断；封档晚于期限的也报告。
    """
    most = params.count("seal_within_days")
    settled, today = days_of(stack, "settled_on"), np.datetime64(stack.as_of, "D")
    sealed = days_of(stack, "sealed_on")
    by_then = ~np.isnat(sealed) & (sealed <= today)
    until: Days = np.where(by_then, sealed, today)
    took = (until - settled).astype("timedelta64[D]")
    days = np.where(np.isnat(took), np.nan, took.astype(np.float64))
    state = np.full(len(stack), Text("尚未封档", "and it is not sealed"), dtype=object)
    state[by_then] = Text("才封档", "until it was sealed")
    figures = {"settled": settled, "took": whole_days(days), "most": most, "state": state}
    return Flagged(days > most, figures=figures)


@rule("DOS005")
def dos005(stack: Stack, _params: Params) -> list[Flagged | Unjudged]:
    """借出的档案逾期未还

    依据：档案的保管、借阅须有严格管理（D-3-3）。

    错例：截止日期 2026-09-30
    | 事项 | 应还日期 | 归还日期 |
    | --- | --- | --- |
    | 借阅 | 2026-09-29 | |

    正例：截止日期 2026-09-30
    | 事项 | 应还日期 | 归还日期 |
    | --- | --- | --- |
    | 借阅 | 2026-09-30 | |
    | 借阅 | 2026-09-29 | 2026-09-30 |

    参数：无

    局限：只报告截止日期仍未归还的，已归还的不再追究逾期；没有填应还日期的，列为无法判断。
    """
    today = np.datetime64(stack.as_of, "D")
    back, due = days_of(stack, "returned_on"), days_of(stack, "return_due_on")
    out = stack.is_one_of("action", [_LOAN]) & (np.isnat(back) | (back > today))
    figures = {"due": due, "past": whole_days(days_from(due, stack)), "by": stack["requested_by"]}
    why = Text("借出的档案没有填应还日期", "a dossier on loan has no day to be back")
    return [Flagged(out & (due < today), figures=figures), Unjudged(out & np.isnat(due), why)]


@rule("DOS006")
def dos006(stack: Stack, _params: Params) -> Iterator[Flagged | Unjudged]:
    """档案未经批准销毁，或保管期限未满就销毁

    依据：档案的保管、销毁须有严格管理（D-3-3），按公司档案管理规定保管（F-23）。

    错例：
    | 销毁日期 | 批准文号 | 封档日期 | 保管期限(年) |
    | --- | --- | --- | --- |
    | 2026-09-01 | | 2010-09-01 | 10 |
    | 2026-09-01 | XH-0001 | 2016-09-01 | 10 |

    正例：
    | 销毁日期 | 批准文号 | 封档日期 | 保管期限(年) |
    | --- | --- | --- | --- |
    | 2026-09-02 | XH-0001 | 2016-09-01 | 10 |

    参数：无

    局限：保管期限自封档日期起算，届满当日仍须保管；没有封档的视为期限未满；没有填保管期限的，列为无法判断；登记表状态为
    “已销毁”而借阅与销毁表没有销毁记录的，视为未经批准。
    """
    if stack.kind.kind == "dossiers":
        records = stack.partner("dossier_loans")
        done = records.only(records.is_one_of("action", [_DESTRUCTION]) & records.filled("destroyed_on"))
        found = true(stack.look_up(done, _DOSSIER, [])["_found"])
        bare = Text("借阅与销毁表中没有经批准的销毁记录", "no destruction is recorded with its approval")
        bad = stack.is_one_of("status", [_DESTROYED]) & ~found
        yield Flagged(bad, field="status", figures={"problem": bare, "until": Text("", "")})
        return
    destroyed = days_of(stack, "destroyed_on")
    gone = stack.is_one_of("action", [_DESTRUCTION]) & ~np.isnat(destroyed)
    missing = Text("没有填写，未经批准不得销毁", "is needed before anything is destroyed")
    yield Flagged(
        gone & stack.blank("approval_no"), field="approval_no",
        figures={"problem": missing, "until": Text("", "")},
    )  # fmt: skip
    theirs = stack.look_up(stack.partner("dossiers"), _DOSSIER, ["sealed_on", "retention_years"])
    found, sealed = true(theirs["_found"]), as_days(theirs["sealed_on"].to_numpy())
    years = theirs["retention_years"].to_numpy(dtype="float64", na_value=np.nan)
    ends = add_months(sealed, np.nan_to_num(years, nan=0).astype(np.int64) * 12)
    ends = np.minimum(ends, np.datetime64("9999-12-31", "D"))  # 永久 is entered as 9999 years
    early = Text("保管期限尚未届满，届满日为 ", "is before the retention has ended on ")
    unsealed = Text("档案没有封档，保管期限尚未起算", "comes before sealing, from which retention runs")
    known = gone & found & ~np.isnan(years)
    yield Flagged(
        known & (destroyed <= ends), field="destroyed_on", figures={"problem": early, "until": ends}
    )
    yield Flagged(
        gone & found & np.isnat(sealed),
        field="destroyed_on",
        figures={"problem": unsealed, "until": Text("", "")},
    )
    why = Text("档案没有填保管期限", "the dossier has no retention period")
    yield Unjudged(gone & found & ~np.isnat(sealed) & np.isnan(years), why)


@rule("DOS007")
def dos007(stack: Stack, _params: Params) -> Iterator[Flagged]:
    """档案移交没有接收人，或没有封档就移交

    依据：清欠全部结束后，档案移交总公司办公室（F-24），先封档、后移交，并由接收人签收。

    错例：
    | 封档日期 | 移交日期 | 接收人 |
    | --- | --- | --- |
    | 2026-08-10 | 2026-08-20 | |
    | 2026-08-10 | 2026-08-09 | 罗静 |

    正例：
    | 封档日期 | 移交日期 | 接收人 |
    | --- | --- | --- |
    | 2026-08-10 | 2026-08-10 | 罗静 |

    参数：无

    局限：状态为“已移交”的视为已移交，即使没有填移交日期；同一天封档和移交视为顺序正确。
    """
    given, sealed = days_of(stack, "handed_over_on"), days_of(stack, "sealed_on")
    handed = ~np.isnat(given) | stack.is_one_of("status", [_HANDED_OVER])
    nothing = Text("", "")
    nobody = Text("已移交而没有接收人", "is blank though the dossier was handed over")
    yield Flagged(
        handed & stack.blank("received_by"), field="received_by", figures={"problem": nobody, "than": nothing}
    )
    early = Text("早于封档日期 ", "is before the sealing on ")
    yield Flagged(given < sealed, field="handed_over_on", figures={"problem": early, "than": sealed})
    unsealed = Text("已移交而没有封档", "is blank though the dossier was handed over")
    yield Flagged(
        handed & np.isnat(sealed), field="sealed_on", figures={"problem": unsealed, "than": nothing}
    )
