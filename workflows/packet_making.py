"""Packets made and kept: the rendering of a letter with its exhibits, and its artifacts in the case's records."""

import asyncio
import re

from knowledge.analyst.read import analyst_view
from knowledge.analyst.seen import seen_packet
from knowledge.letter.claims import Letter, Proof
from tools.packets import Packet, PacketProfile, page_texts, render_packet
from tools.records.cases import CaseRecords
from workflows.messages import CaseRef, LetterWritten

_COMPOSED = re.compile(r"letter-d[0-9]+-[0-9a-f]+\.json")


async def make_packet(
    cases: CaseRecords, case: CaseRef, letter: Letter, proof: Proof, profile: PacketProfile
) -> Packet:
    """The packet of a letter with the pictures and documents it shows. The same letter gives the same bytes.

    Raises PacketError when it cannot be made within the profile's limits.
    """
    shown = sorted({exhibit.evidence_sha256 for exhibit in letter.exhibits if exhibit.evidence_sha256})
    files = {sha256: await cases.evidence(case.merchant, case.case_id, sha256) for sha256 in shown}
    return await asyncio.to_thread(render_packet, letter, proof, files, profile)


def is_composed(name: str) -> bool:
    """Whether a letter's artifact of that name was composed from claims; any other is in a person's or model's words.

    The names are given here and by whoever calls `keep_packet`: a composed letter's is its decision's short id alone.
    """
    return _COMPOSED.fullmatch(name) is not None


async def keep_packet(
    cases: CaseRecords, case: CaseRef, name: str, letter: Letter, proof: Proof, packet: Packet
) -> LetterWritten:
    """Read the packet as its analyst does and keep letter, proof, packet and reading as artifacts called by `name`."""

    async def keep(kind: str, ending: str, content: bytes) -> str:
        return await cases.save_artifact(case.merchant, case.case_id, kind, f"{kind}-{name}.{ending}", content)

    letter_sha256 = await keep("letter", "json", letter.model_dump_json().encode())
    proof_sha256 = await keep("proof", "json", packet.proof_json)
    packet_sha256 = await keep("packet", "pdf", packet.pdf)
    view = await asyncio.to_thread(lambda: analyst_view(seen_packet(letter, page_texts(packet.pdf))))
    await keep("analyst", "json", view.model_dump_json(indent=1).encode())
    problems = tuple(line.problem or "" for line in proof.lines if not line.proved)
    return LetterWritten(
        letter_sha256=letter_sha256,
        packet_sha256=packet_sha256,
        proof_sha256=proof_sha256,
        proved=not problems,
        problems=problems,
        pages=packet.pages,
        attacks=tuple(f"{finding.told} {finding.by}" for finding in view.fatal),
    )
