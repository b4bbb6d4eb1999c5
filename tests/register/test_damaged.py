"""A register some of whose files are lost or damaged: what can be told is told, the rest in one sentence."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from qq_excel.errors import InputError
from qq_excel.register import Entry, Register, open_register
from qq_excel.register.claims import life_of, update_index
from qq_excel.register.keeping import back_up, restore
from qq_excel.register.periods import Warned, ageing, warnings
from qq_excel.register.store import Folder
from qq_excel.warnings import CAUSES

LOST = "数据表不见了或已损坏.*从备份恢复"


def folder_of(register: Register) -> Path:
    """Where its tables are."""
    assert isinstance(register.store, Folder)
    return register.store.folder


def submit_to(
    register: Register, unit: str | None, *claims: str, warning: str | None = None, period: str = "2026Q3",
    causes: Iterable[str] = CAUSES,
) -> str:  # fmt: skip
    """Register a ledger of *unit*, judged by *causes*; its table, as entries name it."""
    table = io.BytesIO()
    amounts = [100] * len(claims)
    columns = {
        "claim_id": claims,
        "balance": amounts,
        "_creditor": [unit] * len(claims),
        "_band_occurred": ["1年以内"] * len(claims),
        "_as_of": [dt.date(2026, 6, 30)] * len(claims),
        **{
            name: [warning] * len(claims) for name in ("_warning", *(f"_warning_{cause}" for cause in causes))
        },
    }
    types = {"balance": pa.int64(), "_as_of": pa.date32()}
    schema = pa.schema([(name, types.get(name, pa.string())) for name in columns])
    pq.write_table(pa.table(columns, schema=schema), table)
    file = register.store.put("receivables", unit or "a.xlsx", period, table.getvalue())
    body = {"files": [file], "workbooks": []}
    register.append([Entry("submission", f"{period}/{unit}", file["sha256"], body, unit, period)])
    return file["path"]


def submit(register: Register, unit: str | None, *claims: str, **more: Any) -> Path:
    """Register a ledger of *unit*; where its table lies."""
    return folder_of(register) / submit_to(register, unit, *claims, **more)


def units(register: Register, claim: str) -> list[str | None]:
    return [m.unit for m in life_of(register, claim)]


def test_verifying_while_another_one_appends_finds_nothing_wrong(url: str, tmp_path: Path) -> None:
    def note(n: int) -> Entry:
        return Entry("note", f"s{n}", "c", {"files": []}, claims=(f"ZQ-{n}",))

    with open_register(url, tmp_path) as register, open_register(url, tmp_path) as other:
        register.append([note(1), note(2)])
        late = iter(range(3, 99))

        def meanwhile(*_: object) -> None:
            other.append([note(next(late))])

        sa.event.listen(register.database.engine, "after_cursor_execute", meanwhile)
        count, broken = register.verify()[:2]
        assert broken is None
        assert count < other.verify().entries


def test_tables_kept_before_a_cause_was_known_are_summed_without_it(tmp_path: Path) -> None:
    with open_register(str(tmp_path / "r.db")) as register:
        submit(register, "甲公司", "ZQ-1", "ZQ-2", warning="红", causes=["age"])
        assert warnings(register, "2026Q3") == [
            Warned("甲公司", None, "红", 2, 200), Warned("甲公司", "age", "红", 2, 200),
        ]  # fmt: skip


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"PAR1 half a table")])
def test_a_lost_table_holds_up_the_index_and_no_batch(tmp_path: Path, damage: object) -> None:
    with open_register(str(tmp_path / "r.db")) as register:
        submit(register, "甲公司", "ZQ-1")
        assert update_index(register) == "index/1-1.parquet"
        submit(register, "乙公司", "ZQ-1")
        lost = submit(register, "丙公司", "ZQ-1")
        kept = lost.read_bytes()
        damage(lost)  # type: ignore[operator]
        submit(register, "丁公司", "ZQ-1")
        assert update_index(register) == "index/2-2.parquet"
        assert update_index(register) is None
        for ask in (lambda: life_of(register, "ZQ-1"), lambda: ageing(register, "2026Q3")):
            with pytest.raises(InputError, match=LOST) as refused:
                ask()
            assert lost.name in str(refused.value)
        lost.write_bytes(kept)
        assert update_index(register) is not None
        assert units(register, "ZQ-1") == ["甲公司", "乙公司", "丙公司", "丁公司"]
        assert sum(b.amount for b in ageing(register, "2026Q3")) == 400


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"x" * 50)])
@pytest.mark.parametrize("segment", [0, 1])
def test_a_lost_or_damaged_segment_of_the_index_is_made_anew(
    tmp_path: Path, segment: int, damage: object
) -> None:
    with open_register(str(tmp_path / "r.db")) as register:
        segments = []
        for unit in ("甲公司", "乙公司", "丙公司"):
            submit(register, unit, "ZQ-1")
            segments.append(folder_of(register) / str(update_index(register)))
        damage(segments[segment])  # type: ignore[operator]
        assert units(register, "ZQ-1") == ["甲公司", "乙公司", "丙公司"]
        submit(register, "丁公司", "ZQ-1")
        update_index(register)
        assert units(register, "ZQ-1") == ["甲公司", "乙公司", "丙公司", "丁公司"]


def test_a_backup_that_is_damaged_anywhere_is_refused(tmp_path: Path) -> None:
    with open_register(str(tmp_path / "r.db")) as register:
        submit(register, "甲公司", "ZQ-1")
        register.append(
            [Entry("note", f"s{n}", "c", {"text": "x" * 500}, claims=(f"s{n}",)) for n in range(50)]
        )
        back_up(register, tmp_path / "good.zip")
    good = (tmp_path / "good.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "good.zip") as archive:
        starts = [i.header_offset + 30 + len(i.filename.encode()) for i in archive.infolist()]
    bad = tmp_path / "bad.zip"
    with open_register(str(tmp_path / "new.db")) as register:
        for place in (
            0,
            *(s + more for s in starts for more in (0, 3, 20)),
            archive.start_dir + 10,
            len(good) - 10,
        ):
            bad.write_bytes(good[:place] + bytes([good[place] ^ 0xFF]) + good[place + 1 :])
            with pytest.raises(InputError, match="不是完整的登记簿备份"):
                restore(register, bad)
        with pytest.raises(InputError, match="打不开，没有这个文件"):
            restore(register, tmp_path / "none.zip")
        assert register.head()[0] == 0
