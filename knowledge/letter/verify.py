"""Verify a letter: every sentence is read back from its text and proved by its claims, and they by the exhibits.

The verifier does not know how letters are composed. It reads prose, whoever wrote it.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping

from knowledge.letter.claims import Exhibit, Letter, LetterClaim, Proof, ProofLine, Sentence
from knowledge.letter.clause_check import clause_problems
from knowledge.letter.compose import expected_exhibits
from knowledge.letter.cover_check import chronology_lines, cover_lines, form_lines
from knowledge.letter.dossier import DefenceDossier
from knowledge.letter.lexicon import DAY, PAIRED_KINDS
from knowledge.letter.row_check import claim_problems
from knowledge.letter.tokens import clauses

VERIFIER = "letter-verifier@1"


def letter_digest(letter: Letter) -> str:
    """SHA-256 of the letter's canonical JSON: sorted keys, no spaces, UTF-8."""
    canonical = json.dumps(letter.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def verify_letter(letter: Letter, dossier: DefenceDossier | None = None) -> Proof:
    """Every sentence with its exhibits and whether they prove it; with a dossier, the exhibits are rebuilt too.

    Without a dossier a letter is checked in itself: text against claims, claims against exhibit rows. With one,
    an exhibit that differs from what the case's records give is a problem as well.
    """
    lines = [
        *cover_lines(letter),
        *sentence_lines(letter),
        *chronology_lines(letter),
        *form_lines(letter),
    ]
    if dossier is not None:
        lines += _against_records(letter, dossier)
    return Proof(case_id=letter.case_id, letter_sha256=letter_digest(letter), lines=tuple(lines), verifier=VERIFIER)


def sentence_lines(letter: Letter) -> tuple[ProofLine, ...]:
    """The verdict, the grounds, the request and the sections' sentences in this order, each proved or not."""
    claims = {claim.id: claim for claim in letter.claims}
    exhibits = {exhibit.letter: exhibit for exhibit in letter.exhibits}
    return tuple(_proved(letter, section, sentence, claims, exhibits) for section, sentence in _sentences(letter))


def _sentences(letter: Letter) -> Iterator[tuple[str, Sentence]]:
    yield "verdict", letter.verdict
    for ground in letter.grounds:
        yield "grounds", ground
    yield "request", letter.request
    for section in letter.sections:
        for sentence in section.sentences:
            yield section.title, sentence


def _proved(
    letter: Letter,
    section: str,
    sentence: Sentence,
    claims: Mapping[str, LetterClaim],
    exhibits: Mapping[str, Exhibit],
) -> ProofLine:
    held = [claims[name] for name in sentence.claims if name in claims]
    problems = [
        f"names claim {name!r}, which the letter does not have" for name in sentence.claims if name not in claims
    ]
    if not sentence.claims:
        problems.append("states something without a claim")
    for claim in held:
        problems += claim_problems(claim, exhibits.get(claim.exhibit), letter)
    problems += _text_problems(sentence.text, held)
    return ProofLine(
        sentence=sentence.text,
        section=section,
        claims=sentence.claims,
        exhibits=tuple(dict.fromkeys(f"{claim.exhibit}#{locator}" for claim in held for locator in claim.locators)),
        proved=not problems,
        problem="; ".join(dict.fromkeys(problems)) or None,
    )


def _text_problems(text: str, held: list[LetterClaim]) -> Iterable[str]:
    if not held:
        return
    spoken = [value for claim in held for name, value in claim.values.items() if isinstance(value, str) and name != DAY]
    stated: set[str] = set()
    parts = clauses(text, spoken)
    if not parts:
        yield "has no words"
    for part in parts:
        found = [(clause_problems(part, claim), claim) for claim in held]
        fewest, proving = min(found, key=lambda pair: len(pair[0]))
        yield from fewest
        if not fewest:
            stated |= {claim.id for problems, claim in found if not problems} | {proving.id}
    kinds = {claim.kind for claim in held if claim.id in stated}
    for claim in held:
        if claim.id not in stated and not (claim.kind in PAIRED_KINDS and claim.kind in kinds):
            yield f"does not say what claim {claim.id} states"
    yield from _pair_problems(held)


def _pair_problems(held: list[LetterClaim]) -> Iterable[str]:
    for kind in PAIRED_KINDS & {claim.kind for claim in held}:
        pair = [claim for claim in held if claim.kind is kind]
        places = {(claim.exhibit, claim.locators[:1]) for claim in pair}
        if len(places) < 2:
            yield f"compares ({kind.value}) but points at one side only"
            continue
        charges = [claim.values.get("charge") for claim in pair]
        if kind.value == "separate_orders":
            if len(set(charges)) < len(charges):
                yield "calls two charges separate that carry one reference"
            continue
        shared = [{name: value for name, value in claim.values.items() if name != "charge"} for claim in pair]
        if any(values != shared[0] for values in shared):
            yield f"compares ({kind.value}) two values that differ"


def _against_records(letter: Letter, dossier: DefenceDossier) -> Iterator[ProofLine]:
    expected = expected_exhibits(dossier)
    shown = {exhibit.letter: exhibit for exhibit in letter.exhibits}
    held = {exhibit.letter: exhibit for exhibit in expected}
    for name in sorted(shown.keys() | held.keys()):
        if shown.get(name) != held.get(name):
            yield ProofLine(
                sentence=f"Exhibit {name}",
                section="exhibits",
                claims=(),
                exhibits=(name,),
                proved=False,
                problem=f"Exhibit {name} is not what the case's records give; build it anew",
            )
