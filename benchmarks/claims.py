"""How well claims are read: `python -m benchmarks.claims FILE` (JSON Lines: text, language, label, also)."""

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from agents.reading.claims.model import ClaimGuess
from agents.reading.claims.reader import ClaimReader
from knowledge.base import Frozen
from knowledge.library.embeddings import E5Embedder
from knowledge.rules.policy import HOUSE_POLICY

_RESAMPLES = 1000
_SEED = 20261125
_FEWEST = 5
"""Languages with fewer texts are only counted in the pool."""


class Row(Frozen):
    """One labelled complaint with what was read."""

    language: str
    label: str
    also: tuple[str, ...]
    read: str
    confidence: float


def macro_f1(rows: Sequence[Row]) -> float:
    """Mean F1 over the reasons that occur as labels."""
    labels = sorted({row.label for row in rows})
    scores: list[float] = []
    for label in labels:
        hits = sum(row.label == label == row.read for row in rows)
        said = sum(row.read == label for row in rows) + sum(row.label == label for row in rows)
        scores.append(2 * hits / said)
    return float(np.mean(scores))


def accuracy(rows: Sequence[Row]) -> float:
    """Share read exactly as labelled."""
    return sum(row.read == row.label for row in rows) / len(rows)


def lenient(rows: Sequence[Row]) -> float:
    """Share read as the label or as one of the second reasons."""
    return sum(row.read == row.label or row.read in row.also for row in rows) / len(rows)


def interval(rows: Sequence[Row], measure: Callable[[Sequence[Row]], float]) -> str:
    """The measure with its 95 % bootstrap interval."""
    random = np.random.default_rng(_SEED)
    draws: list[float] = []
    for _ in range(_RESAMPLES):
        places: list[int] = random.integers(len(rows), size=len(rows)).tolist()
        draws.append(measure([rows[place] for place in places]))
    low, high = np.quantile(draws, (0.025, 0.975))
    return f"{measure(rows):.3f} [{low:.3f}, {high:.3f}]"


def read_rows(path: Path, read: Callable[[str], ClaimGuess]) -> list[Row]:
    """Read every text of the file; the text may also lie in `review`."""
    rows: list[Row] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        given: dict[str, Any] = json.loads(line)
        review: dict[str, str | None] = given.get("review") or {}
        text = given.get("text") or " ".join(part for part in (review.get("title"), review.get("text")) if part)
        one = read(text)
        rows.append(
            Row(
                language=given["language"],
                label=given["label"],
                also=tuple(str(reason) for reason in given.get("also", ())),
                read=one.reason,
                confidence=one.confidence,
            )
        )
    return rows


def report(rows: Sequence[Row], milliseconds: float) -> None:
    """Print the figures."""
    print(f"{len(rows)} complaints, {milliseconds:.0f} ms each")
    print(f"{'':8}{'n':>5}  {'accuracy':22}{'lenient':22}{'macro-F1':22}")
    by_language = Counter(row.language for row in rows)
    groups = [("all", list(rows))]
    groups += [
        (name, [row for row in rows if row.language == name])
        for name, count in by_language.most_common()
        if count >= _FEWEST
    ]
    for name, group in groups:
        figures = "".join(f"{interval(group, measure):22}" for measure in (accuracy, lenient, macro_f1))
        print(f"{name:8}{len(group):>5}  {figures}")
    threshold = HOUSE_POLICY.minimum_claim_confidence
    for least in sorted({0.4, 0.5, threshold, 0.7, 0.8, 0.9}):
        sure = [row for row in rows if row.confidence >= least]
        inside = f"accuracy {accuracy(sure):.3f}, lenient {lenient(sure):.3f}" if sure else "none"
        print(f"confidence >= {least}: {len(sure) / len(rows):.0%} of them, {inside}")
    mistaken = Counter((row.label, row.read) for row in rows if row.label != row.read)
    print("most mistaken: " + ", ".join(f"{a} as {b} ({n})" for (a, b), n in mistaken.most_common(8)))


def main() -> None:
    """Read the file named on the command line and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    path: Path = parser.parse_args().file
    reader = ClaimReader(E5Embedder())
    reader.read_text("warm up")
    began = time.perf_counter()
    rows = read_rows(path, reader.read_text)
    report(rows, 1000 * (time.perf_counter() - began) / len(rows))


if __name__ == "__main__":
    main()
