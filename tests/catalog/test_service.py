"""CatalogService: imports, exports and writes of one shop."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopkeeper.catalog.documents import product_to_json
from shopkeeper.catalog.report import DeleteProduct, ImportOptions, InvalidOperation, PatchOffer, PutProduct
from shopkeeper.catalog.what_is_lost import loss_table
from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.product import OfferPatch, Product
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told
from tests.catalog.feeds import FakeShop
from tests.catalog.strategies import products

DOCS = Path(__file__).parents[2] / "docs"


def rows(*ids: str, price: str = "1.00") -> str:
    return "".join(
        '{"id":"%s","title":{"en":"Cup %s"},"variants":[{"id":"%s","offers":[{"price":"%s EUR"}]}]}\n' % (id, id, id, price)  # noqa: UP031 - braces
        for id in ids
    )


class Steps:
    """A Progress that remembers."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int, int | None]] = []

    def step(self, name: str, done: int, total: int | None) -> None:
        self.told.append((name, done, total))


def test_a_second_import_changes_nothing(shop: FakeShop) -> None:
    shop.load(rows("a", "b"))
    before = shop.products.revision()
    report = shop.load(rows("b", "a"))
    assert (report.inserted, report.updated, report.unchanged) == (0, 0, 2)
    assert shop.products.revision() == before


def test_a_dry_run_says_what_would_happen_and_writes_nothing(shop: FakeShop) -> None:
    shop.load(rows("a", "b", "c"))
    writes = shop.products.writes
    feed = rows("a") + rows("b", price="2.00") + rows("d") + '{"id":"c","deleted":true}\nrubbish\n'
    dry = shop.load(feed, ImportOptions(dry_run=True))
    assert (dry.inserted, dry.updated, dry.unchanged, dry.deleted, dry.rejects) == (1, 1, 1, 1, 1)
    assert shop.products.writes == writes and dry.dry_run
    real = shop.load(feed)
    assert (real.inserted, real.updated, real.unchanged, real.deleted, real.rejects) == (1, 1, 1, 1, 1)
    assert set(shop.by_id()) == {"a", "b", "d"}


class TestDeletion:
    def test_what_the_feed_does_not_name_stays_unless_it_is_told_otherwise(self, shop: FakeShop) -> None:
        shop.load(rows("a", "b", "c"))
        assert shop.load(rows("a", "b")).deleted == 0
        assert shop.load(rows("a", "b"), ImportOptions(delete_missing=True)).deleted == 1
        assert set(shop.by_id()) == {"a", "b"}

    def test_more_than_half_is_refused_unless_forced(self, shop: FakeShop) -> None:
        shop.load(rows("a", "b", "c"))
        refused = shop.load(rows("a"), ImportOptions(delete_missing=True))
        assert refused.deleted == 0 and refused.not_deleted.startswith("2 of 3 products") and not refused.clean
        assert shop.load(rows("a"), ImportOptions(delete_missing=True, force=True)).deleted == 2

    def test_rejected_products_are_not_missing_and_nameless_rows_stop_it(self, shop: FakeShop) -> None:
        shop.load(rows("a", "b", "c"))
        spoilt = rows("a", "b") + '{"id":"c","title":{}}\n'
        assert shop.load(spoilt, ImportOptions(delete_missing=True)).not_deleted == ""
        assert set(shop.by_id()) == {"a", "b", "c"}
        nameless = shop.load(rows("a", "b") + "rubbish\n", ImportOptions(delete_missing=True))
        assert nameless.deleted == 0 and "1 rows" in nameless.not_deleted

    def test_a_tombstone_beside_its_product_is_a_duplicate(self, shop: FakeShop) -> None:
        shop.load(rows("a") + '{"id":"a","deleted":true}\n')
        assert set(shop.by_id()) == {"a"} and shop.told() == [(2, "id", "a")]


def test_progress_goes_up_to_the_whole_file(shop: FakeShop) -> None:
    steps = Steps()
    path = shop.feed(rows(*(f"p{n}" for n in range(5_000))))
    shop.service.import_products(path, ImportOptions(batch_size=100), progress=steps)
    done = [step[1] for step in steps.told]
    assert done == sorted(done) and steps.told[-1] == ("import", path.stat().st_size, path.stat().st_size)
    assert 2 <= len(done) <= 202


def test_rejects_of_one_kind_are_counted_together(shop: FakeShop) -> None:
    report = shop.load("id\ttitle\tprice\n" + "".join(f"p{n}\tCup\t{n},5 EUR\n" for n in range(30)))
    assert list(report.rejected.values()) == [30]
    assert len(report.first_rejects) == 20
    assert report.kept == 0 and dict(report.counts())["rejected"] == 30


@settings(max_examples=20, deadline=None)
@given(st.lists(products(), max_size=4, unique_by=lambda product: product.id))
def test_json_lines_hold_every_product_whole(tmp_path_factory: pytest.TempPathFactory, given_products: list[Product]) -> None:
    folder = tmp_path_factory.mktemp("trip")
    first, second, third = FakeShop(folder), FakeShop(folder), FakeShop(folder)
    feed = b"".join(product_to_json(product) + b"\n" for product in given_products) or b"\n"
    assert not first.load(feed, ImportOptions(format="jsonl")).rejected
    second.load(first.written("jsonl") or b"\n", ImportOptions(format="jsonl"))
    assert second.by_id() == first.by_id()
    third.load(second.written("jsonl") or b"\n", ImportOptions(format="jsonl"))
    assert third.written("jsonl") == second.written("jsonl")


def test_a_key_that_we_do_not_know_comes_back_as_a_key(shop: FakeShop) -> None:
    shop.load('{"id":"a","title":{"en":"A"},"variants":[{"id":"a"}],"shelf":{"row":3},"note":null}\n')
    assert shop.by_id()["a"].extras == (("json:shelf", '{"row":3}'), ("json:note", "null"))
    assert b'"shelf":{"row":3},"note":null' in shop.written("jsonl")


class TestBatch:
    def test_each_operation_has_its_outcome_in_order(self, shop: FakeShop) -> None:
        shop.load(rows("a", "b"))
        known = shop.by_id()
        price = Money(500, Currency("EUR"))
        changed = Product(ProductId("b"), LocalizedText(en="New"), known["b"].variants)
        new = Product(ProductId("n"), LocalizedText(en="New"), known["b"].variants)
        report = shop.service.apply_batch(
            [
                PutProduct(known["a"]),
                PutProduct(changed),
                PutProduct(new),
                PatchOffer(OfferPatch(ProductId("a"), price=price)),
                PatchOffer(OfferPatch(ProductId("none"), price=price)),
                InvalidOperation("x", BadInput(told("empty"), field="title")),
                DeleteProduct(ProductId("n")),
                DeleteProduct(ProductId("n")),
                PutProduct(new),
            ]
        )
        states = [outcome.state for outcome in report.outcomes]
        assert states == ["unchanged", "updated", "inserted", "patched", "not_found", "invalid", "deleted", "not_found", "inserted"]
        assert [outcome.index for outcome in report.outcomes] == list(range(9))
        assert report.failed == 3
        assert shop.by_id()["a"].variants[0].offers[0].price == price

    def test_an_operation_that_cannot_be_does_not_stop_its_neighbours(self, shop: FakeShop) -> None:
        shop.load(rows("a", "b"))
        wrong = PatchOffer(OfferPatch(ProductId("a"), sale_price=Money(1, Currency("USD"))))
        right = PatchOffer(OfferPatch(ProductId("b"), stock=3))
        report = shop.service.apply_batch([wrong, right])
        assert [(outcome.state, outcome.fault and outcome.fault.code) for outcome in report.outcomes] == [
            ("invalid", "sale_in_other_currency"),
            ("patched", None),
        ]
        assert shop.by_id()["b"].variants[0].offers[0].stock == 3

    def test_control_characters_do_not_pass_the_write_api(self, shop: FakeShop) -> None:
        product = Product(ProductId("a"), LocalizedText(en="C\x00up"), FakeShop(shop.folder).by_id().get("x", _any()).variants)
        shop.service.put([product])
        assert shop.by_id()["a"].title.en == "Cup"


def _any() -> Product:
    from shopkeeper.catalog.what_is_lost import FULL

    return FULL


def test_the_table_of_losses_in_the_docs_is_true() -> None:
    assert loss_table() in (DOCS / "reference" / "formats.md").read_text(encoding="utf-8")
