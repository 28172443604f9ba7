"""Files that are no carrier answer are refused with what was expected and the mend."""

import json

import pytest

from tests.tools.carriers.payload_files import payload
from tools.carriers import UnreadableTracking, detect_carrier, locate, read_route, read_routes


def message(carrier: str, raw: bytes) -> str:
    with pytest.raises(UnreadableTracking) as refusal:
        read_routes(carrier, raw)
    return str(refusal.value)


def test_a_file_of_another_carrier_is_named() -> None:
    assert message("fedex", payload("ups-delivered")) == (
        "The tracking file is not an answer of fedex: expected "
        "output.completeTrackResults[].trackResults[].scanEvents[]. It looks like an answer of ups."
    )


def test_an_unknown_carrier_is_answered_with_the_known_ones() -> None:
    assert message("Pigeon Post", b"{}").startswith(
        "No reader for the carrier 'Pigeon Post'. Known are aramex, asendia,"
    )


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "neither JSON nor XML"),
        (b"delivered yesterday", "neither JSON nor XML"),
        (b'{"trackResponse":', "not whole JSON"),
        (b"<TrackResponse><Result>", "not plain, whole XML"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "not plain, whole XML"),
        (b"[" * 70 + b"]" * 70, "nested more than 60 deep"),
        (b"[" * 200_000, "not whole JSON"),
        (b"<a>" * 70 + b"</a>" * 70, "nested more than 60 deep"),
        (b" " * (4 * 1024 * 1024 + 1), "at most 4194304 are read"),
    ],
)
def test_bytes_that_are_no_answer_are_refused_in_plain_words(raw: bytes, words: str) -> None:
    assert words in message("ups", raw)
    assert detect_carrier(raw) is None


def test_a_parcel_with_a_thousand_and_one_scans_is_refused() -> None:
    events = [{"code": "IT", "time": "2024-06-15T11:00:00Z", "carrierEventDescription": "x"}] * 1001
    raw = json.dumps({"trackingNumber": "A", "trackingEvents": events}).encode()
    assert message("asendia", raw) == "A parcel in the tracking file has 1001 scans; at most 1000 are read."


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le"])
def test_byte_order_marks_and_wide_encodings_are_understood(encoding: str) -> None:
    text = payload("laposte-delivered").decode()
    raw = text.encode(encoding)
    if encoding == "utf-16-le":
        raw = b"\xff\xfe" + raw
    assert read_route("laposte", raw) == read_route("laposte", text.encode())


def test_windows_latin_text_and_declared_encodings_are_understood() -> None:
    french = payload("laposte-delivered").decode()
    assert read_route("laposte", french.encode("cp1252")) == read_route("laposte", french.encode())
    polish = payload("dhl_poland-delivered").decode()
    declared = '<?xml version="1.0" encoding="ISO-8859-2"?>' + polish
    assert read_route("dhl_poland", declared.encode("iso-8859-2")) == read_route("dhl_poland", polish.encode())


def test_a_pointer_outside_the_answer_is_not_found() -> None:
    with pytest.raises(LookupError):
        locate(payload("ups-delivered"), "/trackResponse/shipment/7")


def test_a_pointer_leads_back_to_the_scan_in_json_xml_and_wrapped_json() -> None:
    for carrier, name, path, text in (
        ("gls", "gls-delivered", ("description",), "The parcel was delivered."),
        ("landmark", "landmark-delivered", ("Status",), "Item delivered successfully"),
        ("sf_express", "sf_express-wrapped-sent-back", ("remark",), "退回件已签收"),
    ):
        raw = payload(name)
        route = read_route(carrier, raw)
        assert locate(raw, route.events[-1].pointer).text(*path) == text


@pytest.mark.parametrize(
    ("carrier", "raw", "error"),
    [
        ("gls", b'{"errors": [{"code": "NOT_FOUND", "message": "No parcel"}]}', "NOT_FOUND: No parcel"),
        ("laposte", b'{"code": "UNAUTHORIZED", "message": "No access"}', "UNAUTHORIZED: No access"),
        ("boxknight", b'{"error": "Order not found"}', "Order not found"),
        ("asendia", b'{"title": "Not Found", "status": 404, "detail": "No parcel"}', "404: No parcel"),
        ("bpost", b"<error><code>E7</code><message>No item</message></error>", "E7: No item"),
        (
            "dpd",
            b'<s:Envelope xmlns:s="urn:x"><s:Body><s:Fault><faultcode>s:Server</faultcode>'
            b"<faultstring>Down</faultstring></s:Fault></s:Body></s:Envelope>",
            "s:Server: Down",
        ),
    ],
)
def test_an_error_in_a_general_shape_is_the_carriers_refusal(carrier: str, raw: bytes, error: str) -> None:
    route = read_route(carrier, raw, tracking_number="A1")
    assert (route.carrier, route.tracking_number, route.error, route.events) == (carrier, "A1", error, ())


def test_a_route_in_an_unknown_shape_is_not_called_an_error() -> None:
    raw = json.dumps({"code": 200, "message": "OK", "checkpoints": [{"a": 1, "b": 2, "c": 3}] * 10}).encode()
    assert "not an answer of ups" in message("ups", raw)
    assert "not an answer of ups" in message("ups", b'{"message": "hello"}')
