"""A kind's workbook: its sheet, the second sheets that belong to it, and the guide."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from qq_excel import output
from qq_excel.kinds import Kind, all_kinds, get_kind
from qq_excel.language import Lang, using
from qq_excel.policy import Params, Policy, load_policy
from qq_excel.template import guide
from qq_excel.template.layout import Layout, ages, lay_out
from qq_excel.template.look import Look
from qq_excel.template.sheet import Row, Sheet, list_of

#: Blank rows left below rows that are given.
_ROOM = 5


def write_template(
    kind: str | Kind,
    target: Path,
    *,
    rows: Sequence[Row] | None = None,
    more: Mapping[str, Sequence[Row]] | None = None,
    head: Row | None = None,
    foot: Mapping[str, Mapping[str, Any]] | None = None,
    policy: Policy | None = None,
    lang: Lang = "zh",
    notes: Sequence[str] = (),
    blank_rows: int | None = None,
) -> Path:
    """Write the template of *kind* to *target*, blank or filled; give *target*.

    Args:
        kind: a kind's name or model; a kind that is a second sheet brings its workbook's main sheet along.
        target: the .xlsx to write; complete or absent, and the same bytes for the same arguments.
        rows: values by field name, amounts in the sheet's unit; texts stay texts. A computed column that
            a row leaves out gets its formula and the value worked out; one that it gives is typed over.
        more: the same for the second sheets, by kind.
        head: values of the head block (``unit``, ``as_of``, …); 金额单位 is 元 and 账龄口径 the policy's
            where they are not given.
        foot: by block and entry ``(name, date)`` of a signature, the date of a delivery.
        policy: where lists and bands come from (the group's by default).
        lang: the language of guide, prompts and errors; headers and labels stay as staff know them.
        notes: lines below the table.
        blank_rows: rows ready below those given (the schema's number in a blank template).
    """
    kinds = workbook_kinds(kind)
    policy = policy or load_policy("group")
    given = {kinds[0].kind: list(rows or ()), **{k: list(r) for k, r in (more or {}).items()}}
    with using(lang):
        content = _Book(kinds, policy, dict(head or {}), given, blank_rows).render(foot or {}, notes)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = {i.filename: package.read(i) for i in package.infolist()}
    return output.same_zip(parts, target)


def template_name(kind: str | Kind) -> str:
    """The file name of a kind's template, e.g. 应收账款明细表.xlsx."""
    return f"{output.safe_name(workbook_kinds(kind)[0].title.zh)}.xlsx"


def main_kinds() -> list[Kind]:
    """The kinds that have a workbook of their own, in order."""
    return [k for k in all_kinds().values() if k.sheet_of is None]


def write_all(folder: Path) -> list[Path]:
    """Write every kind's blank template into *folder*; give the files."""
    return [write_template(k, folder / template_name(k)) for k in main_kinds()]


def workbook_kinds(kind: str | Kind) -> list[Kind]:
    """The kinds of one workbook: the main sheet's, then those of its second sheets."""
    asked = get_kind(kind) if isinstance(kind, str) else kind
    main = get_kind(asked.sheet_of) if asked.sheet_of else asked
    others = [k for k in all_kinds().values() if k.sheet_of == main.kind]
    return [main, *others]


class _Book:
    """One workbook in the making."""

    def __init__(
        self,
        kinds: list[Kind],
        policy: Policy,
        head: dict[str, Any],
        given: Mapping[str, Sequence[Row]],
        blank_rows: int | None,
    ) -> None:
        self.kinds = kinds
        self.params: Params = policy.at(head.get("as_of"))
        self.given = given
        self.head = {"money_unit": "元", **head}
        self.head["age_basis"] = head.get("age_basis") or self.params.get("age_basis")
        self.plans = {k.kind: self._plan(k, blank_rows) for k in kinds}
        self.values = {(k.kind, f.name): list_of(f, self.params) for k in kinds for f in k.fields}

    def _plan(self, kind: Kind, blank_rows: int | None) -> Layout:
        filled = len(self.given.get(kind.kind, ()))
        if blank_rows is None:
            blank_rows = _ROOM if filled else kind.template_rows
        main = kind is self.kinds[0]
        return lay_out(
            kind, max(filled + blank_rows, 1), with_head=main, aged=any(ages(k) for k in self.kinds)
        )

    def render(self, foot: Mapping[str, Any], notes: Sequence[str]) -> bytes:
        """The workbook's bytes."""
        target = io.BytesIO()
        options = {
            "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        }  # fmt: skip
        book = xlsxwriter.Workbook(target, options)
        self._properties(book)
        look = Look(book)
        ranges = guide.long_lists(self.kinds, self.values)
        for kind in self.kinds:
            sheet = Sheet(
                book, look, self.plans[kind.kind], self.params,
                head=self.head, head_cells=self._head_cells(kind),
                lists={name: where for (k, name), where in ranges.items() if k == kind.kind},
            )  # fmt: skip
            sheet.write(self.given.get(kind.kind, ()), foot, notes if kind is self.kinds[0] else ())
            self._name(book, kind)
        pages = max(plan.pages_wide for plan in self.plans.values())
        guide.Guide(book, look, self.kinds, self.values, pages).write()
        book.close()
        return target.getvalue()

    def _properties(self, book: Any) -> None:
        main = self.kinds[0]
        book.set_properties(
            {
                "title": main.title.zh,
                "subject": str(main.purpose),
                "keywords": f"{main.kind} {main.version}",
                "created": output.FIXED_TIME,
            }
        )
        book.set_size(2400, 1400)

    def _head_cells(self, kind: Kind) -> dict[str, str]:
        main = self.kinds[0]
        prefix = "" if kind is main else f"'{main.sheet}'!"
        found = {n: self.plans[main.kind].head_cell(n) for n in ("as_of", "age_basis")}
        cells = {n: f"{prefix}{cell}" for n, cell in found.items() if cell}
        usual = self.params.get("age_basis")
        if usual and "age_basis" in cells:  # left blank, the policy's holds, as in the rules
            cells["age_basis"] = f'IF({cells["age_basis"]}="","{usual}",{cells["age_basis"]})'
        return cells

    def _name(self, book: Any, kind: Kind) -> None:
        """Say which kind a sheet is, so that recognition does not rest on headers alone."""
        scope = f"'{kind.sheet}'!" if len(self.kinds) > 1 else ""
        book.define_name(f"{scope}QQ_KIND", f'="{kind.kind}"')
        book.define_name(f"{scope}QQ_VERSION", f"={kind.version}")
