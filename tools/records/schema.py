"""The records' schema: brought to its newest version by the owner, used by a role that owns nothing."""

import asyncio
import secrets
import threading
from pathlib import Path
from typing import cast
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import sql
from psycopg.rows import TupleRow
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from tools.records.tenancy import padded_halves, secret_from_inner

APP_ROLE = "amends_app"
_ONE_MIGRATION_AT_A_TIME = 0x414D454E  # "AMEN": the advisory lock's number, one per database
_ONE_HERE = threading.Lock()  # Alembic keeps the running migration in a global
_ROLE_ATTEMPTS = 5  # roles belong to the whole server, so another database's migration may touch ours at once


def app_url(owner_url: str, app_password: str) -> str:
    """The same database as `owner_url`, entered as the application's role; `owner_url` is a `postgresql://` URL."""
    parts = urlsplit(owner_url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError("write the owner's address as postgresql://user:password@host:port/database")
    place = parts.netloc.rpartition("@")[2]
    who = f"{APP_ROLE}:{quote(app_password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{who}@{place}"))


async def migrate(owner_url: str, app_password: str, *, tenancy_secret: bytes | None = None) -> None:
    """Bring the database to the newest version and the application's role to `app_password`; safe to repeat.

    Two processes at once wait for each other. `tenancy_secret` becomes the database's; left out, the one it has is
    kept, or a random one made (read it with `read_tenancy_secret`). Raises psycopg.OperationalError when the database
    is down and ValueError when the role exists with rights that would defeat row-level security.
    """
    await asyncio.to_thread(_migrate, owner_url, app_password, tenancy_secret)


async def read_tenancy_secret(owner_url: str) -> bytes:
    """The database's tenancy secret, as the owner; LookupError before the first migration."""

    def read() -> bytes:
        with psycopg.connect(owner_url) as connection:
            known = connection.execute("select to_regclass('amends_private.tenancy_secret') is not null").fetchone()
            if known != (True,):
                raise LookupError("the database has no tenancy secret yet; migrate it first")
            row = connection.execute("select inner_pad from amends_private.tenancy_secret").fetchone()
        if row is None:
            raise LookupError("the database has no tenancy secret yet; migrate it first")
        return secret_from_inner(bytes(row[0]))

    return await asyncio.to_thread(read)


def _migrate(owner_url: str, app_password: str, tenancy_secret: bytes | None) -> None:
    with _ONE_HERE:
        _migrate_alone(owner_url, app_password, tenancy_secret)


def _migrate_alone(owner_url: str, app_password: str, tenancy_secret: bytes | None) -> None:
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(owner_url), poolclass=NullPool)
    with engine.begin() as connection:
        driver = cast("psycopg.Connection[TupleRow]", connection.connection.driver_connection)
        driver.execute("select pg_advisory_xact_lock(%s)", (_ONE_MIGRATION_AT_A_TIME,))
        _set_up_role(driver, app_password)
        driver.execute("create schema if not exists amends_private")
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        _keep_secret(driver, tenancy_secret)


def _set_up_role(owner: psycopg.Connection, password: str) -> None:
    # Sent as a SCRAM verifier, so that a server which logs statements does not log the password.
    verifier = owner.pgconn.encrypt_password(password.encode(), APP_ROLE.encode(), b"scram-sha-256").decode()
    for attempt in range(1, _ROLE_ATTEMPTS + 1):
        try:
            with owner.transaction():
                known = owner.execute("select 1 from pg_roles where rolname = %s", (APP_ROLE,)).fetchone()
                verb = sql.SQL("alter role" if known else "create role")
                owner.execute(
                    sql.SQL("{} {} login password {}").format(verb, sql.Identifier(APP_ROLE), sql.Literal(verifier))
                )
        except (psycopg.errors.InternalError_, psycopg.errors.UniqueViolation, psycopg.errors.DuplicateObject):
            if attempt == _ROLE_ATTEMPTS:
                raise
        else:
            break
    row = owner.execute(
        "select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication,"
        " exists (select from pg_auth_members where member = r.oid), rolname = current_user"
        " from pg_roles r where rolname = %s",
        (APP_ROLE,),
    ).fetchone()
    if row is None or any(row):
        raise ValueError(
            f"the role {APP_ROLE} may do more than read and write its own rows; drop it, and migrate as another role"
        )


def _keep_secret(owner: psycopg.Connection, secret: bytes | None) -> None:
    if secret is None:
        if owner.execute("select 1 from amends_private.tenancy_secret").fetchone() is not None:
            return
        secret = secrets.token_bytes(64)
    inner, outer = padded_halves(secret)
    owner.execute(
        "insert into amends_private.tenancy_secret (inner_pad, outer_pad) values (%s, %s)"
        " on conflict (only_one) do update set inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad",
        (inner, outer),
    )
