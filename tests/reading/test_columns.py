"""Typed columns: as Arrow from the reader to the stack, as pandas for whoever asks."""

from __future__ import annotations

import io
import pickle

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from qq_excel.reading import frames
from qq_excel.reading.columns import Columns
from qq_excel.rules.schema import DTYPES

DAY = np.datetime64("2026-09-30", "s")


def columns(ids: list[str | None], amounts: list[int | None]) -> Columns:
    size = len(ids)
    return Columns.of({
        "claim_id": pa.array(ids, pa.large_string()),
        "balance": pa.array(amounts, pa.int64()),
        "fx_rate": pa.array(np.where(np.arange(size) % 2, np.nan, 7.25)),
        "due_on": pa.array(np.where(np.arange(size) % 2, np.datetime64("NaT", "s"), DAY)),
    })  # fmt: skip


def test_as_pandas() -> None:
    frame = columns(["ZQ-1", None], [None, 5]).frame
    assert frame.dtypes.astype(str).tolist() == ["str", "Int64", "float64", "datetime64[s]"]
    assert set(DTYPES.values()) == {"Int64", "float64", "datetime64[s]"}
    assert frame["claim_id"].isna().tolist() == [False, True]
    assert frame["balance"].tolist() == [pd.NA, 5]
    assert frame["fx_rate"].fillna(-1).tolist() == [7.25, -1]
    assert frame["due_on"].tolist() == [pd.Timestamp("2026-09-30"), pd.NaT]
    assert frame.index.equals(pd.RangeIndex(2))


@pytest.mark.parametrize("name", ["claim_id", "balance", "fx_rate", "due_on"])
def test_one_column_is_that_of_the_frame(name: str) -> None:
    alone = columns(["ZQ-1", None], [None, 5])[name]
    pd.testing.assert_series_equal(alone, columns(["ZQ-1", None], [None, 5]).frame[name])


def test_the_frame_can_be_written_to() -> None:
    mine = columns(["ZQ-1", "ZQ-2"], [1, 2])
    for name, value in (
        ("claim_id", "X"),
        ("balance", 9),
        ("fx_rate", 1.5),
        ("due_on", pd.Timestamp("2026-01-01")),
    ):
        mine.frame.loc[0, name] = value
        assert mine[name].iloc[0] == value
    assert mine.batch["claim_id"].to_pylist() == ["ZQ-1", "ZQ-2"]  # what was read stays


def test_on_top_of_each_other() -> None:
    whole = Columns.stacked([columns(["a"], [1]), columns([], []), columns(["b", None], [None, 3])])
    assert (len(whole), whole["claim_id"].tolist()[:2], whole["balance"].tolist()) == (
        3,
        ["a", "b"],
        [1, pd.NA, 3],
    )
    alone = columns(["a"], [1])
    assert Columns.stacked([alone]) is alone
    none = Columns.stacked([columns([], []), columns([], [])])
    assert (len(none), none.frame.dtypes.astype(str).tolist()) == (
        0,
        ["str", "Int64", "float64", "datetime64[s]"],
    )


def test_given_as_pandas() -> None:
    """As tests and the pandera schema give them; they go onto a stack as well."""
    frame = columns(["a", None], [None, 2]).frame
    mine = Columns(None, frame)
    assert (len(mine), mine["balance"].tolist()) == (2, [pd.NA, 2])
    pd.testing.assert_frame_equal(Columns.stacked([mine, columns(["b"], [3])]).frame.iloc[:2], frame)


def test_rows_filled_from_others() -> None:
    mine = columns(["a", None, "c"], [1, None, 3]).filled({"claim_id": np.array([0, 0, 2])})
    assert (mine["claim_id"].tolist(), mine["balance"].tolist()) == (["a", "a", "c"], [1, pd.NA, 3])


@pytest.mark.parametrize("size", [0, 1, 5_000])
def test_handed_over(size: int) -> None:
    """Also of a slice only its own rows go over, in one piece beside the pickle."""
    every = columns([f"ZQ-{n}" for n in range(size + 7)], list(range(size + 7)))
    mine = Columns(every.batch.slice(7))
    pipe = io.BytesIO()
    frames.send(pipe, mine)
    pipe.seek(0)
    came = frames.receive(pipe)
    pd.testing.assert_frame_equal(came.frame, mine.frame)
    assert pipe.getbuffer().nbytes < 2_000 + 60 * size
    plain = pickle.loads(pickle.dumps(mine, protocol=5))  # noqa: S301 - our own
    pd.testing.assert_frame_equal(plain.frame, mine.frame)
