"""Columns of texts as they are read: Arrow arrays (``large_string``), which become columns of a frame as they are.

pandas takes them over without a copy; a way through its series and back cost more for a workbook of some hundred rows than
everything that is asked of the texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from qq_excel.reading.model import CellKind, Cells
from qq_excel.reading.plainness import lengths, look_at

TEXT = pa.large_string()


def blank_texts(size: int) -> Any:
    """*size* texts of which there is none."""
    return pa.nulls(size, TEXT)


def texts_of(values: Any) -> Any:
    """Texts (None where there is none) as one Arrow array."""
    array = (
        values.cast(TEXT) if isinstance(values, pa.Array) else pa.array(values, type=TEXT, from_pandas=True)
    )
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def picked(texts: Any, at: npt.NDArray[np.int64]) -> list[str]:
    """The texts *at* these places."""
    words: list[str] = texts.take(pa.array(at)).to_pylist()
    return words


def without(texts: Any, where: npt.NDArray[np.bool_]) -> Any:
    """*texts* of which there is none *where* this is true."""
    return pc.if_else(pa.array(where), pa.scalar(None, TEXT), texts)


def replaced(texts: Any, at: npt.NDArray[np.int64], words: Sequence[str]) -> Any:
    """*texts* with *words* at the places *at*."""
    out = texts.to_numpy(zero_copy_only=False).copy()
    out[at] = words
    return texts_of(out)


def look_through(cells: Cells) -> None:
    """Make a blank of each text that is empty or only white space, as a formula gives ``""`` in a row nobody filled.

    Notes besides what a look at the texts says (:attr:`Cells.look`).
    """
    if cells.text is None:
        return
    cells.look = cells.look or look_at(cells.text)
    if cells.look.tight and cells.look.shortest:
        return
    trimmed = cells.text if cells.look.tight else pc.utf8_trim_whitespace(cells.text)
    empty = (lengths(trimmed) == 0) & (cells.kind == CellKind.TEXT)
    if empty.any():
        cells.kind[empty] = CellKind.BLANK
        cells.text = without(cells.text, empty)
