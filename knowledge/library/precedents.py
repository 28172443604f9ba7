"""Precedents in Chroma: closed cases recalled by similarity. Recalling and teaching are two different types."""

import json
import re
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit

import chromadb
import numpy as np
from chromadb.api import ClientAPI
from chromadb.config import Settings as ChromaSettings
from numpy.typing import NDArray

from knowledge.precedent import Precedent, RecalledPrecedent
from knowledge.reasons import DisputeReason

_BATCH = 500
_MERCHANT = "merchant"
"""What a collection says of itself: a merchant's id may be the beginning of another's, dots included."""
_UNNAMEABLE = r"[^A-Za-z0-9._-]"
"""What Chroma does not take in a collection's name."""
# More than are used, because filtering by metadata in Chroma costs ten times a plain query; we filter afterwards.
_FETCH = 60


class Embedder(Protocol):
    """Turns texts into normalised vectors; the version names the collection, so vectors never mix."""

    @property
    def version(self) -> str:
        """Stable id of model and quantisation."""
        ...

    def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions."""
        ...

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of documents."""
        ...


class LibraryUnavailable(Exception):
    """Chroma cannot be reached; cases go on without precedents and with a person."""


def connect(url: str) -> ClientAPI:
    """A client for a Chroma server; LibraryUnavailable when it does not answer."""
    parts = urlsplit(url)
    try:
        return chromadb.HttpClient(
            host=parts.hostname or "127.0.0.1",
            port=parts.port or 8000,
            ssl=parts.scheme == "https",
            settings=ChromaSettings(anonymized_telemetry=False),
        )
    except Exception as error:
        raise LibraryUnavailable(f"no precedents from {url}: {error}") from error


class _Shelf:
    """The collection of one merchant for one embedder, opened when first needed."""

    def __init__(self, url: str, embedder: Embedder) -> None:
        self._url = url
        self.embedder = embedder
        self._client: ClientAPI | None = None

    def collection(self, merchant: str) -> Any:
        """The merchant's collection; a dead connection is dropped so that the next call connects anew."""
        try:
            if self._client is None:
                self._client = connect(self._url)
            # Chroma's default embedder downloads a model; ours passes vectors and names none.
            return self._client.get_or_create_collection(
                name=f"precedents.{merchant}.{re.sub(_UNNAMEABLE, '-', self.embedder.version)}"[:512],
                embedding_function=None,
                configuration={"hnsw": {"space": "cosine"}},
                metadata={_MERCHANT: merchant},
            )
        except LibraryUnavailable:
            raise
        except Exception as error:
            self._client = None
            raise LibraryUnavailable(f"no precedents from {self._url}: {error}") from error


class PrecedentReader:
    """Recall only: what graphs are given."""

    def __init__(self, url: str, embedder: Embedder) -> None:
        self._shelf = _Shelf(url, embedder)

    def recall(
        self, merchant: str, text: str, reason: DisputeReason, *, most: int = 20
    ) -> tuple[RecalledPrecedent, ...]:
        """The nearest closed cases with the same reason, nearest first; LibraryUnavailable without Chroma.

        Blocking: call it in a thread.
        """
        collection = self._shelf.collection(merchant)
        vector = self._shelf.embedder.queries([f"{reason.value.replace('_', ' ')}: {text}"[:2000]])
        try:
            found = collection.query(
                query_embeddings=vector.tolist(), n_results=_FETCH, include=["metadatas", "distances"]
            )
        except Exception as error:
            raise LibraryUnavailable(f"no precedents: {error}") from error
        recalled: list[RecalledPrecedent] = []
        for metadata, distance in zip(found["metadatas"][0], found["distances"][0], strict=True):
            precedent = Precedent.model_validate_json(str(metadata["precedent"]))
            if precedent.reason is reason:
                similarity = min(1.0, max(0.0, 1.0 - float(distance)))
                recalled.append(RecalledPrecedent(precedent=precedent, similarity=round(similarity, 4)))
        # Ties are broken by id, so that the same library always recalls in the same order.
        recalled.sort(key=lambda item: (-item.similarity, item.precedent.case_id))
        return tuple(recalled[:most])


class PrecedentWriter:
    """Teaching: held by activities alone."""

    def __init__(self, url: str, embedder: Embedder) -> None:
        self._shelf = _Shelf(url, embedder)

    def teach(self, merchant: str, precedents: Sequence[Precedent]) -> int:
        """Add or replace closed cases by id; returns how many. Blocking: call it in a thread."""
        collection = self._shelf.collection(merchant)
        for start in range(0, len(precedents), _BATCH):
            batch = precedents[start : start + _BATCH]
            texts = [f"{one.reason.value.replace('_', ' ')}: {one.text}" for one in batch]
            try:
                collection.upsert(
                    ids=[one.case_id for one in batch],
                    embeddings=self._shelf.embedder.passages(texts).tolist(),
                    documents=texts,
                    metadatas=[
                        {
                            "precedent": json.dumps(one.model_dump(mode="json"), ensure_ascii=False),
                            "reason": one.reason.value,
                        }
                        for one in batch
                    ],
                )
            except Exception as error:
                raise LibraryUnavailable(f"precedents not taught: {error}") from error
        return len(precedents)

    def count(self, merchant: str) -> int:
        """How many precedents the merchant has."""
        return int(self._shelf.collection(merchant).count())


class PrecedentEraser:
    """Forgetting: held by erasures alone, and of no need of an embedder."""

    def __init__(self, url: str) -> None:
        self._url = url

    def forget(self, merchant: str, cases: Sequence[str]) -> None:
        """Remove these cases from the merchant's collections of every embedder there ever was.

        What is not there is no error; LibraryUnavailable without Chroma. Blocking: call it in a thread.
        """
        if not cases:
            return
        client = connect(self._url)
        try:
            for collection in client.list_collections():
                whose = (collection.metadata or {}).get(_MERCHANT, merchant)
                if collection.name.startswith(f"precedents.{merchant}.") and whose == merchant:
                    for start in range(0, len(cases), _BATCH):
                        collection.delete(ids=list(cases[start : start + _BATCH]))
        except Exception as error:
            raise LibraryUnavailable(f"precedents not forgotten: {error}") from error
