"""The register itself: append, look up, verify."""

from __future__ import annotations

import datetime as dt
import getpass
import json
import socket
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from qq_excel.errors import InputError
from qq_excel.language import Text
from qq_excel.register.database import Database, is_sqlite
from qq_excel.register.entries import START, Entry, Event, Written, canonical
from qq_excel.register.guards import missing_guards
from qq_excel.register.store import Folder, Store
from qq_excel.urls import is_remote

_AT_ONCE = 500


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _who() -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # an account without a name
        user = "?"
    return f"{user}@{socket.gethostname()}"


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the register is not what was written: the entry, and what is wrong with it."""

    n: int
    why: Text


class Verified(NamedTuple):
    """What was found at one moment: how many entries, the first place that is not what was written, if any, the
    hash of the last entry that is, and which of the triggers that forbid changes are not there as they were made.
    """

    entries: int
    broken: Broken | None
    head: str
    unguarded: tuple[str, ...] = ()


def open_register(
    url: str, tables: Path | str | None = None, *, make: bool = True, blank: bool = False
) -> Register:
    """The register at *url* (a SQLite file's path, or a URL); its tables are in the folder *tables*, or below that URL.

    By default the tables of a SQLite register are beside it; PostgreSQL needs the folder. Without *make* a
    register that is not there is refused; with *blank* a database that has none gets it by :meth:`Register.put_back` only.
    Raises :class:`InputError` and :class:`~qq_excel.errors.OutputError`.
    """
    if tables is None and not is_sqlite(url):
        raise InputError(
            Text(
                "PostgreSQL 登记簿须用 --tables 写明存放各期数据表的文件夹或网址，每条命令都要写。",
                "A register on PostgreSQL needs --tables with each command: the folder or URL of the tables of the periods.",
            )
        )
    store = (
        _store(tables) if tables is not None else None
    )  # what is wrong with it is told before a database is made
    database = Database(url, make=make, blank=blank)
    if store is None:
        assert database.file is not None  # noqa: S101 - of SQLite
        store = Folder(tables_beside(database.file))
    return Register(database, store)


def tables_beside(file: Path) -> Path:
    """Where the tables of the SQLite register *file* are unless something else is said."""
    return file.with_name(f"{file.stem}-tables")


def _store(place: Path | str) -> Store:
    if isinstance(place, str) and is_remote(place):
        from qq_excel.register.objects import Objects

        return Objects(place)
    return Folder(Path(place))


class Register:
    """A register that is open. As a context it is closed at the end."""

    def __init__(
        self,
        database: Database,
        store: Store,
        clock: Callable[[], dt.datetime] = _now,
        who: Callable[[], str] = _who,
    ) -> None:
        self.database, self.store = database, store
        self._clock, self._who = clock, who

    def __enter__(self) -> Register:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.database.close()

    # --- writing ----------------------------------------------------------------------------------

    def append(self, new: Sequence[Entry]) -> int:
        """Append *new* entries, all or none; how many were. What the subject's newest entry says already is left out,
        so that the same may be appended again after an interruption.
        """
        return self.database.retrying(lambda: self._append(new)) if new else 0

    def _append(self, new: Sequence[Entry]) -> int:
        from qq_excel.register.schema import claims, entries

        with self.database.write() as connection:
            n, before = self._last(connection)
            newest = self._newest(connection, new)
            rows, named = [], []
            at, by = self._clock().isoformat(timespec="seconds"), self._who()
            for entry in new:
                if newest.get((entry.event, entry.subject)) == entry.content:
                    continue
                newest[entry.event, entry.subject] = entry.content
                n += 1
                before = Written(n, at, by, entry, "").hashed(before)
                rows.append(_row(Written(n, at, by, entry, before)))
                named += [{"claim_id": claim, "n": n} for claim in dict.fromkeys(entry.claims)]
            if rows:
                connection.execute(entries.insert(), rows)
            if named:
                connection.execute(claims.insert(), named)
            return len(rows)

    def put_back(
        self, every: Sequence[Written], files: Callable[[], Iterable[tuple[str, bytes]]] = tuple
    ) -> None:
        """Write the entries of a backup as they were, their *files* (name, content) first; the register must be empty.

        All is kept, or nothing: nobody else writes meanwhile, files that were new are taken away again, and a database that was
        blank is blank again.
        """

        def work() -> None:
            from qq_excel.register.schema import claims, entries

            with self.database.write() as connection:
                self.database.complete(connection)
                last = self._last(connection)
                if every and last == (every[-1].n, every[-1].hash):
                    return  # it was kept, and then the connection broke off
                if last[0]:
                    raise InputError(Text("登记簿中已有内容。", "The register is not empty."))
                with self.store.putting_back() as put:
                    for name, content in files():
                        put(name, content)
                    for start in range(0, len(every), _AT_ONCE):
                        connection.execute(
                            entries.insert(), [_row(w) for w in every[start : start + _AT_ONCE]]
                        )
                    named = [{"claim_id": c, "n": w.n} for w in every for c in dict.fromkeys(w.entry.claims)]
                    if named:
                        connection.execute(claims.insert(), named)

        self.database.retrying(work)

    def _last(self, connection: Any) -> tuple[int, str]:
        import sqlalchemy as sa

        from qq_excel.register.schema import entries

        row = connection.execute(
            sa.select(entries.c.n, entries.c.hash).order_by(entries.c.n.desc()).limit(1)
        ).first()
        return (row.n, row.hash) if row else (0, START)

    def _newest(self, connection: Any, new: Iterable[Entry]) -> dict[tuple[str, str], str]:
        import sqlalchemy as sa

        from qq_excel.register.schema import entries

        out: dict[tuple[str, str], str] = {}
        subjects: dict[str, list[str]] = {}
        for entry in new:
            subjects.setdefault(entry.event, []).append(entry.subject)
        for event, names in subjects.items():
            for start in range(0, len(names), _AT_ONCE):
                some = names[start : start + _AT_ONCE]
                rows = connection.execute(
                    sa.select(entries.c.subject, entries.c.content)
                    .where(entries.c.event == event, entries.c.subject.in_(some))
                    .order_by(entries.c.n)
                )
                out |= {(event, row.subject): row.content for row in rows}
        return out

    # --- looking up -------------------------------------------------------------------------------

    def head(self) -> tuple[int, str]:
        """The number of entries and the hash of the last: whoever keeps it elsewhere can tell later that all is there."""

        def work() -> tuple[int, str]:
            with self.database.read() as connection:
                return self._last(connection)

        return self.database.retrying(work)

    def entries(
        self,
        *,
        event: Event | None = None,
        unit: str | None = None,
        period: str | None = None,
        claim: str | None = None,
        numbers: Collection[int] | None = None,
        after: int = 0,
    ) -> list[Written]:
        """The entries that fit, in order: those that name a *claim* themselves, those of some *numbers*, those *after* one."""
        import sqlalchemy as sa

        from qq_excel.register.schema import claims, entries

        query = sa.select(entries).where(entries.c.n > after).order_by(entries.c.n)
        for name, value in (("event", event), ("unit", unit), ("period", period)):
            if value is not None:
                query = query.where(entries.c[name] == value)
        if claim is not None:
            query = query.where(entries.c.n.in_(sa.select(claims.c.n).where(claims.c.claim_id == claim)))
        if numbers is not None:
            query = query.where(entries.c.n.in_(list(numbers)))

        def work() -> list[Written]:
            with self.database.read() as connection:
                return list(_rows(connection, query))

        return self.database.retrying(work)

    def contents(self, event: Event) -> dict[str, str]:
        """For each subject of this *event* what its newest entry says, as a digest."""
        import sqlalchemy as sa

        from qq_excel.register.schema import entries

        def work() -> dict[str, str]:
            with self.database.read() as connection:
                rows = connection.execute(
                    sa.select(entries.c.subject, entries.c.content)
                    .where(entries.c.event == event)
                    .order_by(entries.c.n)
                )
                return {row.subject: row.content for row in rows}

        return self.database.retrying(work)

    def submissions(self, period: str | None = None) -> list[Written]:
        """The newest submission of each unit and period (of one *period*), in order of writing."""
        newest = {w.entry.subject: w for w in self.entries(event="submission", period=period)}
        return sorted(newest.values(), key=lambda w: w.n)

    def period_before(self, period: str) -> str | None:
        """The last period before *period*, of its kind (a year, a half, a quarter, a month), that something was handed in for."""
        import sqlalchemy as sa

        from qq_excel.register.schema import entries

        its = entries.c.period
        query = sa.select(sa.func.max(its)).where(
            entries.c.event == "submission", its < period, sa.func.length(its) == len(period),
            sa.func.substr(its, 5, 1) == period[4:5],
        )  # fmt: skip

        def work() -> str | None:
            with self.database.read() as connection:
                found: str | None = connection.execute(query).scalar()
                return found

        return self.database.retrying(work)

    # --- verifying --------------------------------------------------------------------------------

    def verify(self, *, files: bool = True, head: str | None = None) -> Verified:
        """Compare all with what was written, as it stands at one moment.

        With *files* the tables and findings that entries name are compared too. *head* is the hash that the
        register's last entry had at some time before: it must still be in the chain.
        """
        return self.database.retrying(lambda: self._verify(files, head))

    def _verify(self, files: bool, head: str | None) -> Verified:
        with self.database.read() as connection:  # one view of it all: others may append meanwhile
            found = self._verify_in(connection, files, head)
            return found._replace(unguarded=missing_guards(connection))

    def _verify_in(self, connection: Any, files: bool, head: str | None) -> Verified:
        import sqlalchemy as sa

        from qq_excel.register.schema import entries

        before, count, seen = START, 0, head in (None, START)
        due: set[tuple[int, str]] = set()
        changed = Text("内容与写入时不同", "it is not what was written")
        rows = connection.execute(
            sa.select(entries).order_by(entries.c.n), execution_options={"yield_per": _AT_ONCE}
        )
        for row in rows:
            count += 1
            if row.n != count:
                why = Text(f"第 {count} 条不见了", f"entry {count} is gone")
                return Verified(count, Broken(count, why), before)
            try:
                written = _written(row)
            except InputError:
                return Verified(count, Broken(count, changed), before)
            # the body as it stands too: another program may read it otherwise (a key twice, say)
            if written.hashed(before) != written.hash or _row(written)["body"] != row.body:
                return Verified(count, Broken(count, changed), before)
            before = written.hash
            seen = seen or before == head
            wrong = self.store.wrong(written.entry.body.get("files", ())) if files else None
            if wrong is not None:
                return Verified(count, Broken(count, wrong), before)
            due.update((count, claim) for claim in written.entry.claims)
        if not seen:
            why = Text("记下的最后一条已不在其中", "the entry that was the last one is not there")
            return Verified(count, Broken(count, why), before)
        return Verified(count, self._claims_broken(connection, due), before)

    def _claims_broken(self, connection: Any, due: set[tuple[int, str]]) -> Broken | None:
        """The copy that claims are searched by, against the chain, which names *due*."""
        import sqlalchemy as sa

        from qq_excel.register.schema import claims

        rows = {(row.n, row.claim_id) for row in connection.execute(sa.select(claims))}
        wrong = min(rows ^ due, default=None)
        if wrong is None:
            return None
        return Broken(
            wrong[0],
            Text(
                f"债权 {wrong[1]} 的索引与写入时不同",
                f"the index of claim {wrong[1]} is not what was written",
            ),
        )


def _rows(connection: Any, query: Any) -> Iterator[Written]:
    """The entries that *query* gives, a few at a time."""
    result = connection.execute(query, execution_options={"yield_per": _AT_ONCE})
    return map(_written, result)


def _row(written: Written) -> dict[str, Any]:
    e = written.entry
    return {
        "n": written.n, "at": written.at, "by": written.by, "event": e.event, "subject": e.subject, "content": e.content,
        "unit": e.unit, "period": e.period, "body": canonical({**e.body, "claims": list(e.claims)}), "hash": written.hash,
    }  # fmt: skip


def _written(row: Any) -> Written:
    """The entry of a *row*. Raises :class:`InputError` when somebody made something else of it."""
    try:
        body = json.loads(row.body)
        claims = tuple(body.pop("claims"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputError(
            Text(
                f"登记簿第 {row.n} 条被改动过，读不懂。请用 register verify 核验，并从备份恢复。",
                f"Entry {row.n} of the register was changed and cannot be read. See register verify, and restore a backup.",
            )
        ) from None
    entry = Entry(row.event, row.subject, row.content, body, row.unit, row.period, claims)
    return Written(row.n, row.at, row.by, entry, row.hash)
