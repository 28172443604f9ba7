"""Carriers' sentences: what states a delivery, and the many that only sound like one."""

import pytest

from knowledge.tracking import DeliveryMode, TrackingStatus
from tools.carriers._words import delivered_unless_denied, mode_of, signatory, status_of

DELIVERED = [
    "Delivered",
    "Delivered, left in safe place",
    "Item delivered successfully",
    "Parcel delivered to neighbour",
    "Collected by customer",
    "Die Sendung wurde erfolgreich zugestellt.",
    "Le colis est livré.",
    "Votre colis a été remis au destinataire",
    "El envío ha sido entregado",
    "Objeto entregue ao destinatário",
    "La spedizione è stata consegnata",
    "Het pakket is bezorgd",
    "Przesyłka doręczona",
    "Gönderi teslim edildi",
    "Отправление вручено адресату",
    "已签收,感谢使用顺丰",
    "お届け済み",
]
NOT_DELIVERED = [
    "Could not be delivered",
    "The parcel could not yet be delivered",
    "Not delivered",
    "The parcel was not delivered",
    "The parcel has not been delivered",
    "Item wasn't delivered today",
    "We were unable to deliver your parcel",
    "Sadly we have not been able to deliver the parcel.",
    "Delivery attempted",
    "Delivery attempt - customer not home",
    "Undelivered",
    "Delivery unsuccessful",
    "Delivered to carrier",
    "Delivered to agent",
    "Delivered to local courier",
    "Delivered to the local post office",
    "Delivered to USPS facility",
    "Delivered to parcelshop",
    "Delivered to original sender",
    "Delivered back to sender",
    "Will be delivered tomorrow",
    "To be delivered",
    "It has arrived and will be delivered in some days.",
    "Scheduled for delivery",
    "Delivery has been rescheduled",
    "Out for delivery",
    "Refused by recipient, not delivered",
    "Delivered damaged",
    "Die Sendung konnte nicht zugestellt werden",
    "Die Sendung wird heute zugestellt",
    "Zustellversuch erfolglos",
    "Votre colis n'a pas pu être livré",
    "Votre colis sera livré demain",
    "Votre colis est en cours de livraison",
    "No se ha podido entregar el envío",
    "Não foi possível entregar o objeto",
    "Objeto saiu para entrega ao destinatário",
    "Mancata consegna",
    "Pakket niet bezorgd",
    "Przesyłka nie doręczona",
    "Teslim edilemedi",
    "Не вручено: отсутствие адресата",
    "派件不成功",
    "快件拒收",
    "退回件已签收",
    "待签收",
    "A sentence nobody has written",
    "Delivered. " + "And so on. " * 30,
    "",
]


@pytest.mark.parametrize("text", DELIVERED)
def test_a_sentence_that_states_a_delivery(text: str) -> None:
    assert status_of(text) is TrackingStatus.DELIVERED


@pytest.mark.parametrize("text", NOT_DELIVERED)
def test_a_sentence_that_states_none(text: str) -> None:
    assert status_of(text) is not TrackingStatus.DELIVERED


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Shipping information received from the sender", TrackingStatus.LABEL_CREATED),
        ("Received by the post", TrackingStatus.HANDED_OVER),
        ("The item is in customs", TrackingStatus.CUSTOMS),
        ("On board for delivery", TrackingStatus.OUT_FOR_DELIVERY),
        ("Awaiting collection at post office", TrackingStatus.AVAILABLE_FOR_PICKUP),
        ("Delivered to UPS Access Point and awaiting customer pickup", TrackingStatus.AVAILABLE_FOR_PICKUP),
        ("Annahme verweigert", TrackingStatus.REFUSED),
        ("Being returned to sender", TrackingStatus.RETURNING),
        ("Returned to sender", TrackingStatus.RETURNED),
        ("Parcel damaged in transit", TrackingStatus.DAMAGED),
        ("Parcel lost", TrackingStatus.LOST),
        ("已收取快件", TrackingStatus.HANDED_OVER),
        ("正在派送途中", TrackingStatus.OUT_FOR_DELIVERY),
        ("Delivered undamaged", TrackingStatus.DELIVERED),
        ("Something else entirely", TrackingStatus.UNKNOWN),
    ],
)
def test_what_else_a_sentence_means(text: str, status: TrackingStatus) -> None:
    assert status_of(text) is status


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Delivered, Front Door", TrackingStatus.DELIVERED),
        ("", TrackingStatus.DELIVERED),
        ("Delivered to Agent for Final Delivery", TrackingStatus.IN_TRANSIT),
        ("Delivered to UPS Access Point", TrackingStatus.AVAILABLE_FOR_PICKUP),
        ("Delivered, To Original Sender", TrackingStatus.RETURNED),
        ("Could not be delivered", TrackingStatus.DELIVERY_ATTEMPTED),
    ],
)
def test_a_delivery_code_is_not_believed_against_its_own_sentence(text: str, status: TrackingStatus) -> None:
    assert delivered_unless_denied(text) is status


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("Delivered, In/At Mailbox", DeliveryMode.MAILBOX),
        ("Delivered, Front Door/Porch", DeliveryMode.LEFT_UNATTENDED),
        ("Delivered to a parcel locker", DeliveryMode.PICKUP_POINT),
        ("Nachbar", DeliveryMode.HANDED_TO_OTHER),
        ("Front Desk", DeliveryMode.HANDED_TO_OTHER),
        ("Met Customer", DeliveryMode.HANDED_TO_RECIPIENT),
        ("已签收(本人签收)", DeliveryMode.HANDED_TO_RECIPIENT),
        ("Delivered", DeliveryMode.UNSTATED),
    ],
)
def test_how_a_delivery_happened(text: str, mode: DeliveryMode) -> None:
    assert mode_of(text) is mode


@pytest.mark.parametrize(
    "text",
    [
        "960500017",
        "00:00:00",
        "Signature not required",
        "DRIVER RELEASE",
        "FRONT DOOR",
        "N/A",
        "string",
        "COVID 19",
        "",
    ],
)
def test_what_carriers_print_in_place_of_a_name_is_no_signature(text: str) -> None:
    assert signatory(text) is None


def test_a_name_is_a_signature() -> None:
    assert signatory("M.ARAYA") == "M.ARAYA"
    assert signatory("王芳") == "王芳"
