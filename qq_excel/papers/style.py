"""The shared look of the papers: colours, fonts, formats."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from qq_excel.language import Text

FONT = "微软雅黑"
#: Words of formal papers, and what stands in where a system lacks them.
BODY_FONT, HEAD_FONT, PLAIN_FONT = "仿宋", "黑体", "宋体"
AUTHOR = "清欠校验"

NAVY, BLUE, PALE, GREY, LINE, INK, SOFT, WHITE = (
    "#1F3864", "#2F5597", "#DEE7F3", "#F2F4F7", "#BFC7D1", "#262626", "#5B6470", "#FFFFFF",
)  # fmt: skip
GOOD, GOOD_INK, BAD, BAD_INK = "#E2F0D9", "#2E6B1F", "#FBE0E0", "#A31515"


def rgb(code: str) -> tuple[int, int, int]:
    """Red, green and blue of ``RRGGBB``, with or without ``#``."""
    red, green, blue = bytes.fromhex(code.removeprefix("#"))
    return red, green, blue


def band_inks(columns: Sequence[str], beside: Collection[str]) -> dict[str, str]:
    """The colour of each column of an ageing; those *beside* the bands are grey.

    Few bands are spread over the whole scale, so that old is dark.
    """
    bands, others = [c for c in columns if c not in beside], [c for c in columns if c in beside]
    step = (len(BANDS) - 1) / max(1, len(bands) - 1)
    inks = {c: BANDS[round(i * step)] for i, c in enumerate(bands)}
    greys = {c: GREYS[i % len(GREYS)] for i, c in enumerate(others)}
    return {c: (inks | greys)[c] for c in columns}


@dataclass(frozen=True, slots=True)
class Tint:
    """A fill and the ink that is read on it."""

    fill: str
    ink: str


#: By level of a finding.
LEVEL_TINTS = {
    "E": Tint("#F8CBCB", "#9C0006"),
    "W": Tint("#FFE699", "#7F6000"),
    "I": Tint("#DDEBF7", "#1F4E79"),
    "?": Tint("#E4DFEC", "#403151"),
}
SETTLED = Tint("#EDEDED", "#595959")
#: By level of a warning.
WARNING_TINTS = {
    "红": Tint("#C00000", "#FFFFFF"),
    "橙": Tint("#F4A460", "#5A2A00"),
    "黄": Tint("#FFE066", "#5C4A00"),
    "蓝": Tint("#9DC3E6", "#12375C"),
}
#: Age bands from young to old, and what stands beside them (not due, disputed, in court, credit notes).
BANDS = ("#9DC3E6", "#5B9BD5", "#2F75B5", "#FFD966", "#F4A460", "#ED7D31", "#C00000", "#7B1E1E")
GREYS = ("#7F8FA6", "#A6ACB5", "#C9CED6", "#DDE1E6")
LEVEL_MEANINGS = {
    "E": Text("必须改正，改正前不予受理", "must be mended before the workbook is accepted"),
    "W": Text("需要核实并答复", "needs an answer"),
    "I": Text("供参考", "worth knowing"),
    "?": Text("缺少资料、列或参数，不能认为已通过", "something is missing; this does not mean passed"),
}

AMOUNT = "#,##0.00;[Red]-#,##0.00"
DATE = "yyyy-mm-dd"
COUNT = "#,##0"
SHARE = "0.0%"


class Look:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}
        #: The same by the properties as they were asked for, unsorted: most cells of a paper ask for one of a few looks.
        self._asked: dict[tuple[tuple[str, Any], ...], Any] = {}

    def make(self, **properties: Any) -> Any:
        """A format of the house font with *properties*."""
        asked = tuple(properties.items())
        found = self._asked.get(asked)
        if found is None:
            whole = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter", **properties}
            key = tuple(sorted(whole.items()))
            if key not in self._made:
                self._made[key] = self._book.add_format(whole)
            found = self._asked[asked] = self._made[key]
        return found

    def cell(self, *, tint: Tint | None = None, **properties: Any) -> Any:
        """A bordered cell of a table."""
        if tint is not None:
            properties = {"bg_color": tint.fill, "font_color": tint.ink, **properties}
        return self.make(border=1, border_color=LINE, **properties)

    def head(self, **properties: Any) -> Any:
        """A header cell of a table."""
        return self.make(
            border=1, border_color=LINE, bold=True, font_color=WHITE, bg_color=BLUE, align="center",
            text_wrap=True, **properties,
        )  # fmt: skip
