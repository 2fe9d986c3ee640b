"""Erasure and export over everything that `Forgets`: models first, then orders and rows, then the keys, then who it was; and the certificate."""

import hashlib
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import orjson

from shopkeeper.catalog.document_fields import moment_text
from shopkeeper.catalog.documents import review_to_json
from shopkeeper.domain.ids import ShopId, ShopperId
from shopkeeper.domain.shopper import Identity
from shopkeeper.errors import NotFound
from shopkeeper.events.log import EventLog
from shopkeeper.orders.cart_documents import cart_to_json
from shopkeeper.orders.documents import order_to_json
from shopkeeper.orders.erasure import forget_shoppers
from shopkeeper.orders.placed_documents import placed_to_json
from shopkeeper.ports.artifacts import ArtifactStore
from shopkeeper.ports.events import KeyVault
from shopkeeper.ports.forgetting import Forgets, Forgotten, Leaving, ModelTold
from shopkeeper.ports.orders import CartStore, PlacedOrderStore
from shopkeeper.ports.shoppers import ErasureStore, ShopperStore
from shopkeeper.ports.stores import OrderStore, ReviewStore
from shopkeeper.shoppers.erasure import holds, signed
from shopkeeper.shoppers.service import ShopperService

EXPORTED_ORDERS: Final = 100_000
KINDS: Final = ("events", "lists", "profile", "corrections", "segments", "orders", "reviews")
"""What an export always holds, if only as an empty list."""


class OrdersOfShoppers:
    """Orders and reviews. A shop must keep what it sold and may keep what was said of it, but not under the name of somebody who left."""

    def __init__(self, orders: OrderStore, reviews: ReviewStore) -> None:
        self._orders = orders
        self._reviews = reviews

    def export(self, leaving: Leaving) -> dict[str, list[dict[str, Any]]]:
        """Orders and reviews as documents."""
        orders = [order for customer in leaving.customers for order in self._orders.of_customer(customer, limit=EXPORTED_ORDERS)]
        reviews = [review for customer in leaving.customers for review in self._reviews.of_customer(customer)]
        return {
            "orders": [orjson.loads(order_to_json(order)) for order in orders],
            "reviews": [orjson.loads(review_to_json(review)) for review in reviews],
        }

    def forget(self, leaving: Leaving, at: datetime) -> Forgotten:
        """Detach them: they become those of a guest."""
        del at
        orders = sum(self._orders.detach(customer) for customer in leaving.customers)
        reviews = sum(self._reviews.detach(customer) for customer in leaving.customers)
        return Forgotten(kept={"orders": orders, "reviews": reviews})


class BuyingOfShoppers:
    """Carts, and orders that were placed here: the carts go, the orders stay without the buyer (see `orders.erasure`)."""

    def __init__(self, carts: CartStore, placed: PlacedOrderStore) -> None:
        self._carts = carts
        self._placed = placed

    def export(self, leaving: Leaving) -> dict[str, list[dict[str, Any]]]:
        """Carts and placed orders as documents."""
        orders = self._placed.of_shoppers(leaving.shoppers, limit=EXPORTED_ORDERS)
        return {
            "carts": [orjson.loads(cart_to_json(cart)) for cart in self._carts.of(leaving.shoppers)],
            "placed_orders": [orjson.loads(placed_to_json(order)) for order in orders],
        }

    def forget(self, leaving: Leaving, at: datetime) -> Forgotten:
        """Remove the carts, and take the buyer out of the orders."""
        del at
        gone = forget_shoppers(leaving.shoppers, self._carts, self._placed)
        return Forgotten(erased={"carts": gone.carts}, kept={"placed_orders": gone.orders})


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of a certificate's promise: is it as it was signed, and does a model still wait for its next fit."""

    genuine: bool
    models: Literal["settled", "waiting"]


class Erasure:
    """Forgets shoppers, and tells them what is kept before."""

    def __init__(
        self,
        shop: ShopId,
        service: ShopperService,
        store: ShopperStore,
        log: EventLog,
        vault: KeyVault,
        certificates: ErasureStore,
        artifacts: ArtifactStore,
        parts: Sequence[Forgets],
        *,
        secret: bytes,
        clock: Callable[[], datetime],
    ) -> None:
        self._shop = shop
        self._service = service
        self._store = store
        self._log = log
        self._vault = vault
        self._certificates = certificates
        self._artifacts = artifacts
        self._parts = parts
        self._secret = hashlib.sha256(b"certificates\0" + secret).digest()
        self._clock = clock

    def export(self, who: Identity) -> dict[str, Any]:
        """Everything that is kept about the person behind `who`, as JSON; lists are empty for one whom the shop does not know."""
        leaving = self._leaving(who)
        found: dict[str, Any] = {kind: [] for kind in KINDS}
        if leaving is not None:
            for part in self._parts:
                found |= part.export(leaving)
        consents = [
            {"purpose": one.purpose, "granted": one.granted, "at": moment_text(one.at), "source": one.source} for one in self._service.consents(who)
        ]
        names = () if leaving is None else leaving.names
        return {
            "shop": self._shop,
            "made": moment_text(self._clock()),
            "identities": [{"kind": name.kind, "value": name.value} for name in names],
            "consents": consents,
            **found,
        }

    def erase(self, who: Identity) -> dict[str, Any]:
        """Forget the person behind `who` with all their identities; returns the certificate, which is kept.

        `NotFound` for one whom the shop does not know (any more). A crash halfway leaves who it was known, so that the same call ends the work.
        """
        began = time.perf_counter()
        leaving = self._leaving(who)
        if leaving is None:
            hint = "Nothing is kept under this id; it may have been erased before."
            raise NotFound("there is no such shopper", field=f"{who.kind}_id", value=who.value, hint=hint)
        at = self._clock()
        erased: Counter[str] = Counter()
        kept: Counter[str] = Counter()
        models: list[ModelTold] = []
        for part in self._parts:
            told = part.forget(leaving, at)
            erased.update(told.erased)
            kept.update(told.kept)
            models += told.models
        erased["keys"] = self._vault.destroy(leaving.shoppers, at)
        self._log.forget_keys(leaving.shoppers)
        late = self._late(leaving, at)  # what came in while we were at it, under a key that is gone now
        erased.update(late.erased)
        self._store.erase(leaving.shoppers, at)
        erased["identities"] = len(leaving.shoppers)
        certificate = self._certified(at, time.perf_counter() - began, erased, kept, models)
        self._certificates.put(certificate["id"], at, orjson.dumps(certificate))
        return certificate

    def certificate(self, name: str) -> dict[str, Any]:
        """The certificate called `name`; `NotFound` where there is none."""
        found = self._certificates.get(name)
        if found is None:
            raise NotFound("there is no such certificate", field="certificate", value=name)
        return orjson.loads(found)

    def verify(self, certificate: dict[str, Any]) -> Verified:
        """Is the certificate genuine, and have the models that waited been fitted anew since?"""
        waiting = [model for model in certificate["models"] if model["state"] == "waits"]
        current = self._artifacts.current("recommend") if waiting else None
        settled = not waiting or (current is not None and current.created > datetime.fromisoformat(certificate["at"]))
        return Verified(holds(certificate, self._secret), "settled" if settled else "waiting")

    def _leaving(self, who: Identity) -> Leaving | None:
        person = self._service.person(who)
        if person is None:
            unmet = Leaving((), (who,))  # somebody whom only orders or reviews know
            return unmet if any(documents for part in self._parts for documents in part.export(unmet).values()) else None
        return Leaving(person.all, tuple(self._service.names(person, who)))

    def _late(self, leaving: Leaving, at: datetime) -> Forgotten:
        counts: Counter[str] = Counter()
        for part in self._parts:
            counts.update(part.forget(Leaving(leaving.shoppers, ()), at).erased)
        return Forgotten(counts)

    def _certified(self, at: datetime, seconds: float, erased: Counter[str], kept: Counter[str], models: Sequence[ModelTold]) -> dict[str, Any]:
        name = f"er-{uuid.uuid4().hex[:16]}"
        said = {
            "id": name,
            "shop": self._shop,
            "at": moment_text(at),
            "seconds": round(seconds, 3),
            "erased": dict(sorted(erased.items())),
            "kept": dict(sorted(kept.items())),
            "models": [{"name": model.name, "version": model.version, "state": model.state} for model in models],
            "verify": f"shopkeeper certificate {name} --shop {self._shop}",
        }
        return signed(said, self._secret)


def forget_again(destroyed: Sequence[ShopperId], parts: Sequence[Forgets], store: ShopperStore, at: datetime) -> int:
    """After a backup was restored: forget those whose keys were destroyed since it was taken; returns how many."""
    if destroyed:
        for part in parts:
            part.forget(Leaving(tuple(destroyed), ()), at)
        store.erase(destroyed, at)
    return len(destroyed)
