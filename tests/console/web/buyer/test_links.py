"""Who has no link sees nothing, and cannot tell why; who has one is seen by staff without being named."""

import html
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from console.web.application import make_application
from console.web.house import House as WebHouse
from tests.console.web.buyer.visits import hidden, link_of
from tests.console.web.visiting import Visiting, Visitor
from tests.workflows.hasty import offered
from tests.workflows.house import House, running_house
from tests.workflows.test_chargeback_case import disputed, sample
from tools.records.buyer_links import BuyerLinks
from tools.records.crypto import derive_secret
from tools.records.records import Records
from tools.records.schema import app_url
from workflows.messages import Stage


async def test_unknown_revoked_and_foreign_links_get_the_identical_answer(house: House, visiting: Visiting) -> None:
    async with house.worker():
        await offered(house, "link-1")
        links, ana = BuyerLinks(house.installation.records), visiting.nobody()
        revoked = f"/b/{await links.token('lumen', 'link-1')}"
        fields = await hidden(ana, revoked)
        await links.renew("lumen", "link-1", by="test")
        bundle, files = sample("c01-visa-131", "link-dispute")
        await disputed(house, bundle, files)
        of_a_chargeback = await link_of(house, "link-dispute")
        wrong = [revoked, of_a_chargeback, f"/b/{'A' * 43}", "/b/x", f"{revoked}A"]
        answers = [await ana.get(path) for path in wrong]
        answers += [await ana.http.post(f"{path}/accept", data=fields) for path in wrong]
    assert {each.status_code for each in answers} == {404}
    assert len({each.text for each in answers}) == 1
    assert len({tuple(sorted(each.headers.items())) for each in answers}) == 1
    assert await house.refunded("ch_link_1") == []


async def test_a_link_that_opens_nothing_answers_in_the_browsers_language(house: House, visiting: Visiting) -> None:
    ana = visiting.nobody()
    answer = await ana.http.get("/b/none", headers={"accept-language": "xx, ja;q=0.8, de;q=0.5"})
    assert 'lang="ja"' in answer.text


async def test_an_address_nobody_gave_out_opens_nothing(house: House, visiting: Visiting) -> None:
    async with house.worker():
        await offered(house, "link-7")
        path, ana = await link_of(house, "link-7"), visiting.nobody()
        assert (await ana.http.post(f"{path}/refund", data=await hidden(ana, path))).status_code == 404
        assert (await ana.get(f"{path}?took=%00&language=%00")).status_code == 200
        assert (await ana.get("/b/%00%ff")).status_code == 404
        assert (await house.desk.view("lumen", "link-7")).stage is Stage.OFFERED


@pytest.fixture
async def unread(web: WebHouse) -> AsyncIterator[Visitor]:
    """Somebody at a console whose records do not answer."""
    key = web.installation.master_key
    url = app_url(web.installation.addresses.postgres_url, derive_secret(key, "application-role").hex())
    records = await Records.connect(url, master_key=key, tenancy_secret=derive_secret(key, "tenancy"))
    await records.close()
    down = replace(web, installation=replace(web.installation, records=records))
    async with Visiting(down, make_application(down)) as visits:
        yield visits.nobody()


async def test_while_the_records_are_down_the_page_says_so_in_the_browsers_language(unread: Visitor) -> None:
    answer = await unread.http.get(f"/b/{'A' * 43}", headers={"accept-language": "de-AT"})
    assert answer.status_code == 503
    assert "nichts geht verloren" in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_what_was_typed_while_the_records_are_down_is_given_back_as_the_same_form_and_taken_later(
    house: House, web: WebHouse, unread: Visitor, visiting: Visiting
) -> None:
    async with house.worker():
        await offered(house, "link-10")
        path = await link_of(house, "link-10")
    token, typed = path.removeprefix("/b/"), "Nur der <Fuß> ist zerkratzt"
    form = {"form_token": web.form_tokens.of(token), "form": "a" * 32}
    for act, fields in (("counter", {"amount": "3,50"}), ("appeal", {"text": typed}), ("say", {"text": typed})):
        given = await unread.http.post(f"{path}/{act}?language=de", data={**form, **fields})
        assert given.status_code == 503
        assert "Bitte senden Sie sie gleich noch einmal" in given.text
        assert html.escape(next(iter(fields.values())), quote=False) in given.text
        assert f'action="{path}/{act}?language=de"' in given.text
        assert all(f'name="{name}" value="{value}"' in given.text for name, value in form.items())
    foreign = await unread.http.post(f"{path}/say", data={**form, "form_token": "0" * 64, "text": typed})
    assert foreign.status_code == 503
    assert typed.split()[0] not in foreign.text
    async with house.worker():
        for _ in range(2):
            again = await visiting.nobody().http.post(f"{path}/say", data={**form, "text": typed})
            assert again.status_code == 303
    bundle = await house.installation.cases.bundle("lumen", "link-10")
    assert [message.text for message in bundle.messages].count(typed) == 1


async def test_a_form_needs_the_token_of_its_own_link(house: House, visiting: Visiting) -> None:
    async with house.worker():
        await offered(house, "link-2")
        await offered(house, "link-3")
        ana = visiting.nobody()
        fields = await hidden(ana, await link_of(house, "link-2"))
        for given in (fields, {**fields, "form_token": ""}):
            answer = await ana.http.post(f"{await link_of(house, 'link-3')}/accept", data=given)
            assert answer.status_code == 403
        assert (await house.desk.view("lumen", "link-3")).stage is Stage.OFFERED


async def test_a_link_is_looked_at_only_so_often(house: House, visiting: Visiting) -> None:
    async with house.worker():
        await offered(house, "link-4")
        path, ana = await link_of(house, "link-4"), visiting.nobody()
        codes = [(await ana.get(path)).status_code for _ in range(62)]
        assert codes[:60] == [200] * 60
        assert codes[60:] == [429, 429]
        # Another buyer is not held up by it.
        await offered(house, "link-5")
        assert (await ana.get(await link_of(house, "link-5"))).status_code == 200


async def test_staff_see_once_a_day_that_the_page_was_opened(house: House, visiting: Visiting) -> None:
    async with house.worker():
        await offered(house, "link-6")
        path, ana = await link_of(house, "link-6"), visiting.nobody()
        await ana.get(path)
        await ana.get(path)
    events = await house.installation.cases.events("lumen", "link-6")
    opened = [event for event in events if event.what == "buyer:opened-page"]
    assert [(event.actor, event.detail) for event in opened] == [("buyer", "")]
    assert (await house.installation.audit.verify("lumen")).intact


@pytest.fixture
async def public_house() -> AsyncIterator[House]:
    async with running_house(public_url="https://help.lumen.example") as running:
        yield running


async def test_mails_carry_the_link_where_a_public_address_is_known_and_staff_do_not_see_it(
    house: House, public_house: House
) -> None:
    async with house.worker():
        await offered(house, "mail-1")
    assert all("/b/" not in mail["body"] for mail in house.mail("mail-1"))
    async with public_house.worker():
        await offered(public_house, "mail-1")
    (mail,) = public_house.mail("mail-1")
    token = await BuyerLinks(public_house.installation.records).token("lumen", "mail-1")
    assert mail["body"].endswith(f"https://help.lumen.example/b/{token}")
    events = await public_house.installation.cases.events("lumen", "mail-1")
    assert all(token not in event.detail for event in events)
