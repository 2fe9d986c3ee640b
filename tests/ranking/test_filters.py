"""The filter language: what it reads, and that it names the place where it cannot."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopkeeper.errors import BadInput
from shopkeeper.ranking.filters import And, Between, Compare, Everything, Filter, Flag, Member, Not, Or, parse_filter


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", Everything()),
        ("  ", Everything()),
        ("in_stock", Flag("in_stock")),
        ("in_stock:false", Flag("in_stock", wanted=False)),
        ("on_sale = true", Flag("on_sale")),
        ("price < 300", Compare("price", "<", 300)),
        ("price:100..300", Between("price", 100, 300)),
        ("price:[1.5..2.5]", Between("price", 1.5, 2.5)),
        ("price:100 TO 300", Between("price", 100, 300)),
        ('brand:"Bang & Olufsen"', Member("brand", ("Bang & Olufsen",))),
        ("brand:'O\\'Neill'", Member("brand", ("O'Neill",))),
        ("颜色:红色", Member("颜色", ("红色",))),
        ('"Screen size":[6, "6.1 inch"]', Member("Screen size", ("6", "6.1 inch"))),
        ('category:"A > B"', Member("category", ("A > B",))),
        ("colour = red", Member("colour", ("red",))),
        ("colour != red", Not(Member("colour", ("red",)))),
        ("created >= 1970-01-02", Compare("created", ">=", 86400)),
        ("NOT a:b", Not(Member("a", ("b",)))),
        ("NOT NOT a:b", Member("a", ("b",))),
        ("a:b AND c:d OR e:f", Or((And((Member("a", ("b",)), Member("c", ("d",)))), Member("e", ("f",))))),
        ("a:b and (c:d or not in_stock)", And((Member("a", ("b",)), Or((Member("c", ("d",)), Not(Flag("in_stock"))))))),
        ("or:1 AND not:yes", And((Member("or", ("1",)), Member("not", ("yes",))))),
    ],
)
def test_a_filter_reads_as_it_is_written(text: str, tree: Filter) -> None:
    assert parse_filter(text) == tree


@pytest.mark.parametrize(
    ("text", "character"),
    [
        ("price <", 8),
        ('brand:"Sony', 7),
        ("(a:b", 5),
        ("a:b c:d", 5),
        ("brand", 6),
        ("price:cheap", 7),
        ("a:b AND", 8),
        ("a:b OR OR c:d", 11),
        ("in_stock < 3", 10),
        ("brand:a..b", 7),
        ("price < nan", 9),
        ("a:[b, c", 8),
        ("); DROP TABLE products", 1),
        ("{a}", 4),
    ],
)
def test_a_filter_that_cannot_be_read_names_the_character(text: str, character: int) -> None:
    with pytest.raises(BadInput, match=f"at character {character}:") as caught:
        parse_filter(text)
    assert caught.value.field == "filters"


def test_two_hundred_conditions_are_read_and_one_more_is_refused() -> None:
    assert parse_filter(" OR ".join(["brand:x"] * 200))
    with pytest.raises(BadInput, match="more than 200 conditions"):
        parse_filter(" OR ".join(["brand:x"] * 201))
    with pytest.raises(BadInput, match="more than 200 conditions"):
        parse_filter("brand:[" + ",".join(map(str, range(202))) + "]")


def test_deep_nesting_and_great_length_are_refused() -> None:
    assert parse_filter("(" * 40 + "in_stock" + ")" * 40) == Flag("in_stock")
    with pytest.raises(BadInput, match="nested deeper"):
        parse_filter("(" * 5_000 + "in_stock" + ")" * 5_000)
    with pytest.raises(BadInput, match="characters"):
        parse_filter("a:" + "b" * 30_000)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from(list("ab:<>=!()[]\"'\\,. 3-AND OR NOT价格红")), max_size=40))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        parse_filter(text)
    except BadInput as refusal:
        assert "at character" in refusal.message
