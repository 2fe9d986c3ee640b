"""Cursors are opaque, and belong to one list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopkeeper.api.cursors import cursor, position_of
from shopkeeper.errors import BadInput


@given(st.integers(0, 10**15), st.text(max_size=20))
def test_a_cursor_gives_its_position_back_to_its_own_list(position: int, of: str) -> None:
    assert position_of(cursor(of, position), of=of) == position


def test_no_cursor_is_the_beginning() -> None:
    assert position_of("", of="products") == 0


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(BadInput) as refused:
        position_of(cursor("products of demo", 7), of="products of other")
    assert refused.value.field == "cursor"


@given(st.text(min_size=1, max_size=60))
def test_no_other_text_is_a_cursor(text: str) -> None:
    with pytest.raises(BadInput):
        position_of(text, of="products")
