"""Runs 0018_proposal_amount.sql as it stands."""

from pathlib import Path

from alembic import op
from psycopg import Connection

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Run the file on the driver's own connection: it holds many statements, which SQLAlchemy would parse."""
    driver = op.get_bind().connection.driver_connection
    assert isinstance(driver, Connection)
    driver.execute((Path(__file__).parent.parent / "sql" / "0018_proposal_amount.sql").read_bytes())
