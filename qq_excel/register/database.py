"""The database behind a register: SQLite by default, PostgreSQL by URL. One writer at a time, one sentence per failure."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from qq_excel.errors import InputError, OutputError, QQExcelError
from qq_excel.language import Text

T = TypeVar("T")
#: Seconds for which a database that is gone (restarted, say) is waited for, and a SQLite file that another one writes to.
PATIENCE = 60.0
_FIRST_PAUSE = 0.1
#: A number that only registers take, for PostgreSQL's advisory lock.
_LOCK = 0x71715F72


def is_sqlite(text: str) -> bool:
    """Whether *text* means a SQLite file: by its path or a URL. Raises :class:`InputError` for a database that is not known."""
    scheme, is_url, _ = text.partition("://")
    if not is_url or scheme == "sqlite":
        return True
    if scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        return False
    raise InputError(
        Text(
            f"--register “{scheme}://…”不认识：请给 SQLite 文件的路径，或 postgresql://用户@主机/库。",
            f"--register '{scheme}://…' is not known: give the path of a SQLite file or postgresql://user@host/database.",
        )
    )


def new_file(text: str) -> Path | None:
    """The SQLite file that *text* means when it is still to be made; None for any other database."""
    if not is_sqlite(text) or "://" in text or ":memory:" in text:
        return None  # a URL of SQLite is for those who want it opened in a way of their own
    file = Path(text).absolute()
    return None if file.exists() else file


class Database:
    """A connection to the database of a register. ``make`` allows a new one to be made; without it one that lies where nothing can
    be written is opened to be read. With ``blank`` a database without a register stays as it is until :meth:`complete`.
    """

    def __init__(self, text: str, *, make: bool = True, blank: bool = False) -> None:
        self.sqlite = is_sqlite(text)
        _must_have_libraries(sqlite=self.sqlite)
        made = _address(text)
        #: How the database is named to people: no password, also none that stands after the question mark.
        self.name = Text(str(made.database), str(made.database)) if self.sqlite else _server(made)
        #: The file of a SQLite database.
        self.file = Path(str(made.database)) if self.sqlite else None
        if self.file is not None and not self.file.exists():
            if not make:
                raise InputError(
                    Text(
                        f"{self.name.zh}：没有这个登记簿。请检查路径。",
                        f"{self.name.en}: there is no such register. Check the path.",
                    )
                )
            with said(self):
                self.file.parent.mkdir(parents=True, exist_ok=True)
        self._fixed = fixed = (
            self.file is not None and not make and not made.query and not _writable(self.file)
        )
        if fixed:
            made = _fixed(made, Path(str(made.database)))
        import sqlalchemy as sa

        self.engine = sa.create_engine(
            made, **({"connect_args": {"timeout": PATIENCE}} if self.sqlite else {"pool_pre_ping": True})
        )
        if self.sqlite:
            _for_sqlite(self.engine, fixed=fixed)
        #: Whether there was no register in it when it was opened, not even an empty one.
        self.blank = False
        self._reached = False
        self.retrying(lambda: self._migrate(blank))
        self._reached = True

    def close(self) -> None:
        """Let go of it."""
        self.engine.dispose()

    @contextmanager
    def write(self) -> Iterator[Any]:
        """A transaction that nobody else writes in: all of it is kept, on the disk, or none."""
        with self.engine.connect() as connection:
            if self.sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            try:
                yield connection
                connection.commit()
            except BaseException:
                if not connection.invalidated:
                    connection.rollback()
                raise

    @contextmanager
    def read(self) -> Iterator[Any]:
        """A view of the database as it is now."""
        with self.engine.connect() as connection:
            if self.sqlite:
                connection.exec_driver_sql("BEGIN")
            else:
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield connection

    def retrying(self, work: Callable[[], T]) -> T:
        """The outcome of *work*, which may be done several times: a server that was there and is gone is waited for.

        Raises :class:`OutputError` in one sentence when the database cannot be used.
        """
        from sqlalchemy.exc import DBAPIError

        until, pause = time.monotonic() + PATIENCE, _FIRST_PAUSE
        while True:
            try:
                with said(self):
                    return work()
            except OutputError as error:
                cause = error.__cause__
                gone = isinstance(cause, DBAPIError) and not self.sqlite and _gone(cause)
                if not (gone and self._reached) or time.monotonic() > until:
                    raise
            time.sleep(pause)
            pause = min(pause * 2, 2.0)

    def complete(self, connection: Any) -> None:
        """Have everything there that a register of this version has, within the transaction of *connection*."""
        from alembic import command

        config = _migrations()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    def _migrate(self, blank: bool) -> None:
        from alembic.runtime.migration import MigrationContext
        from alembic.script import ScriptDirectory

        script = ScriptDirectory.from_config(_migrations())
        with self.read() as connection:
            known = MigrationContext.configure(connection).get_current_revision()
        self.blank = blank and known is None
        if self.blank or known == script.get_current_head():
            return
        if known is not None and known not in {s.revision for s in script.walk_revisions()}:
            raise InputError(
                Text(
                    f"{self.name.zh}：登记簿由更新的版本写成。请更新 qq-excel。",
                    f"{self.name.en}: the register was written by a newer version. Update qq-excel.",
                )
            )
        if self._fixed and known is not None:
            return  # so far a register of every version is read alike; of the triggers that it lacks verify tells
        with self.write() as connection:  # whoever comes second finds it done
            self.complete(connection)


def _migrations() -> Any:
    from alembic.config import Config

    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config


def _writable(file: Path) -> bool:
    """Whether SQLite may write to *file* and beside it, as it does to read in the usual way."""
    return os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)


def _fixed(url: Any, file: Path) -> Any:
    """The URL of a SQLite file to be read only. Without a log beside it nobody has it open, and it needs no locks; with one it is
    read together with that, which may hold the last entries, or not at all.
    """
    unchanging = {} if file.with_name(f"{file.name}-wal").exists() else {"immutable": "1"}
    return url.set(database=f"file:{quote(str(file))}", query={"mode": "ro", "uri": "true", **unchanging})


def _for_sqlite(engine: Any, *, fixed: bool) -> None:
    """The driver begins no transactions of its own; what is committed is on the disk. A *fixed* file is left as it is."""
    import sqlalchemy as sa

    @sa.event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        if fixed:
            return
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")


def _write_ahead(connection: Any) -> None:
    """Set the journal's mode, which SQLite refuses at once, however long it may wait, while another one sets it too."""
    import sqlite3

    until = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
        else:
            return
        time.sleep(_FIRST_PAUSE)


def _must_have_libraries(*, sqlite: bool) -> None:
    try:
        import alembic  # noqa: F401
        import sqlalchemy  # noqa: F401

        if not sqlite:
            import psycopg  # noqa: F401
    except ImportError:
        extra = "register" if sqlite else "postgres"
        raise InputError(
            Text(
                f"登记簿需要另装的程序库。请运行 pip install 'qq-excel[{extra}]'。",
                f"The register needs further libraries. Run pip install 'qq-excel[{extra}]'.",
            )
        ) from None


def _address(text: str) -> Any:
    """The URL that *text* means. Raises :class:`InputError` where it is none, or of a register that would not last."""
    from sqlalchemy.exc import ArgumentError

    try:
        made = _url(text)
    except (ArgumentError, ValueError):  # a port that is no number
        raise InputError(Text("--register 的 URL 写得不对。", "--register: this is no URL.")) from None
    if is_sqlite(text) and (
        made.query.get("mode") == "memory" or ":memory:" in (made.database or ":memory:")
    ):
        raise InputError(
            Text(
                "--register 指的是内存中的登记簿，程序结束就没有了。请给 SQLite 文件的路径。",
                "--register: a register in memory would be gone with the program. Give the path of a SQLite file.",
            )
        )
    return made


def _url(text: str) -> Any:
    """The URL that *text* means; a path is taken as it is, whatever it has of what a URL would mean by it."""
    import sqlalchemy as sa

    if "://" not in text:
        return sa.URL.create("sqlite", database=str(Path(text).absolute()))
    url = sa.make_url(text)
    return url if is_sqlite(text) else url.set(drivername="postgresql+psycopg")


def _server(url: Any) -> Text:
    """Where the PostgreSQL database at *url* is, as the driver looks for it."""
    host = url.query.get("host") or url.host or os.environ.get("PGHOST")
    host = ",".join(host) if isinstance(host, tuple) else host
    port = url.query.get("port") or url.port or os.environ.get("PGPORT") or 5432
    database = url.database or url.username or ""
    return Text(
        f"PostgreSQL（主机 {host or '本机'}，端口 {port}，库 {database}）",
        f"PostgreSQL (host {host or 'this computer'}, port {port}, database {database})",
    )


def _gone(error: Any) -> bool:
    """Whether the server went away or is not there yet, rather than refused what was asked."""
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    # 57P01-57P03: it shuts down or starts up; 08xxx: the connection; none: no connection could be made
    return bool(state is None and type(error).__name__ == "OperationalError") or str(state).startswith(
        ("57P0", "08")
    )


@contextmanager
def said(database: Database) -> Iterator[None]:
    """What goes wrong with the database or its files, in one sentence. Raises :class:`OutputError`."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except QQExcelError:
        raise
    except (SQLAlchemyError, OSError) as error:
        why = _why(error)
        raise OutputError(
            Text(
                f"登记簿 {database.name.zh} 不能使用：{why.zh}。",
                f"The register {database.name.en} cannot be used: {why.en}.",
            )
        ) from error


def _why(error: Exception) -> Text:
    from sqlalchemy.exc import DBAPIError

    words = str(getattr(error, "orig", None) or error).strip()
    known = {
        "database or disk is full": Text("磁盘已满，请清理后重试", "the disk is full; make room and try again"),
        "No space left": Text("磁盘已满，请清理后重试", "the disk is full; make room and try again"),
        "File too large": Text("磁盘已满，请清理后重试", "the disk is full; make room and try again"),
        "disk I/O error": Text("磁盘写入失败（已满或出错）", "the disk could not be written to (full, or it failed)"),
        "readonly database": Text("文件或文件夹是只读的", "the file or its folder is read-only"),
        "unable to open database": Text("文件打不开，请检查路径和权限", "the file cannot be opened; check path and permission"),
        "not a database": Text("这个文件不是登记簿", "this file is no register"),
        "database is locked": Text("别的程序一直在写", "another program keeps writing to it"),
        "append-only": Text("登记簿只能追加", "it is append-only"),
        "Permission denied": Text("没有权限", "no permission"),
        "Read-only file system": Text("文件夹是只读的", "the folder is read-only"),
        "password authentication failed": Text("用户名或密码不对", "wrong user or password"),
        "does not exist": Text("没有这个库或用户", "there is no such database or user"),
        "no password supplied": Text(
            "没有给密码，请写进 ~/.pgpass 或环境变量 PGPASSWORD", "no password was given; put it into ~/.pgpass or PGPASSWORD"
        ),
        "no pg_hba.conf entry": Text(
            "服务器不让这台机器或这个用户连接，请管理员在 pg_hba.conf 中放行",
            "the server does not let this computer or user in; have its administrator allow it in pg_hba.conf",
        ),
        "Connection refused": Text(
            "连接被拒绝。请检查主机和端口是否写对、数据库服务是否已启动、是否允许从这台机器连接（listen_addresses、防火墙）",
            "the connection was refused. Check host and port, that the server runs, and that it may be reached from this computer"
            " (listen_addresses, firewall)",
        ),
        "resolve host": Text(
            "找不到这台主机。请检查主机名和网络（DNS、VPN）", "there is no such host. Check its name and the network (DNS, VPN)"
        ),
    }  # fmt: skip
    for mark, text in known.items():
        if mark in words:
            return text
    line = words.splitlines()[0] if words else type(error).__name__
    if isinstance(error, DBAPIError) and "psycopg" in type(error.orig).__module__ and _gone(error):
        return Text(
            f"连不上。请检查主机、端口、网络，数据库服务是否已启动（数据库提示：{line}）",
            f"it cannot be reached. Check host, port and network, and that the server runs ({line})",
        )
    return Text(f"数据库提示：{line}", line)
