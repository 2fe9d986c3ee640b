"""Online Retail (UCI 352) in its published layout: `online_retail.parquet`, read by the column map beside this file and by nothing else."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from shopkeeper.catalog.feed import open_feed
from shopkeeper.domain.order import Order
from shopkeeper.errors import BadInput
from shopkeeper.orders.order_map import load_order_map
from shopkeeper.orders.reading import RowTally, read_mapped_orders
from shopkeeper.ports.progress import Silent
from shopkeeper.recommend.histories import Baskets, baskets_of

FILE: Final = "online_retail.parquet"
LINES: Final = 541_909
MAP: Final = Path(__file__).with_name("online_retail.toml")


def is_online_retail(folder: Path) -> bool:
    """True if the folder holds the data set."""
    return (folder / FILE).is_file()


def read_retail_orders(file: Path) -> Iterator[Order]:
    """The orders of the file as an import would bring them in; lines that cannot be used are left out, as there."""
    try:
        for item in read_mapped_orders(open_feed(file), load_order_map(MAP), None, RowTally(0, Counter()), None, Silent()):
            if isinstance(item, Order):
                yield item
    except BadInput as fault:
        raise BadInput(f"is not the Online Retail data set: {fault}", field=str(file)) from fault


def read_retail_baskets(file: Path) -> Baskets:
    """What was bought together, by whom, when, for the time split: orders of nothing but returns are left out."""
    return baskets_of(sorted(read_retail_orders(file), key=lambda order: (order.placed, order.id)))


def parse_only(folder: Path) -> int:
    """Go through every line and keep none; returns how many there are. The least that any import has to do."""
    import polars as pl

    return sum(1 for _ in pl.read_parquet(folder / FILE).iter_rows())
