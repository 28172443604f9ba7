"""The trained reader: features of a text, the heads, and the file they are kept in."""

from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from agents.reading.claims.cues import cues_in
from agents.reading.claims.head import LinearHead, Matrix
from agents.reading.claims.languages import languages_of
from agents.reading.claims.sentences import REASONS
from agents.reading.claims.splitting import Sentence, sentences_of
from knowledge.base import Frozen

CUE_SCALE = 0.8
"""How much a phrase weighs beside a vector; chosen on our own sentences and a labelled sample of real ones."""
_SHARPEN = 1.5
"""Clear sentences count more than vague ones when a text's sentences are pooled."""
_WHOLE = 2.0
"""Weight of the text read as a whole beside its pooled sentences."""
_REMARK_WHOLE, _REMARK_EACH = 0.3, 0.5
"""From these chances on, of the text as a whole and of its every sentence, a text without a phrase that speaks for a
reason only thanks, greets or praises. Thanks in many languages lie above both, none of 372 real complaints above half
of the first.
"""


class EmbedsQueries(Protocol):
    """The embedder, as far as reading needs it."""

    @property
    def version(self) -> str:
        """Which vectors these are."""
        ...

    def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of texts to classify."""
        ...


class Heads(Frozen, arbitrary_types_allowed=True):
    """Everything learnt, with what it was learnt from."""

    digest: str
    embedder: str
    mean: Matrix
    spread: Matrix
    sentence: LinearHead
    whole: LinearHead
    severity: LinearHead
    wants: LinearHead
    temperature: float

    def standardised(self, vectors: NDArray[np.float32]) -> Matrix:
        """Vectors with mean zero and spread one, scaled to unit length on average."""
        return (vectors.astype(np.float64) - self.mean) / self.spread / np.sqrt(vectors.shape[1])


class ClaimGuess(Frozen):
    """What one text complains of."""

    reason: str
    confidence: float
    probabilities: dict[str, float]
    complains: bool
    """False when nothing but remarks was written: the reason then means nothing."""
    languages: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    by_sentence: tuple[dict[str, float], ...]


def features(vectors: Matrix, cues: Matrix) -> Matrix:
    """Standardised vectors beside scaled cues."""
    return np.hstack([vectors, cues * CUE_SCALE])


def guess(text: str, heads: Heads, embedder: EmbedsQueries) -> ClaimGuess:
    """Read one text: its sentences pooled, beside the text as a whole."""
    languages = languages_of(text)
    sentences = sentences_of(text) or (Sentence(text=text, start=0, end=len(text)),)
    vectors = heads.standardised(embedder.queries([text, *(sentence.text for sentence in sentences)]))
    cues = np.array([cues_in(one, languages) for one in (text, *(sentence.text for sentence in sentences))])
    whole = heads.whole.probabilities(features(vectors[:1], cues[:1]))[0]
    each = heads.sentence.probabilities(features(vectors[1:], cues[1:]))
    remark = whole[len(REASONS)] >= _REMARK_WHOLE and each[:, len(REASONS)].min() >= _REMARK_EACH and not cues.any()
    pooled = (each**_SHARPEN).sum(axis=0)[: len(REASONS)]
    pooled = pooled / pooled.sum()
    mixed = pooled + _WHOLE * whole[: len(REASONS)]
    mixed = mixed / mixed.sum()
    cooled = mixed ** (1 / heads.temperature)
    cooled = cooled / cooled.sum()
    best = int(cooled.argmax())
    return ClaimGuess(
        reason=REASONS[best],
        confidence=float(cooled[best]),
        probabilities=dict(zip(REASONS, map(float, cooled), strict=True)),
        complains=not remark,
        languages=tuple(languages),
        sentences=sentences,
        by_sentence=tuple(dict(zip(REASONS, map(float, row[: len(REASONS)]), strict=True)) for row in each),
    )


def save(heads: Heads, path: Path) -> None:
    """Write the heads in half precision, which changes no decision and fits the repository."""
    arrays: dict[str, NDArray[np.float16] | NDArray[np.str_]] = {
        "mean": heads.mean.astype(np.float16),
        "spread": heads.spread.astype(np.float16),
        "about": np.array([heads.digest, heads.embedder, repr(heads.temperature)]),
    }
    for name in ("sentence", "whole", "severity", "wants"):
        head: LinearHead = getattr(heads, name)
        arrays[f"{name}_weights"] = head.weights.astype(np.float16)
        arrays[f"{name}_bias"] = head.bias.astype(np.float16)
        arrays[f"{name}_labels"] = np.array(head.labels)
    np.savez_compressed(path, allow_pickle=False, **arrays)


def load() -> Heads:
    """The committed heads."""
    file = resources.files("agents.reading.claims").joinpath("heads.npz")
    with resources.as_file(file) as path, np.load(path, allow_pickle=False) as kept:

        def head(name: str) -> LinearHead:
            return LinearHead(
                labels=tuple(str(label) for label in kept[f"{name}_labels"]),
                weights=kept[f"{name}_weights"].astype(np.float64),
                bias=kept[f"{name}_bias"].astype(np.float64),
            )

        about = [str(word) for word in kept["about"]]
        return Heads(
            digest=about[0],
            embedder=about[1],
            temperature=float(about[2]),
            mean=kept["mean"].astype(np.float64),
            spread=kept["spread"].astype(np.float64),
            sentence=head("sentence"),
            whole=head("whole"),
            severity=head("severity"),
            wants=head("wants"),
        )
