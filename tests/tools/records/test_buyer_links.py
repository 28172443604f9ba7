"""Links for buyers: one case each, not to be guessed, found by nobody else, and over when they should be."""

from datetime import timedelta

from tests.tools.records.erasing import erase
from tests.workflows.house import case
from tools.records.audit import AuditTrail
from tools.records.buyer_links import BuyerLinks
from tools.records.cases import CaseRecords
from tools.records.house import HOUSE
from tools.records.records import Records


async def opened(records: Records, merchant: str, case_id: str) -> None:
    bundle = case(case_id, "lost: nada chegou", charge=f"ch_{merchant}_{case_id}".replace("-", "_"))
    named = bundle.merchant.model_copy(update={"id": merchant})
    await CaseRecords(records).open_case(bundle.model_copy(update={"merchant": named}), {})


async def test_a_link_opens_its_own_case_and_stays_the_same(records: Records, merchant: str) -> None:
    links = BuyerLinks(records)
    await opened(records, merchant, "c-1")
    await opened(records, merchant, "c-2")
    token = await links.token(merchant, "c-1")
    assert await links.token(merchant, "c-1") == token
    assert await BuyerLinks(records).token(merchant, "c-1") == token
    assert await links.token(merchant, "c-2") != token
    found = await links.find(token)
    assert found is not None
    assert (found.merchant, found.case_id) == (merchant, "c-1")
    assert len(token) == 43


async def test_what_is_no_link_finds_nothing(records: Records, merchant: str) -> None:
    links = BuyerLinks(records)
    await opened(records, merchant, "c-1")
    token = await links.token(merchant, "c-1")
    for wrong in ("", token[:-1], token + "A", token.swapcase(), "A" * 43, "\u202e" * 43):
        assert await links.find(wrong) is None


async def test_another_link_ends_the_one_before(records: Records, merchant: str) -> None:
    links = BuyerLinks(records)
    await opened(records, merchant, "c-1")
    before = await links.token(merchant, "c-1")
    after = await links.renew(merchant, "c-1", by="Marta")
    assert await links.find(before) is None
    assert await links.find(after) is not None
    await links.revoke(merchant, "c-1", by="Marta")
    assert await links.find(after) is None
    actions = [(entry.action, entry.actor) for entry in await AuditTrail(records).entries(merchant, case_id="c-1")]
    assert actions.count(("buyer_link.made", "amends")) == 2
    assert actions.count(("buyer_link.revoked", "Marta")) == 2


async def test_a_link_ends_after_its_time_and_some_days_after_its_case(records: Records, merchant: str) -> None:
    await opened(records, merchant, "c-1")
    over = BuyerLinks(records, lasts=timedelta(0))
    token = await over.token(merchant, "c-1")
    assert await over.find(token) is None
    # The next mail's link holds again.
    lasting = BuyerLinks(records)
    token = await lasting.token(merchant, "c-1")
    assert await lasting.find(token) is not None
    await CaseRecords(records).set_status(merchant, "c-1", "closed", "paid")
    assert await lasting.find(token) is not None
    assert await BuyerLinks(records, after_closing=timedelta(0)).find(token) is None


async def test_the_link_of_an_erased_case_opens_nothing(records: Records, merchant: str) -> None:
    links = BuyerLinks(records)
    await opened(records, merchant, "c-1")
    token = await links.token(merchant, "c-1")
    await erase(records, merchant, "c-1")
    assert await links.find(token) is None


async def test_the_records_keep_no_token_and_show_no_merchant_the_links(records: Records, merchant: str) -> None:
    links = BuyerLinks(records)
    await opened(records, merchant, "c-1")
    token = await links.token(merchant, "c-1")
    query = "select row_to_json(l)::text from amends.buyer_link l"
    async with records.merchant(HOUSE) as scope:
        rows = [str(row[0]) async for row in await scope.execute(query)]
    assert rows
    assert all(token not in row for row in rows)
    async with records.merchant(merchant) as scope:
        assert await (await scope.execute(query)).fetchall() == []
