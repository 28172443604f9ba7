import hashlib
import io
import json
import re
from functools import cache
from typing import Any

import pypdf
import pytest
from PIL import Image, ImageDraw

from knowledge.case import CardNetwork
from knowledge.letter.claims import Letter, Sentence
from knowledge.letter.compose import compose_letter
from knowledge.letter.dossier import DefenceDossier
from knowledge.letter.verify import verify_letter
from tests.knowledge.letter.dossiers import PHOTOS, dossier, scripts_dossier
from tests.tools.packets.archival import fonts_of, pictures_of
from tools.packets import Packet, PacketError, PacketProfile, PacketTooLarge, profile_for, render_packet

STRIPE = profile_for("stripe", CardNetwork.VISA)


@cache
def picture(seed: int = 0, size: tuple[int, int] = (1200, 900), *, noisy: bool = False) -> bytes:
    image = Image.effect_noise(size, 90) if noisy else Image.linear_gradient("L").resize(size)
    image = image.convert("RGB")
    ImageDraw.Draw(image).rectangle((80 + seed, 80, 400, 400), outline="red", width=9)
    out = io.BytesIO()
    camera = Image.Exif()
    camera[0x010F] = "Camera of the buyer"
    image.save(out, "JPEG", quality=92, exif=camera)
    return out.getvalue()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def with_photos(pictures: list[bytes], network: str = "visa", code: str = "13.1", **change: Any) -> DefenceDossier:
    photos = [PHOTOS[0] | {"id": f"p{index}", "sha256": sha256(data)} for index, data in enumerate(pictures)]
    return dossier(network, code, photos=photos, **change)


def packet_of(records: DefenceDossier, files: list[bytes] | None = None, profile: PacketProfile = STRIPE) -> Packet:
    letter = compose_letter(records)
    return render_packet(letter, verify_letter(letter), {sha256(data): data for data in files or []}, profile)


def reader(packet: Packet) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(packet.pdf))


def text_of(packet: Packet) -> str:
    """The words of the packet, with line breaks as spaces."""
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader(packet).pages))


def squeezed(text: str) -> str:
    """Without spaces and break marks, which differ where a line ends."""
    return re.sub(r"[\s\u200b]+", "", text)


def test_page_one_decides():
    first = re.sub(r"\s+", " ", reader(packet_of(dossier("visa", "13.1"))).pages[0].extract_text())
    for said in (
        "Harbour Lamps GmbH",
        "dp_1QzHarbour",
        "Visa reason code 13.1",
        "Merchandise/Services Not Received",
        "Already credited",
        "Contested 64.90 EUR",
        "27 February 2026",
        "ending 4242",
        "the carrier recorded the parcel as delivered on 4 March 2026 in Lyon",
        "Exhibit D, scan-4",
        "The merchant asks that the dispute be reversed for 64.90 EUR.",
        "Case CB-2026-0417",
        "Page 1 of",
    ):
        assert said in first, said


def test_every_sentence_and_every_row_of_the_letter_is_printed():
    records = dossier("visa", "13.3")
    letter = compose_letter(records)
    printed = squeezed(text_of(packet_of(records)))
    sentences = [letter.verdict, *letter.grounds, letter.request]
    sentences += [sentence for section in letter.sections for sentence in section.sentences]
    for sentence in sentences:
        assert squeezed(sentence.text) in printed, sentence.text
    for exhibit in letter.exhibits:
        for row in exhibit.rows:
            assert squeezed(row.value) in printed, row.value


def test_ten_scripts_can_be_read_back_from_the_packet():
    letter = compose_letter(scripts_dossier())
    packet = render_packet(letter, verify_letter(letter), {}, STRIPE)
    printed = squeezed(text_of(packet))
    for text in (
        "您好，台灯的灯罩有污渍，请退款。",
        "您好，檯燈的燈罩有污漬，請退款。",
        "ランプのかさに汚れがあります。",
        "램프갓에얼룩이있어요.",
        "Наабажурепятно",
        "Τοαμπαζούρέχειλεκέ",
    ):
        assert text in printed, text
    names = {str(font["/BaseFont"]).split("+")[-1] for font in fonts_of(reader(packet))}
    for family in ("Arabic", "Hebrew", "Thai", "SC", "TC", "JP", "KR"):
        assert any(family in name for name in names), (family, names)


def test_text_of_a_message_is_never_markup():
    text = '#let x = 1; $y$ *bold* `raw` @ref <label> https://example.com/a #image("/etc/passwd") \\ // end'
    messages = [{"id": "m1", "author": "buyer", "at": "2026-03-06T10:00:00Z", "text": text}]
    printed = squeezed(text_of(packet_of(dossier("visa", "13.1", messages=messages))))
    assert squeezed(text) in printed


def test_an_emoji_is_named_because_no_embedded_font_has_it():
    messages = [{"id": "m1", "author": "buyer", "at": "2026-03-06T10:00:00Z", "text": "Broken 😡 and አማርኛ ok"}]
    printed = text_of(packet_of(dossier("visa", "13.1", messages=messages)))
    assert "Broken [pouting face] and [4 characters in a script the packet has no font for] ok" in printed


def test_the_same_letter_gives_the_same_bytes():
    assert packet_of(dossier("visa", "13.1")).sha256 == packet_of(dossier("visa", "13.1")).sha256


def test_photos_are_printed_in_grey_without_their_metadata():
    data = picture()
    packet = packet_of(with_photos([data]), [data])
    shown = pictures_of(reader(packet))
    assert [one["/ColorSpace"][1].get_object()["/N"] for one in shown] == [1], "one colour component is grey"
    assert [max(one["/Width"], one["/Height"]) for one in shown] == [1024]
    assert b"Camera of the buyer" in data
    assert b"Camera of the buyer" not in packet.pdf


def test_many_photos_shrink_until_the_target_is_met():
    pictures = [picture(seed, noisy=True) for seed in range(8)]
    target = PacketProfile(name="small", max_bytes=2_000_000, max_pages=19, target_bytes=1_200_000, source="invented")
    packet = packet_of(with_photos(pictures), pictures, target)
    assert packet.byte_count <= 1_200_000
    assert len(pictures_of(reader(packet))) == 8


def test_a_packet_beyond_the_bytes_names_the_limit_and_cuts_nothing():
    pictures = [picture(noisy=True)]
    tight = PacketProfile(name="tight", max_bytes=60_000, max_pages=19, source="invented")
    with pytest.raises(PacketTooLarge, match=r"\d+ bytes, but tight takes 60000 \(invented\)"):
        packet_of(with_photos(pictures), pictures, tight.model_copy(update={"target_bytes": 1}))


def test_a_packet_beyond_the_pages_names_the_limit():
    short = PacketProfile(name="short", max_bytes=2_000_000, max_pages=2, source="invented")
    with pytest.raises(PacketTooLarge, match=r"\d+ pages, but short takes 2 \(invented\)"):
        packet_of(dossier("visa", "13.1"), profile=short.model_copy(update={"target_pages": 1}))


def test_a_long_case_fills_pages_and_loses_nothing():
    messages = [
        {
            "id": f"m{index}",
            "author": "buyer",
            "at": f"2026-03-06T10:{index:02}:00Z",
            "text": f"{index} " + "漢字" * 290,
        }
        for index in range(30)
    ]
    packet = packet_of(dossier("visa", "13.1", messages=messages))
    assert text_of(packet).count("漢") == 30 * 290
    assert packet.pages <= STRIPE.max_pages


def test_a_file_that_is_missing_or_altered_is_refused():
    data = picture()
    letter = compose_letter(with_photos([data]))
    proof = verify_letter(letter)
    with pytest.raises(PacketError, match="which was not given"):
        render_packet(letter, proof, {}, STRIPE)
    with pytest.raises(PacketError, match="are not those of"):
        render_packet(letter, proof, {sha256(data): data + b"x"}, STRIPE)


def test_a_picture_that_cannot_be_opened_is_refused_by_exhibit():
    data = b"not a picture"
    with pytest.raises(PacketError, match="Exhibit F cannot be shown, the bytes are not a JPEG"):
        packet_of(with_photos([data]), [data])


def test_a_proof_of_another_letter_is_refused():
    letter = compose_letter(dossier("visa", "13.1"))
    other = compose_letter(dossier("visa", "13.3"))
    with pytest.raises(PacketError, match="another version of this letter"):
        render_packet(letter, verify_letter(other), {}, STRIPE)


def unproved(letter: Letter) -> Letter:
    return letter.model_copy(
        update={"request": Sentence(text="The merchant asks for everything.", claims=letter.request.claims)}
    )


def test_a_letter_that_is_not_proved_is_marked_on_every_page():
    letter = unproved(compose_letter(dossier("visa", "13.1")))
    packet = render_packet(letter, verify_letter(letter), {}, STRIPE)
    for page in reader(packet).pages:
        assert re.search(r"Draft: 1 of \d+ statements not proved\. Not for submission\.", page.extract_text())


def test_the_proof_travels_with_the_packet():
    letter = compose_letter(dossier("visa", "13.1"))
    proof = verify_letter(letter)
    packet = render_packet(letter, proof, {}, STRIPE)
    assert json.loads(packet.proof_json) == proof.model_dump(mode="json")


@pytest.mark.parametrize(
    ("processor", "network", "most_bytes", "most_pages"),
    [
        ("stripe", CardNetwork.VISA, 4_500_000, 48),
        ("stripe", CardNetwork.MASTERCARD, 4_500_000, 18),
        ("adyen", CardNetwork.MASTERCARD, 2_000_000, 18),
        ("paypal", CardNetwork.PAYPAL, 10_000_000, 49),
    ],
)
def test_a_processor_takes_so_many_bytes_and_pages(
    processor: str, network: CardNetwork, most_bytes: int, most_pages: int
):
    profile = profile_for(processor, network)
    assert (profile.max_bytes, profile.max_pages) == (most_bytes, most_pages)


def test_an_unknown_processor_has_no_profile():
    with pytest.raises(LookupError, match="'acme'; known are adyen, paypal, stripe"):
        profile_for("acme", CardNetwork.VISA)
