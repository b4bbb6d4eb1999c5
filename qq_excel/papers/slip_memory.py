"""What the last run left: the register of slips as people have filled it in, or the last warnings as JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qq_excel import money
from qq_excel.errors import InputError
from qq_excel.language import Text
from qq_excel.warnings import LEVEL_TEXTS, LEVELS

#: Headers of the register, by what they are to us.
HEADERS = {
    "编号": "number", "单位": "unit", "债权编号": "claim_id", "债务人": "debtor", "级别": "level", "账面余额": "balance",
    "发出日期": "issued_on", "送达日期": "delivered_on", "签收人": "signed_by", "答复日期": "answered_on", "答复内容": "answer",
    "关闭日期": "closed_on", "关闭原因": "closed_why", "文件": "file",
    # those of a register in English
    "Slip no.": "number", "Unit": "unit", "Claim": "claim_id", "Debtor": "debtor", "Level": "level", "Balance": "balance",
    "Issued on": "issued_on", "Delivered on": "delivered_on", "Received by": "signed_by", "Answered on": "answered_on",
    "Answer": "answer", "Closed on": "closed_on", "Closed because": "closed_why", "File": "file",
}  # fmt: skip
#: How a claim's level moved since the last run.
NEW, ROSE, FELL, SAME, GONE = "新增", "上升", "下降", "未变", "不再预警"
#: How movements, and the states of a slip, are shown; what is remembered and compared is the Chinese word.
SHOWN = {x.zh: x for x in (
    Text(NEW, "new"), Text(ROSE, "rose"), Text(FELL, "fell"), Text(SAME, "unchanged"), Text(GONE, "no longer warned of"),
    Text("已发出", "issued"), Text("已送达", "delivered"), Text("已答复", "answered"), Text("已关闭", "closed"),
)}  # fmt: skip
_LARGEST = 100_000_000
#: Claims of earlier runs that a warnings document remembers, those of the latest runs first.
KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Slip:
    """One slip and its life; days and words as they stand in the register. ``balance`` in cents of yuan."""

    number: str
    unit: str
    claim_id: str
    debtor: str
    level: str
    balance: int | None = None
    issued_on: str = ""
    delivered_on: str = ""
    signed_by: str = ""
    answered_on: str = ""
    answer: str = ""
    closed_on: str = ""
    closed_why: str = ""
    file: str = ""

    @property
    def state(self) -> str:
        """Issued, delivered, answered, closed: the last that has happened."""
        if self.closed_on:
            return "已关闭"
        if self.answered_on or self.answer:
            return "已答复"
        return "已送达" if self.delivered_on or self.signed_by else "已发出"

    def moved(self, level: str, balance: int | None) -> Slip:
        """The same slip at the level and balance of now."""
        return replace(self, level=level, balance=balance)

    def closed(self, on: str, why: str) -> Slip:
        """The slip closed with a reason."""
        return replace(self, closed_on=on, closed_why=why)

    def document(self) -> dict[str, Any]:
        """The slip as plain data."""
        out = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {
            **out,
            "balance": None if self.balance is None else money.yuan(self.balance),
            "state": self.state,
        }


def shown(word: str) -> str:
    """A movement or state in the language of the run."""
    return str(SHOWN.get(word, word))


def level_name(level: str) -> str:
    """A level in the language of the run; a word that is none as it is."""
    return str(LEVEL_TEXTS.get(level, level))


#: A level by what a register in English calls it.
_LEVELS = {text.en.lower(): level for level, text in LEVEL_TEXTS.items()}


def movement(before: str | None, now: str) -> str:
    """How a level moved; a level that the program does not know counts as none."""
    if before not in LEVELS:
        return NEW
    gap = LEVELS.index(now) - LEVELS.index(before)
    return SAME if gap == 0 else ROSE if gap > 0 else FELL


def recall(path: Path) -> dict[tuple[str, str], Slip]:
    """The slips of the last run by unit and claim.

    Raises :class:`InputError` when *path* is neither a register of slips nor a warnings document.
    """
    found = _from_json(path) if path.suffix.lower() == ".json" else _from_register(path)
    return {(s.unit, s.claim_id): s for s in found}


@dataclass(frozen=True, slots=True)
class Run:
    """The warnings of one run: its as-of date (blank where a register does not tell it), and what was warned of."""

    on: str
    slips: Mapping[tuple[str, str], Slip]

    def document(self) -> dict[str, Any]:
        """The run as later ones remember it."""
        return {
            "as_of": self.on,
            "claims": [
                {"unit": s.unit, "claim_id": s.claim_id, "debtor": s.debtor, "level": s.level,
                 "balance": None if s.balance is None else money.yuan(s.balance)} for s in self.slips.values()
            ],
        }  # fmt: skip


def runs(path: Path) -> list[Run]:
    """The run that *path* is of and those that it remembers, the latest first; :class:`InputError` as :func:`recall`."""
    if path.suffix.lower() != ".json":
        return [Run("", recall(path))]
    content = _content(path)
    try:
        days = [dt.date.fromisoformat(e["as_of"]).isoformat() for e in content.get("earlier", ())]
        earlier = [
            [_slip(c, _cents(c.get("balance"))) for c in e["claims"]] for e in content.get("earlier", ())
        ]
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError):
        raise _no_memory(path) from None
    last = Run(_text(content.get("as_of")), recall(path))
    every = [
        last,
        *(Run(on, {(s.unit, s.claim_id): s for s in slips}) for on, slips in zip(days, earlier, strict=True)),
    ]
    return sorted(every, key=lambda run: run.on, reverse=True)


def run_at(every: Sequence[Run], on: dt.date | None, path: Path) -> Run:
    """The last of *every* run (of *path*), or the last one up to the day *on*; :class:`InputError` when there is none."""
    fit = [run for run in every if on is None or (run.on and run.on <= on.isoformat())]
    if fit:
        return fit[0]
    days = [run.on for run in every if run.on]
    known = Text("、".join(days) or "没有", ", ".join(days) or "none")
    raise InputError(
        Text(
            f"{path}：没有 {on} 或更早的预警。其中记得的截止日期：{known.zh}。请用 --since-on 给出其中之一，或给出当时的 清欠预警.json。",
            f"{path} remembers no warnings of {on} or before; its days: {known.en}. Give one of these with --since-on, or the "
            "清欠预警.json of then.",
        )
    )


def documents(every: Sequence[Run], now: str) -> list[dict[str, Any]]:
    """The runs before the day *now* as plain data, the latest first, as many as :data:`KEPT` claims allow."""
    left, out = KEPT, []
    for run in every:
        if not run.on or run.on >= now:
            continue
        left -= len(run.slips)
        if left < 0:
            break
        out.append(run.document())
    return out


def _from_register(path: Path) -> list[Slip]:
    """The first sheet; a later row of the same claim counts."""
    from qq_excel.reading import plain_rows

    rows = plain_rows(path, None)
    needed = {"number", "claim_id", "level"}
    top = next((i for i, r in enumerate(rows) if needed <= {HEADERS.get(_text(v)) for v in r}), None)
    if top is None:
        raise InputError(
            Text(
                f"{path}：不是预警通知单登记册（没有“编号、债权编号、级别”表头）。",
                f"{path} is no register of slips: no headers 编号, 债权编号, 级别.",
            )
        )
    at = {HEADERS[_text(v)]: i for i, v in enumerate(rows[top]) if _text(v) in HEADERS}
    out = []
    for row in rows[top + 1 :]:
        values = {name: row[i] if i < len(row) else None for name, i in at.items()}
        if not _text(values.get("claim_id")):
            continue
        amount = values.pop("balance", None)
        cents = money.cents(str(amount)) if isinstance(amount, int | float) else None
        out.append(_slip(values, cents))
    return out


def _from_json(path: Path) -> list[Slip]:
    """The claims of a warnings document (``qq-excel warn --format json``) or of 预警通知单.json."""
    try:
        content = _content(path)
        slips = {(s["unit"], s["claim_id"]): s for s in content.get("slips", ())}
        return [
            _slip({**slips.get((c["unit"], c["claim_id"]), {}), **c}, _cents(c.get("balance")))
            for c in content["claims"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError):
        raise _no_memory(path) from None


def _content(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(Text(f"{path}：文件过大。", f"{path}: too large."))
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        raise _no_memory(path) from None
    if not isinstance(content, dict):
        raise _no_memory(path)
    return content


def _no_memory(path: Path) -> InputError:
    return InputError(
        Text(
            f"{path}：不是上次的预警 JSON（缺少 claims）。请用 qq-excel report warnings 或 slips 写出的 JSON，或登记册。",
            f"{path} is no warnings document of a last run (claims are missing).",
        )
    )


def _cents(amount: str | None) -> int | None:
    return None if amount is None else money.cents(amount.replace(",", ""))


def _slip(values: Mapping[str, Any], balance: int | None = None) -> Slip:
    """A slip from what was read; what is missing is blank."""
    plain = {name: _text(values.get(name)) for name in Slip.__dataclass_fields__ if name != "balance"}
    plain["level"] = _LEVELS.get(plain["level"].lower(), plain["level"])
    return replace(Slip("", "", "", "", ""), **plain, balance=balance)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value).strip()
