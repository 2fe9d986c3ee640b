"""A follower of `changes` misses nothing, whoever writes at the same time; and a shop's catalogue is what a dictionary would be."""

import itertools
import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shopkeeper.adapters.storage import SqlShopDatabase
from shopkeeper.domain.ids import ProductId, Revision
from shopkeeper.domain.product import OfferPatch, Product
from tests.contracts.conftest import Home
from tests.contracts.shop_values import product, yuan

ROUNDS = 40


def write(home: Home, *, prefix: str, faults: list[BaseException]) -> None:
    """Put, patch and delete own and shared products, some calls large and some small, so that transactions overlap."""
    try:
        with home.open() as database:
            for n in range(ROUNDS):
                own = [product(f"{prefix}{m}", price=n + 1) for m in range(1 + 13 * (n % 3))]
                database.products.put([*own, product("shared", title=f"{prefix}{n}")])
                database.products.patch([OfferPatch(ProductId(f"{prefix}0"), stock=n), OfferPatch(ProductId("shared"), stock=n)])
                if n % 5 == 0:
                    database.products.delete([ProductId(f"{prefix}1")])
    except BaseException as fault:
        faults.append(fault)


def follow(database: SqlShopDatabase, state: dict[ProductId, Product | None], since: Revision) -> Revision:
    """Bring `state` up to date; returns the last revision seen. Revisions must ascend."""
    for change in database.products.changes(since):
        assert change.revision > since
        since = change.revision
        state[change.id] = change.product
    return since


def test_a_follower_beside_two_writers_never_misses_a_change(home: Home) -> None:
    faults: list[BaseException] = []
    writers = [threading.Thread(target=write, args=(home,), kwargs={"prefix": prefix, "faults": faults}) for prefix in "ab"]
    state: dict[ProductId, Product | None] = {}
    since, passes = Revision(0), 0
    with home.migrated().open(read_only=True) as database:
        for writer in writers:
            writer.start()
        while any(writer.is_alive() for writer in writers):
            since = follow(database, state, since)
            passes += 1
        for writer in writers:
            writer.join()
        since = follow(database, state, since)
        truth: dict[ProductId, Product | None] = {change.id: change.product for change in database.products.changes()}
        assert faults == []
        assert passes > 3  # it did follow, and not only look once at the end
        assert since == database.products.revision()
        assert state == truth


IDS = st.sampled_from(["a", "b", "c", "商品"])
PUT = st.tuples(st.just("put"), st.lists(st.tuples(IDS, st.sampled_from(["Mug", "杯"]), st.integers(1, 3)), max_size=4))
PATCH = st.tuples(st.just("patch"), st.lists(st.tuples(IDS, st.integers(1, 3) | st.none(), st.integers(0, 2) | st.none()), max_size=3))
DELETE = st.tuples(st.just("delete"), st.lists(IDS, max_size=3))

counter = itertools.count()


class Model:
    """A catalogue in a dictionary, with the revision of each product's last change."""

    def __init__(self) -> None:
        self.products: dict[str, Product] = {}

    def put(self, id_: str, title: str, price: int) -> str:
        new = product(id_, title=title, price=price)
        before = self.products.get(id_)
        self.products[id_] = new
        return "inserted" if before is None else "unchanged" if before == new else "updated"

    def patch(self, id_: str, price: int | None, stock: int | None) -> bool:
        before = self.products.get(id_)
        if before is None:
            return False
        offer = before.variants[0].offers[0]
        figures = {"price": offer.price.minor // 100 if price is None else price, "stock": offer.stock if stock is None else stock}
        self.products[id_] = product(id_, title=before.title.en, **figures)
        return True


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(PUT | PATCH | DELETE, max_size=12))
def test_any_sequence_of_writes_equals_a_dictionary(database: SqlShopDatabase, steps: list[tuple[str, list[Any]]]) -> None:
    store, model, run = database.products, Model(), next(counter)
    begun = store.revision()
    known: dict[ProductId, Product | None] = {}
    followed = begun

    def name(id_: str) -> str:  # a prefix of its own for each run, so that the runs do not meet
        return f"{run}-{id_}"

    for verb, rows in steps:
        before, revision = dict(model.products), store.revision()
        if verb == "put":
            outcomes = [model.put(name(id_), title, price) for id_, title, price in rows]
            report = store.put([product(name(id_), title=title, price=price) for id_, title, price in rows])
            assert (report.inserted, report.updated, report.unchanged) == tuple(map(outcomes.count, ("inserted", "updated", "unchanged")))
        elif verb == "patch":
            missing = list(dict.fromkeys(name(row[0]) for row in rows if not model.patch(name(row[0]), *row[1:])))
            patches = [OfferPatch(ProductId(name(id_)), price=None if price is None else yuan(price), stock=stock) for id_, price, stock in rows]
            assert store.patch(patches) == missing
        else:
            there = {name(id_) for id_ in rows if model.products.pop(name(id_), None) is not None}
            assert store.delete([ProductId(name(id_)) for id_ in rows]) == len(there)
        changed = {id_ for id_ in {*before, *model.products} if before.get(id_) != model.products.get(id_)}
        assert store.revision() == revision + len(changed)  # one for each product that is not as it was, none for the others
        followed = follow(database, known, followed)
        assert {id_: found for id_, found in known.items() if found is not None} == model.products
    assert store.get([ProductId(id_) for id_ in model.products]) == model.products


@pytest.mark.parametrize("limit", [1, 7, 500])
def test_a_follower_that_reads_in_small_portions_sees_the_same(database: SqlShopDatabase, limit: int) -> None:
    database.products.put([product(f"p{n}") for n in range(40)])
    database.products.delete([ProductId(f"p{n}") for n in range(0, 40, 3)])
    since, seen = Revision(0), []
    while portion := list(database.products.changes(since, limit=limit)):
        seen += portion
        since = portion[-1].revision
    assert seen == list(database.products.changes())
