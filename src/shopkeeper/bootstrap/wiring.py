"""Opens an installation: its shops, each with its services, on the adapters that the settings choose."""

import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from shopkeeper.access.keys import KeyService
from shopkeeper.adapters.artifacts import FolderArtifacts
from shopkeeper.adapters.lexical import PostingsIndexes
from shopkeeper.adapters.storage import SqlShopDatabase, claim_server, migrate, open_shop_database
from shopkeeper.catalog.service import CatalogService
from shopkeeper.domain.ids import ProductId, ShopId
from shopkeeper.domain.texts import Lang, LocalizedText
from shopkeeper.events.log import EventLog
from shopkeeper.jobs.downdate import RecommenderOfShoppers
from shopkeeper.jobs.erase import Erasure, OrdersOfShoppers
from shopkeeper.jobs.imports import ImportLog
from shopkeeper.jobs.pipeline import OfflineJobs
from shopkeeper.jobs.segments import SegmentJob
from shopkeeper.orders.service import OrderHistory
from shopkeeper.ports.artifacts import ArtifactStore
from shopkeeper.ranking.facts import facts_of
from shopkeeper.recommend.service import RecommendService
from shopkeeper.search.service import SearchService
from shopkeeper.settings import Settings
from shopkeeper.shoppers.erasure import EventsOfShoppers, ProfileOfShoppers
from shopkeeper.shoppers.profile import Facts
from shopkeeper.shoppers.service import ShopperService


def utc_now() -> datetime:
    """The present moment; the clock of everything that is wired here."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Shop:
    """The services of one shop. Everything it owns lies under `folder` or in its own database: no other shop's rows are in reach."""

    id: ShopId
    name: LocalizedText
    languages: tuple[Lang, ...]
    currency: str
    personalisation: float
    demo: bool
    folder: Path
    database: SqlShopDatabase
    artifacts: ArtifactStore
    catalog: CatalogService
    orders: OrderHistory
    events: EventLog
    shoppers: ShopperService
    erasure: Erasure
    segments: SegmentJob
    search: SearchService
    recommend: RecommendService
    keys: KeyService
    jobs: OfflineJobs
    imports: ImportLog

    @property
    def media(self) -> Path:
        """The folder of the shop's own pictures."""
        return self.folder / "media"

    @property
    def spool(self) -> Path:
        """The folder in which accepted work waits until it is done."""
        return self.folder / "spool"

    def reindex(self) -> None:
        """Build and publish the search index, and serve it."""
        self.jobs.index()
        self.search.refresh()

    def close(self) -> None:
        """Stop following changes and let go of the database."""
        self.search.close()
        self.database.close()


@dataclass(frozen=True, slots=True)
class App:
    """An installation, wired: its shops by id, and the secret that signs its sessions. A context manager that closes what it opened."""

    settings: Settings
    shops: dict[ShopId, Shop]
    session_secret: bytes
    clock: Callable[[], datetime] = utc_now

    def shop(self, name: str | None = None) -> Shop:
        """The shop called `name`; None = the default one. Raises NotFound, naming those that exist."""
        return self.shops[self.settings.shop(name)]

    def close(self) -> None:
        """Close every shop."""
        for shop in self.shops.values():
            shop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def build(settings: Settings, *, only: ShopId | None = None, read_only: bool = False, clock: Callable[[], datetime] = utc_now) -> App:
    """Open the installation: every shop, or `only` one. `read_only` never writes to a database, so it is allowed beside a server."""
    wanted = [only] if only is not None else [ShopId(name) for name in settings.shops]
    secret = _session_secret(settings.home)
    with ExitStack() as opened:
        shops: dict[ShopId, Shop] = {}
        for shop_id in wanted:
            shops[shop_id] = _open_shop(settings, shop_id, secret, read_only=read_only, clock=clock)
            opened.callback(shops[shop_id].close)
        app = App(settings=settings, shops=shops, session_secret=secret, clock=clock)
        opened.pop_all()
        return app


def _open_shop(settings: Settings, shop: ShopId, secret: bytes, *, read_only: bool, clock: Callable[[], datetime]) -> Shop:
    folder = settings.shop_folder(shop)
    about = settings.shops[shop]
    database = open_shop_database(settings.database_url, shop, read_only=read_only)
    artifacts = FolderArtifacts(folder / "artifacts")
    lexical = PostingsIndexes()
    catalog = CatalogService(database.products, database.reviews, database.policies, clock=clock)
    orders = OrderHistory(database.orders, database.products, clock=clock)
    events = EventLog(database.events, database.shoppers, database.vault, clock=clock)

    def facts(products: Sequence[ProductId]) -> Facts:
        return facts_of(search.columns(), products)

    shoppers = ShopperService(database.shoppers, database.notes, database.segments, events, facts, clock=clock)
    search = SearchService(database.products, artifacts, lexical, folder / "live", clock=clock, profile=shoppers.profile)
    recommend = RecommendService(database.products, database.orders, artifacts, search.columns, search.similar_ids, clock=clock, shoppers=shoppers)
    parts = (
        RecommenderOfShoppers(database.orders, artifacts, published=recommend.refresh),
        OrdersOfShoppers(database.orders, database.reviews),
        ProfileOfShoppers(shoppers, database.notes, database.segments),
        EventsOfShoppers(database.events, database.lists, events),
    )
    kept = database.erasures
    erasure = Erasure(shop, shoppers, database.shoppers, events, database.vault, kept, artifacts, parts, secret=secret, clock=clock)
    return Shop(
        id=shop,
        name=about.title,
        languages=about.languages,
        currency=about.currency,
        personalisation=about.personalisation,
        demo=about.demo_sign_in,
        folder=folder,
        database=database,
        artifacts=artifacts,
        catalog=catalog,
        orders=orders,
        events=events,
        shoppers=shoppers,
        erasure=erasure,
        segments=SegmentJob(events, database.shoppers, shoppers, database.segments, facts, clock=clock),
        search=search,
        recommend=recommend,
        keys=KeyService(database.keys, shop, clock=clock),
        jobs=OfflineJobs(database, artifacts, lexical, clock),
        imports=ImportLog(database.tasks, folder / "rejects", clock),
    )


def create_shop(settings: Settings, shop: ShopId) -> str:
    """Make the shop's folder and database; returns the token of its first admin key, which is kept nowhere."""
    settings.shop_folder(shop).mkdir(parents=True, exist_ok=True)
    migrate(settings.database_url, shop)
    with build(settings, only=shop) as app:
        _, token = app.shops[shop].keys.mint("first admin key", "admin")
    return token


def claim_databases(settings: Settings, *, port: int) -> AbstractContextManager[None]:
    """Hold each SQLite database for this server within the block. Raises Refused, naming pid and port of the server that has it."""
    return claim_server(settings.database_url, [ShopId(name) for name in settings.shops], port=port)


SECRET_FILE = "session.key"


def _session_secret(home: Path) -> bytes:
    """The secret that signs console sessions: made at the first opening, readable by the owner alone."""
    path = home / SECRET_FILE
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        staged = home / f".{SECRET_FILE}.{secrets.token_hex(4)}"
        staged.touch(mode=0o600)
        staged.write_bytes(secrets.token_bytes(32))
        try:
            path.hardlink_to(staged)  # the first of two processes wins, and both read the winner's
        except FileExistsError:
            pass
        finally:
            staged.unlink()
    return path.read_bytes()
