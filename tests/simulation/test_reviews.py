"""Reviews: written by buyers, about what the product has, and agreeing with what is secretly true."""

import re
from collections import Counter, defaultdict
from datetime import UTC, datetime
from statistics import correlation, fmean

import pytest

from shopkeeper.domain.review import Review
from shopkeeper.simulation.catalogue.specs import common, departments
from shopkeeper.simulation.shop import DemoShop
from shopkeeper.simulation.wares import aspects_of

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@pytest.fixture
def own(shop: DemoShop) -> list[Review]:
    """What buyers wrote of their own accord."""
    return [review for review in shop.reviews if review.id not in shop.truth.ring_reviews]


def test_there_are_reviews_in_both_languages_each_with_an_id_of_its_own(shop: DemoShop):
    languages = Counter(review.lang for review in shop.reviews)
    assert languages["zh"] > 400 and languages["en"] > 200
    assert len({review.id for review in shop.reviews}) == len(shop.reviews)


def test_a_reviewer_has_bought_the_product_before_and_writes_once(shop: DemoShop, own: list[Review]):
    bought = defaultdict(lambda: NOW)
    for order in shop.orders:
        for line in order.lines:
            key = (order.customer_id, line.product_id)
            bought[key] = min(bought[key], order.placed)
    seen = set()
    for review in own:
        key = (review.customer_id, review.product_id)
        assert bought[key] < review.written < NOW
        assert key not in seen
        seen.add(key)


def test_a_review_is_in_the_language_that_it_names_and_has_no_hole(shop: DemoShop):
    for review in shop.reviews:
        han = any("\u3400" <= letter <= "\u9fff" for letter in f"{review.title}{review.text}")
        assert han == (review.lang == "zh"), review.text
        assert review.text and "{" not in review.text and "  " not in review.text
        assert review.text == review.text.strip()


def test_the_aspects_that_are_spoken_of_fit_the_product(shop: DemoShop, own: list[Review]):
    phrases = {lang: defaultdict(set) for lang in ("zh", "en")}
    for aspect in (*common().aspects, *(a for department in departments() for a in department.aspects)):
        for said in (*aspect.good, *aspect.bad):
            for lang, by_aspect in phrases.items():
                by_aspect[aspect.key].add(said.get("zh" if lang == "zh" else "en"))
    for review in own:
        ware = shop.truth.wares[review.product_id]
        allowed = {aspect.key for aspect in aspects_of(ware.kind, ware.product)}
        said = shop.truth.said[review.id]
        assert said and {aspect for aspect, _ in said} <= allowed
        for aspect, _ in said:
            assert any(sentence.split("{")[0] in review.text for sentence in phrases[review.lang or "zh"][aspect])


def test_nobody_speaks_of_the_scent_of_what_is_unscented(shop: DemoShop):
    unscented = {
        product.id
        for product in shop.products
        if {"fragrance-free", "no-fragrance", "plain"} & {label.key for _, labels in product.attributes for label in labels}
    }
    assert len(unscented) > 5
    assert not any(aspect == "scent" for r in shop.reviews if r.product_id in unscented for aspect, _ in shop.truth.said[r.id])


def test_better_products_get_better_ratings(shop: DemoShop):
    rated = [product for product in shop.products if product.rating_count >= 5]
    assert len(rated) > 50
    assert correlation([shop.truth.wares[product.id].quality for product in rated], [product.rating or 0.0 for product in rated]) > 0.6


def test_stars_and_praise_agree(shop: DemoShop):
    praised: dict[bool, list[bool]] = defaultdict(list)
    for review in shop.reviews:
        praised[(review.rating or 0) >= 4].extend(good for _, good in shop.truth.said[review.id])
    assert fmean(praised[True]) > 0.75
    assert fmean(praised[False]) < 0.5


def test_a_products_rating_is_the_mean_of_its_reviews_and_nothing_else(shop: DemoShop):
    stars = defaultdict(list)
    for review in shop.reviews:
        stars[review.product_id].append(review.rating)
    for product in shop.products:
        assert product.rating_count == len(stars[product.id])
        assert product.rating == (round(fmean(stars[product.id]), 2) if stars[product.id] else None)


def test_all_five_ratings_occur_and_good_ones_are_the_most(shop: DemoShop):
    ratings = Counter(review.rating for review in shop.reviews)
    assert set(ratings) == {1.0, 2.0, 3.0, 4.0, 5.0}
    assert 0.6 < (ratings[4.0] + ratings[5.0]) / len(shop.reviews) < 0.92


def test_few_reviews_are_word_for_word_the_same(own: list[Review]):
    texts = Counter(review.text for review in own)
    assert sum(n for n in texts.values() if n > 1) / len(own) < 0.35
    assert max(texts.values()) <= 12


def test_what_rings_write_is_alike_and_says_nothing_of_the_product(shop: DemoShop):
    by_ring: dict[int, list[Review]] = defaultdict(list)
    for review in shop.reviews:
        if (ring := shop.truth.ring_reviews.get(review.id)) is not None:
            by_ring[ring].append(review)
            assert shop.truth.said[review.id] == ()
    assert by_ring
    for written in by_ring.values():
        sentences = Counter(sentence for review in written for sentence in re.findall(r"[^！!]+[！!]", review.text))
        assert len(sentences) <= 8 < sentences.total(), "four sentences in two languages, over and over"
