"""The last look before a letter leaves: letter, proof and packet belong together, every sentence is proved."""

from collections.abc import Iterator

from knowledge.letter.claims import Letter, Proof
from knowledge.letter.verify import letter_digest, verify_letter


def release_refusals(letter: Letter, proof: Proof | None, rendered_from: str | None) -> tuple[str, ...]:
    """Why the letter may not leave, in plain words; empty when it may.

    `proof` is the one kept with the letter, None when none of this letter was kept; `rendered_from` is the letter's
    digest as the packet carries it, None when it carries none. The letter is verified again here, whatever its proof
    says: a proof is a record of a check, and the check is what counts.
    """
    return tuple(_refusals(letter, proof, rendered_from))


def _refusals(letter: Letter, proof: Proof | None, rendered_from: str | None) -> Iterator[str]:
    digest = letter_digest(letter)
    if proof is None or proof.letter_sha256 != digest:
        yield "proof: none was made of this very letter; write the letter again"
    elif not proof.complete:
        open_lines = [line for line in proof.lines if not line.proved]
        yield f"proof: {len(open_lines)} statements are not proved, the first: {open_lines[0].sentence}"
    if rendered_from != digest:
        yield "packet: it was not rendered from this very letter; write the letter again"
    for line in verify_letter(letter).lines:
        if not line.proved:
            yield f"letter: {line.sentence!r} is not proved: {line.problem}"
            return
