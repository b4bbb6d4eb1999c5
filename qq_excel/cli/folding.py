"""Lines of Chinese on a screen: words, dates, amounts and codes stay whole, marks stay with what they belong to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.text import Text as Styled

#: What stays on one line: a word, or a character, with the marks that open before it and close behind it.
_PIECES = re.compile(r"[（《“]*(?:[!-~…]+(?<![,;])[,;]?|[^!-~\s])(?:[^\S\n]*[，。、；：？！）》”])*\s*|\s+")
#: What a screen shows of one text: a cell holds 32,767 characters, and a crafted table has one in each header.
_MOST = 2_000


def _spans(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Where each line begins and ends."""
    start = end = 0
    for match in _PIECES.finditer(text):
        broken = "\n" in text[start:end]
        if start < end and (broken or cell_len(text[start : match.end()].rstrip()) > width):
            yield start, start + len(text[start:end].rstrip())
            start = match.start() + (len(match[0]) - len(match[0].lstrip()))
        end = match.end()
    yield start, max(start, start + len(text[start:end].rstrip()))


def folded(text: str, width: int) -> list[str]:
    """*text* in lines; a piece that is wider than *width* stays whole all the same."""
    return [text[start:end] for start, end in _spans(text, width)]


class Folded:
    """A text that folds itself to the width of the cell or screen that it is printed in."""

    def __init__(self, text: str | Styled) -> None:
        self._text = Styled(text) if isinstance(text, str) else text
        if len(self._text) > _MOST:
            self._text = self._text[: _MOST - 1].append("…")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        del console
        pieces = (cell_len(piece.strip()) for piece in _PIECES.findall(self._text.plain))
        whole = max((cell_len(line) for line in self._text.plain.splitlines()), default=0)
        return Measurement(min(max(pieces, default=0), whole), whole).clamp(None, options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Any]:
        del console
        edges = [at for span in _spans(self._text.plain, options.max_width) for at in span]
        # all at once: each slice by itself would go through the whole text
        yield Styled("\n", overflow="fold").join(self._text.divide(edges)[1::2])
