"""Runs 0001_records.sql as it stands."""

from pathlib import Path

from alembic import op
from psycopg import Connection

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run the file on the driver's own connection: it holds many statements, which SQLAlchemy would parse."""
    driver = op.get_bind().connection.driver_connection
    assert isinstance(driver, Connection)
    driver.execute((Path(__file__).parent.parent / "sql" / "0001_records.sql").read_bytes())
