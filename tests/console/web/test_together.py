"""Like cases decided together: who may, what must be seen first, and what becomes of a case that changed meanwhile."""

import re
from collections.abc import Sequence

import httpx
import pytest

from console.web.house import House as WebHouse
from knowledge.judgement.waiting import QueueFlag
from knowledge.rules.authority import Role
from tests.console.web.visiting import Visiting, Visitor
from tests.tools.records.waiting_cases import line, wait
from tests.workflows.hasty import ended, hasty
from tests.workflows.house import House, case, plain_household
from tools.records.queue import Queue
from tools.records.set_previews import SetPreviews
from workflows.messages import Review, ReviewAction, Stage
from workflows.review_rules import FORCED_LOOK_SHARE, drawn

_SAMPLE = re.compile(r'href="/cases/([\w-]+)" data-key="\d"')


async def posted(visitor: Visitor, address: str, cases: Sequence[str] = ()) -> httpx.Response:
    """A form sent from the queue with the cases selected."""
    token = re.search(r'name="form_token" value="([0-9a-f]{64})"', (await visitor.get("/")).text)
    assert token is not None
    return await visitor.http.post(address, data={"form_token": token[1], "case": list(cases)})


async def previewed(visitor: Visitor, cases: Sequence[str]) -> str:
    """The address of the preview of these cases."""
    chosen = await posted(visitor, "/together", cases)
    assert chosen.status_code == 303, chosen.text
    return chosen.headers["location"]


async def acts(house: House | WebHouse, case_id: str, merchant: str = "lumen") -> list[str]:
    """What the audit chain says was done with the case."""
    return [one.action for one in await house.installation.audit.entries(merchant, case_id=case_id)]


async def test_a_case_that_changed_since_the_preview_is_left_out_and_the_rest_is_decided(
    house: House, visiting: Visiting
) -> None:
    # Ids on which no lot for a closer look falls.
    cases = [f"alike-{n}" for n in range(1, 6)]
    before, _ = await house.installation.audit.head("lumen")
    async with house.worker():
        for case_id in cases:
            await house.open(case(case_id, "lost: nada chegou"), {})
        for case_id in cases:
            view = await house.until(case_id, Stage.REVIEW)
            assert view.decision_id is not None
            assert not drawn(FORCED_LOOK_SHARE, "forced-look", case_id, view.decision_id), "choose other ids"
        lead = await visiting.signed_in(Role.LEAD)
        address = await previewed(lead, cases)
        page = (await lead.get(address)).text
        assert "225.00 EUR" in page
        assert "Possible once every sample was opened" in page
        samples = _SAMPLE.findall(page)
        assert len(set(samples)) == 3
        early = await posted(lead, address)
        assert early.status_code == 409
        assert f"open {samples[0]}" in early.text
        for sample in samples:
            assert (await lead.get(f"/cases/{sample}")).status_code == 200
        assert (await lead.get(address)).text.count(">opened<") == 3
        changed = cases[0]
        await house.desk.review("lumen", changed, Review(by="bea", action=ReviewAction.ESCALATE, note="a word"))
        await house.until(changed, Stage.ESCALATED)
        answer = (await posted(lead, address)).text
        assert "4 of 5 cases decided, 180.00 EUR together" in answer
        assert "changed since you saw it" in answer.split(f'href="/cases/{changed}"')[1].split("</tr>")[0]
        for case_id in cases[1:]:
            assert (await ended(house, case_id)).result == "paid"
        # The same form again decides nothing twice.
        again = (await posted(lead, address)).text
        assert "4 of 5 cases decided" in again
    for case_id in cases[1:]:
        assert await house.refunded(f"ch_{case_id.replace('-', '_')}") == [4500]
        done = await acts(house, case_id)
        assert [done.count(act) for act in ("review.sent", "review.taken", "case.decided_together")] == [1, 1, 1]
    assert await house.refunded(f"ch_{changed.replace('-', '_')}") == []
    assert "review.sent" not in await acts(house, changed)
    whole = await house.installation.audit.entries("lumen", after=before)
    assert [one.actor for one in whole if one.action == "set.previewed"] == [lead.account]
    assert (await house.installation.audit.verify("lumen")).intact


async def test_a_set_is_taken_back_as_one_while_nothing_is_carried_out_yet(house: House, visiting: Visiting) -> None:
    lead = await visiting.signed_in(Role.LEAD)

    async def decided(name: str) -> tuple[str, Sequence[str]]:
        """Three cases on which no lot for a closer look falls, decided as a set; its address, and they."""
        cases: list[str] = []
        for case_id in (f"{name}-{n}" for n in range(20)):
            await house.open(case(case_id, "lost: nada chegou"), {})
            view = await house.until(case_id, Stage.REVIEW)
            if not drawn(FORCED_LOOK_SHARE, "forced-look", case_id, view.decision_id or ""):
                cases.append(case_id)
            if len(cases) == 3:
                break
        address = await previewed(lead, cases)
        for case_id in cases:
            await lead.get(f"/cases/{case_id}")
        assert "3 of 3 cases decided" in (await posted(lead, address)).text
        return address, cases

    async with house.worker(plain_household(hasty(undo_seconds=600))):
        address, back = await decided("back")
        page = (await posted(lead, f"{address}/undo")).text
        assert "3 of 3 cases taken back; they wait again." in page
        for case_id in back:
            await house.until(case_id, Stage.REVIEW)
        again = (await posted(lead, f"{address}/undo")).text
        assert "Nothing of this set is left to take back." in again
        assert "0 of 3 cases decided" in (await posted(lead, address)).text
    async with house.worker():
        address, late = await decided("late")
        for case_id in late:
            assert (await ended(house, case_id)).result == "paid"
        page = (await posted(lead, f"{address}/undo")).text
        assert "0 of 3 cases taken back" in page
        assert page.count("not taken back") == 3
    for case_id in back:
        assert await house.refunded(f"ch_{case_id.replace('-', '_')}") == []
        assert "review.undone" in await acts(house, case_id)


async def test_no_set_is_refused_with_every_reason(visiting: Visiting, web: WebHouse) -> None:
    merchant, records = "set-mixed", web.installation.records
    await wait(
        records, merchant, line("M-1"), line("M-2", proposal="deny"), line("M-3", flags=(QueueFlag.CONTRADICTION,))
    )
    lead = await visiting.signed_in(Role.LEAD, merchant)
    refused = await posted(lead, "/together", ["M-1", "M-2", "M-3"])
    assert refused.status_code == 409
    assert "proposal: deny, price_reduction; choose cases of one proposal" in refused.text
    assert "M-3: flagged contradiction; decide it on its own page" in refused.text
    assert (await posted(lead, "/together")).status_code == 409


async def test_what_has_moved_on_or_is_drawn_for_a_closer_look_is_left_out_and_named(
    visiting: Visiting, web: WebHouse
) -> None:
    merchant, records = "set-left", web.installation.records
    decision = line("L-0").decision_id or ""
    lots = {f"L-{n}": drawn(FORCED_LOOK_SHARE, "forced-look", f"L-{n}", decision) for n in range(200)}
    looked = next(case_id for case_id, lot in lots.items() if lot)
    gone, one, two = [case_id for case_id, lot in lots.items() if not lot][:3]
    await wait(records, merchant, *(line(case_id) for case_id in (looked, gone, one, two)))
    await Queue(records).remove(merchant, gone)
    lead = await visiting.signed_in(Role.LEAD, merchant)
    page = (await lead.get(await previewed(lead, [looked, gone, one, two]))).text
    assert "2 cases together" in page
    assert f'href="/cases/{looked}">{looked}</a> drawn for a closer look' in page
    assert f'href="/cases/{gone}">{gone}</a> has moved on' in page


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.AUDITOR])
async def test_who_may_not_decide_together_is_refused(visiting: Visiting, role: Role) -> None:
    person = await visiting.signed_in(role)
    assert 'action="/together"' not in (await person.get("/")).text
    assert (await posted(person, "/together", ["C-1"])).status_code == 403
    assert (await person.get("/together/" + "0" * 32)).status_code == 403


async def test_a_foreign_case_or_preview_is_as_absent_as_one_that_never_was(visiting: Visiting, web: WebHouse) -> None:
    records = web.installation.records
    await wait(records, "set-own", line("W-1"), line("W-2"))
    await wait(records, "set-foreign", line("F-1"), line("F-2"))
    lead = await visiting.signed_in(Role.LEAD, "set-own")
    other = await visiting.signed_in(Role.LEAD, "set-own")
    foreign = await visiting.signed_in(Role.LEAD, "set-foreign")
    answers = [await posted(lead, "/together", ["W-1", absent]) for absent in ("F-1", "N-1")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text == answers[1].text
    address = await previewed(lead, ["W-1", "W-2"])
    for person in (other, foreign):
        assert (await person.get(address)).status_code == 404
        assert (await posted(person, address)).status_code == 404
    with pytest.raises(LookupError):
        await SetPreviews(records).find("set-foreign", lead.account, address.rsplit("/", 1)[1])
