"""One packet for each reason family × network, rendered for every processor that can carry it, and looked through."""

import re
from typing import Any

import pytest

from knowledge.case import CardNetwork
from knowledge.letter.compose import compose_letter
from knowledge.letter.dossier import DefenceDossier
from knowledge.letter.verify import verify_letter
from knowledge.reasons import ChargebackFamily
from tests.knowledge.letter.dossiers import dossier, scripts_dossier
from tests.knowledge.letter.matrix import code_of, matrix
from tests.tools.packets.archival import archival_problems, drawn, fonts_of
from tests.tools.packets.test_packets import packet_of, picture, reader, sha256, squeezed, text_of
from tools.packets import Packet, profile_for, render_packet

CARRIERS = {
    "stripe": frozenset(CardNetwork),
    "adyen": frozenset(CardNetwork),
    "paypal": frozenset({CardNetwork.PAYPAL}),
}
"""Which networks' disputes a processor brings; Stripe and Adyen settle wallets' disputes as well."""
SMALLEST_POINTS = 12.0
"""Stripe, dispute evidence: 12 point or larger."""


def with_files(records: DefenceDossier, data: bytes) -> DefenceDossier:
    """The dossiers name invented digests; this is the file a test can give for them."""
    fields: dict[str, Any] = records.bundle.model_dump(mode="json", exclude_none=True)
    for one in (*fields["photos"], *fields["documents"]):
        one["sha256"] = sha256(data)
    return records.model_copy(update={"bundle": type(records.bundle).model_validate(fields)})


CASES = {f"{network.value}, {family.value}": records for (network, family), records in matrix().items()}


def test_every_family_that_has_a_code_on_a_network_has_its_packet():
    assert len(CASES) == 58
    have = {(network, family) for network, family in matrix()}
    for network in CardNetwork:
        for family in ChargebackFamily:
            assert ((network, family) in have) is (code_of(network, family) is not None)


@pytest.mark.parametrize("name", CASES)
def test_a_packet_keeps_every_limit_and_can_be_read_back(name: str):
    data = picture()
    records = with_files(CASES[name], data)
    letter = compose_letter(records)
    proof = verify_letter(letter, records)
    assert proof.complete
    assert f"{letter.network.value}, {letter.family.value}" == name
    sentences = [letter.verdict, *letter.grounds, letter.request]
    sentences += [sentence for section in letter.sections for sentence in section.sentences]
    made: dict[str, Packet] = {}
    for processor, networks in CARRIERS.items():
        if letter.network not in networks:
            continue
        profile = profile_for(processor, letter.network)
        packet = render_packet(letter, proof, {sha256(data): data}, profile)
        assert packet.byte_count == len(packet.pdf) <= min(profile.max_bytes, 2_000_000)
        assert packet.pages == len(reader(packet).pages) <= min(profile.max_pages, 19)
        made[packet.sha256] = packet
    for packet in made.values():
        assert archival_problems(packet.pdf) == []
        printed = squeezed(text_of(packet))
        assert [one.text for one in sentences if squeezed(one.text) not in printed] == []
        sizes = drawn(reader(packet)).sizes
        assert min(sizes) >= SMALLEST_POINTS
        assert "Page 1 of" in re.sub(r"\s+", " ", reader(packet).pages[0].extract_text()), "the cover is one page"
        assert "What the dispute states" in reader(packet).pages[1].extract_text(), "and the rebuttal begins after it"


def test_every_script_is_set_from_an_embedded_font_without_a_missing_glyph():
    packet = packet_of(scripts_dossier())
    assert archival_problems(packet.pdf) == []
    names = {str(font["/BaseFont"]).split("+")[-1] for font in fonts_of(reader(packet))}
    for family in ("NotoSans-Regular", "SansSC", "SansTC", "SansJP", "SansKR", "Arabic", "Thai", "Hebrew"):
        assert any(family in name for name in names), (family, names)


@pytest.mark.parametrize(
    ("text", "font"),
    [
        ("Ваш заказ доставлен", "NotoSans-Regular"),
        ("包裹没有送到", "SansSC"),
        ("包裹沒有送到，請退款", "SansTC"),
        ("荷物が届きません", "SansJP"),
        ("택배가 오지 않았어요", "SansKR"),
        ("لم يصل الطرد", "Arabic"),
        ("พัสดุยังไม่ถึง", "Thai"),
    ],
)
def test_a_message_in_a_script_is_drawn_with_that_scripts_font(text: str, font: str):
    messages = [{"id": "m1", "author": "buyer", "at": "2026-03-06T10:00:00Z", "text": text}]
    packet = packet_of(dossier("visa", "13.1", messages=messages))
    assert archival_problems(packet.pdf) == []
    names = {str(one["/BaseFont"]) for one in fonts_of(reader(packet))}
    assert any(font in name for name in names), names
