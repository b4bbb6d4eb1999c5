"""The typed columns of a table: Arrow arrays from the reader to the stack, pandas for whoever asks.

A frame costs by the column, and most tables of a batch are never looked at one by one: they are handed over and put on a stack.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pickle import PickleBuffer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    import pyarrow as pa


class Columns:
    """One column for each field of a kind, of equal length.

    As Arrow: amount and int are ``int64``, date is ``timestamp[s]``, texts are ``large_string``, with null where nothing stands;
    qty, ratio and number are ``float64`` with NaN there. As pandas: see :class:`~qq_excel.reading.model.Table`.
    """

    __slots__ = ("_batch", "_frame")

    def __init__(self, batch: pa.RecordBatch | None, frame: pd.DataFrame | None = None) -> None:
        """Columns that are given as Arrow or else, with a RangeIndex, as pandas."""
        self._batch = batch
        self._frame = frame

    @classmethod
    def of(cls, arrays: Mapping[str, Any]) -> Columns:
        """Arrow arrays by the names of their fields."""
        import pyarrow as pa

        return cls(pa.RecordBatch.from_arrays(list(arrays.values()), names=list(arrays)))

    @classmethod
    def stacked(cls, several: Sequence[Columns]) -> Columns:
        """Columns of one kind on top of each other; of a single table itself."""
        import pyarrow as pa

        if len(several) == 1:
            return several[0]
        return cls(_one_batch(pa.Table.from_batches([columns.batch for columns in several])))

    def __len__(self) -> int:
        """How many rows there are."""
        return int(self._batch.num_rows) if self._batch is not None else len(self.frame)

    def __getitem__(self, name: str) -> pd.Series[Any]:
        """One column as pandas."""
        import pandas as pd

        if self._frame is not None:
            return self._frame[name]
        return pd.Series(_as_pandas(self.batch[name]), name=name, copy=False)

    @property
    def batch(self) -> pa.RecordBatch:
        """All of them as Arrow."""
        if self._batch is None:
            import pyarrow as pa

            self._batch = _one_batch(pa.Table.from_pandas(self.frame, preserve_index=False))
        return self._batch

    @property
    def frame(self) -> pd.DataFrame:
        """All of them as pandas, made once."""
        if self._frame is None:
            import pandas as pd

            columns = {field.name: _as_pandas(self.batch[field.name]) for field in self.batch.schema}
            self._frame = pd.DataFrame(columns, index=pd.RangeIndex(len(self)), copy=False)  # each is its own
        return self._frame

    def filled(self, sources: Mapping[str, npt.NDArray[np.int64]]) -> Columns:
        """The same, but in some columns each row has the value of another: of the row that *sources* tells."""
        import pyarrow as pa

        arrays = {field.name: self.batch[field.name] for field in self.batch.schema}
        return Columns.of(
            arrays | {name: arrays[name].take(pa.array(source)) for name, source in sources.items()}
        )

    def __reduce__(self) -> tuple[Any, tuple[PickleBuffer]]:
        """As one stream of Arrow's: to pickle each column takes twenty times as long."""
        import pyarrow as pa

        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, self.batch.schema) as stream:
            stream.write_batch(self.batch)
        return _handed_over, (PickleBuffer(sink.getvalue()),)


def _handed_over(stream: Any) -> Columns:
    import pyarrow as pa

    return Columns(pa.ipc.open_stream(pa.py_buffer(stream)).read_next_batch())


def _one_batch(table: pa.Table) -> pa.RecordBatch:
    import pyarrow as pa

    plain = table.replace_schema_metadata(None).combine_chunks()
    return pa.RecordBatch.from_arrays(
        [column.chunk(0) if column.num_chunks else pa.array([], column.type) for column in plain.columns],
        names=plain.column_names,
    )


def _as_pandas(array: Any) -> Any:
    """A column as pandas has it: texts are its ``str``, not copied; numbers and dates are copied, so that they can be written to."""
    import pandas as pd
    import pyarrow as pa

    if pa.types.is_large_string(array.type):
        return pd.arrays.ArrowStringArray(array, dtype=pd.StringDtype(na_value=float("nan")))  # type: ignore[call-arg]
    if pa.types.is_int64(array.type):
        return pd.Int64Dtype().__from_arrow__(array)  # type: ignore[attr-defined]
    return array.to_numpy(zero_copy_only=False).copy()
