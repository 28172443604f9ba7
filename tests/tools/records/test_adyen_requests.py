from collections.abc import Callable
from datetime import UTC, datetime

from tests.tools.records.cases_for_tests import euro
from tools.processors.adyen import AdyenRequest
from tools.processors.adyen.requests import RequestKind, RequestState
from tools.records.adyen_requests import RecordedAdyenRequests
from tools.records.records import Records

ASKED = AdyenRequest(
    kind=RequestKind.REFUND,
    about="PAYMENT1",
    key="a" * 64,
    state=RequestState.ASKED,
    asked_at=datetime(2026, 5, 4, tzinfo=UTC),
    amount=euro(1700),
    case_key="lumen/case/" + "d" * 64 + "/0",
)


async def test_what_was_asked_is_kept_and_its_answer_takes_its_place(records: Records, merchant: str) -> None:
    requests = RecordedAdyenRequests(records, merchant)
    other = ASKED.model_copy(update={"key": "b" * 64})
    for one in (ASKED, other, ASKED):
        await requests.keep(one)
    taken = ASKED.model_copy(update={"state": RequestState.TAKEN, "reference": "REFUND1"})
    await requests.keep(taken)

    assert list(await requests.about("PAYMENT1")) == [taken, other]
    assert list(await requests.about("PAYMENT2")) == []


async def test_nobody_sees_what_another_merchant_asked(records: Records, new_merchant: Callable[[], str]) -> None:
    ours, theirs = (RecordedAdyenRequests(records, new_merchant()) for _ in range(2))
    await theirs.keep(ASKED)

    assert list(await ours.about("PAYMENT1")) == []
    await ours.keep(ASKED)
    assert list(await theirs.about("PAYMENT1")) == [ASKED]
