"""The door: keys, scopes, shops, rate limits, web origins."""

import pytest
from starlette.testclient import TestClient

from shopkeeper.api.app import create_app
from shopkeeper.api.door import FAILED_PER_MINUTE
from tests.api.conftest import DEMO, ORIGIN, Installation


def preflight(shop: Installation, origin: str):
    return shop.http.options("/v1/search", headers={"Origin": origin, "Access-Control-Request-Method": "POST"})


class TestKeys:
    @pytest.mark.parametrize(
        "header", [{"Authorization": "Bearer {}"}, {"Authorization": "bearer  {}"}, {"X-API-Key": "{}"}, {"X-Algolia-API-Key": "{}"}]
    )
    def test_a_key_is_taken_from_any_of_its_places(self, shop: Installation, header: dict[str, str]) -> None:
        headers = {name: value.format(shop.public) for name, value in header.items()}
        assert shop.http.get("/v1/search", headers=headers).status_code == 200

    def test_no_key_is_401_and_says_how_to_send_one(self, shop: Installation) -> None:
        reply = shop.http.get("/v1/search")
        assert reply.status_code == 401
        assert reply.headers["www-authenticate"].startswith("Bearer")
        assert "X-API-Key" in reply.json()["detail"]

    def test_every_wrong_key_gets_the_same_answer(self, shop: Installation) -> None:
        key, token = shop.demo.keys.mint("short-lived", "public")
        shop.demo.keys.revoke(key.id)
        wrong = [
            "nonsense",
            shop.public[:-1] + ("0" if shop.public[-1] != "0" else "1"),
            shop.other.replace("sk_other", "sk_demo"),
            shop.public.replace("sk_demo", "sk_nowhere"),
            token,
        ]
        answers = set()
        for text in wrong:
            reply = shop.http.get("/v1/search", headers={"X-API-Key": text})
            body = reply.json()
            del body["request_id"]
            answers.add((reply.status_code, str(body)))
        assert len(answers) == 1
        assert answers.pop()[0] == 401

    def test_a_key_of_another_shop_opens_only_that_shop(self, shop: Installation) -> None:
        assert shop.get("/v1/products/h-1").status_code == 200
        assert shop.get("/v1/products/h-1", shop.other).status_code == 404
        assert shop.get("/v1/products", shop.other).json()["products"] == []

    def test_a_revoked_key_is_refused_at_once(self, shop: Installation) -> None:
        key, token = shop.demo.keys.mint("short-lived", "public")
        assert shop.get("/v1/search", token).status_code == 200
        assert shop.call("DELETE", f"/v1/keys/{key.id}", shop.admin).status_code == 204
        assert shop.get("/v1/search", token).status_code == 401

    def test_a_key_never_stands_in_a_reply(self, shop: Installation) -> None:
        reply = shop.get("/v1/search", params={"q": "x", "sort": shop.secret})
        assert reply.status_code == 422
        assert shop.secret.rsplit("_", 1)[1] not in reply.text


class TestScopes:
    @pytest.mark.parametrize(
        ("method", "path", "needs"),
        [
            ("PUT", "/v1/products/x", "secret"),
            ("PATCH", "/v1/products/x", "secret"),
            ("DELETE", "/v1/products/x", "secret"),
            ("POST", "/v1/products/batch", "secret"),
            ("POST", "/v1/orders", "secret"),
            ("POST", "/v1/reviews", "secret"),
            ("GET", "/v1/tasks", "secret"),
            ("GET", "/v1/keys", "admin"),
            ("POST", "/v1/keys", "admin"),
            ("DELETE", "/v1/keys/x", "admin"),
            ("POST", "/v1/imports", "admin"),
            ("GET", "/v1/imports", "admin"),
        ],
    )
    def test_a_lower_scope_is_403_and_says_which_is_needed(self, shop: Installation, method: str, path: str, needs: str) -> None:
        lower = [shop.public] if needs == "secret" else [shop.public, shop.secret]
        for key in lower:
            reply = shop.call(method, path, key)
            assert reply.status_code == 403
            assert f"needs {needs}" in reply.json()["detail"]

    def test_a_higher_scope_includes_the_lower(self, shop: Installation) -> None:
        for key in (shop.secret, shop.admin):
            assert shop.get("/v1/search", key).status_code == 200


class TestRateLimit:
    def test_the_fields_tell_what_is_left(self, shop: Installation) -> None:
        _, token = shop.demo.keys.mint("slow", "public", rate_per_minute=120)
        reply = shop.get("/v1/search", token)
        assert reply.headers["ratelimit-policy"] == '"default";q=120;w=60'
        assert reply.headers["ratelimit"] == '"default";r=119;t=1'

    def test_a_key_that_has_had_its_share_is_429_until_more_has_refilled(self, shop: Installation) -> None:
        _, token = shop.demo.keys.mint("slow", "public", rate_per_minute=3, origins=[ORIGIN])
        replies = [shop.get("/v1/search", token, headers={"Origin": ORIGIN}) for _ in range(4)]
        assert [reply.status_code for reply in replies] == [200, 200, 200, 429]
        assert 1 <= int(replies[-1].headers["retry-after"]) <= 20
        assert replies[-1].json()["type"].endswith("rate-limited")
        assert replies[-1].headers["access-control-allow-origin"] == ORIGIN
        assert shop.get("/v1/search").status_code == 200

    def test_strangers_who_guess_are_stopped_and_known_keys_still_pass(self, shop: Installation) -> None:
        with TestClient(create_app(shop.app)) as fresh:  # a server of its own: its limits are not those of the other tests
            known = {"X-API-Key": shop.public}
            assert fresh.get("/v1/search", headers=known).status_code == 200
            guesses = [
                fresh.get("/v1/search", headers={"X-API-Key": f"sk_demo_{at:016x}_{'0' * 64}"}).status_code for at in range(FAILED_PER_MINUTE + 5)
            ]
            assert guesses[:FAILED_PER_MINUTE] == [401] * FAILED_PER_MINUTE
            assert guesses[-1] == 429
            assert fresh.get("/v1/search", headers=known).status_code == 200


class TestOrigins:
    def test_a_preflight_passes_for_an_origin_of_any_key(self, shop: Installation) -> None:
        reply = preflight(shop, ORIGIN)
        assert reply.status_code == 204
        assert reply.headers["access-control-allow-origin"] == ORIGIN
        assert "X-API-Key" in reply.headers["access-control-allow-headers"]

    def test_a_preflight_of_a_stranger_does_not(self, shop: Installation) -> None:
        reply = preflight(shop, "https://evil.example")
        assert reply.status_code == 403
        assert "access-control-allow-origin" not in reply.headers

    def test_the_reply_is_readable_only_for_the_origins_of_its_own_key(self, shop: Installation) -> None:
        _, elsewhere = shop.demo.keys.mint("elsewhere", "public", origins=["https://else.example"])
        headers = {"Origin": ORIGIN}
        assert shop.get("/v1/search", headers=headers).headers["access-control-allow-origin"] == ORIGIN
        other = shop.get("/v1/search", elsewhere, headers=headers)
        assert "access-control-allow-origin" not in other.headers
        assert "Origin" in other.headers["vary"]

    def test_problems_are_readable_too(self, shop: Installation) -> None:
        reply = shop.get("/v1/search?limit=0", headers={"Origin": ORIGIN})
        assert (reply.status_code, reply.headers["access-control-allow-origin"]) == (422, ORIGIN)

    def test_a_star_allows_any_origin(self, shop: Installation) -> None:
        key, token = shop.demo.keys.mint("anywhere", "public", origins=["*"])
        reply = shop.get("/v1/search", token, headers={"Origin": "https://anyone.example"})
        assert reply.headers["access-control-allow-origin"] == "https://anyone.example"
        assert preflight(shop, "https://anyone.example").status_code == 204
        shop.app.shops[DEMO].keys.revoke(key.id)
        assert preflight(shop, "https://anyone.example").status_code == 403
