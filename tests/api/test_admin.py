"""Keys and feeds for admins; health and figures for whoever runs the server."""

from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from shopkeeper.api.app import create_app
from shopkeeper.api.meters import Meters
from shopkeeper.api.schemas.keys import MintedKey
from shopkeeper.api.schemas.tasks import TaskOut
from tests.api.conftest import DEMO, Installation, installed

FEED = b"""id\ttitle\tdescription\tlink\tprice\tavailability\timage_link
g-1\tPangolin lamp\tA lamp\thttps://shop.example/g-1\t12.50 CNY\tin_stock\thttps://shop.example/g-1.png
g-2\tBroken lamp\tA lamp\thttps://shop.example/g-2\t12,5o CNY\tin_stock\thttps://shop.example/g-2.png
g-3\tNarwhal lamp\tA lamp\thttps://shop.example/g-3\t9 CNY\tout_of_stock\thttps://shop.example/g-3.png
"""


class TestKeys:
    def test_a_key_is_minted_listed_used_and_revoked(self, shop: Installation) -> None:
        asked = {"name": "new front", "scope": "public", "filters": "in_stock", "origins": ["https://New.example"], "rate_per_minute": 10}
        reply = shop.post("/v1/keys", shop.admin, json=asked)
        assert reply.status_code == 201
        minted = MintedKey.model_validate(reply.json())
        assert (minted.origins, minted.filters) == (["https://new.example"], "in_stock")
        listed = shop.get("/v1/keys", shop.admin)
        assert minted.id in [key["id"] for key in listed.json()["keys"]]
        assert minted.token not in listed.text
        assert "secret" not in listed.json()["keys"][0]
        assert shop.get("/v1/search", minted.token).status_code == 200
        assert shop.call("DELETE", f"/v1/keys/{minted.id}", shop.admin).status_code == 204
        assert shop.get("/v1/search", minted.token).status_code == 401

    @pytest.mark.parametrize(
        ("asked", "field"),
        [({"name": "x", "filters": "price <"}, "filters"), ({"name": "x", "origins": ["shop"]}, "origins"), ({"scope": "admin"}, "name")],
    )
    def test_a_key_that_could_never_work_is_not_made(self, shop: Installation, asked: dict, field: str) -> None:
        reply = shop.post("/v1/keys", shop.admin, json=asked)
        assert reply.status_code == 422
        assert reply.json()["errors"][0]["field"] == field

    def test_the_last_admin_key_stays(self, shop: Installation) -> None:
        (only,) = [key["id"] for key in shop.get("/v1/keys", shop.other).json()["keys"]]
        reply = shop.call("DELETE", f"/v1/keys/{only}", shop.other)
        assert reply.status_code == 409
        assert shop.get("/v1/keys", shop.other).status_code == 200

    def test_a_key_that_is_not_there_is_not_found(self, shop: Installation) -> None:
        assert shop.call("DELETE", f"/v1/keys/{'0' * 16}", shop.admin).status_code == 404


class TestImports:
    def upload(self, shop: Installation, wait_for: Callable, **fields: str) -> TaskOut:
        reply = shop.post("/v1/imports", shop.admin, files={"file": ("feed.tsv", FEED, "text/tab-separated-values")}, data=fields)
        assert reply.status_code == 202, reply.text
        found = wait_for(lambda: (task := TaskOut.model_validate(shop.get(reply.headers["location"], shop.admin).json())).finished and task, 10)
        assert found, "the import did not end"
        return found

    def test_a_feed_lands_its_bad_rows_are_told_and_again_changes_nothing(self, shop: Installation, wait_for: Callable) -> None:
        rehearsal = self.upload(shop, wait_for, dry_run="true")
        assert rehearsal.counts["inserted"] == 2
        assert shop.get("/v1/products/g-1").status_code == 404
        first = self.upload(shop, wait_for)
        assert (first.state, first.source, first.counts["inserted"], first.counts["rejected"]) == ("done", "feed.tsv", 2, 1)
        assert (first.rejects[0].line, first.rejects[0].field) == (3, "price")
        again = self.upload(shop, wait_for, format="google-tsv")
        assert (again.counts["inserted"], again.counts["unchanged"]) == (0, 2)
        assert shop.get("/v1/products/g-1").json()["title"]["en"] == "Pangolin lamp"
        assert b"12,5o" in shop.get(f"/v1/tasks/{first.id}/rejects", shop.admin).content
        assert first.id in [task["id"] for task in shop.get("/v1/imports", shop.admin).json()["tasks"]]
        assert wait_for(lambda: shop.get("/v1/search?q=pangolin&lang=en").json()["total"] == 1)

    def test_a_file_that_is_no_feed_fails_with_a_reason(self, shop: Installation, wait_for: Callable) -> None:
        reply = shop.post("/v1/imports", shop.admin, files={"file": ("feed.xml", b"\x00\x01\x02 nothing", "text/xml")})
        found = wait_for(lambda: (task := shop.get(reply.headers["location"], shop.admin).json())["finished"] and task, 10)
        assert found["state"] == "failed"
        assert found["error"]

    @pytest.mark.parametrize("fields", [{"kind": "secrets"}, {"format": "docx"}, {"lang": "de"}, {"currency": "yuan"}])
    def test_an_option_that_is_not_known_is_refused_at_once(self, shop: Installation, fields: dict) -> None:
        reply = shop.post("/v1/imports", shop.admin, files={"file": ("feed.tsv", FEED)}, data=fields)
        assert reply.status_code == 422
        assert reply.json()["errors"][0]["field"] == next(iter(fields))

    def test_no_file_is_refused(self, shop: Installation) -> None:
        reply = shop.post("/v1/imports", shop.admin, data={"kind": "products"})
        assert reply.status_code == 422
        assert reply.json()["errors"][0]["field"] == "file"


class TestOperation:
    def test_health_needs_no_key_and_touches_nothing(self, shop: Installation) -> None:
        assert shop.http.get("/health").json() == {"status": "ok"}

    def test_ready_tells_what_serves(self, shop: Installation) -> None:
        reply = shop.http.get("/ready")
        assert reply.status_code == 200
        # the other shop has nothing built yet
        assert reply.json()["status"] == "degraded"
        assert "1 of 2 shops" in reply.json()["parts"]["search"]
        assert "demo" not in reply.text

    def test_a_database_that_is_gone_is_503(self, tmp_path: Path) -> None:
        app, _, _ = installed(tmp_path)
        with app, TestClient(create_app(app)) as http:
            assert http.get("/ready").status_code == 200
            app.shops[DEMO].database.close()
            for path in tmp_path.rglob("shop.db*"):
                path.unlink()
            reply = http.get("/ready")
            assert (reply.status_code, reply.json()["status"]) == (503, "unavailable")
            assert http.get("/health").status_code == 200

    def test_metrics_are_for_this_machine_or_a_secret_key(self, shop: Installation) -> None:
        for key, status in ((shop.public, 401), (shop.secret, 200), (shop.admin, 200), ("nonsense", 401)):
            assert shop.get("/metrics", key).status_code == status
        with TestClient(create_app(shop.app), client=("127.0.0.1", 5000)) as here:
            reply = here.get("/metrics")
            assert reply.status_code == 200
            assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")

    def test_metrics_count_by_route_and_never_by_what_was_typed(self, shop: Installation) -> None:
        shop.get("/v1/products/h-1")
        shop.get("/v1/search?q=zzzzqqqq")
        text = shop.get("/metrics", shop.admin).text
        assert 'route="/v1/products/{product_id:path}"' in text
        assert 'shopkeeper_searches_total{found="no",shop="demo"}' in text
        assert "zzzzqqqq" not in text
        assert "h-1" not in text

    def test_two_apps_in_one_process_count_apart(self) -> None:
        one, two = Meters(), Meters()
        one.request("GET", "/health", 200, 0.1)
        assert b'route="/health"' in one.text()
        assert b'route="/health"' not in two.text()
