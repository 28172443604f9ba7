"""Making the heads from the sentences: `python -m agents.reading.claims.train`. Deterministic."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from agents.reading.claims.cues import cues_in
from agents.reading.claims.head import Matrix, softmax, train
from agents.reading.claims.model import EmbedsQueries, Heads, features, guess, save
from agents.reading.claims.sentences import REASONS, REMARK, Example, complaints, digest, labelled
from knowledge.library.embeddings import E5Embedder

HEADS = Path(__file__).with_name("heads.npz")
_LABELS = (*REASONS, REMARK)
_L2 = 3e-4
_SMALL_L2 = 1e-3
_SEED = 7
_FORMS = 2
"""Composed complaints made around each sentence."""
_HELD_OUT = 5
"""Every fifth sentence sets the temperature and trains nothing while it does."""
_TEMPERATURES = (1.0, 1.2, 1.4, 1.7, 2.0)
"""Never below one: real complaints are harder than ours, so ours may only make the reader less sure."""
_ENDS = re.compile(r"[.!?。！？]$")


def compose(examples: Sequence[Example], seed: int) -> list[Example]:
    """Longer complaints: a sentence among remarks, sometimes with a second of the same kind or a lesser grievance."""
    random = np.random.default_rng(seed)
    remarks: dict[str, list[str]] = {}
    same: dict[tuple[str, str], list[str]] = {}
    for example in examples:
        if example.label == REMARK:
            remarks.setdefault(example.language, []).append(example.text)
        same.setdefault((example.language, example.label), []).append(example.text)

    def pick(texts: Sequence[str]) -> str:
        return texts[int(random.integers(len(texts)))]

    composed: list[Example] = []
    for example in examples:
        if example.label == REMARK or example.language not in remarks:
            continue
        around = remarks[example.language]
        lesser = [text for label in ("other", "late_delivery") for text in same.get((example.language, label), [])]
        for _ in range(_FORMS):
            parts = [example.text]
            if random.random() < 0.55:
                parts.insert(0, pick(around))
            if random.random() < 0.5:
                parts.append(pick(around))
            if random.random() < 0.35:
                parts.append(pick(same[example.language, example.label]))
            major = example.label not in {"other", "late_delivery", "not_received", "changed_mind"}
            if major and lesser and random.random() < 0.2:
                parts.append(pick(lesser))
            if len(parts) == 1:
                parts.insert(0, pick(around))
            composed.append(example.model_copy(update={"text": _joined(parts, example.language, random)}))
    return composed


def _joined(parts: Sequence[str], language: str, random: np.random.Generator) -> str:
    dense = language in {"ja", "zh"}
    ended = [
        part if _ENDS.search(part) else part + ("。" if dense else "." if random.random() < 0.6 else ",")
        for part in parts
    ]
    return ("" if dense else " ").join(ended)


def make(examples: Sequence[Example], embedder: EmbedsQueries) -> Heads:
    """Train every head on the examples given (the smaller heads on all of theirs)."""
    vectors = embedder.queries([example.text for example in examples]).astype(np.float64)
    composed = compose(examples, _SEED)
    longer = embedder.queries([example.text for example in composed])
    mean, spread = vectors.mean(axis=0), vectors.std(axis=0)

    def scaled(raw: Matrix) -> Matrix:
        return (raw - mean) / spread / np.sqrt(raw.shape[1])

    sentence_features = features(scaled(vectors), _cues(examples))
    whole_features = np.vstack([sentence_features, features(scaled(longer.astype(np.float64)), _cues(composed))])
    labels = [example.label for example in examples]
    small = {name: labelled(name) for name in ("severity", "wants")}
    heads = {
        name: train(
            scaled(embedder.queries([example.text for example in lines]).astype(np.float64)),
            [example.label for example in lines],
            tuple(dict.fromkeys(example.label for example in lines)),
            l2=_SMALL_L2,
        )
        for name, lines in small.items()
    }
    return Heads(
        digest=digest(),
        embedder=embedder.version,
        mean=mean,
        spread=spread,
        sentence=train(sentence_features, labels, _LABELS, l2=_L2),
        whole=train(whole_features, [*labels, *(example.label for example in composed)], _LABELS, l2=_L2),
        severity=heads["severity"],
        wants=heads["wants"],
        temperature=1.0,
    )


def _cues(examples: Sequence[Example]) -> Matrix:
    return np.array([cues_in(example.text, [example.language]) for example in examples])


def calibrated(examples: Sequence[Example], embedder: EmbedsQueries) -> float:
    """The temperature under which confidences fit complaints composed from sentences held out of training."""
    kept = [example for place, example in enumerate(examples) if place % _HELD_OUT]
    aside = [example for place, example in enumerate(examples) if place % _HELD_OUT == 0]
    heads = make(kept, embedder)
    trial = compose([*aside, *(example for example in kept if example.label == REMARK)], _SEED + 1)
    guesses = [guess(example.text, heads, embedder).probabilities for example in trial]
    logs = np.log(np.clip(np.array([[one[name] for name in REASONS] for one in guesses]), 1e-9, 1))
    right = np.array([REASONS.index(example.label) for example in trial])

    def loss(temperature: float) -> float:
        chances = softmax(logs / temperature)
        return float(-np.log(np.clip(chances[np.arange(len(right)), right], 1e-9, 1)).mean())

    return min(_TEMPERATURES, key=loss)


def main() -> None:
    """Train, calibrate and write `heads.npz`."""
    embedder = E5Embedder()
    examples = complaints()
    temperature = calibrated(examples, embedder)
    heads = make(examples, embedder).model_copy(update={"temperature": temperature})
    save(heads, HEADS)
    print(f"{len(examples)} sentences, temperature {temperature}, {HEADS.stat().st_size} bytes in {HEADS.name}")  # noqa: T201


if __name__ == "__main__":
    main()
