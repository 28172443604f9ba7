"""Bundles that must be turned away, each built in code from the good one with one thing wrong."""

import io
import json
import os
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from tests.tools.bundles.lamp_bundle import (
    FILES,
    PDF,
    eur,
    lamp_case,
    lamp_chargeback,
    picture,
    write_folder,
    write_zip,
)


@dataclass(frozen=True)
class MalformedBundle:
    name: str
    build: Callable[[Path], Path]
    """Writes the bundle somewhere under an empty folder and returns the path to read."""
    expect_pointer: str
    expect_words: tuple[str, ...]
    """Words of the problem or the mend, in any order."""


MALFORMED: list[MalformedBundle] = []


def _add(name: str, build: Callable[[Path], Path], pointer: str, *words: str) -> None:
    MALFORMED.append(MalformedBundle(name, build, pointer, words))


def _set(case: dict[str, Any], pointer: str, value: Any) -> dict[str, Any]:
    *path, last = pointer.strip("/").split("/")
    node: Any = case
    for part in path:
        node = node[int(part) if part.isdigit() else part]
    if last.isdigit() and int(last) == len(node):
        node.append(value)
    else:
        node[int(last) if last.isdigit() else last] = value
    return case


def _field(
    name: str, pointer: str, value: Any, *words: str, expect: str | None = None, of: Callable[[], Any] = lamp_case
) -> None:
    """One field of the good case set to another value."""
    _add(name, lambda folder: write_folder(folder / "b", _set(of(), pointer, value)), expect or pointer, *words)


def _document(name: str, data: bytes, pointer: str, *words: str) -> None:
    """A `case.json` of exactly these bytes."""
    _add(name, lambda folder: write_folder(folder / "b", data), pointer, *words)


def _files(name: str, change: dict[str, bytes | None], pointer: str, *words: str) -> None:
    """The good case with some files replaced, added or (None) taken away."""

    def build(folder: Path) -> Path:
        files = {key: value for key, value in {**FILES, **change}.items() if value is not None}
        return write_folder(folder / "b", lamp_case(), files)

    _add(name, build, pointer, *words)


def _text() -> str:
    return json.dumps(lamp_case())


# What is not strict JSON.
_document("not JSON", b'{"format": ', "", "not JSON", "line 1")
_document("a list instead of an object", b"[]", "", "not a JSON object")
_document("a byte order mark", b"\xef\xbb\xbf" + _text().encode(), "", "byte order mark", "without BOM")
_document("UTF-16", _text().encode("utf-16"), "", "not UTF-8")
_document(
    "a key written twice",
    _text().replace('"case_id": ', '"case_id": "other", "case_id": ', 1).encode(),
    "/case_id",
    "written twice",
    "keep one",
)
_document(
    "not a number", _text().replace('"quantity": 1', '"quantity": NaN', 1).encode(), "/order/lines/0/quantity", "NaN"
)
_document(
    "infinity",
    _text().replace('"quantity": 1', '"quantity": -Infinity', 1).encode(),
    "/order/lines/0/quantity",
    "-Infinity",
)
_document("nested too deeply", b'{"format": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "", "nested", "32")
_document(
    "an integer of five thousand digits",
    _text().replace('"quantity": 1', '"quantity": ' + "9" * 5000, 1).encode(),
    "/order/lines/0/quantity",
    "5000 digits",
)
_document(
    "half a surrogate pair",
    _text().replace("partido", "partido \\ud83d", 1).encode(),
    "/messages/0/text",
    "surrogate",
)
_document(
    "a NUL in a text", _text().replace("partido", "partido\\u0000", 1).encode(), "/messages/0/text", "control", "U+0000"
)
_document("larger than four mebibytes", _text().encode() + b" " * (4 * 1024 * 1024), "case.json", "larger than 4 MiB")

# What the models refuse.
_field("another format", "/format", "amends.case/9", "amends.case/1")
_field("a misspelt field", "/order/lines/0/unit_prise", eur("1.00"), "no such field", "unit_price")
_field("an amount as a number", "/order/shipping", 4, "amount", "12.50")
_field(
    "an amount as a fraction of a number",
    "/order/shipping",
    {"amount": 4.9, "currency": "EUR"},
    "whole number",
    "as text",
    expect="/order/shipping/amount",
)
_field("yen with decimals", "/order/shipping", {"amount": "490.50", "currency": "JPY"}, "JPY has 0", "round")
_field("an unknown currency", "/order/shipping", {"amount": "4.90", "currency": "EUX"}, "ISO 4217", "EUR")
_field("a quantity as text", "/order/lines/0/quantity", "1", "another type", "whole number")
_field("a quantity of zero", "/order/lines/0/quantity", 0, "too small", "1 or more")
_field("a time without its offset", "/opened_at", "2026-03-09T08:00:00", "2026-03-01T09:30:00Z", "offset")
_field("a time as a count of seconds", "/opened_at", "1773043200", "2026-03-01T09:30:00Z")
_field("the thirtieth of February", "/opened_at", "2026-02-30T08:00:00Z", "no such date")
_field("an unknown reason", "/claim/reason", "broken", "choose", "damaged")
_field("an id with a slash", "/case_id", "../etc", "wrong form", "letters")
_field("the whole card number as last four", "/order/payment/last4", "4242424242424242", "last four")
_field("no lines", "/order/lines", [], "empty", "at least one")

# Amounts that cannot be.
_field("a total that is not the sum", "/order/total", eur("56.32"), "56.31", "not 56.32", "tax")
_field(
    "two currencies in one order",
    "/order/tax",
    {"amount": "9.01", "currency": "USD"},
    "USD",
    "EUR",
    expect="/order/tax/currency",
)
_field(
    "a negative discount",
    "/order/discount",
    eur("-5.00"),
    "negative",
    "positive amount taken off",
    expect="/order/discount/amount",
)
_field("more captured than ordered", "/order/payment/captured", eur("60.00"), "60.00 EUR was captured", "56.31")
_field(
    "more refunded than paid",
    "/earlier_refunds/0/amount",
    eur("56.32"),
    "56.32 EUR was refunded",
    "56.31",
    expect="/earlier_refunds",
)
_field(
    "more disputed than captured",
    "/chargeback/amount",
    eur("71.31"),
    "71.31 EUR is disputed",
    "without the processor's fee",
    of=lamp_chargeback,
)

# Ids, references, places.
_field("two messages of one id", "/messages/1", lamp_case()["messages"][0], "m1 is used twice", expect="/messages/1/id")
_field("a claim about goods not sold", "/claim/skus/0", "sofa-9", "sofa-9 is not on the order", "lamp-1")
_field("a country that is none", "/buyer/country", "UK", "not a country", "GB")
_field("a country's code for a language", "/buyer/language", "jp", "a country, not a language", "ja")
_field("an address of a device that is none", "/order/device/ip", "203.0.113.777", "not an IP address")
_field("a blank city", "/order/ship_to/city", "  ", "blank", expect="/order/ship_to/city")

# Dates that cannot be.
_field(
    "captured before it was ordered",
    "/order/payment/captured_at",
    "2026-02-28T09:30:05Z",
    "before the order was placed",
)
_field("opened in the future", "/opened_at", "2026-04-09T08:00:00Z", "in the future", "promised_by")
_field("a date left at zero", "/buyer/account_created_at", "1970-01-01T00:00:00Z", "before the year 2000")
_field("due before it was received", "/chargeback/respond_by", "2026-03-09T08:00:00Z", "due before", of=lamp_chargeback)
_field(
    "a policy shown after the order", "/order/policies/0/shown_at", "2026-03-03T09:29:00Z", "after the order was placed"
)

# The kind of case.
_field("a chargeback without its notice", "/kind", "chargeback", "without the bank's notice", expect="/chargeback")
_field(
    "a refund case with a notice", "/kind", "refund", "set kind to chargeback", expect="/chargeback", of=lamp_chargeback
)


def _no_complaint(folder: Path) -> Path:
    case = lamp_case()
    del case["claim"], case["messages"]
    return write_folder(folder / "b", case)


_add("nothing says what is wrong", _no_complaint, "/messages", "complains of", "add a message")

# Card numbers, in the case and in a document.
_field(
    "a card number in a message", "/messages/0/text", "A minha carta: 4242 4242 4242 4242", "card number", "last four"
)
_files(
    "a card number in a document",
    {"docs/chat.txt": b"card 4242424242424242 exp 12/29"},
    "/documents/1/path",
    "card number",
)

# Files.
_files(
    "a named file that is missing",
    {"photos/lamp.jpg": None},
    "/photos/0/path",
    "no file photos/lamp.jpg",
    "add the file",
)
_files("a file nothing names", {"photos/extra.jpg": picture()}, "photos/extra.jpg", "does not name", "remove")
_files("an empty file", {"docs/invoice.pdf": b""}, "/documents/0/path", "empty")
_files("a web page as a photo", {"photos/lamp.jpg": b"<html>hello</html>"}, "/photos/0/path", "not a JPEG, PNG or WebP")
_files("a photo cut off", {"photos/lamp.jpg": picture(size=(640, 480))[:3000]}, "/photos/0/path", "cut off")
_files(
    "a photo Apple's way",
    {"photos/lamp.jpg": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"},
    "/photos/0/path",
    "WebP",
)
_files(
    "a program as a document",
    {"docs/chat.txt": b"\x7fELF\x02\x01\x01\x00\x00"},
    "/documents/1/path",
    "no PDF, picture or text",
)
_files("a PDF cut off", {"docs/invoice.pdf": PDF[:20]}, "/documents/0/path", "cut off")
_files(
    "a carrier's answer that is neither",
    {"tracking/parcel.json": b"delivered"},
    "/shipments/0/tracking",
    "neither JSON nor XML",
)
_files(
    "a carrier's answer that expands",
    {
        "tracking/parcel.json": b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>',
    },
    "/shipments/0/tracking",
    "document type",
)
_field("a wrong hash", "/photos/0/sha256", "0" * 64, "SHA-256", "correct the hash")
_field("a path that leads out", "/photos/0/path", "../secret.jpg", "leads out")
_field("an absolute path", "/photos/0/path", "/etc/passwd", "absolute")
_field("a path of another system", "/photos/0/path", "photos\\lamp.jpg", "backslashes", "forward slashes")
_field("a drive letter", "/photos/0/path", "C:/photos/lamp.jpg", "drive letter")
_field("one file named twice", "/photos/1/path", "photos/lamp.jpg", "another entry names the same file")


def _bomb_picture(folder: Path) -> Path:
    out = io.BytesIO()
    Image.new("1", (9000, 9000)).save(out, "PNG")
    return write_folder(folder / "b", lamp_case(), {**FILES, "photos/box.png": out.getvalue()})


_add("a picture of eighty megapixels", _bomb_picture, "/photos/1/path", "50 megapixels")


# Folders.
def _link(folder: Path) -> Path:
    bundle = write_folder(folder / "b", lamp_case())
    (bundle / "docs/chat.txt").unlink()
    (bundle / "docs/chat.txt").symlink_to("/etc/hostname")
    return bundle


def _linked_folder(folder: Path) -> Path:
    bundle = write_folder(folder / "b", lamp_case())
    (bundle / "docs").rename(folder / "elsewhere")
    (bundle / "docs").symlink_to(folder / "elsewhere")
    return bundle


def _pipe(folder: Path) -> Path:
    bundle = write_folder(folder / "b", lamp_case())
    (bundle / "docs/chat.txt").unlink()
    os.mkfifo(bundle / "docs/chat.txt")
    return bundle


def _no_case(folder: Path) -> Path:
    bundle = write_folder(folder / "b", lamp_case())
    (bundle / "case.json").unlink()
    return bundle


def _crowd(folder: Path) -> Path:
    bundle = write_folder(folder / "b", lamp_case())
    for number in range(300):
        (bundle / f"{number:03}.txt").write_bytes(b"x")
    return bundle


_add("a link to a file elsewhere", _link, "docs/chat.txt", "link")
_add("a link to a folder elsewhere", _linked_folder, "docs", "link")
_add("a pipe", _pipe, "docs/chat.txt", "special file")
_add("a folder without its case", _no_case, "case.json", "no case.json")
_add("three hundred files", _crowd, ".", "more than 250")
_files(
    "two names one file system takes for one", {"PHOTOS/Lamp.JPG": picture()}, "photos/lamp.jpg", "upper and lower case"
)


# Zips.
def _zip(
    name: str,
    entries: Callable[[zipfile.ZipFile], None],
    pointer: str,
    *words: str,
    then: Callable[[bytes], bytes] | None = None,
) -> None:
    """The good bundle as a zip with entries added, and its bytes then changed."""

    def build(folder: Path) -> Path:
        path = write_zip(folder / "b.zip", lamp_case())
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            entries(archive)
        if then is not None:
            path.write_bytes(then(path.read_bytes()))
        return path

    _add(name, build, pointer, *words)


def _nothing(archive: zipfile.ZipFile) -> None:
    """No entry to add."""


def _entry(name: str, data: bytes = b"x") -> Callable[[zipfile.ZipFile], None]:
    return lambda archive: archive.writestr(name, data)


def _symlink_entry(archive: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("docs/link.txt")
    info.external_attr = 0o120777 << 16
    archive.writestr(info, "/etc/hostname")


def _twice(archive: zipfile.ZipFile) -> None:
    archive.writestr("Docs/CHAT.txt", b"another")


def _lzma(archive: zipfile.ZipFile) -> None:
    archive.writestr("docs/more.txt", b"x", zipfile.ZIP_LZMA)


def _encrypted(data: bytes) -> bytes:
    """Set the encryption flag of the first entry, in both its headers."""
    changed = bytearray(data)
    directory = data.find(b"PK\x01\x02")
    for at in (6, directory + 8):
        changed[at] |= 1
    return bytes(changed)


def _legacy_name(data: bytes) -> bytes:
    """A name in an old code page, without the flag that says UTF-8."""
    return data.replace(b"docs/old.txt", b"docs/\x82ld.txt")


def _lying_size(data: bytes) -> bytes:
    """Both headers of a photo say one byte where there are many."""
    changed = bytearray(data)
    for header, size_at, name_at in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        start = data.find(header)
        while data[start + name_at :].startswith(b"photos/lamp.jpg") is False:
            start = data.index(header, start + 1)
        struct.pack_into("<L", changed, start + size_at, 1)
    return bytes(changed)


def _thousand(archive: zipfile.ZipFile) -> None:
    for number in range(1000):
        archive.writestr(f"{number}.txt", b"x")


_zip("a zip entry that leads out", _entry("../../evil.txt"), "../../evil.txt", "leads out")
_zip("a zip entry with an absolute path", _entry("/etc/cron.d/evil"), "/etc/cron.d/evil", "absolute")
_zip("a zip entry with backslashes", _entry("docs\\evil.txt"), "docs\\evil.txt", "backslashes")
_zip("a zip entry with a drive letter", _entry("C:/evil.txt"), "C:/evil.txt", "drive letter")
_zip("a link in a zip", _symlink_entry, "docs/link.txt", "link")
_zip("two zip entries one file system takes for one", _twice, "Docs/CHAT.txt", "upper and lower case")
_zip("a zip bomb", _entry("docs/zeros.txt", b"\0" * (3 * 1024 * 1024)), "docs/zeros.txt", "200 times")
_zip("a zip with an unusual compression", _lzma, "docs/more.txt", "unusual way", "deflate")
_zip("an encrypted zip entry", _nothing, "case.json", "encrypted", "without a password", then=_encrypted)
_zip("a zip entry named in an old code page", _entry("docs/old.txt"), "docs/éld.txt", "not UTF-8", then=_legacy_name)
_zip("a zip entry larger than its header says", _nothing, "photos/lamp.jpg", "broken", then=_lying_size)
_zip("a zip of a thousand entries", _thousand, "(zip)", "1006 entries")
_zip("half a zip", _nothing, "(zip)", "not a zip file", then=lambda data: data[: len(data) // 2])


def _zipped_folder(folder: Path) -> Path:
    path = folder / "b.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bundle/case.json", json.dumps(lamp_case()))
    return path


_add("a zip of the folder instead of its content", _zipped_folder, "case.json", "not inside a folder of its own")


# JSON Lines.
def _lines(folder: Path) -> Path:
    write_folder(folder, lamp_case())
    second = _set(lamp_case(), "/case_id", "case-1002")
    second["photos"][0]["path"] = "photos/none.jpg"
    path = folder / "history.jsonl"
    path.write_text("\n".join(json.dumps(case) for case in (lamp_case(), second)) + "\n")
    return path


def _same_case_twice(folder: Path) -> Path:
    write_folder(folder, lamp_case())
    path = folder / "history.jsonl"
    path.write_text((json.dumps(lamp_case()) + "\n") * 2)
    return path


_add("a line that names a missing file", _lines, "/photos/0/path", "no file photos/none.jpg")
_add("a case sent in two lines", _same_case_twice, "/case_id", "already read", "line 1")
_add("nothing at the path", lambda folder: folder / "absent", "absent", "nothing here")
