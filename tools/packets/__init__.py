"""Defence packets: a proved letter rendered as one PDF/A within a processor's limits."""

from tools.packets.documents import PDF_START, UnshowableDocument, check_document
from tools.packets.packet import Packet, PacketError, PacketTooLarge, render_packet
from tools.packets.page_pictures import page_picture
from tools.packets.page_texts import page_count, page_texts
from tools.packets.profiles import PacketProfile, profile_for
from tools.packets.provenance import letter_of_packet

__all__ = [
    "PDF_START",
    "Packet",
    "PacketError",
    "PacketProfile",
    "PacketTooLarge",
    "UnshowableDocument",
    "check_document",
    "letter_of_packet",
    "page_count",
    "page_picture",
    "page_texts",
    "profile_for",
    "render_packet",
]
