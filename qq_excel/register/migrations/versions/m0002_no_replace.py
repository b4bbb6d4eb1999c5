"""On SQLite INSERT OR REPLACE takes a row away without asking the triggers that forbid it: two more ask."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

_SAME = {"entries": "n = NEW.n", "claims": "claim_id = NEW.claim_id AND n = NEW.n"}


def upgrade() -> None:
    """Make the triggers. PostgreSQL knows no such statement; its ON CONFLICT is an update."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for table, same in _SAME.items():
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608 - names of our own
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE ({same}) OR rowid = NEW.rowid) "
            "BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END"
        )


def downgrade() -> None:
    """Nothing goes back: a register is append-only. Restore a backup into a register of the older version."""
    raise NotImplementedError
