"""What a maker of papers gets (a job) and gives (pieces: the files that make up a paper)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from qq_excel import __version__
from qq_excel.language import Text, t
from qq_excel.output import safe_name, short_enough, write_text
from qq_excel.papers.claims import Account, Claim, accounts, claims_of, plain_rows, units_of
from qq_excel.papers.document import relative
from qq_excel.papers.house import BLANK, House
from qq_excel.papers.layout import Filled, write_layout
from qq_excel.papers.sheet import paper
from qq_excel.papers.words import clean, mask
from qq_excel.warnings.ageing import NO_UNIT

if TYPE_CHECKING:
    from qq_excel.check import Result
    from qq_excel.papers.management.points import Point
    from qq_excel.policy import Params, Policy
    from qq_excel.warnings import WarningBook

T = TypeVar("T")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choices:
    """What a user may choose for a run of papers."""

    #: Certificate numbers in full (logged by the caller).
    unmask: bool = False
    #: The wording of confirmations: with a demand for payment, or for the books only.
    wording: Literal["demand", "plain"] = "demand"
    #: The last run's warnings, management report (JSON) or register of slips (xlsx).
    since: Path | None = None
    #: Warnings: compare with the run of this day, or the last one before it, that *since* remembers.
    since_on: dt.date | None = None
    #: The day that letters bear; None leaves it to be written by hand.
    dated: dt.date | None = None
    #: The day that an ageing goes back to; None: the ledgers' own.
    age_on: dt.date | None = None
    #: Packs for applications that are not fit, too, and their place on the lists for a meeting.
    draft: bool = False
    #: The private key (PEM) that signs the packs, and passwords that may open it.
    sign_key: Path | None = None
    passwords: tuple[str, ...] = ()
    #: Letters to these only: (unit, debtor); None: to all.
    accounts: frozenset[tuple[str, str]] | None = None


#: What was not judged, one by one on the screen: a group may have a thousand units that lack a table.
_ON_SCREEN = 10


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of a paper: its name in the folder (with ``/``), how it is written, whether a PDF is made of it."""

    name: str
    write: Callable[[Path], object]
    pdf: bool = False
    #: What it holds beside what the run's key covers (evidence): a finished one is kept when this is still the same.
    stamp: Callable[[], str] = str
    #: Told before the first piece of a run is written, for each that will be: what several share is then done for these.
    wanted: Callable[[], None] = lambda: None
    #: The file of an earlier piece that it is made from: when that one is made anew, so is this.
    of: str = ""


@dataclass
class Job:
    """One paper of one check: the facts, the templates, the choices."""

    result: Result
    house: House
    choices: Choices = field(default_factory=Choices)
    #: The check of the previous period's workbooks, where they were given.
    before: Result | None = None
    #: The figures of earlier periods as the register has them.
    registered: Sequence[Point] = ()
    #: What the user should know, in the order in which it came up.
    notes: list[Text] = field(default_factory=list)
    #: What else the maker has to tell (the warnings, the outcome of the packs).
    outcome: Any = None

    @cached_property
    def claims(self) -> list[Claim]:
        """Every row of the ledgers."""
        return claims_of(self.result)

    @cached_property
    def accounts(self) -> list[Account]:
        """Open items by unit and debtor."""
        only = self.choices.accounts
        return [a for a in accounts(self.claims) if only is None or (a.unit, a.debtor) in only]

    @cached_property
    def warnings(self) -> WarningBook:
        """The warnings of the check."""
        from qq_excel.warnings import warnings_of

        return warnings_of(self.result)

    def tell_not_judged(self) -> None:
        """Say of which causes nobody could judge whether to warn: no warning is not none to fear."""
        notes = self.warnings.notes
        rest = len(notes) - _ON_SCREEN
        more = Text(
            f"另有 {rest} 项没有判断，见预警表的“说明”页",
            f"{rest} more not judged: see the warning sheets' page 'Notes'",
        )
        self.notes += [*notes[:_ON_SCREEN], *([more] if rest > 0 else [])]

    @property
    def params(self) -> Params:
        """The policy as of the latest as-of date."""
        return self.result.policy.at(self.result.as_of)

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """The rows of a kind as plain values; none when it was not handed in."""
        stack = self.result.stacks.get(kind)
        return [] if stack is None else plain_rows(stack)

    def owned(self, kind: str) -> list[tuple[dict[str, Any], str, str]]:
        """The same, each with the unit that it belongs to and the file that it stands in.

        Several units hand in together: whose a row is, is told by the row, the head block of its sheet or the file.
        """
        stack = self.result.stacks.get(kind)
        if stack is None:
            return []
        rows = plain_rows(stack)
        units = {f.workbook.name: f.unit for f in self.result.files}
        files = [stack.sources[s].file for s in stack.source.tolist()]
        heads = units_of(stack, rows)
        return [
            (row, (units.get(file) or unit) if unit == NO_UNIT else unit, file)
            for row, unit, file in zip(rows, heads, files, strict=True)
        ]

    # --- words that all papers share -----------------------------------------------------------------

    def trace(self, files: Iterable[str] | None = None) -> str:
        """Where a paper's figures come from: source files, as-of date, policy, program."""
        names = list(
            dict.fromkeys(relative(n) for n in files or (f.workbook.name for f in self.result.files))
        )
        policy, short = self.result.policy, self.result.policy.sha256[:12] or "—"
        more = t(f" 等 {len(names)} 个文件", f" and {len(names) - 3} more") if len(names) > 3 else ""
        shown = (t("、", ", ").join(names[:3]) or "—") + more
        day = self.result.as_of.isoformat() if self.result.as_of else t("未填", "not given")
        words = t(f"来源：{shown}    截止日期：{day}    制度：{policy.profile} v{policy.version}（{short}）",
                  f"Source: {shown}    As of: {day}    Policy: {policy.profile} v{policy.version} ({short})")  # fmt: skip
        return f"{words}    qq-excel {__version__}"

    def filled(
        self,
        rows: Sequence[Mapping[str, Any]],
        under: str,
        *,
        files: Iterable[str] | None = None,
        **more: Any,
    ) -> Filled:
        """What stands in a layout, with the trace of its figures; *files* when not all of the submission."""
        policy, on = self.result.policy, day(self.result.as_of, t("未填", "not given"))
        which, short = f"{policy.profile} v{policy.version}", policy.sha256[:8]
        footer = t(f"截止 {on}  {which}（{short}）", f"As of {on}  {which} ({short})")
        return Filled(rows, under, trace=self.trace(files), footer=footer, **more)

    def code(self, number: str | None) -> str:
        """A certificate number as it is handed on: masked unless asked for in full."""
        if not number:
            return "—"
        return number if self.choices.unmask else mask(number)

    def head(self, unit: str, files: Iterable[str] | None = None, number: str = "") -> dict[str, Any]:
        """What every Word template gets: who issues it, when, and where its figures come from."""
        organisation = self.house.organisation
        details = organisation.unit(unit)
        given = {k: v or BLANK for k, v in details.model_dump().items()}
        return {
            "letterhead": organisation.letterhead, "seal_align": organisation.seal, "office": organisation.office,
            "operations": organisation.operations, "unit": unit, "unit_name": details.full_name or unit,
            "address": given["address"], "postcode": given["postcode"], "contact": given["contact"],
            "phone": given["phone"], "bank": given["bank"], "account": given["account"], "number": number,
            "as_of": day(self.result.as_of), "as_of_words": day_words(self.result.as_of),
            "dated": day_words(self.choices.dated), "trace": self.trace(files), "header_words": number,
            "policy": policy_words(self.result.policy),
        }  # fmt: skip

    # --- pieces --------------------------------------------------------------------------------------

    def word(self, name: str, template: str, context: Mapping[str, Any]) -> Piece:
        """A Word file (and its PDF): *template* filled with *context*; a template that asks for more is refused."""
        form = self.house.word(template)
        form.check(context)
        return Piece(name, lambda target: form.fill(context, target), pdf=True)

    def book(
        self, name: str, sheets: Sequence[tuple[str, Filled]], known: Iterable[str], *, pdf: bool = False
    ) -> Piece:
        """A workbook with a sheet per (layout, what stands in it); *known* are the fields that the rows have."""
        forms = [(self.house.layout(layout), filled) for layout, filled in sheets]
        fields = tuple(known)
        for form, _ in forms:
            form.check(fields)

        def write(target: Path) -> None:
            with paper(target, forms[0][0].title) as book:
                for form, filled in forms:
                    write_layout(book.sheet(form.sheet, tab="#1F3864"), form, filled)

        return Piece(name, write, pdf=pdf)

    def json(self, name: str, content: Mapping[str, Any]) -> Piece:
        """A paper's figures as data."""
        policy = self.result.policy
        whole = {
            "schema": 1, "program": f"qq-excel {__version__}",
            "policy": {"profile": policy.profile, "version": policy.version, "sha256": policy.sha256},
            "as_of": self.result.as_of.isoformat() if self.result.as_of else None, **content,
        }  # fmt: skip
        text = json.dumps(whole, ensure_ascii=False, indent=2) + "\n"
        return Piece(name, lambda target: write_text(target, text.encode("utf-8", "replace").decode()))


class ByUnit(Generic[T]):
    """Things by number: two units may each have a number of their own that is the same."""

    def __init__(self) -> None:
        self._held: dict[str, dict[str, T]] = {}

    def put(self, unit: str, number: str, value: T) -> T:
        """What *unit* has under *number*: *value* when there is none yet."""
        return self._held.setdefault(number, {}).setdefault(unit, value)

    def get(self, unit: str, number: str) -> T | None:
        """What *unit* has under *number*, else what one other unit has (the office that keeps a table for all)."""
        of = self._held.get(number, {})
        return of.get(unit) or (next(iter(of.values())) if len(of) == 1 else None)


class Names:
    """File names from words of a submission: safe on every system, none twice."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def free(self, *words: str, suffix: str = "") -> str:
        """*words* joined by ``_`` as a file name, numbered when it is taken."""
        plain = [clean(w).replace("\n", " ") for w in words if w]
        stem = safe_name(short_enough(plain), "未命名")
        name, n = stem, 1
        while (name + suffix).casefold() in self._taken:
            n += 1
            name = f"{stem}_{n}"
        self._taken.add((name + suffix).casefold())
        return name + suffix


def day(value: dt.date | None, empty: str = "—") -> str:
    """A day as ``2026-09-30``."""
    return value.isoformat() if value else empty


def day_words(value: dt.date | None) -> str:
    """A day in words; a blank one to be filled in by hand."""
    if value is None:
        return t("      年    月    日", "____ / ____ / ________")
    return t(
        f"{value.year} 年 {value.month} 月 {value.day} 日",
        f"{value.day} {_MONTHS[value.month - 1]} {value.year}",
    )


def policy_words(policy: Policy, more: str = "") -> str:
    """The policy that was applied, as papers name it."""
    which = t(f"{policy.profile}，v{policy.version}", f"{policy.profile}, v{policy.version}") + more
    return t(f"{policy.title.zh}（{which}）", f"{policy.title.en} ({which})")
