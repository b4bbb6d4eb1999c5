"""The journal of a batch: what broke off is dropped, what another version wrote is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from qq_excel.batch.journal import Journal
from qq_excel.errors import InputError


def written(target: Path) -> Path:
    """A journal of three lines."""
    with Journal(target) as journal:
        journal.begin({"inbox": ["in"]})
        journal.will_write(["a.xlsx"])
        journal.will_write(["b.xlsx"])
        return journal.path


@pytest.mark.parametrize("tail", [b'{"what":"writes","pa', b'{"what":"writes","pa\n', b"\0\0\0"])
def test_a_last_line_that_broke_off_is_dropped(tmp_path: Path, tail: bytes) -> None:
    path = written(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole + tail)
    with Journal(tmp_path) as journal:
        assert journal.written == {"a.xlsx", "b.xlsx"}
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (b'"version":1', b'"version":2', 1),
        (b'["a.xlsx"]', b'["a.xls', 2),
        (b'"paths":["b', b'"places":["b', 3),
        (b'"what":"writes","paths":["b', b'"what":"wrote","paths":["b', 3),
    ],
)
def test_what_another_version_wrote_is_left_alone(tmp_path: Path, old: bytes, new: bytes, line: int) -> None:
    path = written(tmp_path)
    foreign = path.read_bytes().replace(old, new)
    path.write_bytes(foreign)
    with (
        pytest.raises(InputError, match=f"第 {line} 行看不懂.*另一版本.*换一个结果文件夹"),
        Journal(tmp_path),
    ):
        pass
    assert path.read_bytes() == foreign
