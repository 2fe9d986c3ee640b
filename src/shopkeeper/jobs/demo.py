"""Stocks the demo shop through the same doors that a merchant uses: its content is written as files, and the files are imported."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from shopkeeper.catalog.documents import policy_to_json, product_to_json, review_to_json
from shopkeeper.catalog.report import ImportOptions
from shopkeeper.errors import Broken
from shopkeeper.jobs.imports import Imports
from shopkeeper.orders.documents import order_to_json
from shopkeeper.ports.progress import Progress
from shopkeeper.simulation.shop import DemoShop

Thing = TypeVar("Thing")


def stock_demo_shop(content: DemoShop, *, imports: Imports, media: Path, feeds: Path, progress: Progress) -> None:
    """Write the content's feeds to `feeds` and its pictures to `media`, then import the feeds. Raises Broken if a row of our own is rejected."""
    content.write_pictures(media)
    feeds.mkdir(parents=True, exist_ok=True)
    _write(feeds / "products.jsonl", content.products, product_to_json)
    _write(feeds / "orders.jsonl", content.orders, order_to_json)
    _write(feeds / "reviews.jsonl", content.reviews, review_to_json)
    _write(feeds / "policies.jsonl", content.policies, policy_to_json)
    for kind in ("products", "orders", "reviews", "policies"):
        _, report = imports.run(kind, feeds / f"{kind}.jsonl", ImportOptions(), progress=progress)
        if not report.clean:
            raise Broken(f"a row of the demo shop's own {kind} was refused: {[*report.first_rejects][:1]} {report.error}")


def _write(path: Path, things: Iterable[Thing], to_json: Callable[[Thing], bytes]) -> None:
    with path.open("wb") as out:
        out.writelines(to_json(thing) + b"\n" for thing in things)
