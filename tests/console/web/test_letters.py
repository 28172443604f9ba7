"""The letter desk: what was signed is what the processor got, and what is not proved goes nowhere."""

import asyncio
import hashlib
import signal
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from temporalio.service import RPCError

from console.web.application import make_application
from console.web.house import House as WebHouse
from console.web.house import open_house
from knowledge.letter.claims import Letter, Proof
from knowledge.letter.redraft import placed_sentences
from knowledge.letter.verify import letter_digest
from knowledge.rules.authority import Role
from tests.console.web.signing import (
    WAITING_HOUSEHOLD,
    LetterForm,
    address,
    opened,
    save,
    sign,
    submissions,
    to_sign,
)
from tests.console.web.visiting import Visiting
from tests.knowledge.letter.corruptions import every_corruption
from tests.support.model_servers import serving
from tests.workflows.hasty import hasty
from tests.workflows.house import House, plain_household
from tests.workflows.killable import worker_process
from tools.packets import letter_of_packet
from tools.processors.sandbox.messages import HoldPoint
from tools.settings import ModelEndpoint
from workflows.messages import Review, ReviewAction, SignedLetter, Stage

REWORDED = "The carrier UPS recorded as delivered the parcel 1ZA00W120300000058 on 8 September 2026 in Dayton."


async def composed_letter(house: House, case_id: str) -> Letter:
    cases = house.installation.cases
    sha256 = next(one.sha256 for one in await cases.artifacts("lumen", case_id) if one.kind == "letter")
    return Letter.model_validate_json(await cases.artifact("lumen", case_id, sha256))


async def answering(house: House, case_id: str) -> None:
    """Wait until a worker answers for the case."""
    async with asyncio.timeout(120):
        while True:
            with suppress(RPCError):
                await house.desk.view("lumen", case_id)
                return
            await asyncio.sleep(0.2)


async def test_the_words_a_person_signed_are_byte_for_byte_what_the_processor_got(
    house: House, visiting: Visiting
) -> None:
    async with house.worker(WAITING_HOUSEHOLD):
        dispute = await to_sign(house, "desk-1")
        ana = await visiting.signed_in(Role.REVIEWER)
        form = await opened(ana, "desk-1")
        saved = await save(ana, "desk-1", form, {"ground-1": REWORDED, "section-2-4": None})
        assert saved.status_code == 200, saved.text
        assert "version 1" in saved.text
        form = await opened(ana, "desk-1")
        assert form.texts["ground-1"] == REWORDED
        shown = await ana.get(f"{address('desk-1')}/version-1/packet.pdf")
        taken = await sign(ana, "desk-1", form)
        assert (taken.status_code, taken.headers["location"]) == (303, f"{address('desk-1')}?told=signed")
        await house.until("desk-1", Stage.SUBMITTED)
        page = await ana.get(address("desk-1"))
        sent = await ana.get(f"{address('desk-1')}/sent/packet.pdf")
    (submission,) = await submissions(house, dispute)
    digest = hashlib.sha256(shown.content).hexdigest()
    assert list(submission.file_sha256.values()) == [digest]
    assert sent.content == shown.content
    assert "Pages as they were sent" in page.text
    assert REWORDED in page.text
    cases = house.installation.cases
    proofs = [one.sha256 for one in await cases.artifacts("lumen", "desk-1") if one.kind == "proof"]
    proof = Proof.model_validate_json(await cases.artifact("lumen", "desk-1", proofs[-1]))
    assert proof.complete
    assert proof.letter_sha256 == letter_of_packet(shown.content)
    events = [(one.actor, one.what) for one in await cases.events("lumen", "desk-1")]
    assert (ana.account, "signed") in events
    assert (ana.account, "submitted") in events


async def test_the_composed_letter_is_signed_as_it_is(house: House, visiting: Visiting) -> None:
    async with house.worker(WAITING_HOUSEHOLD):
        dispute = await to_sign(house, "desk-2")
        ana = await visiting.signed_in(Role.REVIEWER)
        shown = await ana.get(f"{address('desk-2')}/composed/packet.pdf")
        form = await opened(ana, "desk-2")
        taken = await sign(ana, "desk-2", form, "93.00 USD")
        assert taken.status_code == 303, taken.text
        await house.until("desk-2", Stage.SUBMITTED)
        assert (await sign(ana, "desk-2", form)).status_code == 409
    (submission,) = await submissions(house, dispute)
    assert list(submission.file_sha256.values()) == [hashlib.sha256(shown.content).hexdigest()]


async def test_no_corruption_is_submitted_by_page_or_by_raw_request(house: House, visiting: Visiting) -> None:
    async with house.worker(WAITING_HOUSEHOLD):
        dispute = await to_sign(house, "desk-3")
        ana = await visiting.signed_in(Role.REVIEWER)
        composed = await composed_letter(house, "desk-3")
        one_of_each = {(one.kind, one.place): one for one in every_corruption({"letter": composed})}
        assert len(one_of_each) == 27
        known = {place: sentence.text for place, _, sentence in placed_sentences(composed)}
        refused = 0
        for one in one_of_each.values():
            texts = {
                place: sentence.text
                for place, _, sentence in placed_sentences(one.letter)
                if sentence.text != known[place]
            }
            if not texts:
                continue  # its claim or locator alone is wrong, and this door takes texts only
            saved = await save(ana, "desk-3", await opened(ana, "desk-3"), texts)
            assert "not proved" in saved.text, one
            page = (await ana.get(address("desk-3"))).text
            assert "Cannot be submitted" in page
            form = LetterForm(page)
            answer = await sign(ana, "desk-3", form)
            assert answer.status_code == 422, one
            assert "not proved" in answer.text
            refused += 1
            back = await ana.http.post(f"{address('desk-3')}/composed", data=form.hidden)
            assert back.status_code == 303
        assert refused >= 16
        assert (await house.until("desk-3", Stage.REVIEW)).stage is Stage.REVIEW
    assert await submissions(house, dispute) == ()


async def test_a_signature_under_an_unproved_letter_is_refused_where_it_is_sent(
    house: House, visiting: Visiting
) -> None:
    async with house.worker(WAITING_HOUSEHOLD):
        dispute = await to_sign(house, "desk-4")
        ana = await visiting.signed_in(Role.REVIEWER)
        assert (await save(ana, "desk-4", await opened(ana, "desk-4"), {"ground-1": REWORDED})).status_code == 200
        before = await opened(ana, "desk-4")
        cases = house.installation.cases
        composed = await composed_letter(house, "desk-4")
        kept = {one.kind: one.sha256 for one in await cases.artifacts("lumen", "desk-4")}
        verdict = composed.verdict.model_copy(update={"text": composed.verdict.text.replace("Dayton", "Paris")})
        forged = composed.model_copy(update={"verdict": verdict})
        assert letter_digest(forged) != letter_digest(composed)
        letter = await cases.save_artifact("lumen", "desk-4", "letter", "forged", forged.model_dump_json().encode())
        signed = SignedLetter(composed_sha256=kept["letter"], letter_sha256=letter, packet_sha256=kept["packet"])
        await house.desk.review("lumen", "desk-4", Review(by="Marta", action=ReviewAction.APPROVE, signed=signed))
        view = await house.until("desk-4", Stage.REVIEW)
        while not view.detail.startswith("not submitted"):
            view = await house.until("desk-4", Stage.REVIEW)
        assert "proof: none was made of this very letter" in view.detail
        # The case wrote its letter anew: a signature under the one before is refused, its words can be taken over.
        assert (await sign(ana, "desk-4", before)).status_code in {409, 422}
        page = await ana.get(address("desk-4"))
        assert "words an earlier letter" in page.text
        form = await opened(ana, "desk-4")
        assert form.texts["ground-1"] != REWORDED
        assert (await ana.http.post(f"{address('desk-4')}/carry", data=form.hidden)).status_code == 303
        assert (await opened(ana, "desk-4")).texts["ground-1"] == REWORDED
    assert await submissions(house, dispute) == ()


async def test_a_worker_killed_between_signing_and_submitting_submits_what_was_signed_once(
    house: House, visiting: Visiting
) -> None:
    async with house.worker(WAITING_HOUSEHOLD):
        dispute = await to_sign(house, "desk-5")
    ana = await visiting.signed_in(Role.REVIEWER)
    await house.bank.plan_hold(HoldPoint.BEFORE, f"/v1/disputes/{dispute}", method="GET")
    async with worker_process(house) as process:
        await answering(house, "desk-5")
        form = await opened(ana, "desk-5")
        assert (await save(ana, "desk-5", form, {"ground-1": REWORDED})).status_code == 200
        shown = await ana.get(f"{address('desk-5')}/version-1/packet.pdf")
        taken = await sign(ana, "desk-5", await opened(ana, "desk-5"))
        assert taken.headers.get("location", taken.text).endswith("told=signed")
        await house.bank.until_held(seconds=60)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    await house.bank.release()
    assert await submissions(house, dispute) == ()
    async with house.worker(WAITING_HOUSEHOLD):
        await house.until("desk-5", Stage.SUBMITTED, seconds=90)
    (submission,) = await submissions(house, dispute)
    assert list(submission.file_sha256.values()) == [hashlib.sha256(shown.content).hexdigest()]


async def test_a_signature_given_twice_at_once_submits_once(house: House, visiting: Visiting) -> None:
    async with house.worker(WAITING_HOUSEHOLD):
        dispute = await to_sign(house, "desk-10")
        ana = await visiting.signed_in(Role.REVIEWER)
        form = await opened(ana, "desk-10")
        saved = await save(ana, "desk-10", form, {"ground-1": REWORDED}, htmx=False)
        assert (saved.status_code, saved.headers["location"]) == (303, address("desk-10"))
        form = await opened(ana, "desk-10")
        answers = await asyncio.gather(*(sign(ana, "desk-10", form) for _ in range(4)))
        # One form is one signature, however often it is sent; what comes while it is being taken may be told to wait.
        assert {303} <= {one.status_code for one in answers} <= {303, 409}
        await house.until("desk-10", Stage.SUBMITTED)
    (submission,) = await submissions(house, dispute)
    assert list(submission.file_sha256.values()) == [form.hidden["packet_sha256"]]


async def test_what_nobody_signed_goes_out_in_the_composed_words(house: House, visiting: Visiting) -> None:
    quick = plain_household(hasty(automatic_up_to_eur=10, buffer=3600 - 12))
    async with house.worker(quick):
        dispute = await to_sign(house, "desk-11", due=timedelta(hours=1))
        ana = await visiting.signed_in(Role.REVIEWER)
        composed = await ana.get(f"{address('desk-11')}/composed/packet.pdf")
        page = await ana.get(address("desk-11"))
        assert "the composed letter goes out unsigned at" in page.text
        assert (await save(ana, "desk-11", await opened(ana, "desk-11"), {"ground-1": REWORDED})).status_code == 200
        await house.until("desk-11", Stage.SUBMITTED)
        page = await ana.get(address("desk-11"))
        assert "Pages as they were sent" in page.text
    (submission,) = await submissions(house, dispute)
    assert list(submission.file_sha256.values()) == [hashlib.sha256(composed.content).hexdigest()]
    events = await house.installation.cases.events("lumen", "desk-11")
    assert [one.actor for one in events if one.what == "submitted"] == ["amends"]


async def test_two_people_at_one_letter_write_nothing_over_each_other(house: House, visiting: Visiting) -> None:
    async with house.worker(WAITING_HOUSEHOLD):
        await to_sign(house, "desk-6")
        ana, lea = await visiting.signed_in(Role.REVIEWER), await visiting.signed_in(Role.LEAD)
        first = await opened(ana, "desk-6")
        reading = await lea.get(address("desk-6"))
        assert "works on this case until" in reading.text
        assert "<textarea" not in reading.text
        over = await lea.post(f"{address('desk-6')}/take-over", on=address("desk-6"))
        assert over.status_code == 303
        second = await opened(lea, "desk-6")
        assert (await save(lea, "desk-6", second, {"ground-1": REWORDED})).status_code == 200
        late = await save(ana, "desk-6", first, {"ground-2": "The carrier kept a record."})
        assert late.status_code == 409
        assert "Not saved" in late.text
        assert "version 1" in late.text
        # The same person in an older window: the lease holds, the version does not.
        old = await save(lea, "desk-6", second, {"ground-2": "The carrier kept a record."})
        assert old.status_code == 409
        form = await opened(lea, "desk-6")
        assert form.texts["ground-1"] == REWORDED
        stale = await sign(ana, "desk-6", first)
        assert stale.status_code == 409
        assert (await house.until("desk-6", Stage.REVIEW)).stage is Stage.REVIEW


async def test_what_a_signature_must_name_is_asked_for(house: House, visiting: Visiting) -> None:
    async with house.worker(WAITING_HOUSEHOLD):
        dispute = await to_sign(house, "desk-7")
        ana = await visiting.signed_in(Role.REVIEWER)
        form = await opened(ana, "desk-7")
        assert "type desk-7 or 93.00 USD" in (await sign(ana, "desk-7", form, "yes")).text
        form.hidden["packet_sha256"] = "0" * 64
        assert "not the pages you saw" in (await sign(ana, "desk-7", form)).text
        form = await opened(ana, "desk-7")
        form.hidden["version"] = "7"
        assert (await sign(ana, "desk-7", form)).status_code == 409
        clerk, auditor = await visiting.signed_in(Role.FINANCE), await visiting.signed_in(Role.AUDITOR)
        for reader in (clerk, auditor):
            page = await reader.get(address("desk-7"))
            assert page.status_code == 200
            assert "<textarea" not in page.text
            refused = await reader.post(
                f"{address('desk-7')}/sign", form.hidden | {"confirmation": "desk-7"}, on="/letters"
            )
            assert refused.status_code == 403
        stranger = await visiting.signed_in(Role.ADMIN, "other")
        absent, foreign = await stranger.get(address("nowhere")), await stranger.get(address("desk-7"))
        assert (foreign.status_code, absent.status_code) == (404, 404)
        # The case is listed where it waits, and for its own merchant alone.
        assert "desk-7" in (await clerk.get("/letters")).text
        assert "desk-7" not in (await stranger.get("/letters")).text
    assert await submissions(house, dispute) == ()


async def test_every_version_is_kept_and_the_composed_words_are_one_step_away(house: House, visiting: Visiting) -> None:
    async with house.worker(WAITING_HOUSEHOLD):
        await to_sign(house, "desk-8")
        ana = await visiting.signed_in(Role.REVIEWER)
        composed = await opened(ana, "desk-8")
        await save(ana, "desk-8", composed, {"ground-1": REWORDED})
        form = await opened(ana, "desk-8")
        await ana.http.post(f"{address('desk-8')}/composed", data=form.hidden)
        back = await opened(ana, "desk-8")
        assert back.texts == composed.texts
        assert back.hidden["version"] == "2"
        assert back.hidden["packet_sha256"] == composed.hidden["packet_sha256"]
        page = (await ana.get(address("desk-8"))).text
        assert "<ins>" in page
        assert "<del>" in page
        first = await ana.get(f"{address('desk-8')}?edition=version-1")
        assert REWORDED in first.text
        assert "not the latest" in first.text
        picture = await ana.get(f"{address('desk-8')}/version-1/pages/1.png")
        assert picture.content.startswith(b"\x89PNG")
        assert (await ana.get(f"{address('desk-8')}/version-1/pages/99.png")).status_code == 404
        checked = await ana.http.post(
            f"{address('desk-8')}/check/ground-1",
            data={
                "text-ground-1": REWORDED.replace("8 September", "9 September"),
                "form_token": form.hidden["form_token"],
            },
        )
        assert "the date 2026-09-09 is not proved" in checked.text


async def test_a_models_words_are_offered_where_one_is_configured_and_are_signed_like_any_other(
    house: House, web: WebHouse
) -> None:
    async with house.worker(WAITING_HOUSEHOLD):
        dispute = await to_sign(house, "desk-9")
        with serving("good") as server:
            model = ModelEndpoint(url=server.url, name="scripted")
            settings = house.installation.settings.model_copy(update={"model": model})
            modelled = open_house(replace(house.installation, settings=settings), secure=False)
            async with Visiting(modelled, make_application(modelled)) as visiting:
                ana = await visiting.signed_in(Role.REVIEWER)
                form = await opened(ana, "desk-9")
                asked = await ana.http.post(f"{address('desk-9')}/prose", data=form.hidden)
                assert asked.headers["location"].endswith("told=prose")
                page = await ana.get(address("desk-9"))
                assert "a model’s words" in page.text
                form = await opened(ana, "desk-9")
                assert any(text.startswith("On 1 September 2026 the order") for text in form.texts.values())
                assert (await sign(ana, "desk-9", form)).status_code == 303
                await house.until("desk-9", Stage.SUBMITTED)
    (submission,) = await submissions(house, dispute)
    assert list(submission.file_sha256.values()) == [form.hidden["packet_sha256"]]
    async with Visiting(web, make_application(web)) as plain:
        without = await plain.signed_in(Role.REVIEWER)
        assert (await without.post(f"{address('desk-9')}/prose", on=address("desk-9"))).status_code in {404, 422}
