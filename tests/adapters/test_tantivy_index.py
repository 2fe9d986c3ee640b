"""The tantivy index by its port, beside our own postings, and by the formula that it says it scores with."""

import itertools
import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopkeeper.adapters.lexical import PostingsIndexes, tantivy_index
from shopkeeper.adapters.lexical.tantivy_index import TantivyIndexes
from shopkeeper.errors import Broken
from shopkeeper.ports.lexical import Alternative, Group, LexicalDocument, LexicalIndex, LexicalIndexes, Matches, TextField
from shopkeeper.ports.progress import Silent

FIELDS = (TextField("title", 3.0), TextField("body", 1.0, counts=False))
SHOES: list[LexicalDocument] = [
    {"title": ["red", "shoe"], "body": ["nice", "red", "红鞋", "·红"]},
    {"title": ["blue", "shoe"], "body": ["nice"]},
    {"title": ["hat"], "body": ["red", "red", "red"]},
    {},
]
ENGINES: list[LexicalIndexes] = [TantivyIndexes(), PostingsIndexes()]
both = pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)


def built(engine: LexicalIndexes, documents: Sequence[LexicalDocument], folder: Path) -> LexicalIndex:
    engine.build(iter(documents), folder, fields=FIELDS, progress=Silent())
    return engine.open(folder)


def word(*alternatives: str, weight: float = 1.0, required: bool = True) -> Group:
    """A group from alternatives written as terms with `+` between."""
    return Group(tuple(Alternative(tuple(way.split("+"))) for way in alternatives), weight, required)


def scored(matches: Matches) -> dict[int, float]:
    return dict(zip(matches.rows.tolist(), matches.scores.tolist(), strict=True))


def formula(documents: Sequence[LexicalDocument], term: str, row: int, fields: Sequence[TextField] = FIELDS) -> float:
    """What `term` adds to the score of `row` before its idf, by the formula at the head of the adapter (k1 = 1.2, b = 0.75)."""
    total = 0.0
    for field in fields:
        terms = documents[row].get(field.name, ())
        mean = sum(len(document.get(field.name, ())) for document in documents) / len(documents)
        if count := list(terms).count(term):
            total += field.weight * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * len(terms) / mean))
    return total


def idf(documents: Sequence[LexicalDocument], term: str) -> float:
    n = sum(any(term in terms for terms in document.values()) for document in documents)
    return math.log1p((len(documents) - n + 0.5) / (n + 0.5))


@both
class TestBothEngines:
    def test_a_term_is_counted_once_for_each_document_whatever_its_fields(self, engine: LexicalIndexes, tmp_path: Path) -> None:
        index = built(engine, SHOES, tmp_path)
        assert index.documents == 4
        assert index.frequencies(["red", "shoe", "·红", "green", ""]) == [2, 2, 1, 0, 0]

    def test_the_vocabulary_comes_in_code_point_order(self, engine: LexicalIndexes, tmp_path: Path) -> None:
        index = built(engine, [{"title": ["b", "ab", "a", "𠮷", "红", "\ufffd"]}, {"body": ["ab", "·a"]}], tmp_path)
        assert list(index.vocabulary()) == [("a", 1), ("ab", 2), ("b", 1), ("·a", 1), ("红", 1), ("\ufffd", 1), ("𠮷", 1)]
        assert list(index.vocabulary("a")) == [("a", 1), ("ab", 2)]
        assert list(index.vocabulary("z")) == []

    def test_rows_meeting_all_some_or_any_of_the_words_are_told_apart(self, engine: LexicalIndexes, tmp_path: Path) -> None:
        index = built(engine, SHOES, tmp_path)
        asked = [word("red"), word("shoe"), word("nice")]
        assert index.search(asked, least=3).rows.tolist() == [0]
        assert index.search(asked, least=2).rows.tolist() == [0, 1]
        assert index.search(asked).rows.tolist() == [0, 1, 2]

    def test_a_word_that_nothing_holds_is_in_no_row(self, engine: LexicalIndexes, tmp_path: Path) -> None:
        index = built(engine, SHOES, tmp_path)
        assert index.search([word("red"), word("green")], least=2).rows.tolist() == []
        assert index.search([word("red"), word("green")], least=1).rows.tolist() == [0, 2]
        assert index.search([word("green")]).rows.tolist() == []
        assert index.search([]).rows.tolist() == []

    def test_a_word_that_is_not_required_adds_to_scores_and_is_not_counted(self, engine: LexicalIndexes, tmp_path: Path) -> None:
        index = built(engine, SHOES, tmp_path)
        plain, with_bonus = index.search([word("red")], least=1), index.search([word("red"), word("nice", required=False)], least=1)
        assert with_bonus.rows.tolist() == plain.rows.tolist() == [0, 2]
        assert scored(with_bonus)[0] > scored(plain)[0]
        assert scored(with_bonus)[2] == pytest.approx(scored(plain)[2], rel=1e-5)
        assert index.search([word("nice", required=False)]).rows.tolist() == [0, 1]

    def test_all_terms_of_an_alternative_are_needed(self, engine: LexicalIndexes, tmp_path: Path) -> None:
        index = built(engine, SHOES, tmp_path)
        assert index.search([word("red+shoe")], least=1).rows.tolist() == [0]
        assert index.search([word("red+shoe", "hat")], least=1).rows.tolist() == [0, 2]
        assert index.search([word("red+green")], least=1).rows.tolist() == []

    def test_the_best_alternative_scores(self, engine: LexicalIndexes, tmp_path: Path) -> None:
        index = built(engine, SHOES, tmp_path)
        ways = {way: scored(index.search([word(way)])) for way in ("red", "nice")}
        together = scored(index.search([word("red", "nice")]))
        assert together == pytest.approx({row: max(ways["red"].get(row, 0), ways["nice"].get(row, 0)) for row in (0, 1, 2)}, rel=1e-5)

    def test_weights_multiply_scores(self, engine: LexicalIndexes, tmp_path: Path) -> None:
        index = built(engine, SHOES, tmp_path)
        once = scored(index.search([word("red")]))
        eighth = index.search([Group((Alternative(("red",), 0.25),), weight=0.5)])
        assert scored(eighth) == pytest.approx({row: score / 8 for row, score in once.items()}, rel=1e-5)

    def test_the_idf_of_the_caller_takes_the_place_of_its_own(self, engine: LexicalIndexes, tmp_path: Path) -> None:
        index = built(engine, SHOES, tmp_path)
        own = scored(index.search([word("red"), word("nice")]))
        assert scored(index.search([word("red"), word("nice")], idf={"red": idf(SHOES, "red"), "nice": idf(SHOES, "nice")})) == pytest.approx(
            own, rel=1e-3
        )
        one, five = (scored(index.search([word("shoe")], idf={"shoe": value})) for value in (1.0, 5.0))
        assert five == pytest.approx({row: 5 * score for row, score in one.items()}, rel=1e-5)

    def test_the_terms_of_a_row_weigh_what_they_add_to_its_score(self, engine: LexicalIndexes, tmp_path: Path) -> None:
        index = built(engine, SHOES, tmp_path)
        terms = index.terms_of(0)
        assert set(terms) == {"red", "shoe", "nice", "红鞋", "·红"}
        for term, weight in terms.items():
            assert scored(index.search([word(term)], idf={term: 1.0}))[0] == pytest.approx(weight, rel=1e-3)
        assert index.terms_of(3) == {}

    def test_a_small_index_scores_like_the_large_one_that_it_complements(self, engine: LexicalIndexes, tmp_path: Path) -> None:
        large = built(engine, SHOES, tmp_path)
        weights = {"red": 1.0, "shoe": 2.0, "nice": 0.5}
        asked = [word("red"), word("shoe"), word("nice")]
        for rows in ([0], [1, 0], [2, 2, 2], [3], [0, 1, 2, 3] * 200):
            small = engine.in_memory([SHOES[row] for row in rows], fields=FIELDS, like=large)
            assert small.documents == len(rows)
            wanted = scored(large.search(asked, idf=weights))
            assert scored(small.search(asked, idf=weights)) == pytest.approx({at: wanted[row] for at, row in enumerate(rows) if row != 3}, rel=0.01)

    def test_an_index_without_documents_answers(self, engine: LexicalIndexes, tmp_path: Path) -> None:
        for index in (built(engine, [], tmp_path), engine.in_memory([], fields=FIELDS), engine.in_memory([{}], fields=FIELDS)):
            assert index.search([word("red")]).rows.tolist() == []
            assert index.frequencies(["red"]) == [0]
            assert list(index.vocabulary()) == []

    def test_several_threads_get_the_same_answers(self, engine: LexicalIndexes, tmp_path: Path) -> None:
        index = built(engine, SHOES * 500, tmp_path)
        asked = [[word("red"), word("shoe")], [word("nice")], [word("hat"), word("blue", "red")]]
        alone = [scored(index.search(groups)) for groups in asked]
        with ThreadPoolExecutor(4) as threads:
            for number, found in enumerate(threads.map(lambda n: scored(index.search(asked[n % 3])), range(60))):
                assert found == alone[number % 3]

    def test_a_folder_without_an_index_is_broken(self, engine: LexicalIndexes, tmp_path: Path) -> None:
        with pytest.raises(Broken, match=r"cannot be read.*train search"):
            engine.open(tmp_path)


words = st.lists(st.sampled_from("abcde"), max_size=6)
random_documents = st.lists(st.fixed_dictionaries({}, optional={"title": words, "body": words}), min_size=1, max_size=8)
random_ways = st.lists(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=2), min_size=1, max_size=3)
random_groups = st.lists(st.tuples(random_ways, st.booleans()), max_size=4)


class TestByDefinition:
    @settings(max_examples=25, deadline=None)
    @given(random_documents, random_groups, st.integers(0, 4))
    def test_rows_and_scores_are_those_of_the_definition(
        self, documents: list[LexicalDocument], asked: list[tuple[list[list[str]], bool]], least: int
    ) -> None:
        index = TantivyIndexes().in_memory(documents, fields=FIELDS)
        groups = [Group(tuple(Alternative(tuple(way)) for way in ways), 1.5, required) for ways, required in asked]
        expected: dict[int, float] = {}
        for row, document in enumerate(documents):
            held = {term for terms in document.values() for term in terms}
            count, score = 0, 0.0
            for ways, required in asked:
                gains = [sum(formula(documents, t, row) * idf(documents, t) for t in set(way)) for way in ways if set(way) <= held]
                count += required and bool(gains)
                score += 1.5 * max(gains, default=0.0)
            if score > 0 and count >= least:
                expected[row] = score
        found = index.search(groups, least=least)
        assert found.rows.tolist() == sorted(expected)
        assert scored(found) == pytest.approx(expected, rel=1e-3)
        assert (found.rows.dtype, found.scores.dtype) == (np.int32, np.float32)


class TestFiles:
    def test_rows_keep_their_numbers_when_the_writer_needs_several_segments(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tantivy_index, "_HEAP_BYTES", 15_000_000)
        # words that are all different fill the writer's memory soonest
        documents = [{"title": [f"t{row}", "all"], "body": [f"{row}-{at}" for at in range(40)]} for row in range(3_000)]
        facts = TantivyIndexes().build(iter(documents), tmp_path, fields=FIELDS, progress=Silent())
        assert isinstance(facts["segments"], int) and facts["segments"] > 1, "too little to need a second segment"
        index = TantivyIndexes().open(tmp_path)
        for row in (0, 1, 1_500, 2_700, 2_999):
            assert index.search([word(f"t{row}"), word("all")], least=2).rows.tolist() == [row]
        assert index.search([word("all")]).rows.tolist() == list(range(3_000))
        assert "all" in index.terms_of(2_750)

    @pytest.mark.parametrize(
        ("part", "damage"), list(itertools.product(["term", "idx", "fieldnorm", "fast", "store", "meta.json", "fields.json"], ["cut", "gone"]))
    )
    def test_damaged_files_are_reported_when_they_are_opened(self, part: str, damage: str, tmp_path: Path) -> None:
        TantivyIndexes().build(iter(SHOES), tmp_path, fields=FIELDS, progress=Silent())
        (file,) = [path for path in tmp_path.iterdir() if path.name == part or path.suffix == f".{part}"]
        if damage == "gone":
            file.unlink()
        else:
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        with pytest.raises(Broken, match=r"cannot be read.*train search"):
            TantivyIndexes().open(tmp_path)

    def test_an_index_that_lost_documents_is_broken(self, tmp_path: Path) -> None:
        TantivyIndexes().build(iter(SHOES), tmp_path, fields=FIELDS, progress=Silent())
        about = (tmp_path / "fields.json").read_text(encoding="utf-8")
        (tmp_path / "fields.json").write_text(about.replace('"documents": 4', '"documents": 5'), encoding="utf-8")
        with pytest.raises(Broken, match="4 documents instead of 5"):
            TantivyIndexes().open(tmp_path)

    def test_what_was_built_reads_the_same_wherever_it_lies(self, tmp_path: Path) -> None:
        first, second = tmp_path / "a", tmp_path / "b"
        first.mkdir()
        before = scored(built(TantivyIndexes(), SHOES, first).search([word("red")]))
        first.rename(second)
        assert scored(TantivyIndexes().open(second).search([word("red")])) == before

    def test_progress_is_told(self, tmp_path: Path) -> None:
        told: list[int] = []

        class Told:
            def step(self, name: str, done: int, total: int | None) -> None:
                assert (name, total) == ("index", None)
                told.append(done)

        TantivyIndexes().build(({"title": ["a"]} for _ in range(4_500)), tmp_path, fields=FIELDS, progress=Told())
        assert told == [2_000, 4_000]


@pytest.mark.parametrize("ask", [lambda index: index.terms_of(0), lambda index: index.vocabulary(), lambda index: index.frequencies(["red"])])
def test_the_padding_of_a_small_index_is_seen_by_nobody(ask: Callable[[LexicalIndex], object], tmp_path: Path) -> None:
    engine = TantivyIndexes()
    large = built(engine, [{"title": ["red"] * 30, "body": ["nice"] * 9}] * 5, tmp_path)
    small = engine.in_memory([{"title": ["red"]}], fields=FIELDS, like=large)
    assert "\x00" not in str(ask(small))
    assert small.search([word("\x00"), word("red")]).rows.tolist() == [0]
