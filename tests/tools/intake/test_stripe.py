from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from stripe import WebhookSignature

from tests.tools.intake.examples import stripe_event, stripe_object
from tools.intake import stripe
from tools.intake.notice import BadSignature, NoticeKind, UnreadableNotice

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
OLD, NEW = "whsec_old", "whsec_new"
RAW = stripe_event("charge.dispute.created", {"id": "dp_1", "charge": "ch_1", "reason": "Zwölf €"})


def signed(raw: bytes = RAW, secret: str = NEW, at: datetime = NOW) -> dict[str, str]:
    """As Stripe's own library signs."""
    make = cast("Any", WebhookSignature).generate_signature_header
    return {"stripe-signature": make(raw.decode(), secret, int(at.timestamp()))}


def test_a_body_signed_with_any_of_the_secrets_is_accepted() -> None:
    stripe.verify(RAW, signed(), [NEW], NOW)
    stripe.verify(RAW, signed(secret=OLD), [NEW, OLD], NOW)


def test_one_of_several_v1_is_enough() -> None:
    other, ours = signed(secret="whsec_other")["stripe-signature"], signed()["stripe-signature"]
    stripe.verify(RAW, {"stripe-signature": f"{other},{ours.split(',')[1]},v0=00"}, [NEW], NOW)


def test_every_altered_byte_of_the_body_is_refused() -> None:
    headers = signed()
    for place in range(len(RAW)):
        altered = RAW[:place] + bytes([RAW[place] ^ 1]) + RAW[place + 1 :]
        with pytest.raises(BadSignature):
            stripe.verify(altered, headers, [NEW], NOW)


@pytest.mark.parametrize("away", [timedelta(seconds=301), timedelta(seconds=-301), timedelta(days=-400)])
def test_a_time_too_far_from_now_is_refused_in_both_directions(away: timedelta) -> None:
    with pytest.raises(BadSignature, match="away from now"):
        stripe.verify(RAW, signed(at=NOW + away), [NEW], NOW)
    stripe.verify(RAW, signed(at=NOW + away), [NEW], NOW + away)


def test_the_time_cannot_be_renewed_without_the_secret() -> None:
    old = signed(at=NOW - timedelta(days=1))["stripe-signature"]
    fresh = f"t={int(NOW.timestamp())}"
    for header in (f"{fresh},{old.split(',')[1]}", f"{fresh},{old}"):
        with pytest.raises(BadSignature, match="no v1"):
            stripe.verify(RAW, {"stripe-signature": header}, [NEW], NOW)
    with pytest.raises(BadSignature, match="away from now"):
        stripe.verify(RAW, {"stripe-signature": f"{old},{fresh}"}, [NEW], NOW)


@pytest.mark.parametrize(
    "header",
    ["", "t=1", "v1=00", "nonsense", "t=,v1=", "t=one,v1=00", "t=1,v1=é", "t=9" + "9" * 5000 + ",v1=00", "=,="],
)
def test_a_header_that_is_missing_or_broken_is_refused(header: str) -> None:
    with pytest.raises(BadSignature):
        stripe.verify(RAW, {"stripe-signature": header} if header else {}, [NEW], NOW)


def test_another_secret_and_none_are_refused() -> None:
    for secrets in (["whsec_other"], [], [""]):
        with pytest.raises(BadSignature):
            stripe.verify(RAW, signed(), secrets, NOW)


def test_a_body_that_is_no_text_is_refused() -> None:
    with pytest.raises(BadSignature):
        stripe.verify(b"\xff\xfe", signed(), [NEW], NOW)


@pytest.mark.parametrize(
    ("event_type", "example", "kind", "dispute"),
    [
        ("charge.dispute.created", "dispute", NoticeKind.DISPUTE_OPENED, True),
        ("charge.dispute.updated", "dispute", NoticeKind.DISPUTE_CHANGED, True),
        ("charge.dispute.funds_withdrawn", "dispute", NoticeKind.DISPUTE_CHANGED, True),
        ("charge.dispute.funds_reinstated", "dispute", NoticeKind.DISPUTE_CHANGED, True),
        ("charge.dispute.closed", "dispute", NoticeKind.DISPUTE_CLOSED, True),
        ("refund.created", "refund", NoticeKind.REFUND_CHANGED, False),
        ("refund.failed", "refund", NoticeKind.REFUND_CHANGED, False),
    ],
)
def test_stripes_own_objects_are_read(event_type: str, example: str, kind: NoticeKind, dispute: bool) -> None:
    about = stripe_object(example)
    (notice,) = stripe.parse(stripe_event(event_type, about))
    assert (notice.kind, notice.event_type, notice.charge) == (kind, event_type, about["charge"])
    assert notice.dispute == (about["id"] if dispute else None)
    assert notice.at == datetime.fromtimestamp(1_790_000_000, UTC)
    assert notice.live is True


def test_the_charge_is_found_expanded_too_and_as_the_object_of_its_own_refund() -> None:
    (expanded,) = stripe.parse(stripe_event("charge.dispute.closed", {"id": "dp_1", "charge": {"id": "ch_9"}}))
    (refunded,) = stripe.parse(stripe_event("charge.refunded", {"id": "ch_9", "object": "charge"}))
    assert (expanded.charge, refunded.charge, refunded.dispute) == ("ch_9", "ch_9", None)
    warning = stripe_event("radar.early_fraud_warning.created", {"id": "issfr_1", "charge": "ch_9"})
    assert stripe.parse(warning)[0].kind is NoticeKind.FRAUD_WARNING


@pytest.mark.parametrize(
    "raw",
    [
        stripe_event("customer.created", {"id": "cus_1"}),
        stripe_event("charge.dispute.invented_tomorrow", {"id": "dp_1"}),
        b'{"object":"v2.core.event","id":"evt_2","type":"v1.billing.x","created":"2026-06-05T12:46:00Z","livemode":false}',
    ],
)
def test_unknown_events_are_kept_as_other(raw: bytes) -> None:
    (notice,) = stripe.parse(raw)
    assert (notice.kind, notice.dispute) == (NoticeKind.OTHER, None)


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b"", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"[]", "object"),
        (b'{"type":"x","created":1}', "id"),
        (b'{"id":"evt_1","created":1}', "type"),
        (b'{"id":"evt_1","type":"x","created":1e99}', "created"),
        (b'{"id":"evt_1","type":"x","created":99999999999999999}', "created"),
        (b'{"id":"evt\\u0000","type":"x","created":1}', "event_id"),
        (b'{"id":"evt_1","type":"charge.dispute.created","created":1}', "data"),
        (b'{"id":"evt_1","type":"charge.dispute.created","created":1,"data":{"object":"dp_1"}}', "data.object"),
    ],
)
def test_what_is_no_event_of_stripes_is_refused_with_the_field(raw: bytes, field: str) -> None:
    with pytest.raises(UnreadableNotice, match=field):
        stripe.parse(raw)
