"""XPD: what changed since the period before (``--previous``), and what several submissions of one run say.

Rows are matched by their business key within the unit. Without previous workbooks the rules that need them
say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from qq_excel.kinds import FieldType, get_kind
from qq_excel.language import Text
from qq_excel.policy import Params
from qq_excel.rules.answer import Answer, Flagged, Gone, Money, Spot
from qq_excel.rules.intakes import Intake
from qq_excel.rules.limitation import live_claims
from qq_excel.rules.mask import Mask, true
from qq_excel.rules.registry import rule
from qq_excel.rules.stack import Stack

_TRANSFER, _APPROVED = "债权转让", "已批准"
#: A dossier once sealed may only move on to these.
_SEALED = ("已封档", "已移交", "已销毁")
#: What a sealed dossier still gains: whether and to whom it was handed over, and its status (judged apart).
_STILL_OPEN = ("dossier_id", "status", "handed_over_on", "received_by")
_BLANK = Text("（空）", "(blank)")
_FIGURES = (
    FieldType.AMOUNT, FieldType.QTY, FieldType.INT, FieldType.NUMBER, FieldType.RATIO, FieldType.DATE
)  # fmt: skip


def _absent(was: Stack, now: Stack, key: str) -> Mask:
    """Rows of *was* whose *key* the same submission has no more."""
    mask: Mask = was.filled(key) & ~true(was.look_up(now, {key: key}, [])["_found"])
    return mask


def _changed(now: Stack, name: str, was: pd.DataFrame) -> Mask:
    """Rows whose *name* is filled and differs from what it *was*; amounts by the coarser sheet's unit."""
    before, own = was[name], now[name]
    if now.kind[name].type is FieldType.AMOUNT:
        return now.differs(own, before, was["_step"].to_numpy())
    return now.filled(name) & true(before.notna()) & true(own != before)


@rule("XPD001")
def xpd001(stack: Stack, _params: Params) -> Gone:
    """上期有余额的债权本期不见了，没有结清、核销或转让的记录

    依据：不得转移、隐匿已提足准备或已核销的债权（F-19）；有余额的债权在了结之前各期都应列在明细表中。

    错例：上期 ZQ-0002 余额 500 元
    | 本期明细表 | 备查簿、核销申请、清欠台账 |
    | --- | --- |
    | 只有 ZQ-0001 | 没有 ZQ-0002 |

    正例：上期 ZQ-0002 余额 500 元
    | 本期明细表 | 备查簿、核销申请、清欠台账 |
    | --- | --- |
    | ZQ-0002 已结清，余额 0 | |
    | 只有 ZQ-0001 | 备查簿登记了 ZQ-0002 的核销 |
    | 只有 ZQ-0001 | 清欠台账中 ZQ-0002 的清欠方式为债权转让 |

    参数：无

    局限：没有给出上期资料（--previous）时不检查；按填报单位和债权编号对应，改了编号的按不见处理；核销以备查簿
    的登记或“已批准”的核销申请为准，转让以清欠台账的债权转让为准，结案且剩余金额为零的视为已结清，这些表须由同一单位同期报送
    （分开报送的用 --together）；问题列在本期明细表上，没有单元格。
    """
    now, was = stack.partners["receivables"], stack.previous("receivables")
    gone = live_claims(was) & _absent(was, now, "claim_id")
    for kind, ended in (
        ("write_off_register", lambda s: np.ones(len(s), dtype=bool)),
        ("write_offs", lambda s: s.is_one_of("status", [_APPROVED])),
        (
            "cases",
            lambda s: (
                s.is_one_of("method", [_TRANSFER]) | (s.filled("closed_on") & true(s["remaining"] == 0))
            ),
        ),
    ):
        if (papers := stack.partners.get(kind)) is not None:
            gone &= _absent(was, papers.only(ended(papers)), "claim_id")
    return Gone(was, gone, "claim_id", {"debtor": was["debtor"], "balance": Money(was["balance"])})


@rule("XPD002")
def xpd002(stack: Stack, _params: Params) -> list[Flagged]:
    """原始金额、业务发生日期或债务人与上期不同

    依据：建档实事求是，说清每笔债权的来龙去脉（F-20）；债权形成时的金额、日期和债务人各期不变。

    错例：上期 ZQ-0001 原始金额 1,000 元
    | 债权编号 | 原始金额 |
    | --- | --- |
    | ZQ-0001 | 900.00 |

    正例：上期 ZQ-0001 原始金额 1,000 元
    | 债权编号 | 原始金额 |
    | --- | --- |
    | ZQ-0001 | 1,000.00 |

    参数：无

    局限：没有给出上期资料（--previous）时不检查；上期或本期空白的不比较；债务人名称逐字比较，更名也会列出；两期金额单位
    不同的，按较大的单位比较。
    """
    was = stack.look_up(
        stack.previous("receivables"), {"claim_id": "claim_id"}, ["original", "occurred_on", "debtor"]
    )
    return [
        Flagged(_changed(stack, name, was), field=name, expected=was[name])
        for name in ("original", "occurred_on", "debtor")
    ]


@rule("XPD003")
def xpd003(stack: Stack, _params: Params) -> list[Flagged]:
    """已收金额比上期少，或没有新业务而余额变大

    依据：收回的款项要入账，不得转移、隐匿债权（F-19）；已收金额是累计数，只增不减。

    错例：上期 ZQ-0001 原始金额 1,000 元，已收 400 元，余额 600 元
    | 债权编号 | 原始金额 | 已收金额 | 账面余额 |
    | --- | --- | --- | --- |
    | ZQ-0001 | 1,000.00 | 300.00 | 700.00 |

    正例：上期 ZQ-0001 原始金额 1,000 元，已收 400 元，余额 600 元
    | 债权编号 | 原始金额 | 已收金额 | 账面余额 |
    | --- | --- | --- | --- |
    | ZQ-0001 | 1,000.00 | 500.00 | 500.00 |

    参数：无

    局限：没有给出上期资料（--previous）时不检查；同一债权编号下原始金额变大的视为新业务，余额可以变大（改动本身见
    XPD002）；已收变少的只报已收，不再报余额。
    """
    was = stack.look_up(
        stack.previous("receivables"), {"claim_id": "claim_id"}, ["original", "received", "balance"]
    )
    fell = _changed(stack, "received", was) & true(stack["received"] < was["received"])
    rose = _changed(stack, "balance", was) & true(stack["balance"] > was["balance"])
    business = _changed(stack, "original", was) & true(stack["original"] > was["original"])
    less = Text("比上期少", "is less than last period")
    more = Text("比上期多而没有新业务", "is more than last period without new business")
    return [
        Flagged(fell, field="received", expected=was["received"], figures={"problem": less}),
        Flagged(
            rose & ~fell & ~business, field="balance", expected=was["balance"], figures={"problem": more}
        ),
    ]


@rule("XPD004")
def xpd004(stack: Stack, _params: Params) -> list[Answer]:
    """已核销债权从备查簿中消失，或账外余额减少而没有收回

    依据：核销后收回的款项要入账，不得转移、隐匿已核销的债权（F-19）；备查簿的登记不删除，账外余额只因收回而减少。

    错例：上期 HX-0001 账外余额 500 元，累计收回 0
    | 核销编号 | 累计收回金额 | 账外余额 |
    | --- | --- | --- |
    | HX-0001 | 0.00 | 300.00 |

    正例：上期 HX-0001 账外余额 500 元，累计收回 0
    | 核销编号 | 累计收回金额 | 账外余额 |
    | --- | --- | --- |
    | HX-0001 | 200.00 | 300.00 |

    参数：无

    局限：没有给出上期资料（--previous）时不检查；按核销编号对应；累计收回金额空白按零计；收回是否入账见 WOR 各条。
    消失的列在本期备查簿上，没有单元格。
    """
    now, was = stack.partners["write_off_register"], stack.previous("write_off_register")
    old = stack.look_up(was, {"write_off_id": "write_off_id"}, ["outstanding", "recovered"])
    recovered = stack["recovered"].fillna(0) - old["recovered"].fillna(0)
    due = old["outstanding"] - recovered
    fell = stack.differs(stack["outstanding"], due, old["_step"].to_numpy()) & true(
        stack["outstanding"] < due
    )
    dropped = Text("从备查簿中消失", "is gone from the register")
    unpaid = Text("账外余额减少而没有相应的收回", "has less outstanding than was recovered explains")
    lost = {"problem": dropped, "claim": was["claim_id"], "before": Money(was["outstanding"])}
    less = {"problem": unpaid, "claim": stack["claim_id"], "before": Money(old["outstanding"])}
    return [
        Gone(was, _absent(was, now, "write_off_id"), "write_off_id", lost),
        Flagged(fell, expected=due, figures=less),
    ]


@rule("XPD005")
def xpd005(intake: Intake, params: Params) -> Iterator[Spot]:
    """单位本期没有报送

    依据：定期对账并编制应收账款明细表（C-4-1）；上期报送的单位本期应继续报送。

    错例：上期华东分公司、华南分公司报送了明细表
    | 单位 | 本期 |
    | --- | --- |
    | 华东分公司 | 已报送 |
    | 华南分公司 | 没有报送 |

    正例：上期华东分公司、华南分公司报送了明细表
    | 单位 | 本期 |
    | --- | --- |
    | 华东分公司 | 已报送 |
    | 华南分公司 | 已报送 |

    参数：assessed_units（应考核的单位，也应报送；留空时只看上期报送过的单位）

    局限：没有给出上期资料（--previous）时不检查；只看制度要求每期报送的表；单位取表头的填报单位和表中的债权单位，名称须
    逐字相同；没有文件可指，列在“（未报送）单位名称”下。
    """
    due: dict[str, dict[str, str]] = {unit: {} for unit in params.get("assessed_units") or ()}
    due = {unit: {} for unit in due if unit not in intake.units}
    wanted = set(params.policy.expected or params.policy.kinds)
    for (unit, kind), file in intake.before.items():
        if (unit, kind) not in intake.now and kind in wanted:
            due.setdefault(unit, {})[kind] = file
    for unit, kinds in due.items():
        titles = [get_kind(k).title for k in kinds]
        tables = Text("、".join(f"《{t.zh}》" for t in titles), ", ".join(f"'{t.en}'" for t in titles))
        files = list(dict.fromkeys(kinds.values()))
        before = Text(f"，上期交来的是 {'、'.join(files)}", f"; last period's was {', '.join(files)}")
        yield Spot(
            file=f"（未报送）{unit}",
            key=unit,
            figures={
                "tables": tables if kinds else Text("任何工作簿", "any workbook"),
                "before": before if kinds else "",
            },
        )


@rule("XPD006")
def xpd006(stack: Stack, _params: Params) -> Iterator[Answer]:
    """同一单位同一期重复报送，数字有改动

    依据：建档实事求是，说清每笔债权的来龙去脉（F-20）；重报改了哪些数字应留痕。

    错例：第一次报送 ZQ-0001 已收 400 元
    | 第二次报送 | 已收金额 |
    | --- | --- |
    | ZQ-0001 | 450.00 |

    正例：第一次报送 ZQ-0001 已收 400 元
    | 第二次报送 | 已收金额 |
    | --- | --- |
    | ZQ-0001 | 400.00 |

    参数：无

    局限：比较金额、数量、比例、日期和债务人，清空的、补填的也列出；一次校验中的重报按编制日期定先后，日期相同的按文件顺序，各与其前一次比较；与
    --previous 中同一期的工作簿、成批校验中被取代的一份也比较，不再有的行、新增的行另列；没有编号的行、编号在同一文件中重复的行不比较。
    """
    keys = list(stack.kind.key)
    if not keys:
        return
    # another debtor is another claim, whatever its number
    names = [
        f.name for f in stack.kind.fields if (f.type in _FIGURES or f.name == "debtor") and f.name not in keys
    ]
    if (was := stack.earlier.get(stack.kind.kind)) is not None:
        on = {k: k for k in keys}
        files = np.array([s.file for s in was.sources], dtype=object)[was.source]
        old = stack.look_up(was.with_column("_file", files), on, [*names, "_file"])
        yield from _resubmitted(stack, names, old)
        now = stack.partners[stack.kind.kind]
        gone = ~true(was.look_up(now, on, [])["_found"])
        for k in keys:
            gone &= was.filled(k)
        there, lacks = Text("有", "there"), Text("没有", "absent")
        yield Gone(was, gone, keys[0], {"file": files, "before": there, "now": lacks})
        # a row more moves the totals as one less does; of a unit that handed in no such table before, none is more
        origin = {s.submission: s.file for s in was.sources}
        more = np.isin(stack.submission, list(origin)) & ~true(old["_found"])
        for k in keys:
            more &= stack.filled(k)
        of = np.array([origin.get(n, "") for n in stack.submission.tolist()], dtype=object)
        yield Flagged(more, field=keys[0], figures={"file": of, "before": lacks, "now": there}, related=())
    old_rows = _submitted_before(stack, keys)
    if old_rows is not None:
        yield from _resubmitted(stack, names, old_rows)


def _submitted_before(stack: Stack, keys: list[str]) -> pd.DataFrame | None:
    """For each row, that of the last file before it of the submission with the same keys; None: no such file."""
    files = np.array([s.file for s in stack.sources], dtype=object)
    several = pd.DataFrame({"s": [s.submission for s in stack.sources], "f": files}).drop_duplicates()
    if not several["s"].duplicated().any():
        return None
    made = [s.table.head.get("prepared_on") for s in stack.sources]
    days = [str(e.value) if e is not None and e.value is not None else "" for e in made]
    rank = np.empty(len(files), dtype=np.int64)
    rank[sorted(range(len(files)), key=lambda i: (days[i], stack.sources[i].order))] = np.arange(len(files))
    rows = stack.keyed(keys)
    rows["_rank"], rows["_file"] = rank[stack.source], files[stack.source]
    usable = ~true(rows.duplicated(["_sub", *keys, "_file"], keep=False)) & true(
        rows[keys].notna().all(axis=1)
    )
    ordered = rows[usable].sort_values("_rank", kind="stable")
    at = pd.Series(ordered.index, index=ordered.index)
    before = at.groupby([ordered[c] for c in ("_sub", *keys)]).shift().reindex(rows.index)
    found = before.notna().to_numpy()
    take = before.fillna(0).astype(np.int64).to_numpy()
    old = stack.frame.reindex(np.where(found, take, -1)).reset_index(drop=True)
    return old.assign(_file=files[stack.source][take], _step=stack.step[take], _found=found)


def _resubmitted(stack: Stack, names: list[str], old: pd.DataFrame) -> Iterator[Flagged]:
    found = true(old["_found"])
    for name in names:  # a round per column
        amount = stack.kind[name].type is FieldType.AMOUNT
        now, before = ((Money(c) if amount else c) for c in (stack[name], old[name]))
        was, filled = found & true(old[name].notna()), stack.filled(name)
        for bad, earlier, later in (
            (_changed(stack, name, old), before, now),
            (was & ~filled, before, _BLANK),
            (found & ~was & filled, _BLANK, now),
        ):
            figures = {"file": old["_file"], "before": earlier, "now": later}
            yield Flagged(bad, field=name, figures=figures, related=())


@rule("XPD007")
def xpd007(stack: Stack, _params: Params) -> Flagged:
    """同一笔债权由两个单位报送

    依据：追究经办人、责任人的违规责任并由其负责清回（F-30）；一笔债权只有一个单位负责，重复报送使合计虚增。

    错例：
    | 填报单位 | 债务人 | 合同编号 | 业务发生日期 | 原始金额 |
    | --- | --- | --- | --- | --- |
    | 华东分公司 | 宏远公司 | HT-0001 | 2026-01-10 | 1,000.00 |
    | 华南分公司 | 宏远公司 | HT-0001 | 2026-01-10 | 1,000.00 |

    正例：
    | 填报单位 | 债务人 | 合同编号 | 业务发生日期 | 原始金额 |
    | --- | --- | --- | --- | --- |
    | 华东分公司 | 宏远公司 | HT-0001 | 2026-01-10 | 1,000.00 |
    | 华南分公司 | 宏远公司 | HT-0002 | 2026-01-10 | 1,000.00 |

    参数：无

    局限：债务人、合同编号、业务发生日期和原始金额都相同的视为同一笔债权，债权编号不同也算；债权编号相同而这些不同的不算，
    各单位可能各自编号；只看同一截止日期、尚有余额的债权；填报单位取表头，表头没有的取债权单位；上级把下级的债权一并填报的，
    也会列出。
    """
    fields = ["debtor", "contract_id", "occurred_on", "original"]
    bad = np.zeros(len(stack), dtype=bool)
    heads = {source.table.text("unit") for source in stack.sources}
    if len(heads) == 1 and None not in heads:  # one unit alone: the usual run
        return Flagged(bad)
    claims = stack.frame[fields]
    judged = live_claims(stack)
    for name in fields:
        judged = judged & true(claims[name].notna())
    if not claims[judged].duplicated().any():  # nor is any reported twice by one unit, mostly
        return Flagged(bad)
    unit = pd.Series(stack.per_table(lambda table: table.text("unit")), dtype="str").fillna(stack["unit"])
    rows = claims.assign(_unit=unit.to_numpy())
    judged = judged & true(unit.notna())
    pairs = rows[judged].drop_duplicates()
    shared = pairs[pairs.duplicated(fields, keep=False)]
    others: Any = np.full(len(stack), None, dtype=object)
    if len(shared):
        listed = shared.groupby(fields)["_unit"].agg(lambda u: "、".join(sorted(u))).rename("_units")
        units = rows.merge(listed.reset_index(), on=fields, how="left")["_units"]
        bad = judged & units.notna().to_numpy()
        both = rows.assign(_units=units.to_numpy())[bad].groupby(["_unit", "_units"]).ngroup()
        for group in both.unique():  # a round per set of units, of which there are few
            here = both.index[both == group]
            own, every = unit.iloc[here[0]], units.iloc[here[0]]
            others[here] = "、".join(u for u in every.split("、") if u != own)
    figures = {
        "debtor": stack["debtor"], "contract": stack["contract_id"],
        "original": Money(stack["original"]), "others": others,
    }  # fmt: skip
    return Flagged(bad, figures=figures)


@rule("XPD008")
def xpd008(stack: Stack, _params: Params) -> list[Answer]:
    """已封档的档案被启封、改动或删除

    依据：结清一笔、封档一笔（F-21）；封档后的内容不再改动。

    错例：上期 DA-0001 已封档，结清日期 2026-05-01
    | 档案编号 | 档案状态 | 结清日期 |
    | --- | --- | --- |
    | DA-0001 | 在办 | 2026-05-01 |
    | DA-0001 | 已封档 | 2026-06-01 |

    正例：上期 DA-0001 已封档，结清日期 2026-05-01
    | 档案编号 | 档案状态 | 结清日期 |
    | --- | --- | --- |
    | DA-0001 | 已移交 | 2026-05-01 |

    参数：无

    局限：没有给出上期资料（--previous）时不检查；按档案编号对应；封档后移交、销毁及其日期、接收人不算改动；上期空白本期
    补填的不算改动。已销毁的可以不再列，其余被删除的列在本期登记表上，没有单元格。
    """
    now, was = stack.partners["dossiers"], stack.previous("dossiers")
    sealed = was.is_one_of("status", _SEALED)
    names = [f.name for f in stack.kind.fields if f.name not in _STILL_OPEN]
    old = stack.look_up(was.only(sealed), {"dossier_id": "dossier_id"}, ["status", *names])
    found = true(old["_found"])

    def one(name: str, bad: Mask, problem: Text, now: Text | None = None) -> Flagged:
        figures = {"problem": problem, "before": old[name], "now": now or stack[name]}
        return Flagged(bad, field=name, expected=old[name], figures=figures)

    reopened = Text("本期又启封", "is open again")
    dropped = {"problem": Text("本期登记表中没有", "is gone"), "before": was["status"], "now": "—"}
    out: list[Answer] = [
        one("status", found & stack.filled("status") & ~stack.is_one_of("status", _SEALED), reopened)
    ]
    for name in names:  # a round per column
        header = stack.kind[name]
        changed = Text(f"“{header.header}”被改动", f"its {header.en} changed")
        out.append(one(name, found & _changed(stack, name, old), changed))
        cleared = found & true(old[name].notna()) & stack.blank(name)
        out.append(one(name, cleared, changed, _BLANK))
    listed = sealed & ~was.is_one_of("status", ["已销毁"])
    out.append(Gone(was, listed & _absent(was, now, "dossier_id"), "dossier_id", dropped))
    return out
