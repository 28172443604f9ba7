"""Who saw what: views, reveals, exports and the use of keys, for the audit chain."""

from datetime import timedelta

from console.web.house import House
from tools.records.audit import append
from tools.records.sessions import SignedIn

_ONCE_IN = timedelta(minutes=10)
"""Reading on in a case is no other view of it: the chain is there to be read by people."""


async def record_view(house: House, signed: SignedIn, case_id: str) -> None:
    """Chain that the person saw the case; at most once in ten minutes for a person and a case."""
    await _once(house, signed.merchant, signed.account_id, "case.viewed", case_id)


async def record_reveal(house: House, signed: SignedIn, case_id: str, what: str) -> None:
    """Chain that the person saw personal data in full; `what` is the name of a field, such as `email`."""
    await house.installation.audit.record(
        signed.merchant, actor=signed.account_id, action=f"personal.revealed.{what}", case_id=case_id
    )


async def record_export(house: House, signed: SignedIn, what: str, digest: str = "", case_id: str = "") -> None:
    """Chain that the person took something out; `digest` is of its bytes where they are known beforehand."""
    await house.installation.audit.record(
        signed.merchant, actor=signed.account_id, action=f"exported.{what}", case_id=case_id, digest=digest
    )


async def record_key_use(house: House, merchant: str, key_id: str) -> None:
    """Chain that an API key was used; at most once in ten minutes for a key."""
    await _once(house, merchant, f"key:{key_id}", "key.used", "")


async def _once(house: House, merchant: str, actor: str, action: str, case_id: str) -> None:
    async with house.installation.records.merchant(merchant) as scope:
        # Two pages that are opened at once queue here, each in its own transaction.
        await scope.execute(
            "select pg_advisory_xact_lock(hashtextextended(amends.current_merchant() || %s, 1))",
            (f"/{actor}/{action}/{case_id}",),
        )
        cursor = await scope.execute(
            "select exists (select from amends.audit_entry where case_id = %s and actor = %s and action = %s"
            " and at > clock_timestamp() - %s)",
            (case_id, actor, action, _ONCE_IN),
        )
        if await cursor.fetchone() == (False,):
            await append(scope, actor=actor, action=action, case_id=case_id)
