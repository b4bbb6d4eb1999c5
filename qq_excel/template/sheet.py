"""One table's sheet: title, head block, table, signature line and foot blocks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from qq_excel.findings import a1
from qq_excel.kinds import Block, Field, FieldType, Kind
from qq_excel.language import t
from qq_excel.output import looks_like_formula
from qq_excel.policy import CannotJudge, Params
from qq_excel.template import validation
from qq_excel.template.formula import in_cells, references, work_out
from qq_excel.template.layout import AGE_BASES, LEGEND_ROW, MARGIN_INCHES, TITLE_ROW, Layout, lines
from qq_excel.template.look import MISSING, Look

Row = Mapping[str, Any]
_A4 = 9
_ROW_HEIGHT, _LINE_HEIGHT = 19.0, 14.0
_DATE_LABEL = "日期"


class Sheet:
    """Writes one kind's table to one worksheet."""

    def __init__(
        self,
        book: Any,
        look: Look,
        plan: Layout,
        params: Params,
        *,
        head: Row,
        head_cells: Mapping[str, str],
        lists: Mapping[str, str],
    ) -> None:
        self.kind: Kind = plan.kind
        self.plan = plan
        self.look = look
        self.params = params
        self.head = head
        #: Where formulas find 截止日期 and 账龄口径, on this sheet or on the workbook's main sheet.
        self.head_cells = dict(head_cells)
        #: Where lists stand that are too long for a validation, by field.
        self.lists = lists
        self.sheet = book.add_worksheet(self.kind.sheet)
        self.formulas = {f.name: f.formula for f in self.kind.fields if f.formula and self._speaks(f)}

    def write(self, rows: Sequence[Row], foot: Mapping[str, Any], notes: Sequence[str]) -> None:
        """Write everything."""
        self._columns()
        self._top()
        self._head_block()
        self._table(rows)
        self._validations()
        self._marks()
        self._foot(foot, notes)
        self._page()

    def values_of(self, spec: Field) -> tuple[str, ...]:
        """The closed list of a field: its own, or the policy's."""
        return list_of(spec, self.params)

    def _speaks(self, spec: Field) -> bool:
        """Whether the formula of a column with a list of the policy's gives that very list.

        The schema writes the usual bands into its formula; under a policy with other bands the column
        is chosen from the list instead.
        """
        if spec.values_from != "age_bands":
            return True
        try:
            bands = self.params.bands()
        except CannotJudge:
            return False
        formula = str(spec.formula)
        upper = [b for b in bands if b.years is not None]
        steps = all(f',{12 * int(b.years or 0)}),"{b.name}"' in formula for b in upper)
        # once for each date that it may age from
        only = bool(upper) and formula.count("EDATE(") == len(AGE_BASES) * len(upper)
        return steps and only and all(f'"{b.name}"' in formula for b in bands)

    # --- top ----------------------------------------------------------------------------------------

    def _columns(self) -> None:
        for c, wide in enumerate(self.plan.widths):
            self.sheet.set_column(c, c, wide, self.look.make())

    def _top(self) -> None:
        sheet = self.sheet
        sheet.set_row(TITLE_ROW, 34)
        sheet.write_string(TITLE_ROW, self.plan.margin, self.kind.title.zh, self.look.title)
        sheet.set_row(LEGEND_ROW, 20)
        sheet.write_string(
            LEGEND_ROW,
            self.plan.margin,
            t(
                "深色列标题为必填，浅色为选填，灰色由公式计算；各列填法见“填表说明”。",
                "Dark headers: required; light: optional; grey: computed. See 填表说明 for each column.",
            ),
            self.look.legend,
        )

    def _head_block(self) -> None:
        for entry in self.plan.head:
            row, slot = self.plan.places[entry.name]
            self.sheet.set_row(row, 21)
            left, right = slot.label
            label = self.look.label
            if right > left:
                self.sheet.merge_range(row, left, row, right, entry.label, label)
            else:
                self.sheet.write_string(row, left, entry.label, label)
            style = self.look.entry(entry.type, required=entry.required)
            left, right = slot.value
            if right > left:
                self.sheet.merge_range(row, left, row, right, "", style)
            self.put(row, left, self.head.get(entry.name), style)
            self.sheet.data_validation(row, left, row, left, validation.of_head(entry))
        if self.plan.head:
            self.sheet.set_row(self.plan.header_row - 1, 9)

    # --- table --------------------------------------------------------------------------------------

    def _table(self, rows: Sequence[Row]) -> None:
        plan, fields = self.plan, self.kind.fields
        self.sheet.set_row(plan.header_row, 36)
        styles = [self.look.cell(f.type, computed=f.name in self.formulas) for f in fields]
        columns = [
            {
                "header": f.header,
                "header_format": self.look.header(required=f.required, computed=f.name in self.formulas),
            }
            for f in fields
        ]
        self.sheet.add_table(
            plan.header_row, 0, plan.last_row, plan.last_column,
            {"name": f"tbl_{self.kind.kind}", "style": None, "banded_rows": False, "columns": columns},
        )  # fmt: skip
        empty: Row = {}
        for i in range(plan.rows):
            values = self._worked_out(rows[i] if i < len(rows) else empty)
            if i < len(rows):  # a blank row grows with what is typed
                self.sheet.set_row(plan.first_row + i, self._height(values))
            for c, spec in enumerate(fields):
                self._cell(plan.first_row + i, c, spec, values, styles[c])

    def _height(self, values: Row) -> float:
        """High enough for the row's longest wrapped text."""
        wrapped = [
            lines(str(values[f.name]), wide)
            for f, wide in zip(self.kind.fields, self.plan.widths, strict=True)
            if f.type is FieldType.TEXT and values[f.name]
        ]
        return max(_ROW_HEIGHT, _LINE_HEIGHT * max(wrapped, default=1) + 4)

    def _worked_out(self, row: Row) -> dict[str, Any]:
        """The row's values; computed columns that it leaves out are worked out, in column order.

        A formula may use another computed column, to its left or right: two rounds settle that.
        """
        values: dict[str, Any] = {f.name: row.get(f.name) for f in self.kind.fields}
        for name in ("as_of", "age_basis"):
            values.setdefault(name, self.head.get(name))
        open_ = [n for n in self.formulas if values[n] is None]
        for _ in range(2 if len(open_) > 1 else 1):
            for name in open_:
                values[name] = work_out(str(self.formulas[name]), values)
        return {**values, "": frozenset(open_)}

    def _cell(self, row: int, column: int, spec: Field, values: Mapping[str, Any], style: Any) -> None:
        value = values[spec.name]
        if spec.name not in values[""]:
            self.put(row, column, value, style)
            return
        formula = str(self.formulas[spec.name])
        cells = {
            name: self.head_cells[name] if name in self.head_cells else a1(row, self.plan.column(name))
            for name in references(formula)
        }
        self.sheet.write_formula(row, column, in_cells(formula, cells), style, "" if value is None else value)

    def put(self, row: int, column: int, value: Any, style: Any) -> None:
        """Write *value* as what it is; a text stays a text, whatever it looks like."""
        if value is None or value == "":
            self.sheet.write_blank(row, column, None, style)
        elif isinstance(value, bool):
            self.sheet.write_boolean(row, column, value, style)
        elif isinstance(value, int | float | Decimal):
            self.sheet.write_number(row, column, value, style)
        elif isinstance(value, dt.date | dt.time):
            self.sheet.write_datetime(row, column, value, style)
        else:
            text = str(value)
            if looks_like_formula(text):
                style = self.look.quoted(style)
            self.sheet.write_string(row, column, text, style)

    def _validations(self) -> None:
        plan = self.plan
        for c, spec in enumerate(self.kind.fields):
            computed = spec if spec.name in self.formulas else spec.model_copy(update={"formula": None})
            rule = validation.of_field(computed, self.values_of(spec), self.lists.get(spec.name))
            self.sheet.data_validation(plan.first_row, c, plan.last_row, c, rule)

    def _marks(self) -> None:
        """Tint what must still be filled in a row that was begun; no green corners on codes."""
        plan = self.plan
        first = f"$A{plan.first_row + 1}"
        tint = self.look.make(bg_color=MISSING)
        for c, spec in enumerate(self.kind.fields):
            if spec.required and spec.name not in self.formulas and c > 0:
                cell = a1(plan.first_row, c)
                self.sheet.conditional_format(
                    plan.first_row, c, plan.last_row, c,
                    {"type": "formula", "criteria": f'=AND({first}<>"",LEN({cell})=0)', "format": tint},
                )  # fmt: skip
        codes = " ".join(plan.area(f.name) for f in self.kind.fields if f.type is FieldType.CODE)
        if codes:
            self.sheet.ignore_errors({"number_stored_as_text": codes})

    # --- foot ---------------------------------------------------------------------------------------

    def _foot(self, foot: Mapping[str, Any], notes: Sequence[str]) -> None:
        row, left = self.plan.last_row + 2, self.plan.margin
        for note in notes:
            # 注 in front tells readers that it is no data
            text = note if note.startswith(("注", "备注", "说明")) else f"注：{note}"
            self.sheet.write_string(row, left, text, self.look.legend)
            row += 1
        for block in self.kind.blocks:
            row = self._block(row, block, foot.get(block.name) or {}) + 1
        if self.plan.head:
            self.sheet.set_row(row, 26)
            line = "    ".join(
                f"{who}：{self.head.get(name) or '________________'}"
                for who, name in (("编制人", "prepared_by"), ("审核人", "reviewed_by"), ("单位负责人", ""))
            )
            self.sheet.write_string(row, left, line, self.look.make())

    def _block(self, row: int, block: Block, given: Mapping[str, Any]) -> int:
        left = self.plan.margin
        self.sheet.set_row(row, 24)
        self.sheet.write_string(row, left, block.title.zh, self.look.section)
        text, day = self.look.entry(FieldType.TEXT), self.look.entry(FieldType.DATE)
        for entry in block.entries:
            row += 1
            self.sheet.set_row(row, 22)
            value = given.get(entry)
            if block.type == "signature":
                name, on = value if value else (None, None)
                self.sheet.write_string(row, left, entry, self.look.label)
                self.put(row, left + 1, name, text)
            else:
                on = value
                self.sheet.write_string(row, left, f"送达{entry}", self.look.label)
            self.sheet.write_string(row, left + 2, _DATE_LABEL, self.look.label)
            self.put(row, left + 3, on, day)
            message = (
                t("签字的日期", "day of the signature")
                if block.type == "signature"
                else t("送达日期", "day of delivery")
            )
            self.sheet.data_validation(row, left + 3, row, left + 3, validation.of_date(entry, message))
        return row

    def _page(self) -> None:
        plan, sheet = self.plan, self.sheet
        sheet.freeze_panes(plan.first_row, plan.frozen)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(plan.pages_wide, 0)
        sheet.repeat_rows(plan.header_row)
        if plan.pages_wide > 1:  # the pages of a row follow each other, and each says whose row it is
            sheet.repeat_columns(0, plan.frozen - 1)
            sheet.print_across()
        sheet.set_margins(left=MARGIN_INCHES, right=MARGIN_INCHES, top=0.5, bottom=0.6)
        sheet.center_horizontally()
        sheet.set_footer(f"&L{self.kind.title.zh}&C第 &P 页 共 &N 页")
        sheet.hide_gridlines(2)
        sheet.set_selection(plan.first_row, 0, plan.first_row, 0)


def list_of(spec: Field, params: Params) -> tuple[str, ...]:
    """The closed list of a field, empty when there is none or the policy leaves it open."""
    if spec.values:
        return spec.values
    if spec.values_from:
        try:
            return params.words(spec.values_from)
        except CannotJudge:
            return ()
    return ()
