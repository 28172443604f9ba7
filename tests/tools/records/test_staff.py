"""Accounts, roles and sessions: who gets in, who does not, and what ends a session."""

import pytest

from knowledge.rules.authority import Role
from tools.records.house import HOUSE
from tools.records.records import Records
from tools.records.sessions import Sessions
from tools.records.staff import AccountLocked, Staff

_PASSWORD = "a lamp in the attic"


async def person(records: Records, email: str, **roles: Role) -> str:
    staff = Staff(records)
    account = await staff.add(email, "Ana", password=_PASSWORD, by="test")
    for merchant, role in roles.items():
        await staff.grant(account, merchant, role, by="test")
    return account


async def test_the_right_password_and_no_other_lets_in(records: Records) -> None:
    account = await person(records, "Right@Shop.example", lumen=Role.REVIEWER)
    staff = Staff(records)
    found = await staff.check_password(" right@shop.EXAMPLE", _PASSWORD)
    assert found is not None
    assert (found.account_id, found.roles) == (account, {"lumen": Role.REVIEWER})
    assert await staff.check_password("right@shop.example", _PASSWORD + "!") is None
    assert await staff.check_password("nobody@shop.example", _PASSWORD) is None


async def test_ten_wrong_passwords_close_the_account_for_a_while_even_to_the_right_one(records: Records) -> None:
    await person(records, "locked@shop.example")
    staff = Staff(records)
    for _ in range(10):
        assert await staff.check_password("locked@shop.example", "wrong") is None
    with pytest.raises(AccountLocked, match="opens again at"):
        await staff.check_password("locked@shop.example", _PASSWORD)


@pytest.mark.parametrize(
    ("email", "name", "password", "told"),
    [
        ("no address", "Ana", _PASSWORD, "email: write an address"),
        ("@shop.example", "Ana", _PASSWORD, "email: write an address"),
        ("weak@shop.example", "Ana", "short", "password: must have 12 to 200 characters"),
        ("weak@shop.example", " ", _PASSWORD, "name: write 1 to 100 characters"),
    ],
)
async def test_what_cannot_be_an_account_is_refused_by_field(
    records: Records, email: str, name: str, password: str, told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        await Staff(records).add(email, name, password=password, by="test")


async def test_an_address_has_one_account(records: Records) -> None:
    await person(records, "twice@shop.example")
    with pytest.raises(ValueError, match=r"email: twice@shop\.example has an account already"):
        await person(records, "TWICE@shop.example")


async def test_a_session_stands_at_one_merchant_and_turns_only_to_those_with_a_role(records: Records) -> None:
    account = await person(records, "two@shop.example", lumen=Role.REVIEWER, other=Role.AUDITOR)
    sessions = Sessions(records)
    token = await sessions.begin(account, "lumen")
    signed = await sessions.find(token)
    assert signed is not None
    assert (signed.merchant, signed.role, signed.merchants) == ("lumen", Role.REVIEWER, ("lumen", "other"))
    await sessions.go_to(token, "other")
    turned = await sessions.find(token)
    assert turned is not None
    assert (turned.merchant, turned.role) == ("other", Role.AUDITOR)
    with pytest.raises(LookupError, match="there is no merchant foreign"):
        await sessions.go_to(token, "foreign")
    with pytest.raises(LookupError, match="has no role at foreign"):
        await sessions.begin(account, "foreign")


@pytest.mark.parametrize("ending", ["signed out", "revoked", "disabled", "password", "idle", "over"])
async def test_a_session_ends(records: Records, ending: str) -> None:
    account = await person(records, f"{ending.replace(' ', '-')}@shop.example", lumen=Role.REVIEWER)
    staff, sessions = Staff(records), Sessions(records)
    token = await sessions.begin(account, "lumen")
    assert await sessions.find(token) is not None
    match ending:
        case "signed out":
            await sessions.end(token)
        case "revoked":
            await staff.revoke(account, "lumen", by="test")
        case "disabled":
            await staff.set_disabled(account, True, by="test")
        case "password":
            await staff.set_password(account, _PASSWORD + " again", by="test")
        case "idle":
            async with records.merchant(HOUSE) as scope:
                await scope.execute(
                    "update amends.session set seen_at = clock_timestamp() - interval '61 minutes'"
                    " where account_id = %s",
                    (account,),
                )
        case _:
            # Its end cannot be moved by the application; a session that is over is one with another row's end.
            async with records.merchant(HOUSE) as scope:
                await scope.execute("delete from amends.session where account_id = %s", (account,))
                await scope.execute(
                    "insert into amends.session (merchant, token_sha256, account_id, at_merchant, ends_at) values"
                    " (%s, encode(sha256(%s), 'hex'), %s, 'lumen', clock_timestamp() - interval '1 second')",
                    (HOUSE, token.encode(), account),
                )
    assert await sessions.find(token) is None


@pytest.mark.parametrize(("used", "kept"), [(True, True), (False, False)])
async def test_what_a_page_asks_by_itself_keeps_no_session_from_being_idle(
    records: Records, used: bool, kept: bool
) -> None:
    account = await person(records, f"idle-{used}@shop.example", lumen=Role.REVIEWER)
    sessions = Sessions(records)
    token = await sessions.begin(account, "lumen")
    for _ in range(2):
        async with records.merchant(HOUSE) as scope:
            await scope.execute(
                "update amends.session set seen_at = seen_at - interval '40 minutes' where account_id = %s", (account,)
            )
        await sessions.find(token, used=used)
    assert (await sessions.find(token) is not None) is kept


async def test_a_made_up_token_is_nobodys(records: Records) -> None:
    assert await Sessions(records).find("made up") is None
