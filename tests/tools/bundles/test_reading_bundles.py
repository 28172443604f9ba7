import hashlib
import io
import json
from pathlib import Path

import pytest

from tests.tools.bundles.lamp_bundle import FILES, NOW, lamp_case, lamp_chargeback, write_folder, write_zip
from tools.bundles import BundleRefused, ReadBundle, examine_bundles, read_bundles, read_sent, read_sent_zip


def _one(path: Path) -> ReadBundle:
    (only,) = read_bundles(path, now=NOW)
    return only


def test_a_folder_a_zip_and_a_line_are_the_same_case(tmp_path: Path):
    folder = write_folder(tmp_path / "folder", lamp_case())
    line = tmp_path / "folder" / "cases.jsonl"
    as_zip = write_zip(tmp_path / "case.zip", lamp_case())
    read = _one(folder)
    line.write_text(json.dumps(lamp_case()) + "\n")

    assert read.files == FILES
    assert _one(as_zip) == read
    assert _one(line) == read


def test_every_file_is_sealed_by_its_hash(tmp_path: Path):
    read = _one(write_folder(tmp_path / "b", lamp_case()))

    assert read.bundle.photos[0].sha256 == hashlib.sha256(FILES["photos/lamp.jpg"]).hexdigest()
    assert read.bundle.documents[0].sha256 == hashlib.sha256(FILES["docs/invoice.pdf"]).hexdigest()
    assert read.bundle.shipments[0].tracking_sha256 == hashlib.sha256(FILES["tracking/parcel.json"]).hexdigest()


def test_the_digest_is_of_the_meaning_and_not_of_the_spelling(tmp_path: Path):
    plain = _one(write_folder(tmp_path / "1", lamp_case()))
    spelt = lamp_case()
    spelt["opened_at"] = "2026-03-09T10:00:00+02:00"
    spelt["order"]["payment"]["cvc"] = "unchecked"
    spelt["photos"][0]["sha256"] = plain.bundle.photos[0].sha256
    other = _one(write_folder(tmp_path / "2", dict(reversed(spelt.items()))))

    assert other == plain


def test_another_picture_is_another_digest(tmp_path: Path):
    plain = _one(write_folder(tmp_path / "1", lamp_case()))
    changed = _one(write_folder(tmp_path / "2", lamp_case(), {**FILES, "docs/chat.txt": b"other words"}))

    assert changed.bundle.case_id == plain.bundle.case_id
    assert changed.digest != plain.digest


def test_a_chargeback_with_its_notice_comes_in(tmp_path: Path):
    read = _one(write_folder(tmp_path / "b", lamp_chargeback()))

    assert read.bundle.chargeback is not None
    assert read.bundle.chargeback.reason_code == "13.3"


def test_a_folder_of_bundles_is_read_whole_and_a_refused_one_does_not_hide_the_next(tmp_path: Path):
    bad = {**lamp_case(), "case_id": "case-2", "kind": "chargeback"}
    write_folder(tmp_path / "a", {**lamp_case(), "case_id": "case-1"})
    write_folder(tmp_path / "b", bad)
    write_zip(tmp_path / "c.zip", {**lamp_case(), "case_id": "case-3"})

    found = list(examine_bundles(tmp_path, now=NOW))

    assert [each.bundle.case_id if isinstance(each, ReadBundle) else each.refusals[0].pointer for each in found] == [
        "case-1",
        "/chargeback",
        "case-3",
    ]
    with pytest.raises(BundleRefused, match="without the bank's notice"):
        list(read_bundles(tmp_path, now=NOW))


def test_all_problems_of_a_bundle_are_told_at_once(tmp_path: Path):
    bad = lamp_case()
    bad["order"]["total"]["amount"] = "1.00"
    bad["buyer"]["language"] = "jp"
    bad["photos"][0]["path"] = "photos/none.jpg"

    with pytest.raises(BundleRefused) as refused:
        _one(write_folder(tmp_path / "b", bad))

    assert {each.pointer for each in refused.value.refusals} == {
        "/order/total",
        "/order/payment/captured",
        "/buyer/language",
        "/photos/0/path",
        "photos/lamp.jpg",
    }


def test_an_oversized_line_is_refused_and_the_next_is_read(tmp_path: Path):
    path = tmp_path / "cases.jsonl"
    small = lamp_case()
    for key in ("photos", "documents", "shipments"):
        del small[key]
    path.write_text('{"x": "' + "a" * (9 * 1024 * 1024) + '"}\n' + json.dumps(small) + "\n")

    found = list(examine_bundles(path, now=NOW))

    assert isinstance(found[0], BundleRefused)
    assert found[0].refusals[0].problem == "larger than 4 MiB"
    assert [type(each) for each in found] == [BundleRefused, ReadBundle]


def test_a_case_sent_over_http_passes_the_same_gates(tmp_path: Path):
    from_disk = _one(write_zip(tmp_path / "b.zip", lamp_case()))

    assert read_sent(json.dumps(lamp_case()).encode(), FILES, now=NOW) == from_disk
    assert read_sent_zip(io.BytesIO((tmp_path / "b.zip").read_bytes()), now=NOW) == from_disk
    with pytest.raises(BundleRefused, match=r"case\.json does not name this file"):
        read_sent(json.dumps(lamp_case()).encode(), {**FILES, "more.txt": b"x"}, now=NOW)


def test_a_number_that_is_long_by_nature_is_no_card_number(tmp_path: Path):
    case = lamp_case()
    case["shipments"][0]["tracking_number"] = "4242424242424242"

    assert _one(write_folder(tmp_path / "b", case)).bundle.shipments[0].tracking_number == "4242424242424242"


def test_a_name_that_an_archive_decomposed_is_the_name_in_the_case(tmp_path: Path):
    case = lamp_case()
    case["documents"][1]["path"] = "docs/caf\u00e9.txt"
    files = {name: data for name, data in FILES.items() if name != "docs/chat.txt"}

    read = _one(write_zip(tmp_path / "b.zip", case, {**files, "docs/cafe\u0301.txt": b"hello"}))

    assert read.files["docs/caf\u00e9.txt"] == b"hello"
