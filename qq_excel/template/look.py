"""How templates look: colours, fonts, number formats."""

from __future__ import annotations

from typing import Any

from qq_excel.kinds import FieldType

FONT = "微软雅黑"
NAVY, BLUE, PALE, GREY, LINE, INK, SOFT, MISSING = (
    "#1F3864", "#2F5597", "#DEE7F3", "#7F8FA9", "#BFC7D1", "#262626", "#6B7280", "#FFF2CC",
)  # fmt: skip

NUMBER_FORMATS = {
    FieldType.AMOUNT: "#,##0.00",
    FieldType.QTY: "#,##0.####",
    FieldType.INT: "0",
    FieldType.RATIO: "0.00%",
    FieldType.NUMBER: "0.0000##",
    FieldType.DATE: "yyyy-mm-dd",
    FieldType.TIME: "hh:mm",
    FieldType.CODE: "@",
}
_CENTRED = {FieldType.DATE, FieldType.TIME, FieldType.YESNO, FieldType.ENUM}


class Look:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def make(self, **properties: Any) -> Any:
        """A format of the house font with *properties*."""
        whole = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter", **properties}
        key = tuple(sorted(whole.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(whole)
        return self._made[key]

    def quoted(self, style: Any) -> Any:
        """*style* for a text that looks like a formula: it stays a text even when somebody edits the cell."""
        key = next(k for k, made in self._made.items() if made is style)
        return self.make(**dict(key), quote_prefix=True)

    @property
    def title(self) -> Any:
        """The sheet's title."""
        return self.make(font_size=18, bold=True, font_color=NAVY)

    @property
    def legend(self) -> Any:
        """The small line under the title."""
        return self.make(font_size=9, font_color=SOFT)

    @property
    def label(self) -> Any:
        """A label of the head or foot block."""
        return self.make(bold=True, font_color=NAVY, align="right")

    @property
    def section(self) -> Any:
        """The title of a block or of a part of the guide."""
        return self.make(bold=True, font_size=12, font_color=NAVY)

    def entry(self, type_: FieldType, *, required: bool = False) -> Any:
        """A cell of the head or foot block to be filled in."""
        properties: dict[str, Any] = {"bottom": 1, "bottom_color": BLUE, "align": "left", "indent": 1}
        if type_ in NUMBER_FORMATS:
            properties["num_format"] = NUMBER_FORMATS[type_]
        if required:
            properties["bg_color"] = PALE
        return self.make(**properties)

    def header(self, *, required: bool, computed: bool) -> Any:
        """A header cell: dark where the column must be filled, grey where it is computed."""
        fill, ink = (BLUE, "#FFFFFF") if required else (PALE, NAVY)
        if computed:
            fill, ink = GREY, "#FFFFFF"
        return self.make(
            bold=True,
            font_color=ink,
            bg_color=fill,
            align="center",
            text_wrap=True,
            border=1,
            border_color=LINE,
        )

    def cell(self, type_: FieldType, *, computed: bool = False) -> Any:
        """A data cell."""
        properties: dict[str, Any] = {"border": 1, "border_color": LINE}
        if type_ in NUMBER_FORMATS:
            properties["num_format"] = NUMBER_FORMATS[type_]
        if type_ in _CENTRED:
            properties["align"] = "center"
        elif type_ in (FieldType.TEXT, FieldType.CODE):
            properties |= {"align": "left", "indent": 1, "text_wrap": type_ is FieldType.TEXT}
        else:
            properties["align"] = "right"
        if computed:
            properties |= {"bg_color": "#F5F6F8", "font_color": "#44546A"}
        return self.make(**properties)

    def guide(self, *, head: bool = False, centred: bool = False, bold: bool = False) -> Any:
        """A cell of a table in the guide."""
        if head:
            return self.make(
                bold=True, font_color="#FFFFFF", bg_color=BLUE, align="center", text_wrap=True,
                border=1, border_color=LINE,
            )  # fmt: skip
        return self.make(
            border=1, border_color=LINE, text_wrap=True, bold=bold, align="center" if centred else "left"
        )
