"""The register on SQLite and on PostgreSQL: append-only, chained, backed up, one writer at a time."""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from qq_excel.errors import InputError, OutputError, QQExcelError
from qq_excel.register import Entry, Register, open_register, schema
from qq_excel.register.keeping import back_up, export, restore
from tests.cli.support import ROOT, qq, refused
from tests.register import writer
from tests.register.postgres import Server
from tests.support.digests import digest

#: How often a writer is killed; more moments by hand.
MOMENTS = int(os.environ.get("QQ_KILLS", "25"))


def opened(url: str, folder: Path) -> Register:
    register = open_register(url, folder / "tables")
    register._clock = lambda: dt.datetime(2026, 10, 9, 8, 0, tzinfo=dt.UTC)
    register._who = lambda: "zhou@hq"
    return register


def note(n: int, text: str = "x", *claims: str) -> Entry:
    return Entry("note", f"s{n}", text, {"text": text}, unit=f"u{n % 2}", period="2026Q3", claims=claims)


def test_it_appends_what_is_new_of_each_subject(url: str, tmp_path: Path) -> None:
    with opened(url, tmp_path) as register:
        assert register.append([note(1, "a", "ZQ-1"), note(2, "a")]) == 2
        assert register.append([note(1, "a", "ZQ-1"), note(2, "b", "ZQ-1", "ZQ-1")]) == 1
        assert register.append([note(2, "a")]) == 1  # back to what it was: news
        assert [(w.n, w.entry.subject, w.entry.content) for w in register.entries()] == [
            (1, "s1", "a"), (2, "s2", "a"), (3, "s2", "b"), (4, "s2", "a"),
        ]  # fmt: skip
        assert [w.n for w in register.entries(claim="ZQ-1")] == [1, 3]
        assert [w.n for w in register.entries(unit="u1", period="2026Q3")] == [1]
        assert register.contents("note") == {"s1": "a", "s2": "a"}
        first = register.entries()[0]
        assert (first.at, first.by) == ("2026-10-09T08:00:00+00:00", "zhou@hq")
        assert register.verify()[:2] == (4, None)


@pytest.mark.parametrize(
    ("period", "before"),
    [("2026Q3", "2026Q2"), ("2026H1", "2025H2"), ("2026-07", "2026-06"), ("2026", None), ("2025Q4", None)],
)
def test_the_period_before_is_of_the_same_length(
    url: str, tmp_path: Path, period: str, before: str | None
) -> None:
    handed_in = ("2025H2", "2026-05", "2026-06", "2026H1", "2026Q2", "2026Q3", "2027")
    with opened(url, tmp_path) as register:
        register.append([Entry("submission", f"{p}/甲", p, {"files": []}, "甲", p) for p in handed_in])
        assert register.period_before(period) == before


def test_its_tables_are_those_of_the_migrations(url: str, tmp_path: Path) -> None:
    with opened(url, tmp_path) as register, register.database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []


def _tamper(register: Register, statement: str) -> None:
    """As somebody would who has the database's password."""
    with register.database.write() as connection:
        if register.database.sqlite:
            for table in ("entries", "claims"):
                for what in ("update", "delete", "replace"):
                    connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_no_{what}")
        else:
            for table in ("entries", "claims"):
                connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    ("statement", "n", "why"),
    [
        ("UPDATE entries SET body = replace(body, 'b', 'c') WHERE n = 2", 2, "内容与写入时不同"),
        ("UPDATE entries SET unit = 'u9' WHERE n = 3", 3, "内容与写入时不同"),
        ("UPDATE entries SET at = '2026-01-01T00:00:00+00:00' WHERE n = 1", 1, "内容与写入时不同"),
        ("DELETE FROM entries WHERE n = 3", 3, "第 3 条不见了"),
        ("UPDATE entries SET body = 'no entry' WHERE n = 2", 2, "内容与写入时不同"),
        ("UPDATE entries SET body = '[]' WHERE n = 2", 2, "内容与写入时不同"),
        ("UPDATE entries SET body = '{}' WHERE n = 2", 2, "内容与写入时不同"),
        (
            "UPDATE entries SET body = replace(body, '{', '{\"text\":\"y\",') WHERE n = 2",
            2,
            "内容与写入时不同",
        ),
        ("DELETE FROM claims WHERE claim_id = 'ZQ-2'", 3, "债权 ZQ-2 的索引与写入时不同"),
        ("DELETE FROM entries WHERE n = 4", 3, "记下的最后一条已不在其中"),
    ],
)
def test_tampering_with_one_row_is_found(url: str, tmp_path: Path, statement: str, n: int, why: str) -> None:
    with opened(url, tmp_path) as register:
        register.append([note(1), note(2, "b"), note(3, "x", "ZQ-2"), note(4)])
        head = register.head()[1]
        assert register.verify(head=head)[:2] == (4, None)
        for forbidden in (schema.entries.update().values(unit="u9"), schema.entries.delete()):
            with (
                pytest.raises(sa.exc.DBAPIError, match="append-only"),
                register.database.write() as connection,
            ):
                connection.execute(forbidden)
        if register.database.sqlite:
            with register.database.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        _tamper(register, statement)
        broken = register.verify(head=head).broken
        assert broken is not None
        assert (broken.n, broken.why.zh) == (n, why)


#: What somebody does to the triggers, and which are told then.
_LET_IN = {
    "sqlite": [
        (["DROP TRIGGER entries_no_update"], ("entries_no_update",)),
        (
            [
                "DROP TRIGGER claims_no_delete",
                "CREATE TRIGGER claims_no_delete BEFORE DELETE ON claims BEGIN SELECT 1; END",
                "DROP TRIGGER entries_no_delete",
            ],
            ("claims_no_delete", "entries_no_delete"),
        ),
    ],
    "postgresql": [
        (["DROP TRIGGER entries_append_only ON entries"], ("entries_append_only",)),
        (["ALTER TABLE claims DISABLE TRIGGER claims_append_only"], ("claims_append_only",)),
        (
            [
                "DROP TRIGGER entries_append_only ON entries",
                "CREATE TRIGGER entries_append_only BEFORE UPDATE OF hash OR DELETE OR TRUNCATE ON entries "
                "FOR EACH STATEMENT EXECUTE FUNCTION qq_append_only()",
            ],
            ("entries_append_only",),
        ),
        (
            [
                "CREATE OR REPLACE FUNCTION qq_append_only() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RETURN NULL; END $$"
            ],
            ("claims_append_only", "entries_append_only"),
        ),
    ],
}


@pytest.mark.parametrize("n", range(4))
def test_triggers_that_are_gone_or_do_nothing_are_told(url: str, tmp_path: Path, n: int) -> None:
    with opened(url, tmp_path) as register:
        cases = _LET_IN["sqlite" if register.database.sqlite else "postgresql"]
        if n >= len(cases):
            return
        statements, told = cases[n]
        register.append([note(1)])
        last = register.head()[1]
        assert register.verify() == (1, None, last, ())
        with register.database.write() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        assert register.verify() == (1, None, last, told)
        back_up(register, tmp_path / "backup.zip")  # its entries are what was written
        with opened(str(tmp_path / "new.db"), tmp_path / "new") as new:
            restore(new, tmp_path / "backup.zip")
            assert new.verify() == (1, None, last, ())


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO entries SELECT n, at, by, event, subject, content, unit, period, body, 'x' FROM entries WHERE n = 2",
        "INSERT OR REPLACE INTO entries (rowid, n, at, by, event, subject, content, body, hash) "
        "SELECT rowid, 9, at, by, event, subject, content, body, hash FROM entries WHERE n = 2",
        "REPLACE INTO claims SELECT * FROM claims",
        "INSERT INTO entries SELECT * FROM entries WHERE n = 2 ON CONFLICT DO UPDATE SET hash = 'x'",
    ],
)  # fmt: skip
def test_no_row_is_replaced_either(tmp_path: Path, statement: str) -> None:
    """SQLite takes the old row away then, and asks no trigger that forbids to delete."""
    with opened(str(tmp_path / "r.db"), tmp_path) as register:
        register.append([note(1, "a", "ZQ-1"), note(2, "b", "ZQ-2")])
        before = register.verify()
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), register.database.write() as connection:
            connection.exec_driver_sql(statement)
        assert register.verify() == before
        assert before[:2] == (2, None)


def test_a_register_of_an_older_version_has_the_triggers_once_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(str(tmp_path / "r.db"), tmp_path) as register:
        register.append([note(1, "a", "ZQ-1")])
        with register.database.write() as connection:
            for table in ("entries", "claims"):
                connection.exec_driver_sql(f"DROP TRIGGER {table}_no_replace")
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    with monkeypatch.context() as patch:  # on a disk that is read-only
        patch.setattr("qq_excel.register.database._writable", lambda _file: False)
        with open_register(str(tmp_path / "r.db"), tmp_path / "tables", make=False) as register:
            assert register.verify()[1::2] == (None, ("claims_no_replace", "entries_no_replace"))
    with open_register(str(tmp_path / "r.db"), tmp_path / "tables", make=False) as register:
        assert register.verify().unguarded == ()


def test_who_verifies_hears_of_triggers_that_are_gone_and_what_to_do(tmp_path: Path) -> None:
    with opened(str(tmp_path / "r.db"), tmp_path) as register:
        register.append([note(1)])
        last = register.head()[1]
        with register.database.write() as connection:
            connection.exec_driver_sql("DROP TRIGGER entries_no_delete")
    done = qq(tmp_path, "register", "verify", "--register", "r.db", "--tables", "tables")
    assert done.returncode == 1
    assert done.stdout == (
        f"✓ 1 条，完整，未被改动。最后一条的哈希：\n{last}\n"
        "✗ 禁止改动的触发器不在或被改过：entries_no_delete。登记簿现在可以被改动；请查明是谁所为，"
        "再用 register backup 备份、register restore 恢复到一个新的登记簿，触发器随之重建。\n"
    )
    done = qq(tmp_path, "register", "verify", "--register", "r.db", "--tables", "tables", "--format", "json")
    assert json.loads(done.stdout) == {
        "entries": 1, "whole": True, "head": last, "broken": None, "unguarded": ["entries_no_delete"],
    }  # fmt: skip


def test_an_entry_that_was_made_unreadable_ends_no_command_in_a_traceback(tmp_path: Path) -> None:
    with opened(str(tmp_path / "r.db"), tmp_path) as register:
        register.append([note(1)])
        _tamper(register, "UPDATE entries SET body = 'no entry' WHERE n = 1")
        with pytest.raises(InputError, match="登记簿第 1 条被改动过，读不懂"):
            register.entries()


def test_a_table_that_was_changed_or_is_gone_is_found(tmp_path: Path) -> None:
    with opened(str(tmp_path / "r.db"), tmp_path) as register:
        file = register.store.put("receivables", "华东", "2026Q3", b"PAR1")
        register.append([Entry("submission", "2026Q3/华东", "c", {"files": [file]}, "华东", "2026Q3")])
        assert register.verify()[:2] == (1, None)
        path = tmp_path / "tables" / file["path"]
        path.write_bytes(b"PAR2")
        broken = register.verify().broken
        assert broken is not None
        assert broken.why.zh == f"数据表 {file['path']} 与写入时不同"
        assert register.verify(files=False)[:2] == (1, None)
        path.unlink()
        broken = register.verify().broken
        assert broken is not None
        assert "不见了" in broken.why.zh


def test_a_backup_goes_into_either_database(url: str, server: Server, tmp_path: Path) -> None:
    with opened(url, tmp_path) as register:
        file = register.store.put("receivables", "华东", "2026Q3", b"PAR1")
        register.append(
            [Entry("submission", "q/华东", "c", {"files": [file]}, "华东", "2026Q3"), note(2, "b", "ZQ-1")]
        )
        assert back_up(register, tmp_path / "a.zip") == register.head()
        back_up(register, tmp_path / "b.zip")
        assert digest(tmp_path / "a.zip") == digest(tmp_path / "b.zip")
        with pytest.raises(InputError, match="已有 2 条"):
            restore(register, tmp_path / "a.zip")
        other = str(tmp_path / "other.db") if url.startswith("postgresql") else server.url
        with opened(other, tmp_path / "other") as copy:
            assert restore(copy, tmp_path / "a.zip") == 2
            assert copy.head() == register.head()
            assert copy.verify()[:2] == (2, None)
            assert [w.n for w in copy.entries(claim="ZQ-1")] == [2]
            assert copy.append([note(2, "b", "ZQ-1")]) == 0
            assert export(copy, tmp_path / "all.csv") == 2
        (tmp_path / "tables" / file["path"]).write_bytes(b"PAR2")
        with pytest.raises(InputError, match="第 1 条：数据表"):
            back_up(register, tmp_path / "c.zip")
    assert not (tmp_path / "c.zip").exists()
    assert (tmp_path / "all.csv").read_bytes().startswith(b"\xef\xbb\xbfn,at,by,event")


def test_a_backup_that_was_changed_is_refused(tmp_path: Path) -> None:
    with opened(str(tmp_path / "r.db"), tmp_path) as register:
        register.append([note(1, "kept"), note(2)])
        back_up(register, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as good, zipfile.ZipFile(tmp_path / "bad.zip", "w") as bad:
        for name in good.namelist():
            bad.writestr(name, good.read(name).replace(b'"text":"kept"', b'"text":"lost"'))
    (tmp_path / "none.zip").write_bytes(b"PK")
    with opened(str(tmp_path / "new.db"), tmp_path / "new") as register:
        for name in ("bad.zip", "none.zip"):
            with pytest.raises(InputError, match="不是完整的登记簿备份"):
                restore(register, tmp_path / name)
        assert register.head()[0] == 0


def test_killed_at_many_moments_nothing_is_lost_or_doubled(url: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.register.writer", url, str(tmp_path / "tables"), str(MOMENTS), "6"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == MOMENTS
    with opened(url, tmp_path) as register:
        assert [w.entry for w in register.entries()] == [writer.entry(n) for n in range(writer.ENTRIES)]
        assert register.verify()[:2] == (writer.ENTRIES, None)


def test_two_writers_at_once_take_turns(url: str, tmp_path: Path) -> None:
    def write(first: int) -> None:
        with opened(url, tmp_path) as register:
            for n in range(first, first + 15):
                register.append([note(n), note(n + 100, "x", f"ZQ-{n}")])

    threads = [threading.Thread(target=write, args=(first,)) for first in (0, 10)]  # five of them are both's
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with opened(url, tmp_path) as register:
        assert register.verify()[:2] == (50, None)
        assert sorted(w.entry.subject for w in register.entries()) == sorted(
            f"s{n + more}" for n in range(25) for more in (0, 100)
        )


def test_several_may_make_a_register_at_once(tmp_path: Path) -> None:
    """While one makes SQLite keep a write-ahead log the others are refused, whatever their patience."""
    failed: list[BaseException] = []

    def first(path: Path, together: threading.Barrier) -> None:
        together.wait()
        try:
            open_register(str(path)).database.close()
        except OutputError as error:
            failed.append(error)

    for n in range(20):
        together = threading.Barrier(3)
        threads = [threading.Thread(target=first, args=(tmp_path / f"{n}.db", together)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not failed


def test_a_database_that_restarts_in_the_middle_is_waited_for(server: Server, tmp_path: Path) -> None:
    url = server.url
    half, gone = threading.Event(), threading.Event()

    def write() -> None:
        with opened(url, tmp_path) as register:
            for n in range(60):
                register.append([note(n)])
                if n == 20:
                    half.set()
                    gone.wait()

    thread = threading.Thread(target=write)
    thread.start()
    assert half.wait(600)
    server.stop()
    gone.set()
    server.start()
    thread.join()
    with opened(url, tmp_path) as register:
        assert [w.entry.subject for w in register.entries()] == [f"s{n}" for n in range(60)]
        assert register.verify()[:2] == (60, None)


def test_a_disk_that_is_full_is_told_and_loses_nothing(tmp_path: Path) -> None:
    url = str(tmp_path / "r.db")
    with opened(url, tmp_path) as register:
        register.append([note(1)])

    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    done = qq(tmp_path, "register", "note", "ZQ-1", "y" * 100_000, "--register", url, before=small)
    assert done.returncode == 2
    assert "登记簿" in done.stderr
    assert "不能使用：磁盘" in done.stderr
    with opened(url, tmp_path) as register:
        assert register.verify()[:2] == (1, None)
        assert register.append([note(2)]) == 1


@pytest.mark.parametrize(
    ("url", "zh", "en"),
    [
        (
            "postgresql://qq:geheim@127.0.0.1:9/库",
            "登记簿 PostgreSQL（主机 127.0.0.1，端口 9，库 库） 不能使用：连接被拒绝。请检查主机和端口是否写对、"
            "数据库服务是否已启动、是否允许从这台机器连接（listen_addresses、防火墙）。",
            "The register PostgreSQL (host 127.0.0.1, port 9, database 库) cannot be used: the connection was refused. Check host and"
            " port, that the server runs, and that it may be reached from this computer (listen_addresses, firewall).",
        ),
        (
            "postgres://qq@/x?host=/none&port=77&password=geheim",
            "登记簿 PostgreSQL（主机 /none，端口 77，库 x） 不能使用：连不上。请检查主机、端口、网络，数据库服务是否已启动（",
            "The register PostgreSQL (host /none, port 77, database x) cannot be used: it cannot be reached. Check host, port",
        ),
        ("postgresql://qq:geheim@h:port/x", "--register 的 URL 写得不对。", "--register: this is no URL."),
    ],
)
def test_a_server_that_cannot_be_reached_is_named_without_its_password(url: str, zh: str, en: str) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(QQExcelError) as told:
        open_register(url, "tables")
    assert told.value.text.zh.startswith(zh)
    assert told.value.text.en.startswith(en)
    assert "geheim" not in told.value.text.zh + told.value.text.en
    assert "psycopg" not in told.value.text.zh + told.value.text.en


def test_what_cannot_be_used_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("no database, but longer than a header would be" * 30)
    with opened(str(tmp_path / "r.db"), tmp_path) as register:
        register.append([note(1)])
    with (
        pytest.raises(OutputError, match="只读"),
        opened(f"sqlite:///file:{tmp_path}/r.db?mode=ro&uri=true", tmp_path) as r,
    ):
        r.append([note(2)])
    assert "这个文件不是登记簿" in refused(tmp_path, "register", "list", "--register", "x.db")
    assert "没有这个登记簿" in refused(tmp_path, "register", "list", "--register", "none.db")
    with pytest.raises(InputError, match="--tables"):
        open_register("postgresql://qq@/x")
    for memory in ("sqlite://", "sqlite:///:memory:", "sqlite:///file:r?mode=memory&uri=true", ":memory:"):
        with pytest.raises(InputError, match="内存中的登记簿"):
            open_register(memory)
    with pytest.raises(InputError, match="不认识"):
        open_register("mysql://qq@/x")
