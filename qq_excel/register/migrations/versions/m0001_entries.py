"""The chain of entries and the claims that they name; rows that were written stay as they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TABLES = ("entries", "claims")


def upgrade() -> None:
    """Make the tables and the triggers that keep them."""
    op.create_table(
        "entries",
        sa.Column("n", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("unit", sa.Text),
        sa.Column("period", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.create_index("entries_subject", "entries", ["event", "subject", "n"])
    op.create_index("entries_period", "entries", ["period", "unit"])
    op.create_table(
        "claims",
        sa.Column("claim_id", sa.Text, primary_key=True),
        sa.Column("n", sa.BigInteger, sa.ForeignKey("entries.n"), primary_key=True),
    )
    if op.get_bind().dialect.name == "sqlite":
        for table in _TABLES:
            for what in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION qq_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the register is append-only'; END $$"
    )
    for table in _TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION qq_append_only()"
        )


def downgrade() -> None:
    """Nothing goes back: a register is append-only. Restore a backup into a register of the older version."""
    raise NotImplementedError
