"""The canonical JSON documents of orders."""

from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopkeeper.domain.ids import CustomerId, OrderId, ProductId, VariantId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.order import Order, OrderLine, Return
from shopkeeper.errors import BadInput
from shopkeeper.orders.documents import order_from_json, order_to_json

moments = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
ids = st.sampled_from(("a", "b", "连衣裙", "x/1"))
lines = st.builds(
    OrderLine,
    ids.map(ProductId),
    st.integers(1, 1_000_000),
    st.integers(0, 10**9).map(lambda minor: Money(minor, Currency("EUR"))),
    st.none() | ids.map(VariantId),
)
returns = st.builds(Return, ids.map(ProductId), st.integers(1, 99), moments, st.sampled_from(("", "too small")))
orders = st.builds(
    Order,
    ids.map(OrderId),
    moments,
    st.lists(lines, min_size=1, max_size=3).map(tuple),
    st.none() | ids.map(CustomerId),
    st.sampled_from(("", "DE")),
    st.lists(returns, max_size=2).map(tuple),
)


@settings(max_examples=30, deadline=None)
@given(orders)
def test_an_order_is_what_its_document_says(order: Order) -> None:
    document = order_to_json(order)
    assert order_from_json(document) == order
    assert order_to_json(order_from_json(document)) == document


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"placed": None}, "placed"),
        ({"placed": "2026-01-31"}, "placed"),
        ({"lines": []}, "lines"),
        ({"lines": [{"product_id": "a", "quantity": 0, "unit_price": "1.00 EUR"}]}, "lines[0].quantity"),
        ({"lines": [{"product_id": "a", "quantity": 1}]}, "lines[0].unit_price"),
        ({"lines": [{"product_id": "a", "unit_price": "1.00 EUR"}]}, "lines[0].quantity"),
        ({"returns": [{"product_id": "a", "quantity": 1}]}, "returns[0].returned"),
        ({"customer": "c"}, "customer"),
    ],
)
def test_a_fault_is_named_by_its_path(change: dict, field: str) -> None:
    good = {"id": "o", "placed": "2026-01-31T00:00:00Z", "lines": [{"product_id": "a", "quantity": 1, "unit_price": "1.00 EUR"}]}
    assert order_from_json(orjson.dumps(good)).lines[0].quantity == 1
    with pytest.raises(BadInput) as caught:
        order_from_json(orjson.dumps(good | change))
    assert caught.value.field == field
