"""The records' schema as numbered SQL files, run in order by Alembic as the owner."""
