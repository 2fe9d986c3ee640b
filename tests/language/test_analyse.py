"""One reading of text: script, words, codes, quantities, and where they stand."""

import doctest
import gc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopkeeper.language import analyse, script, segment, stem, units
from shopkeeper.language.analyse import code_terms, index_terms, places_of
from shopkeeper.language.script import detect_language, normalise, normalise_with_offsets


@pytest.mark.parametrize("module", [analyse, script, stem, units], ids=lambda module: module.__name__)
def test_the_examples_in_the_docstrings_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("連衣裙", "连衣裙"),
        ("１２８ＧＢ　ＵＳＢ", "128gb usb"),
        ("Café Ñandú Ｘ", "cafe nandu x"),
        ("㎡ ﬁ ①", "m2 fi 1"),
        ("a\x00b\u200bc\n", "a b c "),
        ("ガ", "ガ"),
    ],
)
def test_texts_that_read_the_same_are_written_the_same(written: str, read: str) -> None:
    assert normalise(written) == read


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_more_and_every_character_knows_its_origin(text: str) -> None:
    folded, offsets = normalise_with_offsets(text)
    assert len(offsets) == len(folded) + 1
    assert offsets[-1] == len(text)
    assert list(offsets) == sorted(offsets)
    once = normalise(text)
    assert normalise(once) == once


@pytest.mark.parametrize(
    ("text", "lang"),
    [("雪纺连衣裙", "zh"), ("Apple iPhone 15 手机", "zh"), ("wireless mouse", "en"), ("007", None), ("Tokyo 東 limited edition poster print", "en")],
)
def test_the_language_of_a_title_is_told(text: str, lang: str | None) -> None:
    assert detect_language(text) == lang


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("iPhone15手机壳", {"iphone15", "iphone", "15", "手机", "壳"}),
        ("WH-1000XM4", {"wh1000xm4", "wh", "1000", "xm", "4", "1000xm4", "xm4"}),
        ("006R90321", {"006r90321", "90321", "006r"}),
        ("256 GB", {"256gb"}),
        ("500毫升", {"500ml"}),
        ("1.5L", {"1500ml"}),
        ("8+256G", {"256gb", "256g", "8"}),
        ('15.6"', {"15.6in"}),
        ("10斤", {"5000g"}),
        ("农业发展银行", {"农业", "银行", "农业发展银行"}),
        ("men's T-Shirts", {"man", "tshirt", "t", "shirt"}),
        ("running", {"running", "^run"}),
    ],
)
def test_a_text_is_found_by_its_words_codes_and_quantities(text: str, terms: set[str]) -> None:
    assert terms <= set(index_terms(text).words)


def test_three_in_one_is_no_length() -> None:
    assert "3in" not in index_terms("3 in 1 cable").words


def test_pieces_of_words_and_pairs_across_their_edges_are_kept_apart() -> None:
    terms = index_terms("企业产品和服务质量管理")
    assert "和服" not in terms.words
    assert "·和服" not in terms.parts
    assert "~和服" in terms.crossings
    assert "·花" in index_terms("鲜花速递").parts
    assert index_terms("smart watch").pairs == ["~smartwatch"]


def test_terms_are_found_where_they_stand_in_the_original() -> None:
    text = "Ab連衣裙㎡x １２８ＧＢ"
    assert [text[start:end] for start, end in places_of(text, {"连衣裙"})] == ["連衣裙"]
    assert [text[start:end] for start, end in places_of(text, {"128gb"})] == ["１２８ＧＢ"]
    assert [text[start:end] for start, end in places_of(text, {"m2"})] == ["㎡"]


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from(list("aZ9連衣裙花 -./,ＧＢ毫升克\"'~·^\n，！")), max_size=60))
def test_no_term_holds_white_space_or_is_empty(text: str) -> None:
    for terms in index_terms(text)[:4]:
        assert all(term and not any(char.isspace() for char in term) for term in terms)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="婴幼儿中老年产品和服务农业发展银行手机壳连衣裙鲜花", min_size=1, max_size=12))
def test_han_terms_and_their_places_agree_and_none_is_thought_impossible(run: str) -> None:
    words, parts, crossings, _ = segment.han_terms(run)
    pieces = segment.han_pieces(run)
    assert sorted(term for term, _, _ in pieces) == sorted((*words, *parts, *crossings))
    for term, start, end in pieces:
        assert segment.may_hold(run, segment.letters_of(frozenset([term])))
        bare = term.lstrip(segment.PART + segment.CROSSING)
        assert run[start:end] == bare or (run[start], run[end - 1]) == (bare[0], bare[-1])  # 婴儿 folded into 婴幼儿
    assert not segment.may_hold(run, segment.letters_of(frozenset(["茶", "·茶叶", "~叶子", "tea"])))


def test_what_is_remembered_of_words_is_nothing_to_the_garbage_collector() -> None:
    pieces = (segment.han_terms("企业产品和服务"), code_terms("wh-1000xm4"))
    gc.collect()
    gc.collect()
    assert not any(gc.is_tracked(remembered) for remembered in pieces)
