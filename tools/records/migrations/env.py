"""Alembic's entry: runs the versions on the connection and inside the transaction that `migrate` opened."""

from alembic import context
from sqlalchemy import Connection

connection = context.config.attributes["connection"]
if not isinstance(connection, Connection):
    raise TypeError("run migrations through tools.records.schema.migrate, which opens the owner's connection")
context.configure(connection=connection, version_table_schema="amends_private", transactional_ddl=True)
context.run_migrations()
