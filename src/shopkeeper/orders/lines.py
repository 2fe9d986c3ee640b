"""One row of a file -> one line of an order, a return, or a line that a rule of the map drops."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shopkeeper.catalog.cells import Values, first_value, moment_field, money_field, text_field, whole_field
from shopkeeper.catalog.column_map import Source
from shopkeeper.domain.ids import check_id
from shopkeeper.domain.money import Money
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told
from shopkeeper.orders.order_map import OrderMap

NOT_A_PRODUCT: Final = "not_a_product"
NO_PRICE: Final = "no_price"
NO_QUANTITY: Final = "no_quantity"
SALE_IN_A_RETURN: Final = "sale_in_a_return"
"""Why a rule drops a line."""


@dataclass(slots=True)  # not frozen: half a million of them are made, and none outlives its row
class OrderRow:
    """What a row says; `quantity` below zero: that many came back. `dropped` names the rule that leaves the line out of the orders."""

    order_id: str
    placed: datetime
    customer_id: str
    country: str
    product_id: str
    variant_id: str
    quantity: int
    price: Money | None
    title: str
    reason: str
    dropped: str = ""


def read_row(values: Values, order_map: OrderMap, currency: str | None) -> OrderRow:
    """The row's line; `BadInput` names the field that cannot be read."""

    order, line = order_map.columns.sources["order"], order_map.columns.sources["line"]
    order_id = check_id(text_field(values, order["id"], field="order.id"), field="order.id")
    product_id = check_id(text_field(values, line["product_id"], field="line.product_id"), field="line.product_id")
    placed = moment_field(values, order["placed"], field="order.placed")
    if placed is None:
        raise BadInput(told("missing"), field="order.placed", value="")
    quantity = whole_field(values, line["quantity"], field="line.quantity")
    if quantity is None:
        raise BadInput(told("missing"), field="line.quantity", value="")
    price, dropped = None, ""
    if order_map.product_pattern is not None and not order_map.product_pattern.search(product_id):
        dropped = NOT_A_PRODUCT
    elif order_map.drop_without_price and _at_most_zero(values, line["unit_price"]):
        dropped = NO_PRICE
    elif quantity == 0:
        dropped = NO_QUANTITY
    elif order_map.return_prefix and quantity > 0 and order_id.startswith(order_map.return_prefix):
        dropped = SALE_IN_A_RETURN
    else:
        price = money_field(
            values, line["unit_price"], text_field(values, line.get("currency"), field="line.currency") or currency, field="line.unit_price"
        )
        if price is None and quantity > 0:
            raise BadInput(told("missing"), field="line.unit_price", value="")
    return OrderRow(
        order_id=order_id,
        placed=placed,
        customer_id=text_field(values, order.get("customer_id"), field="order.customer_id"),
        country=text_field(values, order.get("country"), field="order.country"),
        product_id=product_id,
        variant_id=text_field(values, line.get("variant_id"), field="line.variant_id"),
        quantity=quantity,
        price=price,
        title=text_field(values, line.get("title"), field="line.title"),
        reason=text_field(values, line.get("reason"), field="line.reason"),
        dropped=dropped,
    )


def _at_most_zero(values: Values, source: Source) -> bool:
    value = first_value(values, source)
    if isinstance(value, float | int):
        return value <= 0
    if value is None or value == "":
        return True
    try:
        return float(str(value).replace(",", ".")) <= 0
    except ValueError:
        return False  # not a bare number: the price's own reader decides
