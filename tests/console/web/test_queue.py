"""The queue's page: views, filters and search live in its address; next and skip assign."""

from datetime import timedelta

import pytest

from console.web.house import House
from knowledge.case import CaseKind
from knowledge.judgement.waiting import CertaintyBand, QueueFlag
from knowledge.rules.authority import Role
from tests.console.web.visiting import Visiting
from tests.tools.records.cases_for_tests import euro
from tests.tools.records.waiting_cases import line, propose, wait
from tools.records.queue import PAGE


@pytest.fixture(scope="session")
async def mixed(web: House) -> str:
    """A merchant with one waiting case for each view."""
    merchant = "queue-mixed"
    await wait(
        web.installation.records,
        merchant,
        line("C-due", due_in=timedelta(hours=20)),
        line("C-abstained", band=CertaintyBand.ABSTAINED, language="de"),
        line("C-high", flags=(QueueFlag.HIGH_VALUE,), worth_cents=80_000),
        line("C-reuse", flags=(QueueFlag.IMAGE_REUSE,)),
        line("C-appeal", flags=(QueueFlag.APPEAL,), stage="escalated", reason="not_received"),
        line("C-letter", flags=(QueueFlag.LETTER,), kind=CaseKind.CHARGEBACK, proposal="fight", network="amex"),
    )
    await propose(web.installation.records, merchant, line("C-appeal"), "key:k_shop", "adjust", euro(125_000))
    await wait(web.installation.records, "queue-other", line("C-foreign"))
    return merchant


EVERY = {"C-due", "C-abstained", "C-high", "C-reuse", "C-appeal", "C-letter"}


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/", EVERY),
        ("/?view=due", {"C-due"}),
        ("/?view=abstained", {"C-abstained"}),
        ("/?view=high_value", {"C-high"}),
        ("/?view=image_reuse", {"C-reuse"}),
        ("/?view=appeals", {"C-appeal"}),
        ("/?view=letters", {"C-letter"}),
        ("/?view=to_confirm", {"C-appeal"}),
        ("/?view=mine", set[str]()),
        ("/?view=skipped", set[str]()),
        ("/?kind=chargeback", {"C-letter"}),
        ("/?stage=escalated", {"C-appeal"}),
        ("/?reason=not_received", {"C-appeal"}),
        ("/?network=amex", {"C-letter"}),
        ("/?language=de", {"C-abstained"}),
        ("/?flag=image_reuse", {"C-reuse"}),
        ("/?from=500", {"C-high"}),
        ("/?to=100", EVERY - {"C-high"}),
        ("/?holder=nobody", EVERY),
        ("/?order=value", EVERY),
        ("/?q=C-hi", {"C-high"}),
        ("/?q=O-C-due", {"C-due"}),
        ("/?q=ch_C-letter", {"C-letter"}),
        ("/?q=C-foreign", set[str]()),
    ],
)
async def test_each_view_filter_and_search_shows_its_cases(
    visiting: Visiting, mixed: str, address: str, shown: set[str]
) -> None:
    ana = await visiting.signed_in(Role.REVIEWER, mixed)
    page = (await ana.get(address)).text
    every = EVERY | {"C-foreign"}
    assert {case_id for case_id in every if f'href="/cases/{case_id}"' in page} == shown


@pytest.mark.parametrize("address", ["/?view=nonsense", "/?from=-1", "/?language=%3Cb%3E", "/?after=nonsense"])
async def test_an_address_that_means_nothing_says_what_to_take_out(
    visiting: Visiting, mixed: str, address: str
) -> None:
    ana = await visiting.signed_in(Role.REVIEWER, mixed)
    answer = await ana.get(address)
    assert answer.status_code == 400
    assert address.split("?")[1].split("=")[0] in answer.text


async def test_pages_are_walked_through_to_the_last(visiting: Visiting, web: House) -> None:
    merchant = "queue-long"
    cases = [f"C-{n:03}" for n in range(PAGE + 3)]
    await wait(web.installation.records, merchant, *(line(one) for one in cases))
    ana = await visiting.signed_in(Role.REVIEWER, merchant)
    first = (await ana.get("/")).text
    onward = first.split('data-key="]"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = (await ana.get(onward)).text
    assert 'data-key="]"' not in second
    seen = [one for page in (first, second) for one in cases if f'href="/cases/{one}"' in page]
    assert sorted(seen) == cases


async def test_next_gives_a_case_and_skipping_it_gives_another(visiting: Visiting, web: House) -> None:
    merchant = "queue-next"
    await wait(web.installation.records, merchant, line("C-1", worth_cents=9_000), line("C-2"))
    ana = await visiting.signed_in(Role.REVIEWER, merchant)
    assert (await ana.post("/next", on="/")).headers["location"] == "/cases/C-1"
    nameless = await ana.post("/cases/C-1/skip", on="/")
    assert nameless.status_code == 400
    assert "reason: missing; one of language" in nameless.text
    skipped = await ana.post("/cases/C-1/skip", {"reason": "language", "words": "Thai"}, on="/")
    assert skipped.headers["location"] == "/cases/C-2"
    assert 'href="/cases/C-1"' in (await ana.get("/?view=skipped")).text
    assert 'href="/cases/C-2"' in (await ana.get("/?view=mine")).text
    last = await ana.post("/cases/C-2/skip", {"reason": "unclear"}, on="/")
    assert last.headers["location"] == "/?told=skipped"
    assert "Nothing else is free now" in (await ana.get("/?told=skipped")).text
    bea = await visiting.signed_in(Role.REVIEWER, merchant)
    assert (await bea.post("/next", on="/")).headers["location"] == "/cases/C-1"


async def test_a_row_says_who_proposes_what_and_next_gives_it_to_who_may_confirm_it_alone(
    visiting: Visiting, web: House
) -> None:
    merchant, big = "queue-second", line("C-big", worth_cents=200_000)
    await wait(web.installation.records, merchant, big)
    ana, bea = await visiting.signed_in(Role.LEAD, merchant), await visiting.signed_in(Role.LEAD, merchant)
    eva = await visiting.signed_in(Role.REVIEWER, merchant)
    await propose(web.installation.records, merchant, big, ana.account, "adjust", euro(125_000))
    shown = (await bea.get("/?view=to_confirm")).text
    assert 'proposed by <span dir="auto">Ana Example</span>: adjust 1250.00 EUR' in " ".join(shown.split())
    assert 'To confirm <span class="count" id="count-to_confirm">1</span>' in shown
    for other in (ana, eva):
        assert (await other.post("/next", on="/")).headers["location"] == "/?told=none"
    assert (await bea.post("/next", on="/")).headers["location"] == "/cases/C-big"


async def test_who_may_not_decide_is_given_nothing_and_skips_nothing(visiting: Visiting, mixed: str) -> None:
    auditor = await visiting.signed_in(Role.AUDITOR, mixed)
    assert "Next case" not in (await auditor.get("/")).text
    assert (await auditor.post("/next", on="/")).status_code == 403
    assert (await auditor.post("/cases/C-due/skip", {"reason": "other"}, on="/")).status_code == 403


async def test_a_foreign_case_is_skipped_as_little_as_an_absent_one(visiting: Visiting, mixed: str) -> None:
    ana = await visiting.signed_in(Role.REVIEWER, mixed)
    answers = [
        await ana.post(f"/cases/{case_id}/skip", {"reason": "other"}, on="/") for case_id in ("C-foreign", "C-absent")
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text == answers[1].text
