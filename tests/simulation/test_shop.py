"""The shop as a whole: the same every time, complete, quick, with rules in both languages."""

import hashlib
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shopkeeper.domain.ids import PolicyId
from shopkeeper.domain.texts import LANGS
from shopkeeper.errors import Unavailable
from shopkeeper.simulation.behaviour.records import event_document
from shopkeeper.simulation.policies import PAGES, policies
from shopkeeper.simulation.promotions import promotion_document
from shopkeeper.simulation.shop import DemoShop, demo_shop

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)

# Changes with every change of the word lists, the drawings or the behaviour: print `fingerprint` and write the new one here, on purpose.
PINNED = "e6e681dcd38a8c091b10f085bf1a7079862afaa65dfa3063f7f494bc0e5ef66f"


def fingerprint(shop: DemoShop) -> str:
    """SHA-256 of what the shop says and shows, field by field, so that a new field of the domain does not change it."""
    digest = hashlib.sha256()
    for product in shop.products:
        offers = [
            (v.id, v.gtin, [(o.market, o.price.minor, o.sale_price and o.sale_price.minor, o.stock) for o in v.offers]) for v in product.variants
        ]
        digest.update(repr((product.id, product.title.zh, product.title.en, product.description.zh, product.description.en, offers)).encode())
        digest.update(repr((product.tags, product.created, product.rating, product.rating_count)).encode())
    for order in shop.orders:
        lines = [(line.product_id, line.variant_id, line.quantity, line.unit_price.minor) for line in order.lines]
        digest.update(repr((order.id, order.placed, order.customer_id, lines, [(r.product_id, r.returned) for r in order.returns])).encode())
    for deed in shop.deeds:
        digest.update(json.dumps(event_document(deed), ensure_ascii=False).encode())
    for promotion in shop.promotions:
        digest.update(json.dumps(promotion_document(promotion), ensure_ascii=False).encode())
    for review in shop.reviews:
        digest.update(repr((review.id, review.rating, review.title, review.text, review.written)).encode())
    for policy in shop.policies:
        digest.update(repr((policy.id, policy.lang, policy.title, policy.body)).encode())
    for path, svg in sorted(shop.pictures.items()):
        digest.update(f"{path}\n{svg}".encode())
    return digest.hexdigest()


def test_the_shop_is_the_one_that_was_looked_at(shop: DemoShop):
    assert fingerprint(shop) == PINNED


def test_two_runs_give_the_same_shop():
    once, again = (demo_shop(now=NOW, size=40) for _ in range(2))
    assert fingerprint(once) == fingerprint(again)
    assert once.truth == again.truth
    assert fingerprint(demo_shop(now=NOW, size=40, seed=8)) != fingerprint(once)


def test_a_shop_does_not_depend_on_the_order_of_hashes():
    code = (
        "from datetime import UTC, datetime; from tests.simulation.test_shop import fingerprint; from shopkeeper.simulation.shop import demo_shop;"
        "print(fingerprint(demo_shop(now=datetime(2026, 11, 20, 8, tzinfo=UTC), size=60)))"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True, timeout=120
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(told) == 1 and len(told.pop().strip()) == 64


def test_a_shop_of_another_day_keeps_its_products_and_moves_its_dates():
    later = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
    here, there = demo_shop(now=NOW, size=40), demo_shop(now=later, size=40)
    assert [product.title for product in here.products] == [product.title for product in there.products]
    assert max(order.placed for order in there.orders) > later.replace(month=2, day=20)


def test_the_pictures_are_written_under_the_names_that_products_use(tmp_path: Path):
    shop = demo_shop(now=NOW, size=20)
    folder = tmp_path / "media"
    assert shop.write_pictures(folder) == len(shop.pictures) == len(list(folder.iterdir()))
    for product in shop.products:
        assert all((folder / path.removeprefix("/media/")).read_text("utf-8").startswith("<svg") for path in product.images)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path):
    taken = tmp_path / "media"
    taken.write_text("a file stands here", "utf-8")
    with pytest.raises(Unavailable, match="could not be written") as refused:
        demo_shop(now=NOW, size=24).write_pictures(taken)
    assert refused.value.value == str(taken)


def test_every_page_of_rules_exists_in_both_languages_with_the_same_sections():
    pages = {(page.id, page.lang): page for page in policies()}
    assert set(pages) == {(name, lang) for name in PAGES for lang in LANGS}
    for name in PAGES:
        zh, en = (pages[PolicyId(name), lang] for lang in LANGS)
        assert len(re.findall(r"^## ", zh.body, re.MULTILINE)) == len(re.findall(r"^## ", en.body, re.MULTILINE)) >= 3
        assert re.search(r"[\u3400-\u9fff]", zh.title) and not re.search(r"[\u3400-\u9fff]", en.body)


def test_the_faq_answers_a_dozen_questions_and_more():
    for page in policies():
        if page.kind == "faq":
            assert len(re.findall(r"^## .+[？?]$", page.body, re.MULTILINE)) >= 12


def test_the_rules_state_the_same_figures_in_both_languages():
    """Every number of the English page stands in the Chinese one: limits, days, prices. Words such as “two” are not compared."""
    pages = {(page.id, page.lang): page.body for page in policies()}
    for name in PAGES:
        zh, en = (set(re.findall(r"\d+(?:\.\d+)?", pages[PolicyId(name), lang])) for lang in LANGS)
        assert en == zh, (name, en ^ zh)


def test_the_policies_do_not_promise_what_the_law_forbids_to_claim():
    assert not any(re.search(r"最|第一(?!次)|唯一|绝对|百分之百", page.body) for page in policies() if page.lang == "zh")
