"""What a paper cannot count, or counts by inference: a total that lacks something must say so (C-5-2).

Files that could not be read, ledgers without an as-of date or of two dates (whose claims count twice), ledger rows whose
账面余额 cannot be read (an error value, a formula that was never computed) or that have no due date, and a money unit that
is not known. Said on the screen and in each paper that adds up claims.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from qq_excel.language import Text, many
from qq_excel.rules.limitation import SETTLED, still_owed

if TYPE_CHECKING:
    from qq_excel.check.result import Result
    from qq_excel.rules.stack import Source


def omissions(result: Result) -> list[Text]:
    """In the order of the files; empty where everything counts."""
    return [*_unread(result), *_dates(result), *(note for s in _ledgers(result) for note in _of_ledger(s))]


def _unread(result: Result) -> Iterator[Text]:
    grave = result.findings.where(level="E")
    for file in result.files:
        name = file.workbook.name
        if file.workbook.tables:
            continue
        why = next((f for f in grave.of_file(name) if f.rule.startswith("FIL")), None)
        if why is not None:
            yield Text(
                f"{name} 读不了，未计入：{why.message('zh').rstrip('。')}",
                f"{name} could not be read and is not counted: {why.message('en').rstrip('.')}",
            )


def _dates(result: Result) -> Iterator[Text]:
    days: dict[str, set[str]] = {}
    for stack in result.dated.get("receivables", []):
        for source in stack.sources:
            if stack.day is None:
                yield Text(
                    f"{source.file} 没有截止日期，账龄、逾期和诉讼时效没有判断，请在表头填写“截止日期”或用 --as-of 指定",
                    f"{source.file} has no as-of date: ages, days past due and limitation were not judged; fill it in or give --as-of",
                )
            elif unit := source.table.text("unit"):
                days.setdefault(unit, set()).add(stack.day.isoformat())
    for unit, told in days.items():
        if len(told) > 1:
            one = sorted(told)
            yield Text(
                f"{unit}的明细表有 {len(one)} 个截止日期（{'、'.join(one)}），各期都计入，同一笔债权会重复计算；"
                "请只给一期，上期用 --previous 给出",
                f"{unit}: ledgers of {len(one)} as-of dates ({', '.join(one)}) are all counted, so that a claim counts more than once; "
                "give one period only, the one before by --previous",
            )


def _ledgers(result: Result) -> list[Source]:
    sources = [s for stack in result.dated.get("receivables", []) for s in stack.sources]
    return sorted(sources, key=lambda s: s.order)


def _of_ledger(source: Source) -> Iterator[Text]:
    frame, table = source.table.frame, source.table
    entry = table.head.get("money_unit")
    if entry is not None and entry.raw and not entry.value:
        yield Text(
            f"{source.file} 的金额单位“{entry.raw}”不认识，按元计入，金额可能差若干倍，请更正后重新生成",
            f"{source.file}: the money unit '{entry.raw}' is not known and was taken as yuan; mend it and make this again",
        )
    blank = frame["balance"].isna() & ~frame["status"].isin(list(SETTLED)).fillna(False)
    lost = blank & still_owed(frame).isna()
    inferred, gone = int((blank & ~lost).sum()), int(lost.sum())
    if inferred:
        yield Text(
            f"{source.file} 有 {inferred} 行的账面余额读不出，按原始金额减已收金额计入",
            f"{source.file}: the balance of {many(inferred, 'row')} cannot be read; original less received was taken",
        )
    if gone:
        yield Text(
            f"{source.file} 有 {gone} 行没有可读的余额，未计入合计",
            f"{source.file}: {many(gone, 'row has', 'rows have')} no balance that can be read: not in the totals",
        )
    open_ = ~frame["status"].isin(list(SETTLED)).fillna(False) & (still_owed(frame) > 0).fillna(False)
    undated = int((open_ & frame["due_on"].isna()).sum())
    if undated:
        yield Text(
            f"{source.file} 有 {undated} 行没有可读的约定付款日，是否逾期没有判断，不在催款之列",
            f"{source.file}: {many(undated, 'row has', 'rows have')} no due date that can be read: not judged past due, not dunned",
        )
