"""Problems: one shape for every error, and what a request may be."""

import gzip
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from shopkeeper.api.app import create_app
from shopkeeper.api.body_limit import MAX_JSON_BYTES
from shopkeeper.api.problems import field_path, hide_keys, told
from shopkeeper.api.schemas.common import Problem
from shopkeeper.errors import BadInput, Broken, Unavailable
from tests.api.conftest import DEMO, Installation, installed


def test_every_error_is_a_problem_document(shop: Installation) -> None:
    replies = [
        shop.http.get("/v1/search"),
        shop.call("DELETE", "/v1/products/h-1"),
        shop.get("/v1/products/nowhere"),
        shop.get("/v1/nowhere"),
        shop.call("POST", "/v1/suggest"),
        shop.get("/v1/search?limit=0"),
        shop.call("POST", "/v1/search", content=b"{", headers={"Content-Type": "application/json"}),
    ]
    assert [reply.status_code for reply in replies] == [401, 403, 404, 404, 405, 422, 422]
    for reply in replies:
        assert reply.headers["content-type"] == "application/problem+json"
        told = Problem.model_validate(reply.json())
        assert told.status == reply.status_code
        assert told.type.startswith("urn:shopkeeper:problem:")
        assert told.request_id == reply.headers["x-request-id"]


def test_every_fault_of_a_body_is_named_by_its_path(shop: Installation) -> None:
    reply = shop.post("/v1/keys", shop.admin, json={"name": "", "scope": "root", "origins": [7], "rate": 1})
    faults = {fault["field"]: fault for fault in reply.json()["errors"]}
    assert faults.keys() == {"name", "scope", "origins[0]", "rate"}
    assert faults["scope"]["value"] == "root"


def test_an_unexpected_fault_tells_its_id_and_nothing_else(shop: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("the secret recipe")

    with TestClient(create_app(shop.app)) as http:
        monkeypatch.setattr(type(shop.demo.search), "search", fail)
        reply = http.get("/v1/search", headers={"X-API-Key": shop.public, "X-Request-ID": "my-request-1"})
    assert reply.status_code == 500
    assert reply.json()["request_id"] == reply.headers["x-request-id"] == "my-request-1"
    assert "recipe" not in reply.text
    assert "Traceback" not in reply.text


@pytest.mark.parametrize(
    ("error", "status", "retry"), [(Unavailable("the database is locked"), 503, True), (Broken("a file is damaged"), 500, False)]
)
def test_what_is_unavailable_says_when_to_come_back(
    shop: Installation, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, retry: bool
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(type(shop.demo.search), "search", fail)
    reply = shop.get("/v1/search")
    assert reply.status_code == status
    assert ("retry-after" in reply.headers) is retry


def test_a_locked_database_refuses_writes_for_the_moment_and_still_reads(tmp_path: Path) -> None:
    app, admin, _ = installed(tmp_path)
    with app, TestClient(create_app(app)) as http, sqlite3.connect(next(tmp_path.rglob("demo/shop.db"))) as other:
        headers = {"X-API-Key": admin}
        assert http.get("/v1/search?q=speaker", headers=headers).json()["total"] == 2
        other.execute("BEGIN IMMEDIATE")
        writes = [
            ("PUT", "/v1/products/x", {"title": {"en": "X"}, "variants": [{"id": "x"}]}),
            ("POST", "/v1/products/batch", {"operations": [{"action": "delete", "id": "h-1"}]}),
        ]
        with ThreadPoolExecutor() as both:  # each waits for the lock for some seconds before it gives up
            replies = list(both.map(lambda write: http.request(write[0], write[1], headers=headers, json=write[2]), writes))
        for reply in replies:
            assert reply.status_code == 503, reply.text
            assert int(reply.headers["retry-after"]) >= 1
        assert http.get("/v1/search?q=speaker", headers=headers).json()["total"] == 2
        other.rollback()
        assert http.put("/v1/products/x", headers=headers, json={"title": {"en": "X"}, "variants": [{"id": "x"}]}).status_code == 201
        assert list(app.shops[DEMO].spool.glob("2*")) == [], "a batch that was refused is not done after all"


def test_a_body_that_declares_too_much_is_413_before_it_is_read(shop: Installation) -> None:
    reply = shop.call("POST", "/v1/search", content=b" " * (MAX_JSON_BYTES + 1), headers={"Content-Type": "application/json"})
    assert reply.status_code == 413
    assert "10 MB" in reply.json()["detail"]


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/search"), ("PUT", "/v1/products/big"), ("POST", "/1/indexes/*/queries")])
def test_a_body_that_declares_nothing_is_413_as_soon_as_it_is_too_large(shop: Installation, method: str, path: str) -> None:
    parts = (b" " * 2**20 for _ in range(12))
    reply = shop.call(method, path, shop.secret, content=parts, headers={"Content-Type": "application/json"})
    assert reply.status_code == 413
    assert reply.headers["content-type"] == "application/problem+json"


def test_large_replies_are_compressed(shop: Installation) -> None:
    reply = shop.get("/v1/search?limit=50", headers={"Accept-Encoding": "gzip"})
    assert reply.headers["content-encoding"] == "gzip"
    with shop.http.stream("GET", "/v1/search?limit=50", headers={"X-API-Key": shop.public, "Accept-Encoding": "gzip"}) as raw:
        assert gzip.decompress(b"".join(raw.iter_raw())).startswith(b'{"hits":')


def test_replies_carry_the_security_headers(shop: Installation) -> None:
    headers = shop.get("/v1/search").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("given", ["short", "x" * 65, "with space", "a\tb-and-more"])
def test_a_request_id_that_could_forge_a_log_line_is_replaced(shop: Installation, given: str) -> None:
    assert shop.get("/v1/search", headers={"X-Request-ID": given}).headers["x-request-id"] != given


@pytest.mark.parametrize(
    ("loc", "path"),
    [
        (("body", "operations", 3, "product", "title"), "operations[3].product.title"),
        (("query", "limit"), "limit"),
        (("header", "Idempotency-Key"), "Idempotency-Key"),
        (("body",), "body"),
        (("body", 17), "body"),
        (("path", "placement"), "placement"),
    ],
)
def test_a_place_is_written_as_callers_write_it(loc: tuple, path: str) -> None:
    assert field_path(loc) == path


def test_keys_are_hidden_wherever_they_stand() -> None:
    text = f"key sk_demo_0123456789abcdef_{'f' * 64} in a sentence"
    assert hide_keys(text) == "key sk_demo_0123… in a sentence"


def test_an_error_is_told_in_sentences() -> None:
    assert told(BadInput("is empty", field="name", hint="Give one.")) == "name: is empty. Give one."
    assert told(BadInput("Nothing was sent.")) == "Nothing was sent."
