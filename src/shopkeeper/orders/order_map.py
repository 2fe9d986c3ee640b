"""Column maps for order lines: one row of the file is one line of an order.

[order]
id = "InvoiceNo"
placed = { column = "InvoiceDate", zone = "Europe/London" }
customer_id = "CustomerID"                 # no column, or an empty cell: a guest
country = "Country"
[line]
product_id = { column = "StockCode", case = "upper" }
quantity = "Quantity"                      # below zero: these pieces came back
unit_price = "UnitPrice"
currency = { value = "GBP" }
title = "Description"                      # for --derive-products
[rules]
product_pattern = "^[0-9]{5}"              # a code that does not match is no product (postage, vouchers): the line is dropped
return_prefix = "C"                        # orders that are called so hold returns only
drop_without_price = true                  # lines at or below zero are dropped, not rejected
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from shopkeeper.catalog.column_map import ColumnMap, Source, load_column_map, parse_column_map
from shopkeeper.catalog.document_fields import flag, refuse_unknown, text
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

ORDER_FIELDS: Final = frozenset(("id", "placed", "customer_id", "country"))
LINE_FIELDS: Final = frozenset(("product_id", "variant_id", "quantity", "unit_price", "currency", "title", "reason"))
RULES: Final = frozenset(("product_pattern", "return_prefix", "drop_without_price"))
_TABLES: Final = {"order": ORDER_FIELDS, "line": LINE_FIELDS}
_REQUIRED: Final = (("order", "id"), ("order", "placed"), ("line", "product_id"), ("line", "quantity"), ("line", "unit_price"))


@dataclass(frozen=True, slots=True)
class OrderMap:
    """A column map for order lines, ready to use."""

    columns: ColumnMap
    product_pattern: re.Pattern[str] | None = None
    return_prefix: str = ""
    drop_without_price: bool = False

    def of(self, table: str, name: str) -> Source | None:
        """The source of a field of the table `order` or `line`."""
        return self.columns.sources[table].get(name)


def load_order_map(path: Path) -> OrderMap:
    """The column map in a file; `BadInput` names the key that is wrong or missing."""
    return _order_map(load_column_map(path, tables=_TABLES, other=frozenset(("rules",))))


def parse_order_map(written: str, *, name: str = "map") -> OrderMap:
    """The column map in a TOML text."""
    return _order_map(parse_column_map(written, name=name, tables=_TABLES, other=frozenset(("rules",))))


def _order_map(columns: ColumnMap) -> OrderMap:
    for table, field in _REQUIRED:
        if field not in columns.sources[table]:
            raise BadInput(told("missing"), field=f"{table}.{field}", value=columns.name, hint=told("hint.order_line"))
    rules: Mapping[str, Any] = columns.other.get("rules", {})
    refuse_unknown(rules, RULES)
    pattern = text(rules, "product_pattern")
    try:
        compiled = re.compile(pattern) if pattern else None
    except re.error as fault:
        raise BadInput(told("not_regex", detail=fault), field="rules.product_pattern", value=pattern) from None
    return OrderMap(columns, compiled, text(rules, "return_prefix"), flag(rules, "drop_without_price"))
