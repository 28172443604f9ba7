"""Connections to the records, each transaction scoped to one merchant."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from time import monotonic
from typing import Any, LiteralString, Self

from psycopg import AsyncClientCursor, AsyncConnection, AsyncCursor, OperationalError
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout

from tools.records.crypto import KEY_BYTES
from tools.records.tenancy import merchant_pass

Scope = AsyncConnection[TupleRow]
"""A connection inside a transaction that sees and writes one merchant's rows."""

# Both in one message: nearly every transaction here is a few short statements, so each trip to the server counts.
_ENTER: LiteralString = "begin; select set_config('amends.merchant', %s, true), set_config('amends.pass', %s, true)"
# Class 08 and 57P: the connection or the server went away (PostgreSQL manual, appendix A).
_GONE = ("08", "57P")


class RecordsUnavailable(Exception):
    """The database cannot be reached now. Nothing was written by the transaction that met it; trying again helps."""


class WrongTenancySecret(Exception):
    """The database was migrated with another tenancy secret, so every merchant would look empty."""


async def at_once(scope: Scope, statements: LiteralString, given: Sequence[str]) -> AsyncCursor[TupleRow]:
    """Send several statements in one message; the cursor stands at the last one's result.

    Only the simple protocol carries more than one, so the values are written into the text, quoted by psycopg.
    """
    cursor = await AsyncClientCursor(scope).execute(statements, given)
    while cursor.nextset():
        pass
    return cursor


def _server_is_gone(error: OperationalError) -> bool:
    return error.sqlstate is None or error.sqlstate.startswith(_GONE)


async def _leave_nothing_behind(connection: Scope) -> None:
    # A statement smuggled into one merchant's transaction must not reach the next one's on the same connection: no
    # settings, cursors, prepared statements, advisory locks or temporary tables survive.
    await connection.execute("discard all")


class Records:
    """The pool as the application's role. Make it with `connect`; share one per process and event loop."""

    def __init__(self, pool: AsyncConnectionPool[Scope], *, master_key: bytes, tenancy_secret: bytes) -> None:
        if len(master_key) != KEY_BYTES:
            raise ValueError(f"the master key has {len(master_key)} bytes; it must have {KEY_BYTES}")
        self._pool = pool
        self._tenancy_secret = tenancy_secret
        self.master_key = master_key

    @classmethod
    async def connect(
        cls, url: str, *, master_key: bytes, tenancy_secret: bytes, size: int = 8, patience_seconds: float = 5.0
    ) -> Self:
        """Open `size` connections at most. `url` is the application's (`schema.app_url`), never the owner's.

        A transaction waits `patience_seconds` for a connection before it raises RecordsUnavailable, which is also
        what is raised here when the database is down; WrongTenancySecret when the secret is not the database's.
        """
        kwargs: dict[str, Any] = {
            "autocommit": True,
            # Named statements would live on the connection, where smuggled SQL could replace them.
            "prepare_threshold": None,
            "application_name": "amends",
            "options": "-c search_path=pg_catalog,pg_temp -c timezone=UTC",
            "connect_timeout": max(2, round(patience_seconds)),
        }
        pool: AsyncConnectionPool[Scope] = AsyncConnectionPool(
            url,
            kwargs=kwargs,
            min_size=1,
            max_size=size,
            open=False,
            timeout=patience_seconds,
            # Given up soon, because the pool's own pauses double: after a long outage the next caller, not a timer,
            # makes the new attempt.
            reconnect_timeout=1.0,
            reset=_leave_nothing_behind,
            name="amends-records",
        )
        records = cls(pool, master_key=master_key, tenancy_secret=tenancy_secret)
        try:
            await pool.open(wait=True, timeout=patience_seconds)
            await records._check_role_and_secret()
        except PoolTimeout as late:
            await pool.close()
            raise RecordsUnavailable("the records' database does not answer; check that PostgreSQL runs") from late
        except BaseException:
            await pool.close()
            raise
        return records

    async def _check_role_and_secret(self) -> None:
        async with self.merchant("connection-check") as scope:
            cursor = await scope.execute(
                "select r.rolsuper or r.rolbypassrls, amends.current_merchant() from pg_roles r"
                " where r.rolname = current_user"
            )
            row = await cursor.fetchone()
        assert row is not None
        if row[0]:
            raise ValueError("the records must not be opened by a role above row-level security; use app_url(…)")
        if row[1] != "connection-check":
            raise WrongTenancySecret(
                "the tenancy secret is not the one in the database; pass it to migrate(…, tenancy_secret=…)"
            )

    async def close(self) -> None:
        """Give every connection back."""
        await self._pool.close()

    @asynccontextmanager
    async def merchant(self, merchant: str) -> AsyncGenerator[Scope, None]:
        """A transaction that sees and writes `merchant`'s rows only; committed at the end, rolled back on an error.

        Raises RecordsUnavailable when the database is down or goes away meanwhile.
        """
        if not merchant:
            raise ValueError("a transaction needs a merchant's id")
        try:
            async with AsyncExitStack() as leaving:
                yield await self._enter(leaving, merchant)
        except (PoolTimeout, PoolClosed) as none:
            raise RecordsUnavailable("no connection to the records; check that PostgreSQL runs") from none
        except OperationalError as error:
            if _server_is_gone(error):
                raise RecordsUnavailable("the connection to the records broke; try again") from error
            raise

    async def _enter(self, leaving: AsyncExitStack, merchant: str) -> Scope:
        # Beginning the transaction is the check that the connection lives. After the database was restarted every
        # idle connection is dead: each is thrown away on its first failure, at once, until the pool makes a new one.
        # (The pool's own check pauses after each, doubling, and so outlasts any patience.)
        entry = (merchant, merchant_pass(self._tenancy_secret, merchant))
        deadline = monotonic() + self._pool.timeout
        for _ in range(self._pool.max_size):
            try:
                return await self._begin(leaving, entry, deadline - monotonic())
            except PoolTimeout:
                raise
            except OperationalError as error:
                if not _server_is_gone(error):
                    raise
        return await self._begin(leaving, entry, deadline - monotonic())

    async def _begin(self, leaving: AsyncExitStack, entry: tuple[str, str], patience: float) -> Scope:
        async with AsyncExitStack() as entering:
            connection = await entering.enter_async_context(self._pool.connection(timeout=max(0.0, patience)))
            await at_once(connection, _ENTER, entry)
            leaving.push_async_exit(entering.pop_all())
        return connection
