"""The sheet 填表说明: what the table is for and how each column is filled, straight from the schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qq_excel.kinds import Field, Kind
from qq_excel.language import t
from qq_excel.template.explained import (
    basis,
    block_line,
    column_cells,
    column_heads,
    rule_cells,
    rule_heads,
    rules_of,
)
from qq_excel.template.layout import HEAD_FIELDS, shown_width
from qq_excel.template.look import BLUE, GREY, INK, MISSING, NAVY, PALE, Look
from qq_excel.template.validation import LIST_LIMIT

NAME = "填表说明"
_WIDTHS = (9, 20, 8, 16, 32, 19, 66)
#: In the list of rules, columns before this one are centred.
_CENTRED_UPTO = 2
#: Long lists stand here, to the right of what is printed.
_LIST_COLUMN = len(_WIDTHS) + 1


def long_lists(
    kinds: Sequence[Kind], values: Mapping[tuple[str, str], tuple[str, ...]]
) -> dict[tuple[str, str], str]:
    """Ranges on the guide for lists that do not fit into a validation, by (kind, field)."""
    out: dict[tuple[str, str], str] = {}
    column = _LIST_COLUMN
    for kind in kinds:
        for spec in kind.fields:
            listed = values.get((kind.kind, spec.name), ())
            if len(",".join(listed)) > LIST_LIMIT:
                letters = _letters(column)
                out[kind.kind, spec.name] = f"='{NAME}'!${letters}$2:${letters}${len(listed) + 1}"
                column += 1
    return out


def _letters(column: int) -> str:
    from qq_excel.findings import column_letters

    return column_letters(column)


class Guide:
    """Writes the guide for one workbook."""

    def __init__(
        self,
        book: Any,
        look: Look,
        kinds: Sequence[Kind],
        values: Mapping[tuple[str, str], tuple[str, ...]],
        pages_wide: int = 1,
    ) -> None:
        self.look = look
        self.kinds = kinds
        self.values = values
        #: Pages side by side that the widest of the tables is printed on.
        self.pages_wide = pages_wide
        self.sheet = book.add_worksheet(NAME)
        self.row = 0

    def write(self) -> None:
        """Write everything."""
        sheet = self.sheet
        for c, wide in enumerate(_WIDTHS):
            sheet.set_column(c, c, wide, self.look.make())
        sheet.set_row(0, 34)
        main = self.kinds[0]
        sheet.write_string(0, 0, f"{main.title.zh} {NAME}", self.look.title)
        self.row = 1
        self._line(t("版本", "Version") + f" {main.version}")
        self._general()
        self._legend()
        for kind in self.kinds:
            self._kind(kind)
        self._rules()
        self._lists()
        self._page()

    # --- parts --------------------------------------------------------------------------------------

    def _line(self, text: str, height: float | None = None) -> None:
        last = len(_WIDTHS) - 1
        style = self.look.make(text_wrap=True)
        self.sheet.merge_range(self.row, 0, self.row, last, text, style)
        lines = -(-shown_width(text) // (int(sum(_WIDTHS)) - 6))
        self.sheet.set_row(self.row, height or 17.0 * max(lines, 1))
        self.row += 1

    def _section(self, text: str) -> None:
        self.row += 1
        self.sheet.set_row(self.row, 26)
        self.sheet.write_string(self.row, 0, text, self.look.section)
        self.row += 1

    def _general(self) -> None:
        self._section(t("怎样填", "How to fill it in"))
        required = "、".join(h.label for h in HEAD_FIELDS if h.required)
        for line in (
            t(
                f"1. 先填表头：{required}必填。截止日期是账龄和逾期天数的计算日。",
                f"1. Fill in the head block first: {required} are required. Ageing runs to 截止日期.",
            ),
            t(
                "2. 每行一笔，从列标题下一行起连续填写，中间不留空行，不合并单元格。列标题不要改名；可以调整列的次序或增加自用的列。",
                "2. One item per row, without blank rows or merged cells. Keep the headers; columns may be moved or added.",
            ),
            t(
                "3. 金额按表头“金额单位”填数字，不写“元”“万元”；日期填 2026-09-30 的形式；编号按文本填，保留前面的 0。",
                "3. Amounts are plain numbers in the sheet's unit; dates like 2026-09-30; codes are text, zeros kept.",
            ),
            t(
                "4. 从别处粘贴时用“选择性粘贴—数值”，以免带入外部公式和格式。灰色列由公式计算，请勿改动。",
                "4. Paste values only. Grey columns are computed; leave them as they are.",
            ),
            t(
                "5. 行数不够时在表内插入行，公式和下拉列表会随之带下；表下的签字栏不属于数据。",
                "5. Insert rows inside the table when it is full; what stands below it is no data.",
            ),
        ):
            self._line(line)
        if self.pages_wide > 1:
            self._line(
                t(
                    f"6. 本表列数较多，按 A4 横向打印为 {self.pages_wide} 页宽，左边冻结的列在每页重复，便于拼看。",
                    f"6. Wide: it prints {self.pages_wide} A4 pages wide, with the frozen columns on each.",
                )
            )

    def _legend(self) -> None:
        self._section(t("颜色", "Colours"))
        for (fill, ink), word, meaning in (
            ((BLUE, "#FFFFFF"), t("必填", "required"), t("必须填写", "must be filled in")),
            ((PALE, NAVY), t("选填", "optional"), t("有则填写", "fill in where it applies")),
            ((GREY, "#FFFFFF"), t("公式", "computed"), t("由公式计算，不用填", "computed by formula")),
            (
                (MISSING, INK),
                t("待填", "missing"),
                t("本行已开始填写，此格必填而未填", "still to be filled in"),
            ),
        ):
            chip = self.look.make(
                bg_color=fill, font_color=ink, align="center", border=1, border_color="#BFC7D1"
            )
            self.sheet.merge_range(self.row, 0, self.row, 1, word, chip)
            self.sheet.write_string(self.row, 2, meaning, self.look.make(indent=1))
            self.sheet.set_row(self.row, 18)
            self.row += 1

    def _kind(self, kind: Kind) -> None:
        title = t("各列填法", "Columns")
        if len(self.kinds) > 1:
            title = f"{title}：{kind.sheet}"
        self._section(title)
        self._line(str(kind.purpose))
        self._line(basis(kind))
        self._heads(*column_heads())
        for n, spec in enumerate(kind.fields, 1):
            self._field(n, spec, self.values.get((kind.kind, spec.name), ()))
        for block in kind.blocks:
            self._line(block_line(block))

    def _heads(self, *words: str) -> None:
        self.sheet.set_row(self.row, 22)
        for c, word in enumerate(words):
            self.sheet.write_string(self.row, c, word, self.look.guide(head=True))
        self.row += 1

    def _field(self, n: int, spec: Field, listed: Sequence[str]) -> None:
        cells = column_cells(n, spec, listed)
        for c, word in enumerate(cells):
            style = self.look.guide(centred=c in (0, 2), bold=c == 1 and spec.required)
            self.sheet.write_string(self.row, c, word, style)
        self._fit(cells)

    def _rules(self) -> None:
        rules = rules_of(k.kind for k in self.kinds)
        if not rules:
            return
        self._section(t("报送后将校验的内容", "What is checked after it is handed in"))
        last = len(_WIDTHS) - 1
        spans = ((0, 0), (1, 1), (2, 3), (4, last))
        self._spanned(spans, rule_heads(), head=True)
        for rule in rules:
            self._spanned(spans, rule_cells(rule))

    def _spanned(self, spans: Sequence[tuple[int, int]], words: Sequence[str], *, head: bool = False) -> None:
        for (left, right), word in zip(spans, words, strict=True):
            style = self.look.guide(head=head, centred=right < _CENTRED_UPTO)
            if right > left:
                self.sheet.merge_range(self.row, left, self.row, right, word, style)
            else:
                self.sheet.write_string(self.row, left, word, style)
        self.sheet.set_row(self.row, 22 if head else 19)
        self.row += 1

    def _fit(self, cells: Sequence[str]) -> None:
        lines = max(-(-shown_width(w) // int(_WIDTHS[c])) for c, w in enumerate(cells) if w)
        self.sheet.set_row(self.row, max(19.0, 15.5 * lines + 3))
        self.row += 1

    def _lists(self) -> None:
        column = _LIST_COLUMN
        for kind, name in long_lists(self.kinds, self.values):
            header = next(k for k in self.kinds if k.kind == kind)[name].header
            self.sheet.write_string(0, column, t(f"{header}取值", f"values of {header}"), self.look.legend)
            for i, word in enumerate(self.values[kind, name]):
                self.sheet.write_string(1 + i, column, word, self.look.legend)
            column += 1

    def _page(self) -> None:
        sheet = self.sheet
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.print_area(0, 0, self.row, len(_WIDTHS) - 1)
        sheet.set_margins(left=0.5, right=0.5, top=0.5, bottom=0.6)
        sheet.set_footer(f"&L{self.kinds[0].title.zh} {NAME}&C第 &P 页 共 &N 页")
        sheet.hide_gridlines(2)
