import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.tools.intake.examples import ADYEN_KEY, adyen_example, adyen_examples, adyen_signed
from tools.intake import adyen
from tools.intake.notice import BadSignature, NoticeKind, UnreadableNotice

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
OTHER_KEY = "00" * 32
# The published vector of Adyen's client libraries.
VECTOR: dict[str, Any] = {
    "pspReference": "7914073381342284",
    "merchantAccountCode": "TestMerchant",
    "merchantReference": "TestPayment-1407325143704",
    "amount": {"value": 1130, "currency": "EUR"},
    "eventCode": "AUTHORISATION",
    "eventDate": "2019-05-06T17:15:34.121+02:00",
    "success": "true",
    "additionalData": {"hmacSignature": "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="},
}


def two() -> dict[str, Any]:
    """One notification with two items, each signed."""
    first, second = adyen_example("CHARGEBACK"), adyen_example("REFUND")
    both = {"live": "true", "notificationItems": [*first["notificationItems"], *second["notificationItems"]]}
    return json.loads(adyen_signed(both))


def verify(notification: object, *keys: str) -> None:
    adyen.verify(json.dumps(notification).encode(), {}, keys or (ADYEN_KEY,), NOW)


def test_adyens_published_vector_is_accepted() -> None:
    verify({"live": "false", "notificationItems": [{"NotificationRequestItem": VECTOR}]})


def test_the_key_in_use_and_the_one_before_are_both_accepted() -> None:
    verify(two(), OTHER_KEY, ADYEN_KEY)
    verify(two(), ADYEN_KEY, OTHER_KEY)


@pytest.mark.parametrize("index", [0, 1])
@pytest.mark.parametrize(
    "field", ["pspReference", "originalReference", "merchantAccountCode", "merchantReference", "eventCode", "success"]
)
def test_one_altered_item_makes_the_whole_notification_refused(index: int, field: str) -> None:
    notification = two()
    notification["notificationItems"][index]["NotificationRequestItem"][field] = "altered"
    with pytest.raises(BadSignature, match=f"item {index}"):
        verify(notification)


@pytest.mark.parametrize("part", [{"value": 1}, {"currency": "JPY"}])
def test_an_altered_amount_is_refused(part: dict[str, Any]) -> None:
    notification = two()
    notification["notificationItems"][1]["NotificationRequestItem"]["amount"] |= part
    with pytest.raises(BadSignature, match="item 1"):
        verify(notification)


def test_every_altered_byte_of_a_signature_is_refused() -> None:
    notification = two()
    data = notification["notificationItems"][1]["NotificationRequestItem"]["additionalData"]
    mac = base64.b64decode(data["hmacSignature"])
    for place in range(len(mac)):
        data["hmacSignature"] = base64.b64encode(mac[:place] + bytes([mac[place] ^ 1]) + mac[place + 1 :]).decode()
        with pytest.raises(BadSignature):
            verify(notification)


@pytest.mark.parametrize("signature", [None, "", "é", "not base64!", "b0ea55c2fe60d4d1d605e9c385e0e7...", 7])
def test_an_item_without_a_signature_is_refused(signature: object) -> None:
    notification = two()
    notification["notificationItems"][1]["NotificationRequestItem"]["additionalData"]["hmacSignature"] = signature
    with pytest.raises(BadSignature, match="item 1"):
        verify(notification)


def test_other_keys_and_none_are_refused() -> None:
    with pytest.raises(BadSignature):
        verify(two(), OTHER_KEY)
    with pytest.raises(BadSignature):
        adyen.verify(json.dumps(two()).encode(), {}, (), NOW)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[" * 100_000,
        b'{"notificationItems":[]}',
        b'{"notificationItems":{}}',
        b'{"notificationItems":[{}]}',
        b'{"notificationItems":[{"NotificationRequestItem":{}}]}',
        b'{"notificationItems":[{"NotificationRequestItem":{"additionalData":{},"amount":[1]}}]}',
        b'{"notificationItems":[{"NotificationRequestItem":{"additionalData":{},"pspReference":"\\ud800"}}]}',
    ],
)
def test_a_body_without_signed_items_is_refused(raw: bytes) -> None:
    with pytest.raises(BadSignature):
        adyen.verify(raw, {}, (ADYEN_KEY,), NOW)


@pytest.mark.parametrize("name", sorted(adyen_examples()))
def test_adyens_own_examples_are_read(name: str) -> None:
    example = adyen_examples()[name]
    raw = adyen_signed(example)
    adyen.verify(raw, {}, (ADYEN_KEY,), NOW)
    (notice,) = adyen.parse(raw)
    item = example["notificationItems"][0]["NotificationRequestItem"]
    code = item["eventCode"]
    assert notice.event_id.startswith(f"{item['pspReference']}:{code}:{item['success']}:20")
    assert notice.kind is not NoticeKind.OTHER
    assert notice.charge == item.get("originalReference")
    about_refund_or_fraud = "REFUND" in code or "FRAUD" in code
    assert notice.dispute == (None if about_refund_or_fraud else item["pspReference"])
    assert notice.account == "YOUR_MERCHANT_ACCOUNT"
    assert notice.live is (example["live"] == "true")
    assert notice.at.tzinfo is not None


def test_items_of_one_notification_are_each_a_notice() -> None:
    chargeback, refund = adyen.parse(json.dumps(two()).encode())
    assert (chargeback.kind, refund.kind) == (NoticeKind.DISPUTE_CHANGED, NoticeKind.REFUND_CHANGED)
    assert chargeback.event_id != refund.event_id


def test_the_failed_and_the_successful_event_are_two() -> None:
    notification = two()
    refund = notification["notificationItems"][1]["NotificationRequestItem"]
    ids: set[str] = set()
    for success in ("true", "false"):
        refund["success"] = success
        ids.add(adyen.parse(json.dumps(notification).encode())[1].event_id)
    assert len(ids) == 2


def test_the_same_event_of_another_date_is_another_one() -> None:
    notification = two()
    ids: set[str] = set()
    for date in ("2025-05-17T09:35:14+02:00", "2025-05-17T07:35:14Z", "2025-06-17T09:35:14+02:00"):
        notification["notificationItems"][0]["NotificationRequestItem"]["eventDate"] = date
        ids.add(adyen.parse(json.dumps(notification).encode())[0].event_id)
    assert len(ids) == 2


def test_unknown_events_are_kept_as_other_and_what_is_none_is_refused() -> None:
    notification = two()
    item = notification["notificationItems"][0]["NotificationRequestItem"]
    item["eventCode"] = "INVENTED_TOMORROW"
    assert adyen.parse(json.dumps(notification).encode())[0].kind is NoticeKind.OTHER
    del item["eventDate"]
    with pytest.raises(UnreadableNotice, match="eventDate"):
        adyen.parse(json.dumps(notification).encode())
