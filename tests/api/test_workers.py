"""Several server processes over one installation: each opens it for itself, as `[server] workers` does."""

from collections.abc import Callable
from pathlib import Path

from starlette.testclient import TestClient

from shopkeeper import bootstrap
from shopkeeper.api.app import create_app
from tests.api.conftest import DEMO, installed


def test_what_one_worker_writes_another_finds_within_a_second(tmp_path: Path, wait_for: Callable) -> None:
    first, admin, _ = installed(tmp_path)
    headers = {"X-API-Key": admin}
    with first, bootstrap.build(first.settings) as second, TestClient(create_app(first)) as one, TestClient(create_app(second)) as two:
        assert two.get("/v1/search?q=axolotl&lang=en", headers=headers).json()["total"] == 0
        body = {"title": {"en": "Axolotl plush"}, "variants": [{"id": "v", "offers": [{"price": "10 CNY", "stock": 1}]}]}
        assert one.put("/v1/products/ax", headers=headers, json=body).status_code == 201

        def price_in(worker: TestClient) -> int | None:
            hits = worker.get("/v1/search?q=axolotl&lang=en", headers=headers).json()["hits"]
            return hits[0]["price"]["minor"] if hits else None

        assert wait_for(lambda: price_in(one) == 1_000)
        assert wait_for(lambda: price_in(two) == 1_000)
        assert two.patch("/v1/products/ax", headers=headers, json={"price": "9 CNY"}).status_code == 200
        assert wait_for(lambda: price_in(one) == 900)
        assert wait_for(lambda: price_in(two) == 900)
        assert one.delete("/v1/products/ax", headers=headers).status_code == 204
        assert wait_for(lambda: price_in(two) is None)


def test_a_key_that_one_worker_revoked_is_refused_by_another_within_a_second(tmp_path: Path, wait_for: Callable) -> None:
    first, admin, _ = installed(tmp_path)
    with first, bootstrap.build(first.settings) as second, TestClient(create_app(first)) as one, TestClient(create_app(second)) as two:
        minted = one.post("/v1/keys", headers={"X-API-Key": admin}, json={"name": "front"}).json()
        headers = {"X-API-Key": minted["token"]}
        assert two.get("/v1/search", headers=headers).status_code == 200
        assert one.delete(f"/v1/keys/{minted['id']}", headers={"X-API-Key": admin}).status_code == 204
        assert one.get("/v1/search", headers=headers).status_code == 401
        assert wait_for(lambda: two.get("/v1/search", headers=headers).status_code == 401, 1.5)


def test_a_batch_that_one_worker_accepted_is_done_whoever_works_the_spool(tmp_path: Path, wait_for: Callable) -> None:
    first, admin, _ = installed(tmp_path)
    headers = {"X-API-Key": admin}
    with first, bootstrap.build(first.settings) as second, TestClient(create_app(first)), TestClient(create_app(second)) as two:
        reply = two.post("/v1/products/batch", headers=headers, json={"operations": [{"action": "delete", "id": "h-3"}]})
        assert wait_for(lambda: two.get(reply.headers["location"], headers=headers).json()["state"] == "done", 5)
        assert "h-3" not in first.shops[DEMO].database.products.get(["h-3"])  # type: ignore[list-item]  # any text may be asked for


def test_the_spool_goes_to_the_next_worker_when_its_worker_ends(tmp_path: Path, wait_for: Callable) -> None:
    first, admin, _ = installed(tmp_path)
    headers = {"X-API-Key": admin}
    with first, bootstrap.build(first.settings) as second, TestClient(create_app(second)) as two:
        with TestClient(create_app(first)):
            assert two.get("/health").status_code == 200
        reply = two.post("/v1/products/batch", headers=headers, json={"operations": [{"action": "delete", "id": "h-3"}]})
        assert wait_for(lambda: two.get(reply.headers["location"], headers=headers).json()["state"] == "done", 5)
