"""Invented merchants, orders and disputes, one per family of reasons and some for scripts and odd records."""

from datetime import UTC, datetime, timedelta
from typing import Any

from knowledge.case import CaseBundle, EarlierRefund
from knowledge.decision import DefenceDecision, Reason, Stance
from knowledge.decision import Route as Acting
from knowledge.letter.dossier import DefenceDossier, OfferMade
from knowledge.money import Money, total
from knowledge.reasons import ChargebackFamily
from knowledge.rules.liability.visa_ce3 import Ce3Assessment
from knowledge.tracking import DeliveryMode, Place, Route, TrackingEvent, TrackingStatus

PAYLOAD_SHA256 = "ab" * 32
PHOTO_SHA256 = "cd" * 32
SCAN_SHA256 = "ef" * 32


def eur(text: str) -> Money:
    return Money.parse(text, "EUR")


def at(day: str, time: str = "12:00") -> datetime:
    return datetime.fromisoformat(f"2026-{day}T{time}:00+00:00")


def amount(money: Money) -> dict[str, str]:
    return {"amount": money.decimal_text(), "currency": money.currency}


ADDRESS: dict[str, Any] = {
    "name": "Élise Marchand",
    "lines": ["14 quai des Brumes"],
    "city": "Lyon",
    "postcode": "69003",
    "country": "FR",
}
DEVICE: dict[str, Any] = {"ip": "203.0.113.24", "device_id": "dev-7c1e90aa45b2f6", "account_id": "acct-88123"}

PRIORS: list[dict[str, Any]] = [
    {
        "processor_reference": "ch_prior0001",
        "at": "2025-08-11T08:00:00Z",
        "amount": {"amount": "39.00", "currency": "EUR"},
        "description": "Linen tablecloth",
        "device": DEVICE,
        "ship_to": ADDRESS,
        "disputed": False,
        "refunded": False,
    },
    {
        "processor_reference": "ch_prior0002",
        "at": "2025-09-20T08:00:00Z",
        "amount": {"amount": "21.50", "currency": "EUR"},
        "description": "Two brass hooks",
        "device": DEVICE,
        "disputed": False,
        "refunded": False,
    },
]

REPEAT: dict[str, Any] = PRIORS[0] | {
    "at": "2026-02-26T08:00:00Z",
    "amount": {"amount": "64.90", "currency": "EUR"},
    "description": "Oak lamp for another room",
}
"""A charge that the one in dispute can be taken to repeat."""


def case(network: str, code: str, **change: Any) -> dict[str, Any]:
    """A case of a 64.90 EUR lamp, delivered, then disputed under `code`."""
    price = eur("59.90")
    bundle: dict[str, Any] = {
        "format": "amends.case/1",
        "case_id": "CB-2026-0417",
        "kind": "chargeback",
        "opened_at": "2026-03-21T09:00:00Z",
        "merchant": {"id": "harbour-lamps", "name": "Harbour Lamps GmbH", "country": "DE"},
        "order": {
            "id": "HL-10482",
            "placed_at": "2026-02-27T18:12:00Z",
            "lines": [
                {
                    "sku": "lamp-oak",
                    "title": "Table lamp “Oak & Linen”",
                    "description": "A lamp of oiled oak with a linen shade, 42 cm high. LED bulb included.",
                    "attributes": {"colour": "natural oak", "height": "42 cm"},
                    "unit_price": amount(price),
                    "weight_g": 1800,
                }
            ],
            "shipping": amount(eur("5.00")),
            "tax": amount(eur("0.00")),
            "discount": amount(eur("0.00")),
            "total": amount(eur("64.90")),
            "ship_to": ADDRESS,
            "bill_to": ADDRESS,
            "device": DEVICE,
            "payment": {
                "processor": "stripe",
                "processor_reference": "ch_3QhLamp0482",
                "network": network,
                "last4": "4242",
                "captured": amount(eur("64.90")),
                "captured_at": "2026-02-27T18:13:00Z",
                "avs": "match",
                "cvc": "match",
                "three_d_secure": {"version": "2.2.0", "eci": "05", "outcome": "authenticated"},
                "authorization_code": "A71B09",
                "descriptor": "HARBOUR LAMPS",
            },
            "policies": [
                {
                    "kind": "returns",
                    "text": "Goods may be returned within 30 days of delivery. Write to us for a label.",
                    "shown_at": "2026-02-27T18:11:00Z",
                    "accepted": True,
                },
                {
                    "kind": "terms",
                    "text": "The subscription renews monthly until cancelled in the account.",
                    "shown_at": "2026-02-27T18:11:00Z",
                },
            ],
        },
        "buyer": {"id": "b-77", "name": "Élise Marchand", "country": "FR", "language": "fr"},
        "messages": [
            {
                "id": "m1",
                "author": "buyer",
                "at": "2026-03-06T10:00:00Z",
                "text": "Bonjour, l'abat-jour est taché. Que proposez-vous ?",
                "language": "fr",
                "translation": "Hello, the shade is stained. What do you propose?",
            },
            {
                "id": "m2",
                "author": "merchant",
                "at": "2026-03-06T15:30:00Z",
                "text": "Nous pouvons vous rembourser 20 EUR pour un abat-jour neuf.",
                "language": "fr",
                "translation": "We can refund you 20 EUR for a new shade.",
            },
        ],
        "shipments": [
            {
                "id": "s1",
                "carrier": "dhl_express",
                "tracking_number": "JD0146000112",
                "skus": ["lamp-oak"],
                "tracking": "tracking/s1.json",
                "tracking_sha256": PAYLOAD_SHA256,
            }
        ],
        "chargeback": {
            "processor": "stripe",
            "dispute_id": "dp_1QzHarbour",
            "network": network,
            "reason_code": code,
            "amount": amount(eur("64.90")),
            "received_at": "2026-03-20T07:45:00Z",
            "respond_by": "2026-04-03T23:59:00Z",
            "cardholder_statement": "I did not get what I paid for.",
        },
    }
    return bundle | change


def scan(
    day: str, status: TrackingStatus, text: str, pointer: str, *, city: str | None = None, **more: Any
) -> TrackingEvent:
    place = Place(city=city, postcode=more.get("postcode"), country=more.get("country", "FR")) if city else None
    return TrackingEvent(
        at=at(day, more.get("time", "09:30")),
        zone_known=more.get("zone_known", True),
        status=status,
        text=text,
        place=place,
        pointer=pointer,
    )


DELIVERED_EVENTS = (
    scan("03-01", TrackingStatus.HANDED_OVER, "Shipment picked up", "/events/0", city="Hamburg", country="DE"),
    scan("03-02", TrackingStatus.IN_TRANSIT, "Arrived at sort facility", "/events/1", city="Leipzig", country="DE"),
    scan("03-04", TrackingStatus.OUT_FOR_DELIVERY, "With courier", "/events/2", city="Lyon", time="07:05"),
    scan("03-04", TrackingStatus.DELIVERED, "Livré", "/events/3", city="Lyon", postcode="69003", time="14:05"),
)


def route(events: tuple[TrackingEvent, ...] = DELIVERED_EVENTS, **change: Any) -> Route:
    fields: dict[str, Any] = {
        "carrier": "dhl_express",
        "tracking_number": "JD0146000112",
        "events": events,
        "signed_by": "E. MARCHAND",
        "mode": DeliveryMode.HANDED_TO_RECIPIENT,
    }
    return Route(**(fields | change))


def refund(text: str, day: str = "03-08", reference: str = "re_1QxShade", state: str = "succeeded") -> EarlierRefund:
    return EarlierRefund.model_validate(
        {
            "amount": amount(eur(text)),
            "at": f"2026-{day}T09:00:00Z",
            "channel": "processor",
            "reference": reference,
            "state": state,
        }
    )


def dossier(
    network: str,
    code: str,
    *,
    routes: tuple[Route, ...] = (route(),),
    refunds: tuple[EarlierRefund, ...] = (),
    offers: tuple[OfferMade, ...] = (),
    priors: list[dict[str, Any]] | None = None,
    stance: Stance = Stance.FIGHT,
    ce3: Ce3Assessment | None = None,
    **change: Any,
) -> DefenceDossier:
    """A dossier whose decision agrees with its records."""
    fields = case(network, code, **change)
    if priors is not None:
        fields["chargeback"]["prior_transactions"] = priors
    fields["earlier_refunds"] = [one.model_dump(mode="json") for one in refunds]
    bundle = CaseBundle.model_validate(fields)
    notice = bundle.chargeback
    assert notice is not None
    currency = notice.amount.currency
    posted = total([one.amount for one in refunds if one.state == "succeeded"], currency)
    return DefenceDossier(
        bundle=bundle,
        routes=tuple((bundle.shipments[0].id, one, PAYLOAD_SHA256) for one in routes),
        decision=DefenceDecision(
            stance=stance,
            contested=max(notice.amount - posted, Money.zero(currency)),
            credited=posted,
            win_probability=0.6,
            expected_value=Money.zero(currency),
            route=Acting.AUTOMATIC,
            reasons=(Reason(rule="defence.test", text="invented"),),
            ce3=ce3,
            policy_version="p1",
            rule_version="r1",
        ),
        credits=refunds,
        offers=offers,
        dated=datetime(2026, 3, 22, 10, tzinfo=UTC),
    )


OFFER = OfferMade(
    amount=eur("20.00"), offered_at=at("03-06", "15:30"), accepted_at=at("03-07"), reference="offer-HL-10482-1"
)
ACCESS_LOG: dict[str, Any] = {
    "id": "d1",
    "path": "documents/log.png",
    "sha256": SCAN_SHA256,
    "kind": "access_log",
    "author": "merchant",
    "title": "Account log, March 2026",
    "at": "2026-03-15T00:00:00Z",
}
QUALITY_CHECK = ACCESS_LOG | {"id": "d2", "kind": "quality_check", "title": "Check sheet 10482"}
PHOTOS: list[dict[str, Any]] = [
    {
        "id": "p1",
        "path": "photos/pod.jpg",
        "sha256": PHOTO_SHA256,
        "author": "carrier",
        "at": "2026-03-04T14:05:00Z",
        "caption": "Parcel at the door",
    }
]


_F = ChargebackFamily
FAMILY_RECORDS: dict[ChargebackFamily, dict[str, Any]] = {
    _F.FRAUD: {"priors": PRIORS},
    _F.AUTHORIZATION: {},
    _F.PROCESSING_ERROR: {},
    _F.CREDIT_NOT_PROCESSED: {"refunds": (refund("20.00"),), "offers": (OFFER,)},
    _F.NOT_RECEIVED: {"photos": PHOTOS},
    _F.NOT_AS_DESCRIBED: {
        "refunds": (refund("20.00"), refund("5.00", "03-09", "re_1QxPending", "pending")),
        "offers": (OFFER,),
        "documents": [QUALITY_CHECK],
        "photos": [PHOTOS[0] | {"author": "buyer"}],
    },
    _F.CANCELLED: {},
    _F.DUPLICATE: {"priors": [REPEAT]},
    _F.PAID_BY_OTHER_MEANS: {},
    _F.WRONG_AMOUNT: {},
    _F.RECURRING: {"priors": PRIORS, "documents": [ACCESS_LOG]},
}
"""For every family the records that answer it."""
_CODE_OF_FAMILY = {
    _F.FRAUD: ("visa", "10.4"),
    _F.AUTHORIZATION: ("visa", "11.3"),
    _F.PROCESSING_ERROR: ("visa", "12.1"),
    _F.CREDIT_NOT_PROCESSED: ("visa", "13.6"),
    _F.NOT_RECEIVED: ("visa", "13.1"),
    _F.NOT_AS_DESCRIBED: ("mastercard", "4853"),
    _F.CANCELLED: ("visa", "13.7"),
    _F.DUPLICATE: ("amex", "P08"),
    _F.PAID_BY_OTHER_MEANS: ("discover", "PM"),
    _F.WRONG_AMOUNT: ("visa", "12.5"),
    _F.RECURRING: ("visa", "13.2"),
}


def family_dossiers() -> dict[ChargebackFamily, DefenceDossier]:
    """A dossier for every family, each with the records that answer it."""
    return {family: dossier(*code, **FAMILY_RECORDS[family]) for family, code in _CODE_OF_FAMILY.items()}


def scripts_dossier() -> DefenceDossier:
    """Correspondence in ten scripts, each with and without a translation."""
    told = [
        ("zh-Hans", "您好，台灯的灯罩有污渍，请退款。订单 HL-10482。", "Hello, the shade is stained, please refund."),
        ("zh-Hant", "您好，檯燈的燈罩有污漬，請退款。", None),
        ("ja", "ランプのかさに汚れがあります。返金をお願いします。", "There is a stain on the shade. Please refund."),
        ("ko", "램프 갓에 얼룩이 있어요. 환불해 주세요.", None),
        ("ar", "غطاء المصباح عليه بقعة، أريد استرداد 20 EUR من المبلغ.", "The shade has a stain; I want 20 EUR back."),
        ("he", "יש כתם על האהיל, אני מבקש החזר של 20 EUR.", None),
        ("th", "โคมไฟมีรอยเปื้อน ขอเงินคืนด้วยครับ", "The lamp has a stain, please refund."),
        ("hi", "लैंप के शेड पर दाग है, कृपया पैसे लौटाएँ।", None),
        ("ru", "На абажуре пятно, верните, пожалуйста, деньги.", "There is a stain on the shade, please refund."),
        ("el", "Το αμπαζούρ έχει λεκέ, παρακαλώ επιστρέψτε τα χρήματα.", None),
    ]
    messages: list[dict[str, Any]] = []
    for number, (language, text, translation) in enumerate(told):
        sent = (at("03-06") + timedelta(hours=number)).isoformat()
        message: dict[str, Any] = {
            "id": f"m{number}",
            "author": "buyer",
            "at": sent,
            "text": text,
            "language": language,
        }
        messages.append(message | ({"translation": translation} if translation else {}))
    return dossier(
        "visa", "13.1", messages=messages, routes=(route(signed_by=None, mode=DeliveryMode.LEFT_UNATTENDED),)
    )
