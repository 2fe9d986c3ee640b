"""One shop's stores on one database."""

from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import select

from shopkeeper.adapters.storage.accounts import SqlAccountStore
from shopkeeper.adapters.storage.audit import SqlAuditStore
from shopkeeper.adapters.storage.bots import SqlBotStore
from shopkeeper.adapters.storage.carts import SqlCartStore, SqlPromotionStore, SqlRulesStore
from shopkeeper.adapters.storage.engine import BUSY_TIMEOUT_S, Connections
from shopkeeper.adapters.storage.events import SqlEventStore, SqlListStore
from shopkeeper.adapters.storage.experiments import SqlExperimentStore
from shopkeeper.adapters.storage.keys import SqlKeyStore
from shopkeeper.adapters.storage.orders import SqlOrderStore
from shopkeeper.adapters.storage.placed_orders import SqlPlacedOrderStore
from shopkeeper.adapters.storage.places import Place, SqliteFile, locate
from shopkeeper.adapters.storage.policies import SqlPolicyStore
from shopkeeper.adapters.storage.preferences import SqlPreferenceStore
from shopkeeper.adapters.storage.products import SqlProductStore
from shopkeeper.adapters.storage.profiles import SqlErasureStore, SqlNoteStore, SqlSegmentStore
from shopkeeper.adapters.storage.reviews import SqlReviewStore
from shopkeeper.adapters.storage.schema import about
from shopkeeper.adapters.storage.segments import SegmentFolder
from shopkeeper.adapters.storage.shoppers import SqlShopperStore
from shopkeeper.adapters.storage.tasks import SqlTaskStore
from shopkeeper.adapters.storage.vault import SqlKeyVault
from shopkeeper.adapters.storage.versions import check_version, read_version
from shopkeeper.adapters.storage.webhooks import SqlWebhookStore
from shopkeeper.domain.ids import ShopId
from shopkeeper.errors import Refused


class SqlShopDatabase:
    """`ports.stores.ShopDatabase` on SQL; close it when done (it is a context manager too)."""

    def __init__(self, connections: Connections, vault: SqlKeyVault, segments: Path | None) -> None:
        self._connections = connections
        self.vault = vault
        self.products = SqlProductStore(connections)
        self.orders = SqlOrderStore(connections)
        self.reviews = SqlReviewStore(connections)
        self.policies = SqlPolicyStore(connections)
        self.keys = SqlKeyStore(connections)
        self.tasks = SqlTaskStore(connections)
        self.experiments = SqlExperimentStore(connections)
        self.bots = SqlBotStore(connections)
        self.accounts = SqlAccountStore(connections)
        self.audit = SqlAuditStore(connections)
        self.preferences = SqlPreferenceStore(connections)
        self.shoppers = SqlShopperStore(connections)
        self.events = SqlEventStore(connections, None if segments is None else SegmentFolder(segments))
        self.lists = SqlListStore(connections)
        self.carts = SqlCartStore(connections)
        self.promotions = SqlPromotionStore(connections)
        self.rules = SqlRulesStore(connections)
        self.placed = SqlPlacedOrderStore(connections)
        self.notes = SqlNoteStore(connections)
        self.segments = SqlSegmentStore(connections)
        self.erasures = SqlErasureStore(connections)
        self.webhooks = SqlWebhookStore(connections)

    @property
    def place(self) -> Place:
        """Where the database is."""
        return self._connections.place

    def close(self) -> None:
        """Give every connection back."""
        self._connections.close()
        self.vault.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def open_shop_database(
    url: str, shop: ShopId, *, read_only: bool = False, busy_timeout_s: float = BUSY_TIMEOUT_S, segments: Path | None = None
) -> SqlShopDatabase:
    """Return the stores of `shop`; see `places.locate` for the forms of `url`.

    `Unavailable` if there is no database, it does not answer or is older than this program; `Refused` (409) if it is newer, or another shop's.
    With `read_only` nothing is ever written, and writing calls are refused. A write waits up to `busy_timeout_s` seconds for others.
    `segments` is the folder of rolled events; without one nothing is rolled, and what was rolled is not read.
    """
    place = locate(url, shop)
    if isinstance(place, SqliteFile) and not place.path.exists():
        check_version(None, place)
    connections = Connections(place, read_only=read_only, busy_timeout_s=busy_timeout_s)
    try:
        with connections.read() as connection:
            check_version(read_version(connection), place)
            owner = connection.scalar(select(about.c.value).where(about.c.name == "shop"))
        if owner != place.shop:
            raise Refused(f"The database {place} belongs to the shop {owner!r}, not to {place.shop!r}.", status=409, hint="Check the database URL.")
    except BaseException:
        connections.close()
        raise
    return SqlShopDatabase(connections, SqlKeyVault(place, read_only=read_only, busy_timeout_s=busy_timeout_s), segments)
