"""Stocks the demo shop through the same doors that a merchant uses: its content is written as files, and the files are imported."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import orjson

from shopkeeper.catalog.documents import product_to_json, review_to_json
from shopkeeper.catalog.rejects import RejectSink
from shopkeeper.catalog.report import ImportReport
from shopkeeper.catalog.service import CatalogService
from shopkeeper.domain.policy import Policy
from shopkeeper.errors import Broken
from shopkeeper.jobs.imports import ImportKind, ImportLog
from shopkeeper.orders.documents import order_to_json
from shopkeeper.orders.service import OrderHistory
from shopkeeper.ports.progress import Progress
from shopkeeper.simulation.behaviour.records import event_document
from shopkeeper.simulation.promotions import promotion_document
from shopkeeper.simulation.shop import DemoShop

Thing = TypeVar("Thing")


def stock_demo_shop(
    content: DemoShop, *, catalog: CatalogService, orders: OrderHistory, imports: ImportLog, media: Path, feeds: Path, progress: Progress
) -> None:
    """Write the content's feeds to `feeds` and its pictures to `media`, then import the feeds. Raises Broken if a row of our own is rejected.

    Events and promotions are written as `events.jsonl` and `promotions.jsonl`, for the doors of those rooms.
    """
    content.write_pictures(media)
    feeds.mkdir(parents=True, exist_ok=True)
    _write(feeds / "products.jsonl", content.products, product_to_json)
    _write(feeds / "orders.jsonl", content.orders, order_to_json)
    _write(feeds / "reviews.jsonl", content.reviews, review_to_json)
    _write_pages(feeds / "policies", content.policies)
    _write(feeds / "events.jsonl", content.deeds, lambda deed: orjson.dumps(event_document(deed)))
    _write(feeds / "promotions.jsonl", content.promotions, lambda promotion: orjson.dumps(promotion_document(promotion)))
    doors: list[tuple[ImportKind, Path, Callable[[Path, RejectSink], ImportReport]]] = [
        ("products", feeds / "products.jsonl", lambda file, rejects: catalog.import_products(file, progress=progress, rejects=rejects)),
        ("orders", feeds / "orders.jsonl", lambda file, rejects: orders.import_orders(file, progress=progress, rejects=rejects)),
        ("reviews", feeds / "reviews.jsonl", lambda file, rejects: catalog.import_reviews(file, progress=progress, rejects=rejects)),
        ("policies", feeds / "policies", lambda file, rejects: catalog.import_policies(file, progress=progress, rejects=rejects)),
    ]
    for kind, file, door in doors:
        _, report = imports.record(kind, file.name, lambda rejects, file=file, door=door: door(file, rejects))
        if not report.clean:
            raise Broken(f"a row of the demo shop's own {kind} was refused: {[*report.first_rejects][:1]} {report.error}")


def _write(path: Path, things: Iterable[Thing], to_json: Callable[[Thing], bytes]) -> None:
    with path.open("wb") as out:
        out.writelines(to_json(thing) + b"\n" for thing in things)


def _write_pages(folder: Path, pages: Iterable[Policy]) -> None:
    folder.mkdir(exist_ok=True)
    for page in pages:
        head = f"---\nid: {page.id}\nlang: {page.lang}\ntitle: {page.title}\nkind: {page.kind}\n---\n"
        (folder / f"{page.id}.{page.lang}.md").write_text(head + page.body, encoding="utf-8")
