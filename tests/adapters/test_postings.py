"""The postings as they are built: in runs that are put aside and put together, which nobody can tell afterwards."""

from pathlib import Path

import numpy as np
import pytest

from shopkeeper.adapters.lexical import PostingsIndexes, postings
from shopkeeper.ports.lexical import LexicalDocument, TextField
from shopkeeper.ports.progress import Silent

FIELDS = (TextField("title", 3.0), TextField("body", 1.0), TextField("codes", 0.1, counts=False))


def documents() -> list[LexicalDocument]:
    rng = np.random.default_rng(0)
    words = ["红", "茶", *(f"w{number}" for number in range(40))]
    return [{field.name: rng.choice(words, rng.integers(0, 9)).tolist() for field in FIELDS if rng.random() < 0.8} for _ in range(200)]


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("tokens", [1, 7, 300])
def test_an_index_built_in_many_runs_is_the_one_built_in_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tokens: int) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for folder in (whole, parts):
        folder.mkdir()
    PostingsIndexes().build(documents(), whole, fields=FIELDS, progress=Silent())
    monkeypatch.setattr(postings, "_CHUNK_TOKENS", tokens)
    PostingsIndexes().build(documents(), parts, fields=FIELDS, progress=Silent())
    assert files(whole) == files(parts)


def test_a_word_that_stands_twice_in_two_fields_counts_by_their_weights(tmp_path: Path) -> None:
    index = PostingsIndexes().in_memory([{"title": ["tea", "tea"], "body": ["tea"]}, {"body": ["cup"]}], fields=FIELDS)
    # f = 2 x 3 + 1 = 7 and the row is 7 long of a mean of 4: 7 x 2.2 / (7 + 1.2 x (0.5 + 0.5 x 7 / 4))
    assert index.terms_of(0)["tea"] == pytest.approx(15.4 / 8.65, abs=1e-3)
