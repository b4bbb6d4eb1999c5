"""Alembic's entry: migrates over the connection, within the transaction, that the register holds."""

from __future__ import annotations

from alembic import context

from qq_excel.register.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
