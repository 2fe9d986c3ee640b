"""Opens an installation: its shops, each with its services, on the adapters that the settings choose."""

import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from shopkeeper.access import AccountService, AuditLog, KeyService, SessionService
from shopkeeper.access.audit import COMMAND_LINE
from shopkeeper.adapters.artifacts import FolderArtifacts
from shopkeeper.adapters.lexical import PostingsIndexes
from shopkeeper.adapters.notify import HttpCourier
from shopkeeper.adapters.storage import SqlShopDatabase, claim_server, migrate, open_shop_database
from shopkeeper.adapters.storage.places import SqliteFile
from shopkeeper.catalog.service import CatalogService
from shopkeeper.domain.ids import ProductId, ShopId
from shopkeeper.domain.shopper import Purpose
from shopkeeper.domain.texts import Lang, LocalizedText
from shopkeeper.events.analytics import ListAnalytics
from shopkeeper.events.importing import EventHistory
from shopkeeper.events.intake import EventIntake
from shopkeeper.events.log import EventLog
from shopkeeper.events.shown import ShownListLog
from shopkeeper.experiments.service import ExperimentService
from shopkeeper.integrity.service import BotWatch
from shopkeeper.jobs.downdate import RecommenderOfShoppers
from shopkeeper.jobs.erase import BuyingOfShoppers, Erasure, OrdersOfShoppers
from shopkeeper.jobs.imports import ImportLog
from shopkeeper.jobs.pipeline import OfflineJobs
from shopkeeper.jobs.roll_events import Rolled, roll_events
from shopkeeper.jobs.segments import SegmentJob
from shopkeeper.online import OnlineService
from shopkeeper.orders.carts import CartService
from shopkeeper.orders.checkout import Checkout
from shopkeeper.orders.desk import OrderDesk
from shopkeeper.orders.payment import DemoPayment
from shopkeeper.orders.promotions import PromotionList
from shopkeeper.orders.rulebook import RuleBook
from shopkeeper.orders.service import OrderHistory
from shopkeeper.ports.artifacts import ArtifactStore
from shopkeeper.ports.lexical import LexicalIndexes
from shopkeeper.ports.progress import Progress, Silent
from shopkeeper.preferences import ShopPreferences
from shopkeeper.ranking.facts import facts_of
from shopkeeper.recommend.service import RecommendService
from shopkeeper.search.service import SearchService
from shopkeeper.settings import Settings, WebhookSettings
from shopkeeper.shoppers.erasure import EventsOfShoppers, ProfileOfShoppers
from shopkeeper.shoppers.profile import Facts
from shopkeeper.shoppers.service import ShopperService
from shopkeeper.webhooks import WebhookSender, WebhookService


def utc_now() -> datetime:
    """The present moment; the clock of everything that is wired here."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Shop:
    """The services of one shop. Everything it owns lies under `folder` or in its own database: no other shop's rows are in reach."""

    id: ShopId
    given_name: LocalizedText
    given_languages: tuple[Lang, ...]
    currency: str
    demo: bool
    folder: Path
    database: SqlShopDatabase
    artifacts: ArtifactStore
    catalog: CatalogService
    orders: OrderHistory
    events: EventLog
    intake: EventIntake
    history: EventHistory
    lists: ShownListLog
    bots: BotWatch
    analytics: ListAnalytics
    experiments: ExperimentService
    carts: CartService
    checkout: Checkout
    desk: OrderDesk
    promotions: PromotionList
    rules: RuleBook
    shoppers: ShopperService
    erasure: Erasure
    segments: SegmentJob
    search: SearchService
    recommend: RecommendService
    online: OnlineService
    keys: KeyService
    accounts: AccountService
    sessions: SessionService
    audit: AuditLog
    preferences: ShopPreferences
    jobs: OfflineJobs
    imports: ImportLog
    webhooks: WebhookService
    sender: WebhookSender
    clock: Callable[[], datetime]

    @property
    def name(self) -> LocalizedText:
        """What the shop is called: as the merchant has set it, else as the installation's settings say."""
        set_ = self.preferences.current().shop
        return LocalizedText(zh=set_.name_zh or self.given_name.zh, en=set_.name_en or self.given_name.en)

    @property
    def languages(self) -> tuple[Lang, ...]:
        """The languages in the order in which they are offered: as the merchant has set it, else as the installation's settings say."""
        return self.preferences.current().languages or self.given_languages

    @property
    def personalisation(self) -> float:
        """How far a consenting shopper's profile may move search results, 0 to 1: as the merchant has set it."""
        return self.preferences.current().ranking.personalisation

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

    def refit(self) -> None:
        """Fit and publish the recommender, and serve it."""
        self.jobs.fit()
        self.recommend.refresh()

    def roll_events(self, progress: Progress = Silent()) -> Rolled:
        """Move the events of past days into files, and drop erased shoppers from those."""
        return roll_events(self.database.events, self.database.vault, now=self.clock(), progress=progress)

    @property
    def rolls_by_itself(self) -> bool:
        """True where a server may roll unasked: its files lie beside the database, not on one of several machines."""
        return isinstance(self.database.place, SqliteFile)

    def close(self) -> None:
        """Stop following changes, keep the events and lists that wait, and let go of the database."""
        self.search.close()
        self.lists.stop()
        self.intake.close()
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


def build(
    settings: Settings,
    *,
    only: ShopId | None = None,
    read_only: bool = False,
    clock: Callable[[], datetime] = utc_now,
    lexical: LexicalIndexes | None = None,
) -> App:
    """Open the installation: every shop, or `only` one. `read_only` never writes to a database, so it is allowed beside a server.

    `lexical` puts another text index in the place of the one that is served, for benches.
    """
    wanted = [only] if only is not None else [ShopId(name) for name in settings.shops]
    secret = _session_secret(settings.home)
    with ExitStack() as opened:
        shops: dict[ShopId, Shop] = {}
        for shop_id in wanted:
            shops[shop_id] = _open_shop(settings, shop_id, secret, read_only=read_only, clock=clock, lexical=lexical or PostingsIndexes())
            opened.callback(shops[shop_id].close)
        app = App(settings=settings, shops=shops, session_secret=secret, clock=clock)
        opened.pop_all()
        return app


def _open_shop(settings: Settings, shop: ShopId, secret: bytes, *, read_only: bool, clock: Callable[[], datetime], lexical: LexicalIndexes) -> Shop:
    folder = settings.shop_folder(shop)
    about = settings.shops[shop]
    database = open_shop_database(settings.database_url, shop, read_only=read_only, segments=folder / "events")
    artifacts = FolderArtifacts(folder / "artifacts")
    catalog = CatalogService(database.products, database.reviews, database.policies, clock=clock)
    orders = OrderHistory(database.orders, database.products, clock=clock)
    preferences = ShopPreferences(database.preferences, clock=clock, ticks=time.monotonic)
    events = EventLog(database.events, database.shoppers, database.vault, clock=clock)

    def implied() -> frozenset[Purpose]:
        return preferences.current().privacy.implied

    intake = EventIntake(events, database.shoppers, clock=clock, implied=implied)
    carts = CartService(database.carts, database.products, events, database.shoppers, currency=about.currency, clock=clock)
    rules = RuleBook(database.rules, currency=about.currency, clock=clock)
    checkout = Checkout(
        database.placed, carts, rules, DemoPayment(), lambda events: intake.keep(events).count("accepted"), currency=about.currency, clock=clock
    )

    lists, bots, analytics, experiments = _feedback(database, events, preferences, clock)
    webhooks, sender = _webhooks(settings.webhooks, database, clock)

    def facts(products: Sequence[ProductId]) -> Facts:
        return facts_of(search.columns(), products)

    shoppers = ShopperService(database.shoppers, database.notes, database.segments, events, facts, clock=clock, implied=implied)
    search = SearchService(database.products, artifacts, lexical, folder / "live", clock=clock, profile=shoppers.profile)
    recommend = RecommendService(database.products, database.orders, artifacts, search.columns, search.similar_ids, clock=clock, shoppers=shoppers)
    online = OnlineService(search, recommend, shoppers, experiments, lists, bots.flagged, ranking=lambda: preferences.current().ranking, clock=clock)
    parts = (
        RecommenderOfShoppers(database.orders, artifacts, published=recommend.refresh),
        OrdersOfShoppers(database.orders, database.reviews),
        BuyingOfShoppers(database.carts, database.placed),
        ProfileOfShoppers(shoppers, database.notes, database.segments),
        EventsOfShoppers(database.events, database.lists, events, lists),
    )
    kept = database.erasures
    erasure = Erasure(shop, shoppers, database.shoppers, events, database.vault, kept, artifacts, parts, secret=secret, clock=clock)
    return Shop(
        id=shop,
        given_name=about.title,
        given_languages=about.languages,
        currency=about.currency,
        demo=about.demo_sign_in,
        folder=folder,
        database=database,
        artifacts=artifacts,
        catalog=catalog,
        orders=orders,
        events=events,
        intake=intake,
        history=EventHistory(intake, clock=clock),
        lists=lists,
        bots=bots,
        analytics=analytics,
        experiments=experiments,
        carts=carts,
        checkout=checkout,
        desk=OrderDesk(database.placed, database.products, carts, rules, checkout, clock=clock),
        promotions=PromotionList(database.promotions, clock=clock),
        rules=rules,
        shoppers=shoppers,
        erasure=erasure,
        segments=SegmentJob(events, database.shoppers, shoppers, database.segments, facts, clock=clock),
        search=search,
        recommend=recommend,
        online=online,
        keys=KeyService(database.keys, shop, clock=clock),
        accounts=AccountService(database.accounts, shop, clock=clock),
        sessions=SessionService(database.accounts, clock=clock),
        audit=AuditLog(database.audit, clock=clock, keep_days=lambda: preferences.current().privacy.audit_days),
        preferences=preferences,
        jobs=OfflineJobs(database, artifacts, lexical, clock),
        imports=ImportLog(database.tasks, folder / "rejects", clock),
        webhooks=webhooks,
        sender=sender,
        clock=clock,
    )


def _webhooks(about: WebhookSettings, database: SqlShopDatabase, clock: Callable[[], datetime]) -> tuple[WebhookService, WebhookSender]:
    """Who keeps the addresses, and who sends to them; an endpoint is leased for a little longer than an exchange can last."""
    service = WebhookService(database.webhooks, database.vault.pseudonym_key, private=about.private_addresses, clock=clock)
    courier = HttpCourier(timeout_s=about.timeout_s, private=about.private_addresses)
    return service, WebhookSender(database.webhooks, service, courier, clock=clock, lease=timedelta(seconds=about.timeout_s + 5))


def _feedback(
    database: SqlShopDatabase, events: EventLog, preferences: ShopPreferences, clock: Callable[[], datetime]
) -> tuple[ShownListLog, BotWatch, ListAnalytics, ExperimentService]:
    """What was shown, by whom it was not seen, what came of it, and what is tried."""
    lists = ShownListLog(database.lists, events, database.vault)
    bots = BotWatch(events, database.bots, clock=clock)
    analytics = ListAnalytics(lists, events, database.shoppers, bots.flagged, windows=lambda: preferences.current().attribution.windows, clock=clock)
    experiments = ExperimentService(
        database.experiments, analytics.outcomes, hold_out=lambda: preferences.current().experiments.hold_out, clock=clock
    )
    return lists, bots, analytics, experiments


def create_shop(settings: Settings, shop: ShopId) -> str:
    """Make the shop's folder and database; returns the token of its first admin key, which is kept nowhere."""
    settings.shop_folder(shop).mkdir(parents=True, exist_ok=True)
    migrate(settings.database_url, shop)
    with build(settings, only=shop) as app:
        _, token = app.shops[shop].keys.mint("first admin key", "admin")
    return token


def invite_owner(settings: Settings, shop: ShopId, name: str) -> tuple[str, str]:
    """Make the shop's first account; returns its name and the one-time code by which its owner sets a password."""
    with build(settings, only=shop) as app:
        opened = app.shops[shop]
        account, code = opened.accounts.invite(name, "owner")
        opened.audit.record(COMMAND_LINE, "account.invite", account.name, after={"role": account.role})
    return account.name, code


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
