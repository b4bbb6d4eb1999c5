"""The tables of the database. What changes here needs a migration of its own (``migrations/versions``)."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

#: The chain. ``n`` counts from 1 without a gap; triggers forbid to change or take away a row.
entries = sa.Table(
    "entries",
    metadata,
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
    sa.Index("entries_subject", "event", "subject", "n"),
    sa.Index("entries_period", "period", "unit"),
)

#: The claims that an entry names itself; a copy of what stands in the chain, to search by.
claims = sa.Table(
    "claims",
    metadata,
    sa.Column("claim_id", sa.Text, primary_key=True),
    sa.Column("n", sa.BigInteger, sa.ForeignKey("entries.n"), primary_key=True),
)
