"""Who saw what: views, reveals, exports and the use of keys, for the audit chain."""

from datetime import timedelta

from console.api.caller import actor_of
from console.web.house import House
from tools.records.api_keys import ApiKey
from tools.records.audit import append
from tools.records.sessions import SignedIn

ONCE_IN = timedelta(minutes=10)
"""Reading on in a case is no other view of it: the chain is there to be read by people."""


async def record_view(house: House, who: SignedIn | ApiKey, case_id: str, what: str = "case", digest: str = "") -> None:
    """Chain that a person or a system saw the case, or `what` of it; `digest` names the very version.

    At most once in ten minutes for who looks and what is looked at.
    """
    await _once(house, who.merchant, _actor(who), f"{what}.viewed", case_id, digest)


async def record_reveal(house: House, who: SignedIn | ApiKey, case_id: str, what: str) -> None:
    """Chain that personal data was shown in full; `what` is the name of a field, such as `email`, or `case` for all."""
    await house.installation.audit.record(
        who.merchant, actor=_actor(who), action=f"personal.revealed.{what}", case_id=case_id
    )


async def record_export(house: House, who: SignedIn | ApiKey, what: str, digest: str = "", case_id: str = "") -> None:
    """Chain that something was taken out; `digest` is of its bytes where they are known beforehand."""
    await house.installation.audit.record(
        who.merchant, actor=_actor(who), action=f"exported.{what}", case_id=case_id, digest=digest
    )


async def record_key_use(house: House, key: ApiKey) -> None:
    """Chain that an API key was used; at most once in ten minutes for a key."""
    await _once(house, key.merchant, actor_of(key), "key.used", "", "")


def _actor(who: SignedIn | ApiKey) -> str:
    return who.account_id if isinstance(who, SignedIn) else actor_of(who)


async def _once(house: House, merchant: str, actor: str, action: str, case_id: str, digest: str) -> None:
    async with house.installation.records.merchant(merchant) as scope:
        # Two pages that are opened at once queue here, each in its own transaction.
        await scope.execute(
            "select pg_advisory_xact_lock(hashtextextended(amends.current_merchant() || %s, 1))",
            (f"/{actor}/{action}/{case_id}/{digest}",),
        )
        cursor = await scope.execute(
            "select exists (select from amends.audit_entry where case_id = %s and actor = %s and action = %s"
            " and digest = %s and at > clock_timestamp() - %s)",
            (case_id, actor, action, digest, ONCE_IN),
        )
        if await cursor.fetchone() == (False,):
            await append(scope, actor=actor, action=action, case_id=case_id, digest=digest)
