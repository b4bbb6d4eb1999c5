"""Which cells of a column are texts, as the bytes of a sheet say.

A column that mixes texts with numbers or dates comes from the bulk reader as text. It would tell them apart in another pass over
the whole sheet; to find the cells of a column or two among the bytes takes a third of that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain

import numpy as np
import numpy.typing as npt

from qq_excel.findings import column_letters

#: A cell from its start: its row, and ``text`` if its type says that it is one (or a boolean); a number must look like one.
_CELL = re.compile(
    rb"""<c\ r="[A-Z]{1,3}(?P<row>[0-9]{1,7})"(?:\ s="[0-9]+")?(?:
        \ t="(?P<text>s|str|inlineStr|b)"[\ />]
        |\ t="e"[\ />]
        |(?:\ t="n")?/>
        |(?:\ t="n")?>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?(?:</c>|<v/>|<v></v>|<v>
            [+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?
        </v>)
    )""",
    re.VERBOSE,
)
_START = np.frombuffer(b"<c r", dtype=np.uint32)[0]
#: Bytes of a cell that are looked at to tell its column: ``<c r="ABC1``.
_HEAD = 10
_LONGEST_CELL = 8 << 20


def texts_among(chunks: Iterable[bytes], columns: Iterable[int]) -> dict[int, set[int]] | None:
    """Rows (zero-based) of the texts and booleans in each of *columns*; None where a cell is written as no known writer does.

    *chunks* are the bytes of a sheet in which every cell begins with its address (:attr:`SheetScan.plain`).
    """
    found: dict[int, set[int]] = {column: set() for column in columns}
    carry = b""
    for chunk in chain(chunks, (b"",)):
        window = carry + chunk
        cut = max(window.rfind(b"<c "), 0) if chunk else len(window)
        window, carry = window[:cut], window[cut:]
        if len(carry) > _LONGEST_CELL or not _look(window, found):
            return None
    return found


def _look(window: bytes, found: dict[int, set[int]]) -> bool:
    """Enter what the whole cells of *window* are into *found*; whether all could be told."""
    text = np.frombuffer(window + b" " * _HEAD, dtype=np.uint8)
    at = np.flatnonzero((text[: len(window)] == ord("<")) & (text[1 : len(window) + 1] == ord("c")))
    heads = np.ndarray((len(window) + 1,), dtype=f"V{_HEAD}", buffer=text, strides=(1,))[at]
    heads = heads.view(np.uint8).reshape(-1, _HEAD)
    is_cell = np.ascontiguousarray(heads[:, :4]).view(np.uint32)[:, 0] == _START
    for column, rows in found.items():
        for start in at[is_cell & _of_column(heads, column_letters(column).encode())].tolist():
            cell = _CELL.match(window, start)
            if cell is None:
                return False
            if cell["text"]:
                rows.add(int(cell["row"]) - 1)
    return True


def _of_column(heads: npt.NDArray[np.uint8], letters: bytes) -> npt.NDArray[np.bool_]:
    """Which cells stand in the column of these *letters*."""
    first = len(b'<c r="')
    after = heads[:, first + len(letters)]
    here: npt.NDArray[np.bool_] = (after >= ord("0")) & (after <= ord("9"))
    for i, letter in enumerate(letters):
        here &= heads[:, first + i] == letter
    return here
