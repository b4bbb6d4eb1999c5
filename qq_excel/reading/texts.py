"""Columns of texts as they are read: Arrow arrays (``large_string``), which become columns of a frame as they are.

pandas takes them over without a copy; a way through its series and back cost more for a workbook of some hundred rows than
everything that is asked of the texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from qq_excel.reading.model import CellKind, Cells
from qq_excel.reading.plainness import bytes_of, surely_tight

TEXT = pa.large_string()
_DTYPE = pd.StringDtype(na_value=np.nan)


def blank_texts(size: int) -> Any:
    """*size* texts of which there is none."""
    return pa.nulls(size, TEXT)


def texts_of(values: Any) -> Any:
    """Texts (None where there is none) as one Arrow array."""
    array = (
        values.cast(TEXT) if isinstance(values, pa.Array) else pa.array(values, type=TEXT, from_pandas=True)
    )
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def column_of(texts: Any) -> Any:
    """*texts* as a column of a frame: pandas' ``str``, not copied."""
    return pd.arrays.ArrowStringArray(texts, dtype=_DTYPE)  # type: ignore[call-arg]


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


def longest(texts: Any) -> int:
    """The most characters that a text of *texts* can have: counted in bytes, which are never fewer."""
    if not len(texts) or texts.buffers()[1] is None:
        return 0
    wide = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    ends = np.frombuffer(texts.buffers()[1], dtype=wide)[texts.offset : texts.offset + len(texts) + 1]
    return int(np.diff(ends).max())


def look_through(cells: Cells) -> None:
    """Make a blank of each text that is empty or only white space, as a formula gives ``""`` in a row nobody filled.

    Notes besides whether the texts are surely tight (:attr:`Cells.tight`), which most columns are.
    """
    if cells.text is None:
        return
    cells.tight = surely_tight(bytes_of(cells.text))
    if cells.tight and not pc.any(pc.equal(cells.text, "")).as_py():
        return
    trimmed = cells.text if cells.tight else pc.utf8_trim_whitespace(cells.text)
    empty = np.asarray(pc.fill_null(pc.equal(trimmed, ""), True)) & (cells.kind == CellKind.TEXT)
    if empty.any():
        cells.kind[empty] = CellKind.BLANK
        cells.text = without(cells.text, empty)
