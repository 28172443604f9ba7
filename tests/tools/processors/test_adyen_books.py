import itertools
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.case import DisputeStage
from knowledge.money import Money
from tests.tools.processors.adyen_news import DISPUTE, PAYMENT, REFUND, START, told
from tests.tools.processors.shop import eur
from tools.ports import DisputeState, ProcessorDispute, RefundState
from tools.processors.adyen.books import charge_of, dispute_of, refunds_of
from tools.processors.adyen.notification import Notification
from tools.processors.adyen.requests import AdyenRequest, RequestKind, RequestState

DUE = "2026-05-20T12:00:00+02:00"
OPENED = told("NOTIFICATION_OF_CHARGEBACK", defendable="true", defensePeriodEndsAt=DUE, chargebackReasonCode=" 4853")
CHARGED = told("CHARGEBACK", 1, chargebackReasonCode=" 4853")
SUPPLIED = told("INFORMATION_SUPPLIED", 2, disputeStatus="Pending")
REVERSED = told("CHARGEBACK_REVERSED", 3, disputeStatus="Pending")
UNDER_REVIEW, NEEDS, WON, LOST = (
    DisputeState.UNDER_REVIEW,
    DisputeState.NEEDS_RESPONSE,
    DisputeState.WON,
    DisputeState.LOST,
)
SPECIFICATION = Path(__file__).parents[2] / "specifications" / "adyen_disputes.json"


def known(*notifications: Notification, ours: tuple[AdyenRequest, ...] = ()) -> ProcessorDispute:
    dispute = dispute_of(DISPUTE, notifications, ours)
    assert dispute is not None
    return dispute.known


def taken(kind: RequestKind, stage: DisputeStage) -> AdyenRequest:
    return AdyenRequest(kind=kind, about=DISPUTE, key=kind.value, state=RequestState.TAKEN, asked_at=START, stage=stage)


def test_a_dispute_is_read_with_its_date_code_amount_and_payment() -> None:
    dispute = known(OPENED)
    assert (dispute.reference, dispute.charge, dispute.amount) == (DISPUTE, PAYMENT, eur(5000))
    assert (dispute.state, dispute.network_reason_code) == (NEEDS, "4853")
    assert dispute.respond_by == datetime(2026, 5, 20, 10, tzinfo=UTC)
    assert (dispute.submission_count, dispute.evidence_staged, dispute.recovered) == (0, False, None)


COURSES: dict[str, tuple[tuple[Notification, ...], DisputeState, int, Money | None]] = {
    "charged": ((OPENED, CHARGED), NEEDS, 0, None),
    "defended": ((OPENED, CHARGED, SUPPLIED), UNDER_REVIEW, 1, None),
    "charged after the defence": (
        (OPENED, SUPPLIED, told("CHARGEBACK", 5, defensePeriodEndsAt=DUE)),
        UNDER_REVIEW,
        1,
        None,
    ),
    "reversed for now": ((OPENED, CHARGED, SUPPLIED, REVERSED), UNDER_REVIEW, 1, eur(5000)),
    "reversed in part": ((OPENED, SUPPLIED, told("CHARGEBACK_REVERSED", 3, value=2000)), UNDER_REVIEW, 1, eur(2000)),
    "won at once": ((OPENED, SUPPLIED, told("CHARGEBACK_REVERSED", 3, disputeStatus="Won")), WON, 1, eur(5000)),
    "won in part": (
        (OPENED, SUPPLIED, told("CHARGEBACK_REVERSED", 3, value=2000, disputeStatus="Won")),
        LOST,
        1,
        eur(2000),
    ),
    "won by silence": (
        (OPENED, CHARGED, SUPPLIED, REVERSED, told("ISSUER_RESPONSE_TIMEFRAME_EXPIRED", 9)),
        WON,
        1,
        eur(5000),
    ),
    "never defended": ((OPENED, CHARGED, told("DISPUTE_DEFENSE_PERIOD_ENDED", 9, disputeStatus="Lost")), LOST, 0, None),
    "the period of a defended one ends": (
        (OPENED, SUPPLIED, told("DISPUTE_DEFENSE_PERIOD_ENDED", 9)),
        UNDER_REVIEW,
        1,
        None,
    ),
    "declined": ((OPENED, CHARGED, SUPPLIED, REVERSED, told("SECOND_CHARGEBACK", 9)), LOST, 1, None),
    "declined and answerable": (
        (OPENED, CHARGED, SUPPLIED, REVERSED, told("SECOND_CHARGEBACK", 9, defendable="true", defensePeriodEndsAt=DUE)),
        NEEDS,
        1,
        None,
    ),
    "answered again": (
        (OPENED, SUPPLIED, told("SECOND_CHARGEBACK", 9, defendable="true"), told("INFORMATION_SUPPLIED", 10)),
        UNDER_REVIEW,
        2,
        None,
    ),
    "pre-arbitration won": (
        (OPENED, SUPPLIED, told("SECOND_CHARGEBACK", 9), told("PREARBITRATION_WON", 12)),
        WON,
        1,
        eur(5000),
    ),
    "pre-arbitration lost": ((OPENED, SUPPLIED, REVERSED, told("PREARBITRATION_LOST", 12)), LOST, 1, None),
    "arbitration open": ((OPENED, SUPPLIED, told("SCHEME_ARBITRATION", 12)), UNDER_REVIEW, 1, None),
    "auto-defended": (
        (told("NOTIFICATION_OF_CHARGEBACK", defendable="false", autoDefended="true"),),
        UNDER_REVIEW,
        1,
        None,
    ),
    "not defendable": ((told("NOTIFICATION_OF_CHARGEBACK", defendable="false"),), UNDER_REVIEW, 0, None),
    "asked for information, then charged": (
        (told("REQUEST_FOR_INFORMATION", -9), told("INFORMATION_SUPPLIED", -8), OPENED),
        NEEDS,
        1,
        None,
    ),
    "information never given": (
        (told("REQUEST_FOR_INFORMATION"), told("DISPUTE_DEFENSE_PERIOD_ENDED", 9, disputeStatus="Expired")),
        DisputeState.CLOSED,
        0,
        None,
    ),
    "warned, commented and something new": (
        (OPENED, told("NOTIFICATION_OF_FRAUD", 1), told("ISSUER_COMMENTS", 2), told("DISPUTE_WON_BY_MAGIC", 3)),
        NEEDS,
        0,
        None,
    ),
    "a status nobody has told us about": (
        (OPENED, SUPPLIED, told("CHARGEBACK_REVERSED", 3, disputeStatus="Triumph")),
        UNDER_REVIEW,
        1,
        eur(5000),
    ),
    "news that did not succeed": (
        (OPENED, told("CHARGEBACK_REVERSED", 3, success="false", disputeStatus="Won")),
        NEEDS,
        0,
        None,
    ),
}


@pytest.mark.parametrize("name", list(COURSES))
def test_a_dispute_stands_where_its_notifications_leave_it(name: str) -> None:
    notifications, state, submissions, recovered = COURSES[name]
    dispute = known(*notifications)
    assert (dispute.state, dispute.submission_count, dispute.recovered) == (state, submissions, recovered)


@pytest.mark.parametrize("name", list(COURSES))
def test_every_order_and_every_repeat_tells_the_same(name: str) -> None:
    notifications = COURSES[name][0]
    once = known(*notifications)
    for order in itertools.permutations(notifications):
        assert known(*order, *order[: len(order) // 2 + 1]) == once


@given(
    st.lists(
        st.builds(
            told,
            st.sampled_from(
                ["REFUND", "REFUND_FAILED", *(one.code for course in COURSES.values() for one in course[0])]
            ),
            st.integers(0, 3),
            disputeStatus=st.sampled_from(["Won", "Lost", "Pending", "Undefended"]),
            defendable=st.sampled_from(["true", "false"]),
            value=st.sampled_from([5000, 2000]),
        ),
        min_size=1,
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_whatever_was_told_order_and_repeats_change_nothing(notifications: list[Notification], chance: Any) -> None:
    shuffled = [*notifications, *notifications]
    chance.shuffle(shuffled)
    assert dispute_of(DISPUTE, shuffled) == dispute_of(DISPUTE, notifications)
    assert refunds_of(PAYMENT, shuffled) == refunds_of(PAYMENT, notifications)


def test_what_happened_in_the_same_second_follows_a_disputes_course() -> None:
    same = [one.model_copy(update={"at": START}) for one in (REVERSED, SUPPLIED, CHARGED)]
    dispute = known(*same, OPENED)
    assert (dispute.state, dispute.submission_count, dispute.recovered) == (UNDER_REVIEW, 1, eur(5000))


def test_our_own_defence_counts_until_adyen_tells_of_it_and_not_twice_then() -> None:
    ours = (taken(RequestKind.DEFENCE, DisputeStage.CHARGEBACK),)
    assert (known(OPENED, ours=ours).submission_count, known(OPENED, ours=ours).state) == (1, UNDER_REVIEW)
    assert known(OPENED, SUPPLIED, ours=ours).submission_count == 1


def test_our_own_defence_of_one_stage_leaves_the_next_to_be_answered() -> None:
    again = told("SECOND_CHARGEBACK", 9, defendable="true")
    dispute = known(OPENED, again, ours=(taken(RequestKind.DEFENCE, DisputeStage.CHARGEBACK),))
    assert (dispute.state, dispute.submission_count) == (NEEDS, 1)


def test_a_dispute_we_accepted_is_lost_before_adyen_says_so() -> None:
    assert known(OPENED, ours=(taken(RequestKind.ACCEPTANCE, DisputeStage.CHARGEBACK),)).state is LOST


def test_what_was_only_asked_counts_for_nothing() -> None:
    asked = taken(RequestKind.DEFENCE, DisputeStage.CHARGEBACK).model_copy(update={"state": RequestState.ASKED})
    assert known(OPENED, ours=(asked,)).submission_count == 0


def test_a_dispute_adyen_told_nothing_of_is_not_known() -> None:
    assert dispute_of("ANOTHER", [OPENED]) is None
    assert dispute_of(DISPUTE, [SUPPLIED.model_copy(update={"reference": "ANOTHER"})]) is None


def refund(code: str, hours: float, success: str = "true") -> Notification:
    return told(code, hours, reference=REFUND, success=success, value=1700, ours="digest")


@pytest.mark.parametrize(
    ("news", "state", "failure"),
    [
        ([refund("REFUND", 1)], RefundState.SUCCEEDED, None),
        ([refund("REFUND", 1, "false")], RefundState.FAILED, "because"),
        ([refund("REFUND", 1), refund("REFUND_FAILED", 2)], RefundState.FAILED, "REFUND_FAILED"),
        ([refund("REFUND", 1), refund("REFUNDED_REVERSED", 1)], RefundState.FAILED, "REFUNDED_REVERSED"),
        ([refund("REFUND", 1, "false"), refund("REFUND", 2)], RefundState.SUCCEEDED, None),
        ([refund("REFUND", 1), refund("REFUND_FAILED", 2, "false")], RefundState.SUCCEEDED, None),
    ],
)
def test_a_refund_is_what_adyen_said_last_and_pending_before(
    news: list[Notification], state: RefundState, failure: str | None
) -> None:
    asked = AdyenRequest(
        kind=RequestKind.REFUND,
        about=PAYMENT,
        key="digest",
        state=RequestState.TAKEN,
        asked_at=START,
        amount=eur(1700),
        case_key="shop/case/decision/0",
        reference=REFUND,
    )
    [before] = refunds_of(PAYMENT, [], [asked])
    assert (before.state, before.amount, before.case_key) == (RefundState.PENDING, eur(1700), asked.case_key)
    for order in itertools.permutations(news):
        [after] = refunds_of(PAYMENT, order, [asked])
        assert (after.state, after.failure, after.case_key) == (state, failure, asked.case_key)


def test_a_refund_whose_answer_was_lost_is_recognised_by_the_reference_adyen_brings_back() -> None:
    asked = AdyenRequest(
        kind=RequestKind.REFUND, about=PAYMENT, key="digest", state=RequestState.ASKED, asked_at=START,
        amount=eur(1700), case_key="case-key",
    )  # fmt: skip
    assert refunds_of(PAYMENT, [], [asked]) == []
    [seen] = refunds_of(PAYMENT, [refund("REFUND", 1)], [asked])
    assert (seen.reference, seen.case_key) == (REFUND, "case-key")


def test_a_refund_made_in_the_customer_area_is_foreign_and_a_cancellation_is_none() -> None:
    cancelled = told("CANCEL_OR_REFUND", 1).model_copy(update={"data": (("modification.action", "cancel"),)})
    [seen] = refunds_of(PAYMENT, [refund("REFUND", 1), cancelled])
    assert seen.case_key is None


def test_a_payment_is_what_was_captured_or_authorised_and_refunded_and_whether_it_is_disputed() -> None:
    authorised = told("AUTHORISATION", reference=PAYMENT)
    charge = charge_of(PAYMENT, [authorised, refund("REFUND", 1)])
    assert charge is not None
    assert (charge.captured, charge.refunded, charge.disputed) == (eur(5000), eur(1700), False)
    captured = charge_of(PAYMENT, [authorised, told("CAPTURE", 1, reference="CAPTURE1", value=4000), OPENED])
    assert captured is not None
    assert (captured.captured, captured.disputed) == (eur(4000), True)
    assert charge_of(PAYMENT, [told("AUTHORISATION", reference=PAYMENT, success="false"), OPENED]) is None


def test_every_example_of_adyens_own_specification_is_read() -> None:
    document = json.loads(SPECIFICATION.read_text("utf-8"))
    examples = [
        one["value"] for one in document["components"]["examples"].values() if "notificationItems" in one["value"]
    ]
    assert examples
    for example in examples:
        for wrapped in example["notificationItems"]:
            item = wrapped["NotificationRequestItem"]
            read = Notification.read(item)
            assert (read.code, read.reference) == (item["eventCode"], item["pspReference"])
            assert read.at.utcoffset() is not None
