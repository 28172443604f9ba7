"""Chargeback samples, each with what is expected of it and why, written before the first run."""

from typing import Any

from samples.carriers import dhl_universal, ups
from samples.parts import Sample, amount, case, order, parcel, says

# fmt: off
_LAMP = {"sku": "lamp-7", "title": "Brass desk lamp", "category": "lighting", "weight_g": 1900,
         "description": "Desk lamp, brushed brass, E27 socket, 1.8 m cable, height 42 cm."}
_CHAIR = {"sku": "stool-2", "title": "Oak bar stool", "category": "furniture", "weight_g": 6200,
          "description": "Bar stool, solid oak, oiled, seat height 75 cm."}
_DANA = {"name": "Dana Reyes", "lines": ["12 Maple Street"], "city": "Dayton", "region": "OH", "postcode": "45402", "country": "US"}
_EMIL = {"name": "Emil Brandt", "lines": ["Lindenweg 4"], "city": "Bremen", "postcode": "28195", "country": "DE"}
_PHONE = {"ip": "203.0.113.41", "fingerprint": "fp-77ab90c2e1d44f0b8a61"}
_POLICY: list[dict[str, Any]] = [
    {"kind": "returns", "text": "Goods may be returned within 30 days of delivery. A refund is made when the goods have arrived.",
     "shown_at": "2026-09-01T09:58:00Z", "accepted": True},
]


def _notice(case_id: str, network: str, code: str, value: str, currency: str, statement: str, **more: Any) -> dict[str, Any]:
    return {
        "processor": "stripe", "dispute_id": f"dp_{case_id.replace('-', '_')}", "network": network, "reason_code": code,
        "amount": amount(value, currency), "received_at": "2026-10-20T08:00:00Z", "respond_by": "2026-11-05T23:59:00Z",
        "cardholder_statement": statement, **more,
    }


def _ups(number: str, city: str, postcode: str, country: str, received_by: str = "") -> bytes:
    return ups(number, [
        ("2026-09-03T18:00:00", "P", "OR", "We have your package", "Newark", "07102", "US"),
        ("2026-09-05T20:10:00", "I", "DP", "Departed from Facility", "Newark", "07102", "US"),
        ("2026-09-08T12:15:00", "D", "FS", "DELIVERED", city, postcode, country),
    ], received_by)


def _dhl(number: str, city: str, postcode: str, country: str) -> bytes:
    return dhl_universal(number, [
        ("2026-09-03T18:20:00+02:00", "transit", "The shipment has been processed in the parcel center", "Hamburg", "DE"),
        ("2026-09-05T13:25:00+02:00", "delivered", "The shipment has been successfully delivered", city, country),
    ], postcode=postcode)


CHARGEBACKS: tuple[Sample, ...] = (
    (
        case(
            "c01-visa-131", kind="chargeback", opened_at="2026-10-20T08:05:00Z",
            order=order("c01-visa-131", currency="USD", placed_at="2026-09-01T10:00:00Z", promised_by="2026-09-12T23:00:00Z",
                        line=_LAMP, price="84.00", cost="30.00", shipping="9.00", to=_DANA, policies=_POLICY,
                        payment={"avs": "match", "cvc": "match"}),
            buyer={"name": "Dana Reyes", "email": "dana@example.com", "country": "US"},
            messages=[says("2026-09-09T10:00:00Z", "Thanks, the lamp looks great on my desk.", "en")],
            shipments=parcel("ups", "1ZA00W120300000058", "2026-10-20T08:00:00Z"),
            chargeback=_notice("c01-visa-131", "visa", "13.1", "93.00", "USD", "I never received the merchandise."),
        ),
        {"tracking/parcel.json": _ups("1ZA00W120300000058", "Dayton", "45402", "US", "REYES")},
        {"stance": "fight", "automatic": True, "outcome": "won", "end": "won",
         "why": "The carrier recorded a delivery at the order's address; 93 USD are worth the fee."},
    ),
    (
        case(
            "c02-visa-104-3ds", kind="chargeback", opened_at="2026-10-20T08:05:00Z",
            order=order("c02-visa-104-3ds", currency="EUR", placed_at="2026-09-01T10:00:00Z", promised_by="2026-09-12T22:00:00Z",
                        line=_LAMP, price="118.00", cost="40.00", shipping="6.00", to=_EMIL,
                        payment={"avs": "match", "cvc": "match",
                                 "three_d_secure": {"version": "2.2.0", "eci": "05", "outcome": "authenticated"}}),
            buyer={"name": "Emil Brandt", "email": "emil@example.com", "country": "DE"}, messages=[],
            shipments=parcel("dhl_universal", "00340434161094000207", "2026-10-20T08:00:00Z"),
            chargeback=_notice("c02-visa-104-3ds", "visa", "10.4", "124.00", "EUR", "I did not authorise this purchase."),
        ),
        {"tracking/parcel.json": _dhl("00340434161094000207", "Bremen", "28195", "DE")},
        {"stance": "fight", "automatic": True, "outcome": "won", "end": "won",
         "why": "The payment was authenticated with 3-D Secure (ECI 05) and delivered to the verified address."},
    ),
    (
        case(
            "c03-visa-104-unlinked", kind="chargeback", opened_at="2026-10-20T08:05:00Z",
            order=order("c03-visa-104-unlinked", currency="USD", placed_at="2026-09-01T10:00:00Z", promised_by="2026-09-12T23:00:00Z",
                        line=_CHAIR, price="180.00", cost="70.00", shipping="25.00", to=_DANA,
                        payment={"avs": "mismatch", "cvc": "unchecked"}),
            buyer={"name": "Dana Reyes", "email": "dana2@example.com", "country": "US"}, messages=[],
            shipments=parcel("ups", "1ZA00W120300000066", "2026-10-20T08:00:00Z"),
            chargeback=_notice("c03-visa-104-unlinked", "visa", "10.4", "205.00", "USD", "This was not me, my card was stolen."),
        ),
        {"tracking/parcel.json": _ups("1ZA00W120300000066", "Dayton", "45402", "US")},
        {"stance": "accept", "automatic": False, "end": "accepted", "review": [{"do": "approve", "note": "true fraud"}],
         "why": "Nothing links the order to the cardholder; conceding more than a small claim needs a person."},
    ),
    (
        case(
            "c04-mc-4853-described", kind="chargeback", opened_at="2026-10-20T08:05:00Z",
            order=order("c04-mc-4853-described", currency="EUR", placed_at="2026-09-01T10:00:00Z", promised_by="2026-09-12T22:00:00Z",
                        line=_CHAIR, price="129.00", cost="50.00", shipping="12.00", to=_EMIL, policies=_POLICY,
                        payment={"network": "mastercard"}),
            buyer={"name": "Emil Brandt", "email": "emil@example.com", "country": "DE"},
            messages=[
                says("2026-09-07T10:00:00Z", "Der Hocker ist heller als auf dem Bild, er entspricht nicht der Beschreibung.", "de",
                     translation="The stool is lighter than in the picture, it does not match the description."),
                says("2026-09-07T15:00:00Z", "Sie können den Hocker kostenlos zurücksenden und erhalten den vollen Betrag.", "de", "merchant",
                     translation="You can return the stool free of charge and will receive the full amount."),
            ],
            shipments=parcel("dhl_universal", "00340434161094000215", "2026-10-20T08:00:00Z"),
            chargeback=_notice("c04-mc-4853-described", "mastercard", "4853", "141.00", "EUR", "The stool is not as described."),
        ),
        {"tracking/parcel.json": _dhl("00340434161094000215", "Bremen", "28195", "DE")},
        {"stance": "fight", "automatic": True, "outcome": "lost", "end": "lost",
         "why": "Delivered as listed, a free return was offered and nothing came back; the bank decides otherwise."},
    ),
    (
        case(
            "c05-mc-4853-place", kind="chargeback", opened_at="2026-10-20T08:05:00Z",
            order=order("c05-mc-4853-place", currency="EUR", placed_at="2026-09-01T10:00:00Z", promised_by="2026-09-12T22:00:00Z",
                        line=_LAMP, price="96.00", cost="32.00", shipping="6.00", to=_EMIL, payment={"network": "mastercard"}),
            buyer={"name": "Emil Brandt", "email": "emil@example.com", "country": "DE"},
            messages=[says("2026-10-10T10:00:00Z", "Ich habe die Lampe nie erhalten, das Paket ist nicht angekommen.", "de",
                           translation="I never received the lamp, the parcel did not arrive.")],
            shipments=parcel("dhl_universal", "00340434161094000223", "2026-10-20T08:00:00Z"),
            chargeback=_notice("c05-mc-4853-place", "mastercard", "4855", "102.00", "EUR", "Goods not received."),
        ),
        {"tracking/parcel.json": _dhl("00340434161094000223", "Kassel", "34117", "DE")},
        {"stance": "accept", "automatic": False, "end": "accepted", "review": [{"do": "approve", "note": "misdelivered"}],
         "why": "The carrier delivered in another city than the order's address: a record that contradicts the defence."},
    ),
    (
        case(
            "c06-amex-c08", kind="chargeback", opened_at="2026-10-20T08:05:00Z",
            order=order("c06-amex-c08", currency="USD", placed_at="2026-09-01T10:00:00Z", promised_by="2026-09-12T23:00:00Z",
                        line=_CHAIR, price="129.00", cost="50.00", shipping="20.00", to=_DANA, payment={"network": "amex", "last4": "1005"}),
            buyer={"name": "Dana Reyes", "email": "dana@example.com", "country": "US"}, messages=[],
            shipments=parcel("ups", "1ZA00W120300000074", "2026-10-20T08:00:00Z"),
            chargeback=_notice("c06-amex-c08", "amex", "C08", "149.00", "USD", "Goods not received."),
        ),
        {"tracking/parcel.json": _ups("1ZA00W120300000074", "Dayton", "45402", "US", "REYES")},
        {"stance": "fight", "automatic": True, "outcome": "won", "end": "won",
         "why": "The carrier recorded a delivery at the address, with a name; below the automatic limit."},
    ),
    (
        case(
            "c07-amex-c02-credit", kind="chargeback", opened_at="2026-10-20T08:05:00Z",
            order=order("c07-amex-c02-credit", currency="EUR", placed_at="2026-09-01T10:00:00Z", promised_by="2026-09-12T22:00:00Z",
                        line=_LAMP, price="110.00", cost="36.00", shipping="6.00", to=_EMIL, policies=_POLICY,
                        payment={"network": "amex", "last4": "1005"}),
            buyer={"name": "Emil Brandt", "email": "emil@example.com", "country": "DE"},
            messages=[says("2026-09-20T10:00:00Z", "Wann kommt meine Erstattung?", "de", translation="When will my refund arrive?")],
            shipments=parcel("dhl_universal", "00340434161094000231", "2026-10-20T08:00:00Z"),
            earlier_refunds=[{"amount": amount("40.00", "EUR"), "at": "2026-09-18T09:00:00Z", "channel": "bank_transfer",
                              "reference": "BT-20931", "state": "succeeded", "reason": "agreed price reduction"}],
            chargeback=_notice("c07-amex-c02-credit", "amex", "C02", "116.00", "EUR", "I was promised a credit and did not get it."),
        ),
        {"tracking/parcel.json": _dhl("00340434161094000231", "Bremen", "28195", "DE")},
        {"stance": "fight", "automatic": True, "outcome": "won", "end": "won",
         "why": "40 EUR were given back before the dispute: shown as a credit, only the balance of 76 EUR is contested."},
    ),
    (
        case(
            "c08-paypal-inr", kind="chargeback", opened_at="2026-10-20T08:05:00Z",
            order=order("c08-paypal-inr", currency="EUR", placed_at="2026-09-01T10:00:00Z", promised_by="2026-09-12T22:00:00Z",
                        line=_LAMP, price="74.00", cost="25.00", shipping="6.00", to=_EMIL, payment={"network": "paypal", "last4": None}),
            buyer={"name": "Emil Brandt", "email": "emil@example.com", "country": "DE"}, messages=[],
            shipments=parcel("dhl_universal", "00340434161094000249", "2026-10-20T08:00:00Z"),
            chargeback=_notice("c08-paypal-inr", "paypal", "MERCHANDISE_OR_SERVICE_NOT_RECEIVED", "80.00", "EUR", "Item not received."),
        ),
        {"tracking/parcel.json": _dhl("00340434161094000249", "Bremen", "28195", "DE")},
        {"stance": "fight", "automatic": True, "outcome": "won", "end": "won",
         "why": "Delivered at the order's destination; PayPal's dispute runs through Stripe."},
    ),
    (
        case(
            "c09-visa-131-noproof", kind="chargeback", opened_at="2026-10-20T08:05:00Z",
            order=order("c09-visa-131-noproof", currency="EUR", placed_at="2026-09-01T10:00:00Z", promised_by="2026-09-12T22:00:00Z",
                        line=_LAMP, price="88.00", cost="30.00", shipping="6.00", to=_EMIL),
            buyer={"name": "Emil Brandt", "email": "emil@example.com", "country": "DE"}, messages=[],
            chargeback=_notice("c09-visa-131-noproof", "visa", "13.1", "94.00", "EUR", "Nothing was delivered."),
        ),
        {},
        {"stance": "accept", "automatic": False, "end": "accepted",
         "review": [{"do": "approve", "note": "try with what is held"}, {"do": "deny", "note": "the carrier has no record"}],
         "why": "No carrier record at hand: the merchant is asked for one; without it no letter can be proved, so a person concedes."},
    ),
    (
        case(
            "c10-paypal-direct", kind="chargeback", opened_at="2026-10-20T08:05:00Z",
            order=order("c10-paypal-direct", currency="EUR", placed_at="2026-09-01T10:00:00Z", promised_by="2026-09-12T22:00:00Z",
                        line=_LAMP, price="91.00", cost="30.00", shipping="6.00", to=_EMIL,
                        payment={"processor": "paypal", "processor_reference": "3C679366HH908993F", "network": "paypal", "last4": None}),
            buyer={"name": "Emil Brandt", "email": "emil@example.com", "country": "DE"}, messages=[],
            shipments=parcel("dhl_universal", "00340434161094000264", "2026-10-20T08:00:00Z"),
            chargeback=_notice("c10-paypal-direct", "paypal", "MERCHANDISE_OR_SERVICE_NOT_RECEIVED", "97.00", "EUR", "Item not received.",
                               processor="paypal", dispute_id="PP-R-VUS-10102"),
        ),
        {"tracking/parcel.json": _dhl("00340434161094000264", "Bremen", "28195", "DE")},
        {"stance": "fight", "automatic": True, "outcome": "won", "end": "won",
         "why": "Delivered at the order's destination; PayPal takes the evidence through the link of its own dispute."},
    ),
    (
        case(
            "c11-adyen-visa-131", kind="chargeback", opened_at="2026-10-20T08:05:00Z",
            order=order("c11-adyen-visa-131", currency="USD", placed_at="2026-09-01T10:00:00Z", promised_by="2026-09-12T23:00:00Z",
                        line=_LAMP, price="99.00", cost="30.00", shipping="9.00", to=_DANA,
                        payment={"processor": "adyen", "processor_reference": "JB3MQ8VN7KLT2DV5"}),
            buyer={"name": "Dana Reyes", "email": "dana@example.com", "country": "US"}, messages=[],
            shipments=parcel("ups", "1ZA00W120300000096", "2026-10-20T08:00:00Z"),
            chargeback=_notice("c11-adyen-visa-131", "visa", "13.1", "108.00", "USD", "I never received the merchandise.",
                               processor="adyen", dispute_id="QZX4PDM2N8GK6RT5"),
        ),
        {"tracking/parcel.json": _ups("1ZA00W120300000096", "Dayton", "45402", "US", "REYES")},
        {"stance": "fight", "automatic": True, "outcome": "lost", "end": "lost",
         "why": "Delivered at the order's address and defended through Adyen; the issuer decides for the cardholder all the same."},
    ),
    (
        case(
            "c12-visa-104-ce3", kind="chargeback", opened_at="2026-10-20T08:05:00Z",
            order=order("c12-visa-104-ce3", currency="USD", placed_at="2026-09-01T10:00:00Z", promised_by="2026-09-12T23:00:00Z",
                        line=_LAMP, price="84.00", cost="30.00", shipping="9.00", to=_DANA, device=_PHONE),
            buyer={"name": "Dana Reyes", "email": "dana@example.com", "country": "US"}, messages=[],
            shipments=parcel("ups", "1ZA00W120300000107", "2026-10-20T08:00:00Z"),
            chargeback=_notice("c12-visa-104-ce3", "visa", "10.4", "93.00", "USD", "I did not make this purchase.", prior_transactions=[
                {"processor_reference": f"ch_c12_earlier_{number}", "at": at, "amount": amount(value, "USD"),
                 "description": title, "device": _PHONE, "ship_to": _DANA, "disputed": False, "refunded": False}
                for number, at, value, title in ((1, "2026-02-11T17:20:00Z", "35.00", "Linen lamp shade"),
                                                 (2, "2026-04-02T09:05:00Z", "48.50", "Brass wall hook, set of four"))
            ]),
        ),
        {"tracking/parcel.json": _ups("1ZA00W120300000107", "Dayton", "45402", "US", "REYES")},
        {"stance": "fight", "automatic": True, "outcome": "won", "end": "won",
         "why": "Two undisputed purchases 152 and 202 days before, from the same device and address: Visa Compelling Evidence 3.0 qualifies."},
    ),
)
# fmt: on
