"""The shop's truth, kept by a database. Each call is one transaction: all of it lands or none.

One object of each kind per shop; a store never sees another shop's rows, because each shop has a database (or schema) of its own.
Errors: `Unavailable` when the database is locked, full or gone; `NotFound` only where the docstring says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from shopkeeper.domain.account import Account, Session
from shopkeeper.domain.api_key import ApiKey
from shopkeeper.domain.audit import AuditEntry, AuditQuery
from shopkeeper.domain.experiment import Experiment
from shopkeeper.domain.ids import AccountId, CustomerId, ExperimentId, KeyId, OrderId, ProductId, Revision, TaskId
from shopkeeper.domain.order import Order
from shopkeeper.domain.policy import Policy
from shopkeeper.domain.preferences import PreferenceVersion
from shopkeeper.domain.product import OfferPatch, Product
from shopkeeper.domain.review import Review
from shopkeeper.domain.task import Task
from shopkeeper.domain.texts import Lang
from shopkeeper.ports.events import EventStore, KeyVault, ListStore
from shopkeeper.ports.orders import CartStore, PlacedOrderStore, PromotionStore, RulesStore
from shopkeeper.ports.put_report import PutReport
from shopkeeper.ports.shoppers import BotStore, ErasureStore, NoteStore, SegmentStore, ShopperStore
from shopkeeper.ports.webhooks import WebhookStore


@dataclass(frozen=True, slots=True)
class ProductChange:
    """The present state of a product that changed. `product` None = deleted (a tombstone).

    `revision` is the number of its newest change; `text_revision` that of the newest change of anything but price, stock and availability:
    a follower whose index already holds `text_revision` has only columns to update.
    """

    id: ProductId
    revision: Revision
    text_revision: Revision
    product: Product | None


class ProductStore(Protocol):
    """The catalogue."""

    def put(self, products: Sequence[Product]) -> PutReport:
        """Insert or replace whole products; one that is equal to what is stored takes no new revision. A tombstone is lifted."""
        ...

    def patch(self, patches: Sequence[OfferPatch]) -> list[ProductId]:
        """Apply partial price and stock updates; returns the ids that were not found (product, variant or market), the rest landed."""
        ...

    def delete(self, ids: Sequence[ProductId]) -> int:
        """Turn products into tombstones; returns how many were there. Their change is seen by `changes`."""
        ...

    def get(self, ids: Sequence[ProductId]) -> dict[ProductId, Product]:
        """The products among `ids` that exist, in the order of `ids`."""
        ...

    def deleted(self, ids: Sequence[ProductId]) -> list[ProductId]:
        """Those among `ids` that were there once and are tombstones now."""
        ...

    def changes(self, since: Revision = Revision(0), *, limit: int | None = None) -> Iterator[ProductChange]:
        """Products whose revision is above `since`, tombstones too, in the order of revision, streamed; `changes()` is the whole catalogue."""
        ...

    def revision(self) -> Revision:
        """The newest revision; 0 for an empty shop."""
        ...


class OrderStore(Protocol):
    """Orders and their returns."""

    def put(self, orders: Sequence[Order]) -> PutReport:
        """Insert or replace whole orders by id."""
        ...

    def compare(self, orders: Sequence[Order]) -> PutReport:
        """What `put` would do; writes nothing."""
        ...

    def scan(self, *, since: datetime | None = None) -> Iterator[Order]:
        """Orders in the order of `placed` (then id), streamed."""
        ...

    def get(self, order_id: OrderId) -> Order | None:
        """The order, or None."""
        ...

    def of_customer(self, customer_id: CustomerId, *, limit: int = 50) -> list[Order]:
        """The customer's newest orders, newest first."""
        ...

    def detach(self, customer_id: CustomerId) -> int:
        """Make the customer's orders those of a guest, nothing of the id left; returns how many there were."""
        ...

    def count(self) -> int:
        """How many orders there are."""
        ...


ReviewOrder = Literal["newest", "highest", "lowest"]


class ReviewStore(Protocol):
    """Reviews as they were imported."""

    def of_customer(self, customer_id: CustomerId) -> list[Review]:
        """The customer's reviews, by id."""
        ...

    def detach(self, customer_id: CustomerId) -> int:
        """Keep the customer's reviews without their name, nothing of the id left; returns how many there were."""
        ...

    def put(self, reviews: Sequence[Review]) -> PutReport:
        """Insert or replace reviews by id."""
        ...

    def compare(self, reviews: Sequence[Review]) -> PutReport:
        """What `put` would do; writes nothing."""
        ...

    def of_product(
        self,
        product_id: ProductId,
        *,
        limit: int = 20,
        offset: int = 0,
        stars: int | None = None,
        order: ReviewOrder = "newest",
        reader: Lang | None = None,
    ) -> list[Review]:
        """`limit` of the product's reviews after the first `offset`, in `order`, the newest of equals first; only those with `stars` if given.

        For a `reader`, of otherwise equal reviews those with words come before those with stars alone, then those that they can read.
        """
        ...

    def stars_of_product(self, product_id: ProductId) -> dict[int | None, int]:
        """How many of the product's reviews gave each whole number of stars; None counts those without."""
        ...

    def scan(self) -> Iterator[Review]:
        """All reviews by id, streamed."""
        ...

    def count(self) -> int:
        """How many reviews there are."""
        ...


class PolicyStore(Protocol):
    """The shop's rules and FAQs."""

    def put(self, policies: Sequence[Policy]) -> PutReport:
        """Insert or replace pages by (id, language)."""
        ...

    def compare(self, policies: Sequence[Policy]) -> PutReport:
        """What `put` would do; writes nothing."""
        ...

    def all(self) -> list[Policy]:
        """Every page, by id and language."""
        ...


class KeyStore(Protocol):
    """API keys, their secrets hashed."""

    def add(self, key: ApiKey) -> None:
        """Store a new key; its id must be new."""
        ...

    def get(self, key_id: KeyId) -> ApiKey | None:
        """The key, revoked or not, or None."""
        ...

    def all(self) -> list[ApiKey]:
        """Every key, oldest first."""
        ...

    def revoke(self, key_id: KeyId, at: datetime) -> None:
        """Mark the key as revoked; `NotFound` if there is none."""
        ...


class TaskStore(Protocol):
    """Tasks and their reports."""

    def save(self, task: Task) -> None:
        """Insert or replace the task by id."""
        ...

    def get(self, task_id: TaskId) -> Task | None:
        """The task with its first rejects, or None."""
        ...

    def recent(self, *, limit: int = 50) -> list[Task]:
        """The newest tasks, newest first."""
        ...


class ExperimentStore(Protocol):
    """Experiments, running and past."""

    def save(self, experiment: Experiment, *, expected: str | None) -> None:
        """Insert (`expected` None) or replace the experiment; `Refused` (409) if it is there already, or is not in the expected state any more."""
        ...

    def get(self, experiment_id: ExperimentId) -> Experiment | None:
        """The experiment, or None."""
        ...

    def all(self) -> list[Experiment]:
        """Every experiment, newest first."""
        ...


class AccountStore(Protocol):
    """The people of the console, their passwords hashed, and who of them is signed in."""

    def save(self, account: Account) -> None:
        """Insert or replace the account by id; `Refused` (409) if its name is another's."""
        ...

    def get(self, account_id: AccountId) -> Account | None:
        """The account, disabled or not, or None."""
        ...

    def all(self) -> list[Account]:
        """Every account, by name."""
        ...

    def open_session(self, session: Session) -> None:
        """Keep a new session."""
        ...

    def session(self, session_id: str) -> Session | None:
        """The session, or None."""
        ...

    def touch_session(self, session_id: str, seen: datetime) -> None:
        """Say that the session was used; nothing happens where it is gone."""
        ...

    def close_sessions(self, *, session_id: str = "", subject_id: str = "", seen_before: datetime | None = None) -> int:
        """End one session, all of an account or key, or all that were last used before a moment; returns how many."""
        ...


class AuditStore(Protocol):
    """Who changed what. There is no call that changes an entry."""

    def add(self, entry: AuditEntry) -> None:
        """Append the entry; its id must be new."""
        ...

    def find(self, query: AuditQuery) -> list[AuditEntry]:
        """The entries that `query` asks for, newest first."""
        ...

    def forget(self, before: datetime) -> int:
        """Remove what is older than `before`; returns how many entries that were."""
        ...


class PreferenceStore(Protocol):
    """What the merchant has set, every version of it."""

    def newest(self) -> int:
        """The number of the newest version; 0 where nothing was ever set."""
        ...

    def get(self, version: int) -> PreferenceVersion | None:
        """One version, or None."""
        ...

    def add(self, version: PreferenceVersion) -> None:
        """Append the version; `Refused` (409) unless its number is the newest plus one: somebody else was quicker."""
        ...

    def history(self, *, limit: int = 50) -> list[PreferenceVersion]:
        """The newest versions, newest first."""
        ...


class ShopDatabase(Protocol):
    """One shop's stores, on one database."""

    @property
    def products(self) -> ProductStore: ...
    @property
    def orders(self) -> OrderStore: ...
    @property
    def reviews(self) -> ReviewStore: ...
    @property
    def policies(self) -> PolicyStore: ...
    @property
    def keys(self) -> KeyStore: ...
    @property
    def tasks(self) -> TaskStore: ...
    @property
    def experiments(self) -> ExperimentStore: ...
    @property
    def bots(self) -> BotStore: ...
    @property
    def accounts(self) -> AccountStore: ...
    @property
    def audit(self) -> AuditStore: ...
    @property
    def preferences(self) -> PreferenceStore: ...
    @property
    def shoppers(self) -> ShopperStore: ...
    @property
    def events(self) -> EventStore: ...
    @property
    def lists(self) -> ListStore: ...
    @property
    def notes(self) -> NoteStore: ...
    @property
    def segments(self) -> SegmentStore: ...
    @property
    def erasures(self) -> ErasureStore: ...
    @property
    def vault(self) -> KeyVault: ...
    @property
    def carts(self) -> CartStore: ...
    @property
    def promotions(self) -> PromotionStore: ...
    @property
    def rules(self) -> RulesStore: ...
    @property
    def placed(self) -> PlacedOrderStore: ...
    @property
    def webhooks(self) -> WebhookStore: ...
