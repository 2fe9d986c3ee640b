"""The catalogue over HTTP: read, write, patch, delete, and the writes' safety net."""

from collections.abc import Callable

import pytest

from shopkeeper.api.schemas.products import PRODUCT_EXAMPLE, ListingOut, ProductDocument
from tests.api.conftest import Installation


def document(title: str = "Trial", *, price: str = "10.00 CNY", **more) -> dict:
    return {"title": {"en": title}, "variants": [{"id": "v", "offers": [{"price": price, "stock": 3}]}], **more}


def put(shop: Installation, id: str, body: dict | None = None, **options):
    return shop.call("PUT", f"/v1/products/{id}", shop.secret, json=document() if body is None else body, **options)


class TestReading:
    def test_a_product_comes_as_its_document(self, shop: Installation) -> None:
        reply = shop.get("/v1/products/h-1")
        read = ProductDocument.model_validate(reply.json())
        assert (read.id, read.title.zh, read.variants[0].offers[0].price) == ("h-1", "降噪耳机", "599.00 CNY")

    def test_an_id_may_hold_a_slash(self, shop: Installation) -> None:
        assert shop.get("/v1/products/m/1").json()["id"] == "m/1"
        assert shop.get("/v1/products/m%2F1").json()["id"] == "m/1"

    def test_a_public_key_sees_no_hidden_product(self, shop: Installation) -> None:
        assert shop.get("/v1/products/h-6").status_code == 404
        assert shop.get("/v1/products/h-6", shop.secret).json()["status"] == "hidden"

    def test_a_keys_filter_holds_for_single_products_and_lists(self, shop: Installation) -> None:
        assert shop.get("/v1/products/h-5", shop.narrowed).status_code == 404
        assert shop.get("/v1/products/h-2", shop.narrowed).status_code == 200
        listed = {one["id"] for one in shop.get("/v1/products?limit=500", shop.narrowed).json()["products"]}
        assert {"h-2", "c-1"} <= listed
        assert {"h-1", "h-5", "h-6"}.isdisjoint(listed)

    def test_the_list_goes_on_by_cursor_until_all_were_seen_once(self, shop: Installation) -> None:
        for key in (shop.secret, shop.public, shop.narrowed):
            whole = [one["id"] for one in shop.get("/v1/products?limit=500", key).json()["products"]]
            seen, cursor = [], ""
            while True:
                page = shop.get("/v1/products", key, params={"limit": 5, "cursor": cursor}).json()
                seen += [one["id"] for one in page["products"]]
                if not (cursor := page["next_cursor"]):
                    break
            assert seen == whole
            assert len(set(seen)) == len(seen)

    def test_a_cursor_of_another_list_is_refused(self, shop: Installation) -> None:
        cursor = shop.get("/v1/products?limit=1").json()["next_cursor"]
        for key, text in ((shop.other, cursor), (shop.narrowed, cursor), (shop.public, "hello")):
            reply = shop.get("/v1/products", key, params={"cursor": text})
            assert reply.status_code == 422
            assert reply.json()["errors"][0]["field"] == "cursor"


class TestWriting:
    def test_put_inserts_then_updates_then_leaves_alone(self, shop: Installation) -> None:
        assert [put(shop, "t-1").status_code, put(shop, "t-1").json()["result"]] == [201, "unchanged"]
        assert put(shop, "t-1", document("Trial two")).json() == {"id": "t-1", "result": "updated"}
        assert shop.get("/v1/products/t-1").json()["title"] == {"en": "Trial two"}

    def test_the_documented_example_can_be_put(self, shop: Installation) -> None:
        assert put(shop, "p-1", PRODUCT_EXAMPLE).status_code == 201
        ProductDocument.model_validate(PRODUCT_EXAMPLE)
        assert shop.call("DELETE", "/v1/products/p-1", shop.secret).status_code == 204

    def test_a_written_product_is_found_within_a_second(self, shop: Installation, wait_for: Callable) -> None:
        put(shop, "t-found", document("Zanzibar lantern"))
        assert wait_for(lambda: shop.get("/v1/search?q=zanzibar&lang=en").json()["total"] == 1)

    def test_a_new_price_is_in_the_results_within_a_second(self, shop: Installation, wait_for: Callable) -> None:
        put(shop, "t-price", document("Quetzal whistle"))
        assert wait_for(lambda: shop.get("/v1/search?q=quetzal&lang=en").json()["total"] == 1)
        assert (
            shop.call("PATCH", "/v1/products/t-price", shop.secret, json={"price": {"minor": 777, "currency": "CNY"}, "stock": 0}).status_code == 200
        )

        def shown() -> bool:
            hit = shop.get("/v1/search?q=quetzal&lang=en").json()["hits"][0]
            return hit["price"] == {"minor": 777, "currency": "CNY"} and not hit["buyable"]

        assert wait_for(shown)
        assert wait_for(lambda: shop.get("/v1/search", params={"q": "quetzal", "lang": "en", "filters": "in_stock"}).json()["total"] == 0)

    def test_a_deleted_product_is_gone_everywhere_within_a_second(self, shop: Installation, wait_for: Callable) -> None:
        put(shop, "t-gone", document("Umbra kite"))
        assert wait_for(lambda: shop.get("/v1/search?q=umbra&lang=en").json()["total"] == 1)
        assert shop.call("DELETE", "/v1/products/t-gone", shop.secret).status_code == 204
        assert shop.get("/v1/products/t-gone").status_code == 404
        assert wait_for(lambda: shop.get("/v1/search?q=umbra&lang=en").json()["total"] == 0)
        assert shop.call("DELETE", "/v1/products/t-gone", shop.secret).status_code == 404
        assert "t-gone" not in [one["id"] for one in shop.get("/v1/products?limit=500").json()["products"]]

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"id": "another"} | document(), "id"),
            (document(colour="red"), "colour"),
            (document(price="12,50 EUR"), "variants[0].offers[0].price"),
            (document(price="-3 EUR"), "variants[0].offers[0].price"),
            ({"title": {"en": "x"}, "variants": []}, "variants"),
            ({"variants": [{"id": "v"}]}, "title"),
            (document("x" * 1_001), "title.en"),
            (document(description={"en": "x" * 5_000_000}), "description.en"),
        ],
    )
    def test_a_document_that_cannot_be_used_is_named_by_its_field_and_writes_nothing(self, shop: Installation, body: dict, field: str) -> None:
        reply = put(shop, "t-bad", body)
        assert reply.status_code == 422
        assert reply.json()["errors"][0]["field"] == field
        assert shop.get("/v1/products/t-bad").status_code == 404

    @pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"null"])
    def test_a_body_that_is_no_object_is_refused(self, shop: Installation, body: bytes) -> None:
        reply = shop.call("PUT", "/v1/products/t-bad", shop.secret, content=body)
        assert reply.status_code == 422
        assert reply.json()["errors"][0]["field"] == "body"

    @pytest.mark.parametrize(
        ("id", "body", "status", "field"),
        [
            ("nowhere", {"stock": 1}, 404, "product_id"),
            ("h-1", {"stock": 1, "variant_id": "zzz"}, 404, "variant_id"),
            ("h-1", {"stock": 1, "market": "mars"}, 404, "variant_id"),
            ("h-1", {}, 422, "body"),
            ("h-1", {"stock": -1}, 422, "stock"),
            ("h-1", {"stock": 1.5}, 422, "stock"),
            ("h-1", {"price": "cheap"}, 422, "price"),
            ("h-1", {"title": "new"}, 422, "title"),
        ],
    )
    def test_a_patch_that_cannot_be_done_says_why(self, shop: Installation, id: str, body: dict, status: int, field: str) -> None:
        before = shop.get("/v1/products/h-1").json()
        reply = shop.call("PATCH", f"/v1/products/{id}", shop.secret, json=body)
        assert reply.status_code == status
        assert reply.json()["errors"][0]["field"] == field
        assert shop.get("/v1/products/h-1").json() == before

    def test_null_ends_a_sale_and_what_is_absent_stays(self, shop: Installation) -> None:
        offer = {"price": "10.00 CNY", "sale_price": "8.00 CNY", "sale_ends": "2030-01-01T00:00:00Z"}
        put(shop, "t-sale", {"title": {"en": "Sale"}, "variants": [{"id": "t-sale", "offers": [offer]}]})

        def after(patch: dict) -> dict:
            assert shop.call("PATCH", "/v1/products/t-sale", shop.secret, json=patch).status_code == 200
            return shop.get("/v1/products/t-sale").json()["variants"][0]["offers"][0]

        assert after({"stock": 3}) == offer | {"stock": 3}
        assert after({"sale_price": "7.00 CNY", "sale_ends": "2031-01-01T08:00:00+08:00"}) == offer | {
            "stock": 3,
            "sale_price": "7.00 CNY",
            "sale_ends": "2031-01-01T00:00:00Z",
        }
        assert after({"sale_price": None}) == {"price": "10.00 CNY", "stock": 3}
        shop.call("DELETE", "/v1/products/t-sale", shop.secret)


class TestListing:
    def test_why_a_product_is_not_listed_is_answered_in_the_readers_language(self, shop: Installation, wait_for: Callable) -> None:
        put(shop, "l-euro", {"title": {"en": "Euro"}, "variants": [{"id": "l-euro", "offers": [{"price": "9.00 EUR"}]}]})

        def asked(id: str, **options) -> dict:
            return shop.get(f"/v1/products/{id}/listing", shop.secret, **options).json()

        assert wait_for(lambda: [one["reason"] for one in asked("l-euro")["reasons"]] == ["other_currency"])
        assert ListingOut.model_validate(asked("l-euro")).searchable is False
        assert asked("l-euro")["reasons"][0]["told"] == "its price is in EUR while market 'default' sells in CNY"
        assert asked("l-euro", headers={"Accept-Language": "zh-CN,en;q=0.5"})["reasons"][0]["told"] == "价格是 EUR，而市场“default”以 CNY 出售"
        assert asked("h-1")["reasons"] == []
        shop.call("DELETE", "/v1/products/l-euro", shop.secret)
        assert [one["reason"] for one in asked("l-euro")["reasons"]] == ["deleted"]
        assert shop.get("/v1/products/l-never/listing", shop.secret).status_code == 404
        assert shop.get("/v1/products/h-1/listing", shop.public).status_code == 403


class TestIdempotency:
    def test_the_same_write_again_gets_the_first_reply_and_is_not_done_twice(self, shop: Installation) -> None:
        headers = {"Idempotency-Key": "once-1"}
        first = put(shop, "i-1", headers=headers)
        shop.call("DELETE", "/v1/products/i-1", shop.secret)
        again = put(shop, "i-1", headers=headers)
        assert (first.status_code, first.json()) == (again.status_code, again.json()) == (201, {"id": "i-1", "result": "inserted"})
        assert again.headers["idempotent-replayed"] == "true"
        assert "idempotent-replayed" not in first.headers
        assert shop.get("/v1/products/i-1").status_code == 404

    def test_another_request_under_the_same_key_is_422(self, shop: Installation) -> None:
        headers = {"Idempotency-Key": "once-2"}
        put(shop, "i-2", headers=headers)
        for reply in (put(shop, "i-2", document("Else"), headers=headers), put(shop, "i-3", headers=headers)):
            assert reply.status_code == 422
            assert reply.json()["errors"][0]["field"] == "Idempotency-Key"

    def test_a_failed_write_may_be_tried_again_under_its_key(self, shop: Installation) -> None:
        headers = {"Idempotency-Key": "once-3"}
        assert put(shop, "i-4", {"title": {}}, headers=headers).status_code == 422
        assert put(shop, "i-4", headers=headers).status_code == 201

    def test_two_api_keys_do_not_share_their_idempotency_keys(self, shop: Installation) -> None:
        _, second = shop.demo.keys.mint("second server", "secret")
        headers = {"Idempotency-Key": "once-4"}
        put(shop, "i-5", headers=headers)
        reply = shop.call("PUT", "/v1/products/i-6", second, json=document(), headers=headers)
        assert reply.status_code == 201

    def test_a_batch_that_is_sent_twice_is_one_task(self, shop: Installation) -> None:
        body = {"operations": [{"action": "delete", "id": "nowhere"}]}
        replies = [shop.post("/v1/products/batch", json=body, headers={"Idempotency-Key": "once-5"}) for _ in range(2)]
        assert replies[0].json() == replies[1].json()
        assert replies[1].headers["location"] == replies[0].headers["location"]
