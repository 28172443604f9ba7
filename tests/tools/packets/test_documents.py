"""PDF documents in the packet, page by page, and those that stay out."""

import io
import re

import numpy as np
import pypdf
import pytest
from PIL import Image

from knowledge.letter.claims import ExhibitKind
from knowledge.letter.compose import compose_letter
from knowledge.letter.dossier import DefenceDossier
from tests.knowledge.letter.dossiers import ACCESS_LOG, dossier
from tests.tools.packets.archival import archival_problems, pictures_of
from tests.tools.packets.pdf_documents import encrypted, pdf, rotated, with_note, with_script
from tests.tools.packets.test_packets import packet_of, reader, sha256, text_of
from tools.packets import PacketError, UnshowableDocument, check_document, profile_for
from tools.packets.documents import DOTS_PER_INCH, MOST_PAGES, document_pages

CARD = "4242 4242 4242 4242"


def invoiced(data: bytes, **change: object) -> DefenceDossier:
    invoice = ACCESS_LOG | {
        "path": "documents/invoice.pdf",
        "kind": "invoice",
        "title": "Invoice 2026-0417",
        "sha256": sha256(data),
    }
    return dossier("visa", "12.5", documents=[invoice | change])


def test_each_page_of_a_document_is_shown_in_grey_with_its_number():
    data = pdf(3)
    packet = packet_of(invoiced(data), [data])
    printed = text_of(packet)
    (letter,) = [one for one in compose_letter(invoiced(data)).exhibits if one.kind is ExhibitKind.DOCUMENT]
    assert [f"Exhibit {letter.letter}, page {number} of 3" in printed for number in (1, 2, 3)] == [True] * 3
    assert len(pictures_of(reader(packet))) == 3
    assert archival_problems(packet.pdf) == []


def test_the_print_of_a_page_stays_as_large_as_it_was():
    data = pdf(3)
    letter = compose_letter(invoiced(data))
    packet = packet_of(invoiced(data), [data], profile_for("adyen", letter.network))
    page = document_pages(data)[0]
    shown = pictures_of(reader(packet))[0]
    assert (shown["/Width"], shown["/Height"]) == page.size, "160 mm of print at 200 dots an inch, none thrown away"
    assert packet.byte_count <= 2_000_000


def test_a_page_is_drawn_as_it_is_and_cropped_to_its_print():
    (page,) = document_pages(pdf())
    assert page.mode == "L"
    # 210 mm less twice 25 of margin, and 4 mm of white on either side.
    assert page.width == pytest.approx(168 / 25.4 * DOTS_PER_INCH, abs=8)
    ink = np.asarray(page) < 128
    assert 0.005 < ink.mean() < 0.3, "words on white paper"
    white = round(3.5 / 25.4 * DOTS_PER_INCH)
    assert not ink[:white].any()
    assert not ink[-white:].any()
    assert ink[white : 2 * white].any()


def test_a_page_turned_by_its_rotation_is_shown_upright():
    (page,) = document_pages(pdf(width="297mm", height="210mm"))
    (turned,) = document_pages(rotated(pdf(width="297mm", height="210mm"), 90))
    assert page.width > page.height
    assert turned.size == pytest.approx((page.height, page.width), abs=6)


def test_nothing_of_a_document_that_would_run_reaches_the_packet():
    data = with_script()
    assert "/OpenAction" in pypdf.PdfReader(io.BytesIO(data)).root_object
    assert archival_problems(packet_of(invoiced(data), [data]).pdf) == []


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (pdf(note=f"Card {CARD}"), "page 1 of the PDF shows a full card number; give a copy that shows the last four"),
        (pdf(2, note=f"Card {CARD}"), "page 2 of the PDF shows a full card number"),
        (with_note(f"charged to {CARD}"), "page 1 of the PDF shows a full card number"),
        (encrypted(), "the PDF is encrypted; give a copy without a password"),
        (pdf(MOST_PAGES + 1), f"the PDF has {MOST_PAGES + 1} pages, and {MOST_PAGES} can be shown"),
        (pdf(width="100mm", height="900mm"), "page 1 of the PDF is a strip"),
        (b"%PDF-1.7\nnothing that can be read\n%%EOF", "the PDF cannot be read"),
        (pdf()[:400], "the PDF cannot be read"),
    ],
    ids=["card number", "on page two", "in a note", "encrypted", "too long", "a strip", "garbage", "cut off"],
)
def test_a_document_that_may_not_be_shown_is_refused_with_why(data: bytes, why: str):
    with pytest.raises(UnshowableDocument, match=re.escape(why)):
        check_document(data)
    with pytest.raises(PacketError, match=r"Exhibit [A-Z] cannot be shown"):
        packet_of(invoiced(data), [data])


def test_the_last_four_digits_may_be_shown():
    check_document(pdf(note="Card ending 4242"))


def test_a_document_named_as_unshown_is_no_exhibit_and_no_sentence_speaks_of_it():
    records = invoiced(pdf())
    without = compose_letter(records.model_copy(update={"unshown": frozenset({"d1"})}))
    assert ExhibitKind.DOCUMENT in {one.kind for one in compose_letter(records).exhibits}
    assert ExhibitKind.DOCUMENT not in {one.kind for one in without.exhibits}
    assert "Invoice 2026-0417" not in without.model_dump_json()


def test_a_buyers_document_is_never_shown():
    records = invoiced(pdf(), author="buyer")
    assert ExhibitKind.DOCUMENT not in {one.kind for one in compose_letter(records).exhibits}


def test_a_scan_of_a_document_is_shown_as_a_document():
    out = io.BytesIO()
    Image.effect_noise((900, 1200), 60).save(out, "PNG")
    packet = packet_of(invoiced(out.getvalue(), path="documents/invoice.png"), [out.getvalue()])
    assert "page 1 of 1" in text_of(packet)
    (shown,) = pictures_of(reader(packet))
    assert max(shown["/Height"], shown["/Width"]) == 1024
