"""Batches: promised on disk before the 202, done in order by one process, told in a report."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from shopkeeper.api import work
from shopkeeper.api.batches import MAX_BEGUN, Batches
from shopkeeper.api.meters import Meters
from shopkeeper.api.schemas.tasks import TaskOut
from shopkeeper.api.spool import Mark, Spool
from shopkeeper.bootstrap import App, Shop
from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.task import Task
from shopkeeper.errors import Unavailable
from tests.api.conftest import DEMO, Installation, installed

Wait = Callable[..., Any]


def put(id: str, title: str = "Trial") -> dict:
    return {"action": "put", "product": {"id": id, "title": {"en": title}, "variants": [{"id": id, "offers": [{"price": "10 CNY"}]}]}}


def ended(shop: Installation, reply, wait_for: Wait) -> TaskOut:
    assert reply.status_code == 202, reply.text
    assert reply.headers["location"] == f"/v1/tasks/{reply.json()['task_id']}"

    def ask() -> TaskOut | None:
        task = TaskOut.model_validate(shop.get(reply.headers["location"], shop.secret).json())
        return task if task.finished else None

    found = wait_for(ask, 10)
    assert found, "the task did not end"
    return found


class TestOverHttp:
    def test_operations_land_in_their_order_and_each_fault_is_told_with_its_row(self, shop: Installation, wait_for: Wait) -> None:
        operations = [
            put("b-1", "First"),
            {"action": "patch", "id": "b-1", "stock": 7},
            {"action": "explode"},
            put("b-2"),
            {"action": "delete", "id": "b-2"},
            {"action": "patch", "id": "nowhere", "stock": 1},
            put("b-1", "Last"),
        ]
        task = ended(shop, shop.post("/v1/products/batch", json={"operations": operations}), wait_for)
        assert task.state == "done"
        assert task.counts["rejected"] == 2
        assert [(one.line, one.field) for one in task.rejects] == [(3, "action"), (6, "id")]
        assert shop.get("/v1/products/b-1").json()["title"] == {"en": "Last"}
        assert shop.get("/v1/products/b-2").status_code == 404
        rejects = shop.get(f"/v1/tasks/{task.id}/rejects", shop.secret)
        assert rejects.headers["content-type"].startswith("application/x-ndjson")
        rows = [orjson.loads(line) for line in rejects.content.splitlines()]
        assert orjson.loads(rows[0]["row"]) == {"action": "explode"}

    def test_json_lines_may_be_larger_and_a_broken_line_costs_only_itself(self, shop: Installation, wait_for: Wait) -> None:
        padding = "x" * 1_200
        lines = [orjson.dumps(put(f"many-{at}", f"Item {at} {padding[:900]}")) for at in range(3)]
        body = b"\n".join([lines[0], b"{oops", lines[1], lines[2]])
        task = ended(shop, shop.post("/v1/products/batch", content=body, headers={"Content-Type": "application/x-ndjson"}), wait_for)
        assert (task.counts["inserted"], task.counts["rejected"]) == (3, 1)
        assert task.rejects[0].line == 2

    def test_what_a_batch_wrote_is_found(self, shop: Installation, wait_for: Wait) -> None:
        ended(shop, shop.post("/v1/products/batch", json={"operations": [put("b-found", "Xylophone")]}), wait_for)
        assert wait_for(lambda: shop.get("/v1/search?q=xylophone&lang=en").json()["total"] == 1)

    def test_a_product_in_another_currency_lands_and_is_told_in_the_report(self, shop: Installation, wait_for: Wait) -> None:
        euro = put("b-euro")
        euro["product"]["variants"][0]["offers"][0]["price"] = "10 EUR"
        task = ended(shop, shop.post("/v1/products/batch", json={"operations": [put("b-yuan"), euro]}), wait_for)
        assert (task.counts["inserted"], task.counts["not_listed"], task.rejects) == (2, 1, [])
        (notice,) = task.notices
        assert (notice.line, notice.value, notice.code) == (2, "b-euro", "other_currency")
        in_chinese = shop.get(f"/v1/tasks/{task.id}", shop.secret, headers={"Accept-Language": "zh"}).json()
        assert in_chinese["notices"][0]["reason"] == "已保存但不会上架：价格是 EUR，而市场“default”以 CNY 出售"

    @pytest.mark.parametrize("body", [b"{}", b'{"operations": []}', b"[1]", b"nonsense"])
    def test_what_is_no_batch_is_refused_at_once(self, shop: Installation, body: bytes) -> None:
        assert shop.post("/v1/products/batch", content=body).status_code == 422

    def test_orders_and_reviews_land_too(self, shop: Installation, wait_for: Wait) -> None:
        line = {"product_id": "h-1", "quantity": 1, "unit_price": "599.00 CNY"}
        good = {"id": "b-o-1", "placed": "2026-03-01T10:00:00Z", "customer_id": "c-new", "lines": [line]}
        before = shop.demo.database.orders.count()
        task = ended(shop, shop.post("/v1/orders", json={"orders": [good, {"id": "b-o-2", "placed": "yesterday", "lines": [line]}]}), wait_for)
        assert task.counts["rejected"] == 1
        assert "placed" in task.rejects[0].field
        assert shop.demo.database.orders.count() == before + 1
        review = {"id": "b-r-1", "product_id": "h-1", "written": "2026-03-01T10:00:00Z", "rating": 5, "text": "安静"}
        task = ended(shop, shop.post("/v1/reviews", json={"reviews": [review, review | {"id": "b-r-2", "rating": 9}]}), wait_for)
        assert task.counts["rejected"] == 1
        assert [one.id for one in shop.demo.database.reviews.of_product(ProductId("h-1"))] == ["b-r-1"]

    def test_tasks_are_listed_newest_first_and_only_to_their_own_shop(self, shop: Installation, wait_for: Wait) -> None:
        task = ended(shop, shop.post("/v1/products/batch", json={"operations": [put("b-3")]}), wait_for)
        listed = shop.get("/v1/tasks?limit=5", shop.secret).json()["tasks"]
        assert task.id in [one["id"] for one in listed]
        created = [one["created"] for one in listed]
        assert created == sorted(created, reverse=True)
        assert shop.get(f"/v1/tasks/{task.id}", shop.other).status_code == 404
        assert shop.get(f"/v1/tasks/{task.id}/rejects", shop.other).status_code == 404
        assert shop.get("/v1/tasks/nowhere", shop.secret).status_code == 404

    def test_a_task_without_rejects_has_an_empty_reject_file(self, shop: Installation, wait_for: Wait) -> None:
        task = ended(shop, shop.post("/v1/products/batch", json={"operations": [put("b-4")]}), wait_for)
        reply = shop.get(f"/v1/tasks/{task.id}/rejects", shop.secret)
        assert (reply.status_code, reply.content) == (200, b"")


@pytest.fixture
def lone(tmp_path: Path):
    """A shop of one's own, whose server is not running."""
    app, _, _ = installed(tmp_path)
    with app:
        yield app


def batches(app: App) -> Batches:
    return Batches(app, Meters(), written=lambda: None, clock=app.clock)


def accept(app: App, operations: list[dict]) -> Task:
    lines = b"".join(orjson.dumps(one) + b"\n" for one in operations)
    return batches(app).accept(app.shops[DEMO], "products.batch", "test", lambda out: out.write(lines), suffix=".jsonl")


def run(app: App, task: Task, wait_for: Wait) -> Task:
    """Let a new process work until the task has ended."""
    worker = batches(app)
    worker.start()
    try:
        found = wait_for(lambda: (now := app.shops[DEMO].database.tasks.get(task.id)) and now.finished and now, 10)
        assert found, "the task did not end"
        return found
    finally:
        worker.stop()


class TestAcrossCrashes:
    def test_what_was_accepted_before_the_server_died_is_done_by_the_next(self, lone: App, wait_for: Wait) -> None:
        task = accept(lone, [put("r-1")])
        assert lone.shops[DEMO].database.tasks.get(task.id) == task
        assert run(lone, task, wait_for).state == "done"
        assert lone.shops[DEMO].database.products.get([ProductId("r-1")])
        assert Spool(lone.shops[DEMO].spool).waiting() == []

    def test_it_goes_on_after_the_last_chunk_and_counts_nothing_twice(self, lone: App, wait_for: Wait, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(work, "CHUNK", 2)
        shop = lone.shops[DEMO]
        task = accept(lone, [put("r-1"), {"action": "a"}, put("r-2"), {"action": "b"}, put("r-3")])
        spool = Spool(shop.spool)
        entry = spool.waiting()[0]
        # as a process leaves it that died after its first chunk landed, with the rejects of the second written but not marked
        first = orjson.dumps({"line": 2, "field": "action", "value": "a", "reason": "told", "row": ""}) + b"\n"
        (entry.folder / work.REJECTS).write_bytes(first + b'{"line": 4, "half a li')
        spool.set_mark(entry, Mark(done=2, begun=1, counts={"inserted": 1, "rejected": 1}, rejects_bytes=len(first)))
        done = run(lone, task, wait_for)
        assert dict(done.counts) == {"inserted": 3, "rejected": 2}
        assert [reject.line for reject in done.rejects] == [2, 4]
        assert not shop.database.products.get([ProductId("r-1")]), "a chunk that was marked is not applied again"

    def test_a_batch_that_keeps_killing_the_server_is_given_up(self, lone: App, wait_for: Wait) -> None:
        task, later = accept(lone, [put("r-1")]), accept(lone, [put("r-2")])
        spool = Spool(lone.shops[DEMO].spool)
        spool.set_mark(spool.waiting()[0], Mark(begun=MAX_BEGUN))
        failed = run(lone, task, wait_for)
        assert failed.state == "failed"
        assert "Given up" in failed.error
        assert run(lone, later, wait_for).state == "done"

    def test_a_database_that_is_locked_for_a_while_delays_but_loses_nothing(self, lone: App, wait_for: Wait, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("shopkeeper.api.batches.RETRY_S", 0.05)
        catalog = type(lone.shops[DEMO].catalog)
        real, failures = catalog.apply_batch, iter([True, True])

        def locked_twice(self, operations):
            if next(failures, False):
                raise Unavailable("the database is locked")
            return real(self, operations)

        monkeypatch.setattr(catalog, "apply_batch", locked_twice)
        task = accept(lone, [put("r-1")])
        assert dict(run(lone, task, wait_for).counts)["inserted"] == 1

    def test_a_fault_of_ours_fails_the_task_and_the_next_is_done(self, lone: App, wait_for: Wait, monkeypatch: pytest.MonkeyPatch) -> None:
        catalog = type(lone.shops[DEMO].catalog)
        real, faults = catalog.apply_batch, iter([True])

        def broken_once(self, operations):
            if next(faults, False):
                raise ZeroDivisionError("the secret recipe")
            return real(self, operations)

        monkeypatch.setattr(catalog, "apply_batch", broken_once)
        first, second = accept(lone, [put("r-1")]), accept(lone, [put("r-2")])
        assert run(lone, second, wait_for).state == "done"
        failed = lone.shops[DEMO].database.tasks.get(first.id)
        assert failed is not None
        assert failed.state == "failed"
        assert "recipe" not in failed.error

    def test_two_workers_do_a_batch_once(self, lone: App, wait_for: Wait, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[str] = []
        real = work.apply_product_batch

        def noting(shop: Shop, spool: Spool, entry, progress):
            seen.append(entry.id)
            return real(shop, spool, entry, progress)

        monkeypatch.setitem(work.WORK, "products.batch", noting)
        workers = [batches(lone), batches(lone)]
        for worker in workers:
            worker.start()
        try:
            tasks = [accept(lone, [put(f"r-{at}")]) for at in range(5)]
            stored = lone.shops[DEMO].database.tasks
            assert wait_for(lambda: all((now := stored.get(task.id)) and now.finished for task in tasks), 10)
        finally:
            for worker in workers:
                worker.stop()
        assert sorted(seen) == sorted(task.id for task in tasks)

    def test_a_task_that_was_never_promised_is_closed(self, lone: App, wait_for: Wait) -> None:
        shop = lone.shops[DEMO]
        orphan = replace(accept(lone, [put("r-1")]), created=lone.clock() - timedelta(hours=1))
        spool = Spool(shop.spool)
        spool.remove(spool.waiting()[0])
        shop.database.tasks.save(orphan)
        closed = run(lone, orphan, wait_for)
        assert closed.state == "failed"
        assert "before it accepted" in closed.error

    def test_only_the_newest_reject_files_are_kept(self, lone: App, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("shopkeeper.api.batches.KEPT_REPORTS", 2)
        folder = lone.shops[DEMO].imports.rejects_folder
        folder.mkdir()
        for at in range(4):
            (folder / f"2026010{at}T0.jsonl").touch()
        batches(lone)._housekeep(lone.shops[DEMO])
        assert sorted(path.name for path in folder.iterdir()) == ["20260102T0.jsonl", "20260103T0.jsonl"]
