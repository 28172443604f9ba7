"""The case page without a browser: what it shows to whom, what it hides, and what it refuses."""

import io
import re

from PIL import Image

from console.web.house import House as WebHouse
from knowledge.override import WrongPlace
from knowledge.rules.authority import Role
from tests.console.web.case.shown_cases import scratched_lamp
from tests.console.web.visiting import Visiting, Visitor
from tests.tools.bundles.lamp_bundle import picture
from tests.workflows.hasty import ended, hasty
from tests.workflows.house import House, plain_household
from tools.records.leases import Leases
from tools.records.overrides import Overrides
from tools.records.person_reviews import PersonReviews, ReviewState
from tools.records.second_looks import SecondLooks
from workflows.messages import Stage

_HIDDEN = ("Ana Lima", "ana@example.org", "912 345 678", "4050-262")
_FIELD = re.compile(r'name="(lease|review_id|decision_id|opened)" value="([^"]*)"')


async def waiting(house: House, case_id: str, price: str = "180.00") -> str:
    """A scratched lamp that waits for a person; its page's address."""
    await house.open(*scratched_lamp(case_id, price))
    await house.until(case_id, Stage.REVIEW)
    return f"/cases/{case_id}"


async def proposed(house: House, case_id: str) -> str:
    """The amount the case proposes: what it is depends on the cases that ended before, not on the page."""
    amount = (await house.desk.view("lumen", case_id)).amount
    assert amount is not None
    return str(amount)


async def decide(visitor: Visitor, page: str, action: str, **fields: str) -> str:
    """Open the page, send its form, and the panel that comes back."""
    shown = await visitor.get(page)
    hidden = {"review_id": "r-own", "opened": "2026-03-20T08:00:00Z", **dict(_FIELD.findall(shown.text))}
    token = re.search(r'name="form_token" value="([0-9a-f]{64})"', shown.text)
    assert token is not None
    answer = await visitor.http.post(
        f"{page}/decisions",
        data={**hidden, "action": action, "looked": "yes", **fields, "form_token": token[1]},
        headers={"hx-request": "true"},
    )
    assert answer.status_code == (400 if answer.headers.get("hx-retarget") else 200), answer.text
    return answer.text


async def test_the_page_shows_the_case_and_hides_the_person_until_somebody_reveals_it(
    house: House, visiting: Visiting
) -> None:
    async with house.worker():
        page = await waiting(house, "shown-1")
        ana = await visiting.signed_in(Role.REVIEWER)
        shown = (await ana.get(page)).text
        for words in (
            "price reduction",
            await proposed(house, "shown-1"),
            "fair between ",
            "no scan for 5 d 11 h",
            "entitlement.eu",
        ):
            assert words in shown, words
        assert [value for value in _HIDDEN if value in shown] == []
        revealed = (await ana.post(f"{page}/reveal", on=page)).text
        assert [value for value in _HIDDEN if value not in revealed] == []
        again = (await ana.get(page)).text
        assert [value for value in _HIDDEN if value in again] == []
    chain = await house.installation.audit.entries("lumen", case_id="shown-1")
    mine = [entry.action for entry in chain if entry.actor == ana.account]
    assert mine == ["case.viewed", "personal.revealed.case"]


async def test_a_foreign_case_and_an_absent_one_get_the_same_answer(house: House, visiting: Visiting) -> None:
    async with house.worker():
        await waiting(house, "shown-2")
    stranger = await visiting.signed_in(Role.ADMIN, merchant="other")
    bundle = await house.installation.cases.bundle("lumen", "shown-2")
    digest = bundle.photos[0].sha256
    for rest in ("", "/live", f"/evidence/{digest}", "/facts/claim.reason", "/reviews/r-1"):
        foreign = await stranger.get(f"/cases/shown-2{rest}")
        absent = await stranger.get(f"/cases/nowhere{rest}")
        assert (foreign.status_code, foreign.text) == (404, absent.text.replace("nowhere", "shown-2")), rest
        assert absent.status_code == 404
    for rest in ("/reveal", "/take-over", "/undo", "/return-received"):
        foreign = await stranger.post(f"/cases/shown-2{rest}", on="/second-looks")
        absent = await stranger.post(f"/cases/nowhere{rest}", on="/second-looks")
        assert (foreign.status_code, foreign.text) == (absent.status_code, absent.text.replace("nowhere", "shown-2"))
        assert foreign.status_code in {404, 409}


async def test_pictures_and_pdfs_are_shown_and_everything_else_is_only_downloaded(
    house: House, visiting: Visiting
) -> None:
    bundle, files = scratched_lamp("shown-3")
    await house.open(bundle, files)
    kept = await house.installation.cases.bundle("lumen", "shown-3")
    ana, clerk = await visiting.signed_in(Role.AUDITOR), await visiting.signed_in(Role.FINANCE)
    for item, media, disposition in (
        (kept.photos[0], "image/jpeg", "inline"),
        (kept.documents[0], "application/pdf", "inline"),
        (kept.documents[1], "application/octet-stream", "attachment"),
    ):
        answer = await ana.get(f"/cases/shown-3/evidence/{item.sha256}")
        if media != "image/jpeg":
            assert answer.content == files[item.path]
        assert answer.headers["content-type"] == media
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-disposition"].startswith(disposition)
        assert "script-src" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert (await clerk.get(f"/cases/shown-3/evidence/{item.sha256}")).status_code == 403


async def test_a_picture_is_shown_without_where_it_was_taken_and_one_that_cannot_be_decoded_is_not(
    house: House, visiting: Visiting
) -> None:
    bundle, files = scratched_lamp("shown-bare")
    where = Image.Exif()
    where.get_ifd(0x8825).update({1: "N", 2: (41.0, 9.0, 0.0)})
    path = bundle.photos[0].path
    files = {**files, path: picture(exif=where) + b"hidden behind the pixels"}
    photos = (bundle.photos[0].model_copy(update={"sha256": None}), *bundle.photos[1:])
    await house.open(bundle.model_copy(update={"photos": photos}), files)
    kept = await house.installation.cases.bundle("lumen", "shown-bare")
    ana = await visiting.signed_in(Role.AUDITOR)
    answer = await ana.get(f"/cases/shown-bare/evidence/{kept.photos[0].sha256}")
    assert answer.status_code == 200
    with Image.open(io.BytesIO(answer.content)) as shown:
        assert (dict(shown.getexif()), shown.getexif().get_ifd(0x8825)) == ({}, {})
    assert b"hidden" not in answer.content
    assert await house.installation.cases.evidence("lumen", "shown-bare", kept.photos[0].sha256 or "") == files[path]


async def test_who_may_not_decide_reads_the_case_and_takes_it_from_nobody(house: House, visiting: Visiting) -> None:
    async with house.worker():
        page = await waiting(house, "shown-4")
        auditor, clerk = await visiting.signed_in(Role.AUDITOR), await visiting.signed_in(Role.FINANCE)
        shown = await auditor.get(page)
        assert "there is nothing for you to decide now" in shown.text
        assert "data-choice" not in shown.text
        assert await Leases(house.installation.records).held("lumen", ["shown-4"]) == {}
        assert (await clerk.get(page)).status_code == 403
        assert (await auditor.post(f"{page}/undo", on="/")).status_code == 403


async def test_a_second_reader_sees_who_has_the_case_and_a_lead_takes_it_over(house: House, visiting: Visiting) -> None:
    async with house.worker():
        page = await waiting(house, "shown-5")
        ana, bea = await visiting.signed_in(Role.REVIEWER), await visiting.signed_in(Role.LEAD)
        hers = dict(_FIELD.findall((await ana.get(page)).text))
        seen = (await bea.get(page)).text
        assert "works on this case" in seen
        assert "data-choice" not in seen
        assert (await bea.post(f"{page}/take-over", on=page)).headers["location"] == page
        assert "data-choice" in (await bea.get(page)).text
        beat = await ana.post(f"{page}/lease", {"lease": hers["lease"]}, on="/second-looks")
        assert "works on it" in beat.text
        refused = await decide(ana, page, "approve", lease=hers["lease"])
        assert "in other hands" in refused
        assert (await house.desk.view("lumen", "shown-5")).stage is Stage.REVIEW


async def test_another_decision_than_the_proposed_one_says_where_the_machine_was_wrong(
    house: House, visiting: Visiting
) -> None:
    async with house.worker():
        page = await waiting(house, "shown-6")
        ana = await visiting.signed_in(Role.REVIEWER)
        less = {"amount": "20,00", "currency": "EUR", "resolution": "price_reduction"}
        refused = await decide(ana, page, "adjust", **less)
        assert "say where the proposal was wrong" in refused
        assert "amount:" in await decide(ana, page, "adjust", **{**less, "amount": "12.345"}, wrong="amount_too_high")
        taken = await decide(ana, page, "adjust", **less, wrong="fact_wrong:claim.severity", words="hardly visible")
        assert "Taken:" in taken
        await house.until("shown-6", Stage.OFFERED)
    (override,) = [one for one in await Overrides(house.installation.records).list("lumen") if one.case_id == "shown-6"]
    assert (override.place, override.fact) == (WrongPlace.FACT_WRONG, "claim.severity")
    assert override.account == ana.account


async def test_an_approval_with_something_against_it_needs_the_second_key_on_the_server_too(
    house: House, visiting: Visiting
) -> None:
    async with house.worker():
        page = await waiting(house, "shown-7", price="4000.00")
        amount = await proposed(house, "shown-7")
        ana, bea = await visiting.signed_in(Role.REVIEWER), await visiting.signed_in(Role.LEAD)
        shown = (await ana.get(page)).text
        assert f"{amount} is above what a reviewer decides alone" in shown
        assert "looked: say that you looked" in await decide(ana, page, "approve", looked="")
        assert "Proposed." in await decide(ana, page, "approve")
        assert f"Ana Example</span>: approve {amount}" in (await bea.get("/?view=to_confirm")).text
        seen = (await bea.get(page)).text
        assert "Ana Example</span> proposes:" in seen
        assert "Taken:" in await decide(bea, page, "approve")
        assert "shown-7" not in (await bea.get("/?view=to_confirm")).text
        await house.until("shown-7", Stage.OFFERED)


async def test_a_form_sent_before_the_scripts_had_it_gets_the_whole_page_with_what_came_of_it(
    house: House, visiting: Visiting
) -> None:
    async with house.worker(plain_household(hasty(undo_seconds=600))):
        page = await waiting(house, "shown-12")
        ana = await visiting.signed_in(Role.REVIEWER)
        assert "Taken:" in await decide(ana, page, "approve")
        back = await ana.post(f"{page}/undo", on=page)
        again = await ana.post(f"{page}/undo", on=page)
    assert (back.status_code, "Taken back: the case waits again." in back.text) == (200, True)
    assert (again.status_code, "Too late to take back" in again.text) == (200, True)
    assert all("<h1" in each.text and 'id="decision"' in each.text for each in (back, again))


async def test_a_case_is_skipped_from_its_page_with_a_reason(house: House, visiting: Visiting) -> None:
    async with house.worker():
        page = await waiting(house, "shown-11")
        ana = await visiting.signed_in(Role.REVIEWER)
        shown = (await ana.get(page)).text
        reasons = re.findall(r'<option value="([a-z_]+)">(?:I|somebody|an answer|something)', shown)
        assert len(reasons) == 6
        skipped = await ana.post(f"{page}/skip", {"reason": reasons[0]}, on=page)
    assert skipped.status_code == 303
    assert skipped.headers["location"] != page


async def test_a_fact_is_corrected_in_a_form_of_its_own_type_and_the_case_is_decided_anew(
    house: House, visiting: Visiting
) -> None:
    async with house.worker():
        page = await waiting(house, "shown-8")
        before = await house.desk.view("lumen", "shown-8")
        ana = await visiting.signed_in(Role.REVIEWER)
        form = (await ana.get(f"{page}/facts/claim.severity")).text
        assert '<option value="severe"' in form
        wrong = await ana.http.get(f"{page}/facts/claim.colour")
        assert wrong.status_code == 422
        token = re.search(r'name="form_token" value="([0-9a-f]{64})"', form)
        assert token is not None
        fields = {"value": "severe", "form_token": token[1]}
        url, htmx = f"{page}/facts/claim.severity", {"hx-request": "true"}
        assert "note: missing" in (await ana.http.post(url, data=fields, headers=htmx)).text
        corrected = await ana.http.post(url, data=fields | {"note": "the shade is torn"}, headers=htmx)
        assert "claim.severity is corrected" in corrected.text
        after = await house.until("shown-8", Stage.REVIEW, Stage.OFFERED, Stage.RETURNING)
    assert after.decision_id != before.decision_id


async def test_a_second_look_shows_the_proposal_and_nothing_of_what_was_decided(
    house: House, visiting: Visiting, web: WebHouse
) -> None:
    async with house.worker():
        page = await waiting(house, "shown-9")
        ana, bea = await visiting.signed_in(Role.REVIEWER), await visiting.signed_in(Role.REVIEWER)
        await decide(ana, page, "deny", wrong="suspected_fraud", note="the same scratch as last month")
        await ended(house, "shown-9")
        first = await PersonReviews(web.installation.records).latest("lumen", "shown-9", ReviewState.TAKEN)
        assert first is not None
        await SecondLooks(web.installation.records).offer("lumen", "shown-9", first.review_id)
        look = f"/second-looks/shown-9/{first.review_id}"
        assert (await ana.get(look)).status_code == 404
        seen = (await bea.get(look)).text
        assert "price reduction" in seen
        assert [told for told in ("last month", "decided otherwise", "denied") if told in seen] == []
        fields = dict(_FIELD.findall(seen)) | {"action": "adjust", "amount": "27.00", "currency": "EUR"}
        assert (await bea.post(look, fields, on=look)).headers["location"] == "/second-looks"
        assert (await bea.get(look)).status_code == 404
    (both,) = [
        one for one in await SecondLooks(house.installation.records).agreements("lumen") if one.case_id == "shown-9"
    ]
    assert (both.second, both.agrees) == (bea.account, False)


async def test_a_decision_is_taken_back_from_the_page(house: House, visiting: Visiting) -> None:
    async with house.worker(plain_household(hasty(undo_seconds=60))):
        page = await waiting(house, "shown-10")
        ana, bea = await visiting.signed_in(Role.REVIEWER), await visiting.signed_in(Role.REVIEWER)
        panel = await decide(ana, page, "approve")
        assert "Take back" in panel
        assert "Take back" not in (await bea.get(page)).text
        assert "Too late to take back" in (await htmx_post(bea, f"{page}/undo"))
        again = await htmx_post(ana, f"{page}/undo")
        assert "Taken back: the case waits again" in again
        token = re.search(r'id="lease-token" name="lease" value="([^"]+)"', again)
        assert token is not None
        beat = await ana.post(f"{page}/lease", {"lease": token[1]}, on="/second-looks")
        assert "Yours until" in beat.text
        await house.until("shown-10", Stage.REVIEW)
    undone = await PersonReviews(house.installation.records).latest("lumen", "shown-10", ReviewState.UNDONE)
    assert undone is not None


async def htmx_post(visitor: Visitor, path: str) -> str:
    """A post from a page of the visitor's, as htmx sends it."""
    page = await visitor.get("/second-looks")
    token = re.search(r'name="form_token" value="([0-9a-f]{64})"', page.text)
    assert token is not None
    headers = {"hx-request": "true", "x-form-token": token[1]}
    return (await visitor.http.post(path, headers=headers)).text
