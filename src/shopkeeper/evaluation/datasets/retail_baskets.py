"""Online Retail (UCI id 352) as baskets: what was bought together, by whom, when; for the time split.

Left out: cancelled invoices (C...), lines without a positive quantity and price, and codes that are no products (postage, fees, samples):
a product's code is five digits, perhaps with letters.
"""

from pathlib import Path

import numpy as np

from shopkeeper.domain.ids import ProductId
from shopkeeper.errors import BadInput
from shopkeeper.recommend.histories import Baskets

FILE = "online_retail.parquet"
_COLUMNS = ("InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID")


def read_retail_baskets(path: Path) -> Baskets:
    """The invoices of `path` as baskets in the order of time; customers are numbered, -1 = not known."""
    import polars as pl

    try:
        table = pl.read_parquet(path, columns=list(_COLUMNS))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise BadInput(f"is not the Online Retail data set: {error}", field=str(path)) from error
    lines = (
        table.with_columns(
            pl.col("InvoiceNo").cast(pl.String),
            pl.col("StockCode").cast(pl.String).str.to_uppercase().str.strip_chars(),
            pl.col("InvoiceDate").cast(pl.Datetime("ms")),
        )
        .filter(
            ~pl.col("InvoiceNo").str.starts_with("C"),
            pl.col("Quantity") > 0,
            pl.col("UnitPrice") > 0,
            pl.col("StockCode").str.contains(r"^\d{5}[A-Z]*$"),
        )
        .group_by("InvoiceNo")
        .agg(pl.col("StockCode").unique(maintain_order=True), pl.col("InvoiceDate").min(), pl.col("CustomerID").first())
        .sort("InvoiceDate", "InvoiceNo")
    )
    numbers: dict[ProductId, int] = {}
    items = [numbers.setdefault(ProductId(code), len(numbers)) for codes in lines["StockCode"].to_list() for code in codes]
    customers: dict[object, int] = {}
    shoppers = [-1 if customer is None else customers.setdefault(customer, len(customers)) for customer in lines["CustomerID"].to_list()]
    sizes = lines["StockCode"].list.len().to_numpy()
    return Baskets(
        tuple(numbers),
        np.array(items, dtype=np.int32),
        np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]),
        np.array(shoppers, dtype=np.int32),
        lines["InvoiceDate"].dt.epoch("ms").to_numpy() / 86_400_000,
    )
