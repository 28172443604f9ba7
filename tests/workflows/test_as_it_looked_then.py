"""A case that ran is rebuilt as it looked at every moment of its life, to the last field."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from knowledge.money import Money
from tests.tools.records.erasing import erase
from tests.workflows.hasty import answer
from tests.workflows.house import House, case
from tools.ports import CaseFile
from tools.records.audit import AuditEntry
from tools.records.case_as_of import CaseAsOf, CaseHistory
from tools.records.case_words import CaseErased, CaseUnknown
from workflows.messages import BuyerMove, Review, ReviewAction, Stage

Looked = tuple[object, ...]


async def looks(house: House, case_id: str) -> tuple[AuditEntry, Looked] | None:
    """What the records show of the case now, and its newest entry; None when it changed while we looked."""
    cases, history = house.installation.cases, CaseHistory(house.installation.records)
    newest = (await history.moments("lumen", case_id))[-1]
    file = await cases.case_file("lumen", case_id)
    summary = await cases.summary("lumen", case_id)
    shown: Looked = (
        file,
        summary.status,
        summary.detail,
        await cases.latest_decision("lumen", case_id),
        tuple(await cases.artifacts("lumen", case_id)),
        tuple(await cases.events("lumen", case_id)),
        await cases.outcome("lumen", case_id),
    )
    still = (await history.moments("lumen", case_id))[-1]
    return (newest, shown) if still == newest else None


def as_shown(then: CaseAsOf) -> Looked:
    """The same of a moment that was rebuilt."""
    return (
        CaseFile(bundle=then.bundle, facts=then.facts, missing=then.missing),
        then.status,
        then.detail,
        None if then.decision_id is None else (then.decision_id, then.decision),
        then.artifacts,
        then.events,
        then.outcome,
    )


async def test_every_moment_of_a_real_case_is_rebuilt_exactly(house: House) -> None:
    case_id, seen = "looked-1", dict[int, tuple[AuditEntry, Looked]]()

    async def look() -> None:
        """Look until nothing changed meanwhile."""
        found = None
        while found is None:
            found = await looks(house, case_id)
        seen.setdefault(found[0].seq, found)

    async def watch() -> None:
        """Look all the time, for the moments between."""
        while True:
            with suppress(LookupError):
                await look()
            await asyncio.sleep(0.01)

    bundle = case(case_id, "broken: chegou partido")
    async with house.worker():
        watching = asyncio.create_task(watch())
        await house.open(bundle, {})
        await house.until(case_id, Stage.ASKING)
        await look()
        await answer(house, bundle, BuyerMove.SAY, "lost: nada chegou")
        await house.until(case_id, Stage.REVIEW)
        await look()
        await look()
        adjust = Review(by="Marta", action=ReviewAction.ADJUST, amount=Money(minor=1200, currency="EUR"))
        await house.desk.review("lumen", case_id, adjust)
        await house.until(case_id, Stage.OFFERED)
        await look()
        await answer(house, bundle, BuyerMove.ACCEPT)
        await house.until(case_id, Stage.CLOSED)
        await look()
        watching.cancel()
    history = CaseHistory(house.installation.records)
    assert len(seen) >= 4
    statuses = {str(shown[1]) for _, shown in seen.values()}
    assert {"asking", "review", "offered", "closed"} <= statuses
    for seq, (entry, shown) in seen.items():
        then = await history.as_of("lumen", case_id, seq=seq)
        assert as_shown(then) == shown, entry.action
        assert then.entry == entry
        assert then.disagreeing == ()
        assert as_shown(await history.as_of("lumen", case_id, at=entry.at)) == shown
    whole = await history.as_of("lumen", case_id)
    moments = await history.moments("lumen", case_id)
    told = {"case.opened", "evidence.added", "reading.saved", "decision.saved"}
    checked = {check.entry.action for check in whole.checks}
    assert told <= checked
    assert any(action.startswith("status.") for action in checked)
    assert any(action.startswith("event.") for action in checked)
    assert len(whole.checks) >= len([one for one in moments if one.action.split(".")[0] in {"status", "event"}])


async def test_a_piece_that_is_not_what_was_chained_is_named(house: House) -> None:
    cases, history = house.installation.cases, CaseHistory(house.installation.records)
    await cases.open_case(case("looked-2", "lost"), {})
    await cases.save_artifact("lumen", "looked-2", "letter", "letter.txt", b"Dear issuer")
    await cases.save_artifact("lumen", "looked-2", "packet", "packet.pdf", b"%PDF")
    with psycopg.connect(house.installation.addresses.postgres_url) as owner:
        owner.execute("alter table amends.artifact no force row level security")
        owner.execute("update amends.artifact set sha256 = repeat('0', 64) where case_id = 'looked-2' and seq = 1")
        owner.execute("alter table amends.artifact force row level security")
    then = await history.as_of("lumen", "looked-2")
    assert [entry.action for entry in then.disagreeing] == ["artifact.letter"]


async def test_a_moment_before_the_case_and_a_case_that_was_erased_are_told_apart(house: House) -> None:
    cases, history = house.installation.cases, CaseHistory(house.installation.records)
    await cases.open_case(case("looked-3", "lost"), {})
    with pytest.raises(CaseUnknown, match="not there yet"):
        await history.as_of("lumen", "looked-3", at=datetime.now(UTC) - timedelta(days=1))
    with pytest.raises(CaseUnknown):
        await history.as_of("lumen", "looked-none")
    await erase(house.installation.records, "lumen", "looked-3", by="admin")
    with pytest.raises(CaseErased):
        await history.as_of("lumen", "looked-3")
    assert [one.action for one in await history.moments("lumen", "looked-3")][-1] == "case.erased"
