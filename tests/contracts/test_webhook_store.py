"""The outbox is written with the change it tells of, and each endpoint is served by one at a time, on every database."""

from dataclasses import replace
from datetime import timedelta

import orjson
import pytest

from shopkeeper.adapters.storage import SqlShopDatabase
from shopkeeper.domain.experiment import Arm, Experiment
from shopkeeper.domain.ids import ExperimentId, ProductId, TaskId, VariantId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.product import Offer, Product, Variant
from shopkeeper.domain.task import Task
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.domain.webhook import Attempt, Message, WebhookEndpoint, WebhookEvent
from shopkeeper.errors import NotFound, Refused
from shopkeeper.webhooks.messages import message, products_changed
from tests.contracts.shop_values import NOON
from tests.orders.goods import RULES, ware
from tests.orders.shop import ANN, Shop

HOUR = timedelta(hours=1)


def endpoint(id: str, *events: WebhookEvent, **more: object) -> WebhookEndpoint:
    wanted = events or ("order.placed",)
    return replace(WebhookEndpoint(id, f"https://{id}.example/", wanted, f"of {id}", NOON, b"sealed"), **more)  # type: ignore[arg-type]


def said(number: int, type: str = "order.placed") -> Message:
    return replace(message(type, NOON + number * HOUR, {"n": number}), id=f"msg_{number}")


def mug(stock: int, id: str = "mug") -> Product:
    offer = Offer(Money(3_900, Currency("CNY")), stock=stock)
    return Product(ProductId(id), LocalizedText(en="Mug"), (Variant(VariantId(id), offers=(offer,)),))


def types(database: SqlShopDatabase, id: str = "a") -> list[str]:
    return [one.message.type for one in database.webhooks.deliveries(id)]


class TestEndpoints:
    def test_an_endpoint_comes_back_as_it_was_kept_oldest_first(self, database: SqlShopDatabase) -> None:
        young = endpoint(
            "a", "order.placed", "shopper.erased", previous_secret=b"\x00old", previous_until=NOON, failing_since=NOON, created=NOON + HOUR
        )
        old = endpoint("b", disabled=NOON, disabled_reason="by hand", paused_until=NOON)
        for one in (young, old):
            assert database.webhooks.add(one) == one
        assert database.webhooks.all() == [old, young]
        assert database.webhooks.get("b") == old
        assert database.webhooks.get("c") is None
        assert database.webhooks.get("a\0") is None

    def test_a_change_is_kept_and_one_of_nobody_is_not_found(self, database: SqlShopDatabase) -> None:
        database.webhooks.add(endpoint("a"))
        after = database.webhooks.change("a", lambda found: replace(found, url="https://elsewhere.example/", disabled=NOON))
        assert database.webhooks.get("a") == after == endpoint("a", url="https://elsewhere.example/", disabled=NOON)
        with pytest.raises(NotFound, match="'b'"):
            database.webhooks.change("b", lambda found: found)

    def test_a_deleted_endpoint_takes_its_deliveries_along(self, database: SqlShopDatabase) -> None:
        database.webhooks.add(endpoint("a"))
        database.webhooks.post(said(1))
        assert database.webhooks.delete("a")
        assert not database.webhooks.delete("a")
        database.webhooks.add(endpoint("a"))
        assert types(database) == []


class TestOutbox:
    def test_a_message_waits_for_each_enabled_endpoint_that_wants_it(self, database: SqlShopDatabase) -> None:
        for one in (endpoint("a"), endpoint("b", "order.changed", "order.placed"), endpoint("c", "order.changed"), endpoint("d", disabled=NOON)):
            database.webhooks.add(one)
        assert database.webhooks.post(said(1)) == 2
        assert [types(database, id) for id in "abcd"] == [["order.placed"], ["order.placed"], [], []]
        (found,) = database.webhooks.deliveries("a")
        assert (found.message, found.state, found.due, found.attempts) == (said(1), "waiting", NOON + HOUR, ())

    def test_a_message_for_one_goes_to_that_one_whatever_it_wants(self, database: SqlShopDatabase) -> None:
        for id in "ab":
            database.webhooks.add(endpoint(id))
        assert database.webhooks.post(said(1, "webhook.ping"), endpoint="b") == 1
        assert (types(database, "a"), types(database, "b")) == ([], ["webhook.ping"])

    def test_a_task_is_told_once_when_it_ends(self, database: SqlShopDatabase) -> None:
        database.webhooks.add(endpoint("a", "import.finished", "batch.finished"))
        task = Task(TaskId("t1"), "products.import", "feed.tsv", "queued", NOON)
        for state in ("queued", "running", "done", "done"):
            database.tasks.save(replace(task, state=state, finished=NOON + HOUR, counts=(("inserted", 3),)))
        database.tasks.save(Task(TaskId("t2"), "products.batch", "", "failed", NOON))
        found = {one.message.type: orjson.loads(one.message.body) for one in database.webhooks.deliveries("a")}
        assert set(found) == {"import.finished", "batch.finished"}
        assert found["import.finished"] == {
            "type": "import.finished",
            "timestamp": "2026-03-14T13:00:00Z",
            "data": {"task_id": "t1", "kind": "products.import", "state": "done", "counts": {"inserted": 3}, "error": None},
        }

    def test_an_order_is_told_as_it_goes_its_way_and_nobody_is_named(self, database: SqlShopDatabase) -> None:
        database.webhooks.add(endpoint("a", "order.placed", "order.changed"))
        shop = Shop(database)
        shop.rules.write(RULES)
        database.products.put([ware("cup", 30, stock=5)])
        shop.carts.add(ANN, ProductId("cup"), quantity=2)
        token = shop.checkout.quote(ANN, country="CN").token
        order = shop.buy(token=token)
        assert shop.buy(token=token) == order, "the reply was lost and the order sent again"
        shop.desk.advance(order.id, "packed")
        shop.desk.advance(order.id, "packed")
        found = [one.message for one in database.webhooks.deliveries("a")]
        data = sorted((orjson.loads(one.body)["data"] | {"type": one.type} for one in found), key=lambda one: one.get("steps", []))
        same = {"order_id": order.id, "placed": "2026-03-14T12:00:00Z", "total": {"minor": 6800, "currency": "CNY"}}
        same |= {"refunded": {"minor": 0, "currency": "CNY"}}
        assert data == [
            {"type": "order.placed", "status": "placed", **same},
            {"type": "order.changed", "status": "packed", "before": "paid", "steps": ["packed"], **same},
            {"type": "order.changed", "status": "paid", "before": "placed", "steps": ["paid"], **same},
        ]

    def test_an_order_that_is_refused_tells_nothing(self, database: SqlShopDatabase) -> None:
        database.webhooks.add(endpoint("a", "order.placed", "order.changed"))
        shop = Shop(database)
        shop.rules.write(RULES)
        database.products.put([ware("cup", 30, stock=5)])
        shop.carts.add(ANN, ProductId("cup"))
        with pytest.raises(Refused):
            shop.buy(token="of another price")
        assert types(database) == []

    def test_an_experiment_is_told_when_it_starts_and_stops(self, database: SqlShopDatabase) -> None:
        database.webhooks.add(endpoint("a", "experiment.started", "experiment.stopped"))
        draft = Experiment(ExperimentId("e"), LocalizedText(en="e"), ("search",), (Arm("a"), Arm("b")), "clicked", NOON, "s")
        running = draft.start(NOON + HOUR)
        for one, expected in ((draft, None), (running, "draft"), (running.stop(NOON + 2 * HOUR, winner="b"), "running")):
            database.experiments.save(one, expected=expected)
        newest, oldest = database.webhooks.deliveries("a")
        assert (oldest.message.type, newest.message.type) == ("experiment.started", "experiment.stopped")
        assert orjson.loads(newest.message.body)["data"] == {"experiment_id": "e", "surfaces": ["search"], "winner": "b"}

    def test_an_erasure_is_told_once_and_names_nobody(self, database: SqlShopDatabase) -> None:
        database.webhooks.add(endpoint("a", "shopper.erased"))
        for _ in range(2):
            database.erasures.put("cert-1", NOON, b'{"subject": "u7"}')
        (found,) = database.webhooks.deliveries("a")
        assert orjson.loads(found.message.body)["data"] == {"certificate_id": "cert-1"}

    def test_deliveries_are_paged_newest_first_and_by_state(self, database: SqlShopDatabase) -> None:
        database.webhooks.add(endpoint("a"))
        for number in range(5):
            database.webhooks.post(said(number))
        first = database.webhooks.deliveries("a", limit=2)
        assert [one.message.id for one in first] == ["msg_4", "msg_3"]
        assert [one.message.id for one in database.webhooks.deliveries("a", before=first[-1].message, limit=2)] == ["msg_2", "msg_1"]
        database.webhooks.record(replace(first[0], state="failed", due=None), lambda found: found)
        assert [one.message.id for one in database.webhooks.deliveries("a", state="failed")] == ["msg_4"]
        assert len(database.webhooks.deliveries("a", state="waiting")) == 4

    def test_what_is_finished_and_old_is_forgotten(self, database: SqlShopDatabase) -> None:
        database.webhooks.add(endpoint("a"))
        for number in range(3):
            database.webhooks.post(said(number))
        for one in database.webhooks.deliveries("a")[:2]:  # 2 and 1
            database.webhooks.record(replace(one, state="delivered", due=None), lambda found: found)
        assert database.webhooks.forget(NOON + 2 * HOUR) == 1
        assert [one.message.id for one in database.webhooks.deliveries("a")] == ["msg_2", "msg_0"]


class TestSending:
    def test_only_the_free_with_something_due_are_to_be_served(self, database: SqlShopDatabase) -> None:
        for one in (endpoint("a"), endpoint("b", "order.changed"), endpoint("c", paused_until=NOON + 3 * HOUR), endpoint("d")):
            database.webhooks.add(one)
        database.webhooks.post(said(1))
        database.webhooks.change("d", lambda found: replace(found, disabled=NOON))
        assert database.webhooks.to_serve(NOON) == []
        assert database.webhooks.to_serve(NOON + HOUR) == ["a"]
        assert database.webhooks.to_serve(NOON + 3 * HOUR) == ["a", "c"]

    def test_one_holder_at_a_time_has_an_endpoint_until_its_lease_ends(self, database: SqlShopDatabase) -> None:
        store = database.webhooks
        store.add(endpoint("a"))
        store.post(said(0))
        assert store.claim("a", "one", now=NOON, until=NOON + HOUR)
        assert not store.claim("a", "two", now=NOON, until=NOON + HOUR)
        assert store.to_serve(NOON) == []
        assert store.claim("a", "one", now=NOON, until=NOON + 2 * HOUR), "whoever has it may keep it"
        assert not store.claim("a", "two", now=NOON + HOUR, until=NOON + 3 * HOUR)
        assert store.claim("a", "two", now=NOON + 2 * HOUR, until=NOON + 3 * HOUR)
        store.release("a", "one")
        assert not store.claim("a", "one", now=NOON + 2 * HOUR, until=NOON + 3 * HOUR), "only the holder gives it back"
        store.release("a", "two")
        assert store.claim("a", "one", now=NOON, until=NOON + HOUR)
        assert not store.claim("nobody", "one", now=NOON, until=NOON + HOUR)

    def test_what_is_due_comes_longest_waiting_first_with_its_attempts(self, database: SqlShopDatabase) -> None:
        store = database.webhooks
        store.add(endpoint("a"))
        for number in range(3):
            store.post(said(number))
        tried = Attempt(NOON, 500, "oh “no”", 12)
        later = replace(store.due("a", NOON, limit=9)[0], due=NOON + 4 * HOUR, attempts=(tried,))
        store.record(later, lambda found: replace(found, failing_since=NOON))
        assert [one.message.id for one in store.due("a", NOON + 2 * HOUR, limit=9)] == ["msg_1", "msg_2"]
        assert [one.message.id for one in store.due("a", NOON + 4 * HOUR, limit=9)] == ["msg_1", "msg_2", "msg_0"]
        assert [one.message.id for one in store.due("a", NOON + 4 * HOUR, limit=1)] == ["msg_1"]
        assert store.delivery("a", "msg_0") == later
        assert store.delivery("a", "msg_9") is None
        found = store.get("a")
        assert found is not None
        assert found.failing_since == NOON

    def test_the_outcome_of_a_deleted_endpoint_is_dropped(self, database: SqlShopDatabase) -> None:
        database.webhooks.add(endpoint("a"))
        database.webhooks.post(said(0))
        (found,) = database.webhooks.due("a", NOON, limit=1)
        database.webhooks.delete("a")
        database.webhooks.record(replace(found, state="delivered"), lambda found: found)
        assert database.webhooks.delivery("a", "msg_0") is None


class TestChangesOfTheCatalogue:
    def tell(self, database: SqlShopDatabase, limit: int = 10) -> int:
        return database.webhooks.tell_changes("a", lambda changes, at: products_changed(changes, at, NOON), limit=limit)

    def last(self, database: SqlShopDatabase) -> dict[str, object]:
        return orjson.loads(database.webhooks.due("a", NOON, limit=1)[0].message.body)["data"]

    def arrived(self, database: SqlShopDatabase) -> None:
        for one in database.webhooks.due("a", NOON, limit=9):
            database.webhooks.record(replace(one, state="delivered", due=None), lambda found: found)

    def test_only_what_changes_after_the_endpoint_came_is_told_each_product_once(self, database: SqlShopDatabase) -> None:
        database.products.put([mug(1)])
        database.webhooks.add(endpoint("a", "product.changed"))
        assert self.tell(database) == 0
        assert database.webhooks.to_serve(NOON) == []
        database.products.put([mug(2), mug(1, "cup")])
        database.products.put([mug(3)])
        assert database.webhooks.to_serve(NOON) == ["a"]
        assert self.tell(database) == 2
        assert self.last(database) == {"revision": 4, "changed": ["cup", "mug"], "deleted": []}

    def test_while_a_message_waits_changes_gather_for_the_next(self, database: SqlShopDatabase) -> None:
        database.webhooks.add(endpoint("a", "product.changed"))
        database.products.put([mug(1)])
        assert self.tell(database) == 1
        database.products.put([mug(2)])
        database.products.delete([ProductId("mug")])
        database.products.put([mug(1, "cup")])
        assert self.tell(database) == 0
        self.arrived(database)
        assert database.webhooks.to_serve(NOON) == ["a"]
        assert self.tell(database) == 2
        assert self.last(database) == {"revision": 4, "changed": ["cup"], "deleted": ["mug"]}

    def test_many_changes_go_out_in_several_messages_and_none_is_left_out(self, database: SqlShopDatabase) -> None:
        database.webhooks.add(endpoint("a", "product.changed"))
        database.products.put([mug(1, f"p{number}") for number in range(5)])
        told: list[object] = []
        while self.tell(database, limit=2):
            told += self.last(database)["changed"]  # type: ignore[misc]
            self.arrived(database)
        assert told == [f"p{number}" for number in range(5)]

    def test_one_that_asks_for_changes_later_hears_of_what_comes_from_then_on(self, database: SqlShopDatabase) -> None:
        database.webhooks.add(endpoint("a"))
        database.products.put([mug(1)])
        database.webhooks.change("a", lambda found: replace(found, events=("product.changed",)))
        assert self.tell(database) == 0
        database.products.put([mug(2)])
        assert self.tell(database) == 1

    def test_a_disabled_endpoint_hears_of_what_it_missed_once_it_is_enabled(self, database: SqlShopDatabase) -> None:
        database.webhooks.add(endpoint("a", "product.changed"))
        database.webhooks.change("a", lambda found: replace(found, disabled=NOON))
        database.products.put([mug(1)])
        assert self.tell(database) == 0
        database.webhooks.change("a", lambda found: replace(found, disabled=None))
        assert self.tell(database) == 1
