"""The triggers that forbid to change or take away a row: are they there, and do they do what they should?

Whoever may change the tables may also drop or disable a trigger, or put one of its name that does nothing in its place. The
chain of hashes does not tell that; what it costs is that the next change is not forbidden any more.
"""

from __future__ import annotations

from typing import Any

_TABLES = ("entries", "claims")
_SAME = {"entries": "n = NEW.n", "claims": "claim_id = NEW.claim_id AND n = NEW.n"}
#: As SQLite keeps it and PostgreSQL the body of its function; the migrations that make them have their own words and never change.
_SQLITE = {
    f"{table}_no_{what.lower()}": (
        f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END"
    )
    for table in _TABLES
    for what in ("UPDATE", "DELETE")
} | {
    f"{table}_no_replace": (
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608 - names of our own
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE ({same}) OR rowid = NEW.rowid) "
        "BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END"
    )
    for table, same in _SAME.items()
}
_POSTGRES = {f"{table}_append_only": table for table in _TABLES}
_RAISES = "BEGIN RAISE EXCEPTION 'the register is append-only'; END"
#: How PostgreSQL notes BEFORE (2) DELETE (8) OR UPDATE (16) OR TRUNCATE (32) FOR EACH STATEMENT, and that it is enabled.
_TYPE, _ENABLED = 2 | 8 | 16 | 32, ("O", "A")


def missing_guards(connection: Any) -> tuple[str, ...]:
    """The triggers that are not there as they were made, by name."""
    import sqlalchemy as sa

    if connection.dialect.name == "sqlite":
        rows = connection.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        there = {row.name: row.sql for row in rows}
        return tuple(name for name, sql in sorted(_SQLITE.items()) if there.get(name) != sql)
    rows = connection.execute(
        sa.text(
            "SELECT t.tgname, c.relname, t.tgtype, t.tgenabled::text AS enabled, p.prosrc, t.tgqual IS NULL AND"
            " t.tgattr::text = '' AS always FROM pg_trigger t"
            " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE t.tgrelid IN (to_regclass('entries'), to_regclass('claims'))"
        )
    )
    there = {
        row.tgname: row.relname
        for row in rows
        if row.tgtype == _TYPE and row.enabled in _ENABLED and row.always and row.prosrc.strip() == _RAISES
    }
    return tuple(name for name, table in sorted(_POSTGRES.items()) if there.get(name) != table)
