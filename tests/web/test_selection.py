"""A listing's address says what it is narrowed to, and the filter language understands what is made of it."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from shopkeeper.ranking.filters import Member, parse_filter
from shopkeeper.web.storefront.selection import Selection, amount, quoted, selection_of

TEXTS = st.text(min_size=1, max_size=20).filter(lambda text: text == " ".join(text.split()) and text.isprintable())


@given(
    query=st.one_of(st.just(""), TEXTS),
    values=st.lists(st.tuples(TEXTS, TEXTS), max_size=4, unique=True),
    in_stock=st.booleans(),
    sort=st.sampled_from(["relevance", "price_asc", "newest"]),
    page=st.integers(1, 50),
)
@settings(max_examples=60, deadline=None)
def test_what_is_written_into_an_address_is_read_back(query, values, in_stock, sort, page):
    selection = Selection(query=query, values=tuple(values), in_stock=in_stock, sort=sort, page=page)
    assert selection_of(QueryParams(selection.pairs())) == selection


@given(name=TEXTS, key=st.text(min_size=1, max_size=30))
@settings(max_examples=80, deadline=None)
def test_any_facet_and_value_survive_the_filter_language(name: str, key: str):
    parsed = parse_filter(f"{quoted('x' + name)}:[{quoted(key)}]")
    assert parsed == Member("x" + name, (key,))


def test_values_of_one_facet_are_alternatives_and_facets_add_up():
    selection = Selection(values=(("brand", "a"), ("colour", "red"), ("brand", "b")), low="10", high="20", in_stock=True)
    expected = 'category:"x > y" AND "brand":["a", "b"] AND "colour":["red"] AND price >= 10 AND price <= 20 AND in_stock'
    assert selection.filters(category=("x", "y")) == expected
    parse_filter(expected)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("300", "300"),
        ("1,299.50", "1299.50"),
        ("¥ 99", "99"),
        ("３００", "300"),
        ("300元", "300"),
        ("-3", None),
        ("abc", None),
        ("1e99", None),
        ("", None),
        ("NaN", None),
    ],
)
def test_an_amount_is_read_as_people_type_it(typed: str, meant: str | None):
    assert amount(typed) == (None if meant is None else Decimal(meant))


def test_a_range_typed_the_wrong_way_round_is_turned():
    assert Selection(low="300", high="100").amounts() == (Decimal(100), Decimal(300))


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 5000, "²"])
def test_a_page_number_that_is_none_is_the_first(page: str):
    assert selection_of(QueryParams([("page", page)])).page == 1


def test_an_unknown_order_is_relevance_and_a_very_long_query_is_cut():
    selection = selection_of(QueryParams([("sort", "best; DROP TABLE"), ("q", "x" * 10_000)]))
    assert (selection.sort, len(selection.query)) == ("relevance", 1_000)


def test_turning_a_value_on_and_off_leads_back_to_the_first_page():
    selection = Selection(query="cup", cursor="abc", page=3)
    on = selection.toggled("brand", "a")
    assert (on.values, on.cursor, on.page) == ((("brand", "a"),), "", 1)
    assert on.toggled("brand", "a") == selection.first_page()
