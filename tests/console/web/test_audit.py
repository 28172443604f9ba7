"""The audit page: what was done, found by filter; the chain verified, broken, and taken away."""

import subprocess
import sys
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from console.web.audit.export import DESCRIPTION
from console.web.house import House as WebHouse
from console.web.security.seen import record_view
from knowledge.rules.authority import Permission, Role, permissions_of
from tests.console.web.browsing import Browsing, barriers
from tests.console.web.visiting import Visiting, Visitor
from tests.tools.records.cases_for_tests import refund_decision
from tests.workflows.house import House, case
from tools.records.sessions import SignedIn


@pytest.fixture
def merchant(request: pytest.FixtureRequest) -> str:
    """A merchant of the test's own, so that its chain holds what the test did alone."""
    return f"m-{abs(hash(request.node.nodeid)) % 10**9}"


@pytest.fixture
async def auditor(visiting: Visiting, merchant: str) -> Visitor:
    return await visiting.signed_in(Role.AUDITOR, merchant)


def tamper(house: House, statement: LiteralString, merchant: str) -> None:
    """Change the chain as the database's owner, who can lift the policies that bind the owner too."""
    with psycopg.connect(house.installation.addresses.postgres_url) as owner:
        owner.execute("alter table amends.audit_entry no force row level security")
        assert owner.execute(statement, (merchant,)).rowcount > 0
        owner.execute("alter table amends.audit_entry force row level security")


async def record(web: WebHouse, merchant: str, *actions: str, case_id: str = "") -> None:
    for action in actions:
        await web.installation.audit.record(merchant, actor="test", action=action, case_id=case_id)


def rows(text: str) -> list[str]:
    """The actions on the page, in order."""
    return [part.split("<")[0] for part in text.split('<td class="mono">')[1:]]


async def test_entries_are_shown_newest_first_with_the_names_of_staff(
    web: WebHouse, merchant: str, auditor: Visitor
) -> None:
    await record(web, merchant, "status.review", "status.closed", case_id="C-1")
    text = (await auditor.get("/audit")).text
    assert rows(text) == ["status.closed", "status.review", "session.begun"]
    assert "Ana Example" in text
    assert "/cases/C-1/at?seq=3" in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("case=C-2", ["status.review"]),
        ("action=session", ["session.begun"]),
        ("action=status", ["status.review", "status.closed"]),
        ("action=stat", []),
        ("action=status.closed", ["status.closed"]),
        ("actor=test", ["status.review", "status.closed"]),
        ("until=2020-01-01T00:00", []),
        ("since=2020-01-01T00:00&case=C-1", ["status.closed"]),
    ],
)
async def test_the_filter_finds_what_it_names_and_nothing_else(
    web: WebHouse, merchant: str, auditor: Visitor, query: str, found: list[str]
) -> None:
    await record(web, merchant, "status.closed", case_id="C-1")
    await record(web, merchant, "status.review", case_id="C-2")
    assert rows((await auditor.get(f"/audit?{query}")).text) == found


async def test_a_filter_that_cannot_be_read_names_its_field(auditor: Visitor) -> None:
    answer = await auditor.get("/audit?since=yesterday")
    assert answer.status_code == 400
    assert "from: write a time" in answer.text


async def test_pages_follow_each_other_without_a_gap_while_the_chain_grows(
    web: WebHouse, merchant: str, auditor: Visitor
) -> None:
    await record(web, merchant, *(f"step.{number}" for number in range(150)))
    first = rows((await auditor.get("/audit?action=step")).text)
    await record(web, merchant, "step.late")
    second = rows((await auditor.get(f"/audit?action=step&before={152 - 100}")).text)
    assert [*first, *second] == [f"step.{number}" for number in reversed(range(150))]


async def test_the_chain_is_verified_from_the_page_and_a_tampered_entry_is_named(
    web: WebHouse, merchant: str, auditor: Visitor, house: House
) -> None:
    await record(web, merchant, "status.review", "status.paying", "status.closed", case_id="C-7")
    told = await auditor.post("/audit/verify", on="/audit")
    assert "Intact." in told.text
    assert (await web.installation.audit.head(merchant))[1] in told.text
    tamper(house, "update amends.audit_entry set actor = 'mallory' where merchant = %s and seq = 3", merchant)
    told = await auditor.post("/audit/verify", on="/audit")
    assert "Broken at entry 3." in told.text
    assert "mallory" in told.text
    assert "on case C-7" in told.text
    tamper(house, "delete from amends.audit_entry where merchant = %s and seq >= 3", merchant)
    assert "There is no such entry any more." in (await auditor.post("/audit/verify", on="/audit")).text


async def test_a_long_walk_tells_how_far_it_is(web: WebHouse, merchant: str, auditor: Visitor) -> None:
    async with web.installation.records.merchant(merchant) as scope:
        await scope.execute("select amends.append_audit('test', 'step', '', '') from generate_series(1, 2500)")
    told = (await auditor.get("/audit/walk")).text
    assert [part.split(" of ")[0] for part in told.split("Walked over ")[1:]] == ["1000", "2000", "2501"]
    assert "Intact." in told
    assert told.rstrip().endswith("data:")


@pytest.mark.parametrize("form", ["jsonl", "csv"])
async def test_a_copy_is_whole_and_taking_it_is_its_last_entry(
    web: WebHouse, merchant: str, auditor: Visitor, form: str
) -> None:
    await record(web, merchant, "status.review")
    copy = await auditor.post("/audit/export", {"format": form}, on="/audit")
    lines = copy.text.strip().splitlines()
    assert len(lines) == 3 + (form == "csv")
    assert "exported.audit" in lines[-1]
    assert auditor.account in lines[-1]
    assert f"audit-{merchant}-" in copy.headers["content-disposition"]


async def test_the_description_verifies_a_copy_without_us(
    web: WebHouse, merchant: str, auditor: Visitor, tmp_path: Path
) -> None:
    await record(web, merchant, 'quoted "é"\n', "status.review")
    program = tmp_path / "verify.py"
    program.write_text(DESCRIPTION.read_text(encoding="utf-8").partition("#--- verify.py")[2], encoding="utf-8")
    copy = tmp_path / "audit.jsonl"
    copy.write_bytes((await auditor.post("/audit/export", {"format": "jsonl"}, on="/audit")).content)

    def told() -> str:
        ended = subprocess.run([sys.executable, str(program), str(copy)], capture_output=True, text=True, check=False)
        return ended.stdout + ended.stderr

    assert told().strip() == f"4 entries, intact, last hash {(await web.installation.audit.head(merchant))[1]}"
    copy.write_text(copy.read_text(encoding="utf-8").replace("status.review", "status.paying"), encoding="utf-8")
    assert told().strip() == "broken at entry 3"


async def test_only_roles_that_may_read_the_chain_do(visiting: Visiting) -> None:
    for role in Role:
        person = await visiting.signed_in(role)
        expected = 200 if Permission.READ_AUDIT in permissions_of(role) else 403
        for path in ("/audit", "/audit/walk", "/audit/how-to-verify"):
            assert (await person.get(path)).status_code == expected, (role, path)


async def test_a_person_who_reads_on_in_a_case_viewed_it_once(web: WebHouse, merchant: str, visiting: Visiting) -> None:
    people: list[SignedIn] = []
    for _ in range(2):
        person = await visiting.signed_in(Role.REVIEWER, merchant)
        found = await web.sessions.find(person.http.cookies["amends_session"])
        assert found is not None
        people.append(found)
    for signed in (*people, *people):
        for case_id in ("C-1", "C-2"):
            await record_view(web, signed, case_id)
    entries = await web.installation.audit.entries(merchant)
    viewed = [(entry.actor, entry.case_id) for entry in entries if entry.action == "case.viewed"]
    assert sorted(viewed) == sorted((signed.account_id, case_id) for signed in people for case_id in ("C-1", "C-2"))


async def test_decisions_are_found_by_the_policy_they_were_made_under(web: WebHouse, visiting: Visiting) -> None:
    ana = await visiting.signed_in(Role.LEAD)
    cases = web.installation.cases
    await cases.open_case(case("audited-policy", "late"), {})
    await cases.save_decision("lumen", "audited-policy", refund_decision(500))
    text = (await ana.get("/audit?case=audited-policy&policy=2026-01")).text
    assert rows(text) == ["decision.saved"]
    assert "<td>2026-01</td>" in text
    assert rows((await ana.get("/audit?case=audited-policy&policy=2025-01")).text) == []


async def test_a_reader_verifies_by_one_key_and_meets_no_barrier_in_any_light(
    browsing: Browsing, web: WebHouse, merchant: str
) -> None:
    await record(web, merchant, "status.review", "status.closed", case_id="C-1")
    page = await browsing.signed_in(Role.AUDITOR, merchant)
    await page.goto("/audit")
    await page.keyboard.press("v")
    await page.get_by_text("Intact.").wait_for()
    assert await barriers(page) == []
