"""A small shop to search in: a real database, real artifacts, a clock that a test can turn."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from shopkeeper.adapters.artifacts import FolderArtifacts
from shopkeeper.adapters.lexical.tantivy_index import TantivyIndexes
from shopkeeper.adapters.storage import migrate, open_shop_database
from shopkeeper.domain.ids import ProductId, ShopId
from shopkeeper.domain.product import Product
from shopkeeper.ports.artifacts import Artifact
from shopkeeper.ports.lexical import LexicalIndexes
from shopkeeper.ports.stores import ProductStore
from shopkeeper.search.build import build_search_artifact
from shopkeeper.search.request import SearchPage, SearchRequest
from shopkeeper.search.service import SearchService
from tests.conftest import NOON


@dataclass
class SmallShop:
    """Products, artifacts and a search over them."""

    products: ProductStore
    artifacts: FolderArtifacts
    lexical: LexicalIndexes
    folder: Path
    now: datetime
    search: SearchService = field(init=False)

    def __post_init__(self) -> None:
        self.search = self.another_process()

    def clock(self) -> datetime:
        return self.now

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    def another_process(self) -> SearchService:
        """A second search service on the same shop, as another worker would open it."""
        return SearchService(self.products, self.artifacts, self.lexical, self.folder / "live", clock=self.clock)

    def put(self, *products: Product) -> None:
        self.products.put(products)

    def index(self, popularity: dict[ProductId, float] | None = None) -> Artifact:
        """Build and publish an index of everything."""
        return self.artifacts.publish(
            "search", lambda folder: build_search_artifact(self.products.changes(), folder, lexical=self.lexical, popularity=popularity)
        )

    def ask(self, query: str = "", **options: object) -> SearchPage:
        return self.search.search(SearchRequest(query=query, **options))  # pyright: ignore[reportArgumentType]

    def ids(self, query: str = "", **options: object) -> list[str]:
        return [hit.product.id for hit in self.ask(query, **options).hits]


def _shops(folder: Path, now: datetime) -> Iterator[Callable[..., SmallShop]]:
    opened: list[Callable[[], None]] = []

    def make(products: Sequence[Product] = (), *, indexed: bool = True, lexical: LexicalIndexes | None = None) -> SmallShop:
        home = folder / f"shop{len(opened)}"
        home.mkdir()
        url = f"sqlite:///{home}"
        migrate(url, ShopId("test"))
        database = open_shop_database(url, ShopId("test"))
        shop = SmallShop(database.products, FolderArtifacts(home / "artifacts"), lexical or TantivyIndexes(), home, now)
        opened.extend((shop.search.close, database.close))
        shop.put(*products)
        if indexed:
            shop.index()
        return shop

    yield make
    for close in opened:
        close()


@pytest.fixture
def small_shop(tmp_path: Path, noon: datetime) -> Iterator[Callable[..., SmallShop]]:
    """Makes a shop of the given products, indexed unless it is told otherwise."""
    yield from _shops(tmp_path, noon)


@pytest.fixture(scope="module")
def small_shop_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., SmallShop]]:
    """The same, once for all tests of a file."""
    yield from _shops(tmp_path_factory.mktemp("shops"), NOON)
