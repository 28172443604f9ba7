from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.tools.intake.authority import CERT_URL, NOW, WEBHOOK_ID, Authority, PayPalsHand
from tests.tools.intake.examples import PAYPAL_DISPUTE, paypal_event, specification
from tools.intake import paypal
from tools.intake.notice import BadSignature, NoticeKind, UnreadableNotice
from tools.intake.paypal_certificates import CertificateUnavailable, PayPalCertificates

RAW = paypal_event("CUSTOMER.DISPUTE.CREATED", PAYPAL_DISPUTE)
AUTHORITY, STRANGER, HAND = Authority(), Authority(), PayPalsHand()
CHAIN = AUTHORITY.leaf(HAND.key)


class Served:
    """The addresses that were fetched, and what each of them serves."""

    def __init__(self, content: bytes = CHAIN) -> None:
        self.content = content
        self.asked: list[str] = []
        self.certificates = PayPalCertificates(self._fetch, [AUTHORITY.root])

    async def _fetch(self, url: str) -> bytes:
        self.asked.append(url)
        if not self.content:
            raise CertificateUnavailable(f"{url} does not answer")
        return self.content

    async def verify(
        self,
        headers: dict[str, str],
        raw: bytes = RAW,
        ids: Sequence[str] = (WEBHOOK_ID,),
        now: datetime = NOW,
    ) -> None:
        await paypal.verify(raw, headers, ids, now, self.certificates)


def signed(raw: bytes = RAW, at: datetime = NOW) -> dict[str, str]:
    return dict(HAND.headers(raw, at=at))


async def test_a_signed_body_is_accepted_and_the_certificate_fetched_once() -> None:
    served = Served()
    await served.verify(signed())
    await served.verify(signed(), ids=("ANOTHER", WEBHOOK_ID))
    assert served.asked == [CERT_URL]


async def test_every_altered_byte_of_the_body_is_refused() -> None:
    served, headers = Served(), signed()
    for place in range(len(RAW)):
        with pytest.raises(BadSignature, match="SIG is not of this body"):
            await served.verify(headers, RAW[:place] + bytes([RAW[place] ^ 1]) + RAW[place + 1 :])


async def test_another_webhooks_delivery_and_no_webhook_at_all_are_refused() -> None:
    for ids in ((), ("ANOTHER",)):
        with pytest.raises(BadSignature):
            await Served().verify(signed(), ids=ids)


@pytest.mark.parametrize("header", sorted(signed()))
async def test_each_header_is_needed_and_none_is_fetched_before_all_are_there(header: str) -> None:
    for value in ("", "é", None):
        served, headers = Served(), signed() | {header: value or ""}
        if value is None:
            del headers[header]
        with pytest.raises(BadSignature, match=header.removeprefix("paypal-").upper()):
            await served.verify(headers)
        assert served.asked == []


@pytest.mark.parametrize(
    "changed",
    [
        {"paypal-transmission-id": "another"},
        {"paypal-transmission-time": "2026-11-27T12:00:01Z"},
        {"paypal-transmission-time": "2026-11-27T12:00:00+00:00"},
        {"paypal-transmission-time": "2026-11-27T12:00:00"},
        {"paypal-transmission-time": "now"},
        {"paypal-transmission-sig": "AAAA"},
        {"paypal-transmission-sig": "not base64!"},
        {"paypal-auth-algo": "NONE"},
    ],
)
async def test_an_altered_header_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        await Served().verify(signed() | changed)


async def test_a_late_attempt_is_accepted_and_one_older_than_all_attempts_or_ahead_of_now_is_refused() -> None:
    headers = signed()
    await Served().verify(headers, now=NOW + timedelta(days=3, hours=12))
    for away in (timedelta(days=4, seconds=1), timedelta(minutes=-6)):
        with pytest.raises(BadSignature, match="TRANSMISSION-TIME"):
            await Served().verify(headers, now=NOW + away)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.paypal.com/v1/notifications/certs/CERT-1",
        "https://paypal.com.example.com/v1/notifications/certs/CERT-1",
        "https://evilpaypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com@example.com/v1/notifications/certs/CERT-1",
        "https://example.com/https://api.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com:8443/v1/notifications/certs/CERT-1",
        "https://api.paypal.com/v1/notifications/certs/../../../redirect?to=example.com",
        "https://api.paypal.com/v1/notifications/certs/CERT-1?x=1",
        "https://api.paypal.com/v1/notifications/certs/CERT-1#x",
        "https://api.paypal.com/v1/notifications/certs/%2e%2e/x",
        "https://api.paypal.com/elsewhere/CERT-1",
        "https://[api.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com:port/v1/notifications/certs/CERT-1",
        "file:///v1/notifications/certs/CERT-1",
        "https://127.0.0.1/v1/notifications/certs/.paypal.com",
    ],
)
async def test_certificates_are_fetched_from_paypal_only(url: str) -> None:
    served = Served()
    with pytest.raises(BadSignature, match="CERT-URL"):
        await served.verify(dict(HAND.headers(RAW, cert_url=url)))
    assert served.asked == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (STRANGER.leaf(HAND.key), "does not hold"),
        (AUTHORITY.leaf(HAND.key, with_chain=False), "does not hold"),
        (AUTHORITY.leaf(HAND.key, until=NOW - timedelta(seconds=1)), "does not hold"),
        (AUTHORITY.leaf(HAND.key, "www.paypal.com"), "is not one of"),
        (AUTHORITY.leaf(HAND.key, "messageverificationcerts.example.com"), "is not one of"),
        (AUTHORITY.leaf(HAND.key, "messageverificationcerts.evilpaypal.com"), "is not one of"),
        (AUTHORITY.leaf(ec.generate_private_key(ec.SECP256R1())), "no RSA key"),
        (AUTHORITY.leaf(PayPalsHand().key), "SIG is not of this body"),
        (b"<html>", "PEM"),
    ],
)
async def test_a_certificate_that_proves_nothing_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(BadSignature, match=words):
        await Served(content).verify(signed())


async def test_a_kept_certificate_is_refused_once_it_has_run_out() -> None:
    served = Served(AUTHORITY.leaf(HAND.key, until=NOW + timedelta(hours=1)))
    await served.verify(signed())
    with pytest.raises(BadSignature, match="does not hold"):
        await served.verify(signed(), now=NOW + timedelta(hours=2))


async def test_a_certificate_that_cannot_be_fetched_is_asked_for_again() -> None:
    served = Served(b"")
    with pytest.raises(CertificateUnavailable):
        await served.verify(signed())
    served.content = CHAIN
    await served.verify(signed())
    assert served.asked == [CERT_URL, CERT_URL]


async def test_addresses_that_prove_nothing_push_no_certificate_out() -> None:
    served = Served()
    await served.verify(signed())
    served.content = b"nothing"
    for number in range(40):
        with pytest.raises(BadSignature):
            await served.verify(dict(HAND.headers(RAW, cert_url=f"{CERT_URL}-{number}")))
    served.content = b""
    await served.verify(signed())


def test_every_event_type_of_the_specification_is_known() -> None:
    named = [each.split()[0] for each in specification("paypal_disputes.json")["x-webhook-event-types"]]
    assert len(named) >= 6
    for event_type in named:
        assert paypal.parse(paypal_event(event_type, PAYPAL_DISPUTE))[0].kind is not NoticeKind.OTHER, event_type


def test_a_dispute_is_read() -> None:
    opened, closed = (
        paypal.parse(paypal_event(name, PAYPAL_DISPUTE))[0]
        for name in ("CUSTOMER.DISPUTE.CREATED", "CUSTOMER.DISPUTE.RESOLVED")
    )
    assert (opened.kind, closed.kind) == (NoticeKind.DISPUTE_OPENED, NoticeKind.DISPUTE_CLOSED)
    assert (opened.dispute, opened.charge) == ("PP-000-042-663-135", "00D10444LD479031K")
    assert opened.at == datetime(2026, 6, 21, 13, 36, 33, tzinfo=UTC)
    assert (opened.account, opened.live) == (None, None)


def test_a_refund_is_read_with_the_capture_it_is_linked_to() -> None:
    host = "https://api.paypal.com/v2/payments"
    links = [
        {"rel": "self", "href": f"{host}/refunds/1Y1"},
        {"rel": "up", "href": f"{host}/captures/0JF852973C016714D"},
    ]
    (refund,) = paypal.parse(paypal_event("PAYMENT.CAPTURE.REFUNDED", {"id": "1Y1", "links": links}))
    assert (refund.kind, refund.charge, refund.dispute) == (NoticeKind.REFUND_CHANGED, "0JF852973C016714D", None)


@pytest.mark.parametrize(
    "resource", [{}, {"disputed_transactions": {}}, {"disputed_transactions": ["x"]}, {"links": 1}]
)
def test_references_that_are_not_told_are_none(resource: dict[str, object]) -> None:
    for event_type in ("CUSTOMER.DISPUTE.UPDATED", "PAYMENT.CAPTURE.REFUNDED"):
        (notice,) = paypal.parse(paypal_event(event_type, resource))
        assert (notice.dispute, notice.charge) == (None, None)


def test_unknown_events_are_kept_as_other_and_what_is_none_is_refused() -> None:
    assert paypal.parse(paypal_event("BILLING.PLAN.CREATED", {}))[0].kind is NoticeKind.OTHER
    for raw, field in (
        (b"{}", "event_type"),
        (b'{"event_type":"X","id":"WH-1"}', "create_time"),
        (b'{"event_type":"X","id":"WH-1","create_time":"yesterday"}', "create_time"),
        (b'{"event_type":"CUSTOMER.DISPUTE.CREATED","id":"WH-1","create_time":"2026-06-21T13:36:33Z"}', "resource"),
    ):
        with pytest.raises(UnreadableNotice, match=field):
            paypal.parse(raw)
