"""The demo shop's products: complete in both languages, honest, and what a merchant would expect of a feed."""

import re
from collections import Counter, defaultdict
from datetime import UTC, datetime

import pytest

from shopkeeper.domain.product import DEFAULT_MARKET, Product
from shopkeeper.errors import BadInput, Broken
from shopkeeper.simulation.catalogue import catalogue
from shopkeeper.simulation.catalogue.offers import US, tidy_dollars, tidy_yuan
from shopkeeper.simulation.catalogue.specs import common, departments, product_types
from shopkeeper.simulation.catalogue.wording import fill, listed
from shopkeeper.simulation.pictures.patterns import PATTERNS, UNMARKED
from shopkeeper.simulation.pictures.shapes import SILHOUETTES
from shopkeeper.simulation.shop import DemoShop

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
HAN = re.compile(r"[\u3400-\u9fff]")

# Article 9 (3) of the Advertising Law of the PRC (2021) forbids 国家级, 最高级, 最佳 and the like; 第一次 (for the first time) is no claim.
FORBIDDEN_ZH = re.compile(
    r"最|第一(?!次)|唯一|顶级|顶尖|极致|极品|国家级|世界级|首个|首选|首发|独家|万能|绝对|完美|永久|百分之百|100%|治疗|疗效|祖传|特效|史上|销量冠军"
)
FORBIDDEN_EN = re.compile(
    r"\b(best|perfect|ultimate|unbeatable|world-class|number one|no\. ?1|miracle|cures?|guaranteed to|revolutionary|premium quality|amazing)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def large() -> tuple[Product, ...]:
    return catalogue(seed=7, size=1600, now=NOW)


def texts(product: Product) -> dict[str, str]:
    return {lang: f"{product.title.get(lang)}\n{product.description.get(lang)}" for lang in ("zh", "en")}


def test_a_small_shop_has_three_hundred_products_in_twelve_departments_and_a_large_one_fifteen_hundred(shop: DemoShop, large: tuple[Product, ...]):
    assert len(shop.products) == 320
    assert len({product.categories[0][0].key for product in shop.products}) >= 12
    assert len({product.id for product in large}) == 1600


def test_a_larger_catalogue_contains_the_smaller_one(large: tuple[Product, ...]):
    by_id = {product.id: product for product in large}
    assert all(by_id[product.id] == product for product in catalogue(seed=7, size=120, now=NOW))


def test_every_product_is_told_in_both_languages_and_neither_slips_into_the_other(large: tuple[Product, ...]):
    for product in large:
        told = texts(product)
        assert HAN.search(product.title.zh), product.title
        assert not HAN.search(told["en"]), told["en"]
        assert len(product.description.zh) >= 35
        assert len(product.description.en) >= 100
        labels = [
            product.brand,
            *(label for path in product.categories for label in path),
            *(label for _, values in product.attributes for label in values),
        ]
        assert all(label is not None and label.names.zh and label.names.en and not HAN.search(label.names.en) for label in labels)


def test_every_category_path_has_two_levels_and_every_shelf_is_filled(shop: DemoShop):
    assert all(len(path) == 2 for product in shop.products for path in product.categories)
    filled = {(path[0].key, path[1].key) for product in shop.products for path in product.categories}
    assert filled == {(department.key, shelf) for department in departments() for shelf, _ in department.shelves}


def test_no_two_products_share_a_title(large: tuple[Product, ...]):
    for lang in ("zh", "en"):
        doubled = [title for title, n in Counter(product.title.get(lang) for product in large).items() if n > 1]
        assert not doubled


def test_no_hole_and_no_slip_of_the_pen_is_left_in_a_text(large: tuple[Product, ...]):
    for product in large:
        for text in texts(product).values():
            assert not re.search(r"[{}\[\]]|None|\bnan\b|  |。。|，。|,,| \.|\.\.", text), text
        assert not re.search(r"[a-z]\.[A-Z]", product.description.en)
        for sentence in re.split(r"(?<=[.?!]) |\n\n", product.description.en):
            assert sentence[0].isupper() or sentence[0].isdigit(), sentence
            assert sentence[-1] in ".?!", sentence
        assert all(paragraph.endswith(("。", "？")) for paragraph in product.description.zh.split("\n\n"))


def test_no_claim_that_the_advertising_law_forbids(large: tuple[Product, ...]):
    for product in large:
        told = texts(product)
        assert not FORBIDDEN_ZH.search(told["zh"]), told["zh"]
        assert not FORBIDDEN_EN.search(told["en"]), told["en"]


def test_the_same_numbers_stand_in_both_languages_of_a_title(large: tuple[Product, ...]):
    """Digits of the Chinese title (350 毫升, 24 厘米) are those of the English one; 寸, 码 and the like are units, not numbers."""
    for product in large:
        zh, en = (sorted(re.findall(r"\d+(?:\.\d+)?", product.title.get(lang).replace(",", ""))) for lang in ("zh", "en"))
        assert set(zh) <= set(en), (product.title.zh, product.title.en)


def test_a_description_of_many_sentences_varies_within_a_type(large: tuple[Product, ...]):
    by_type: dict[str, list[str]] = defaultdict(list)
    for product in large:
        by_type[product.attributes[0][1][0].key].append(product.description.zh)
    assert all(len(set(told)) >= 0.75 * len(told) for told in by_type.values())


def test_variant_options_are_exactly_the_attribute_values_of_that_name(large: tuple[Product, ...]):
    for product in large:
        attributes = {name: {label.key for label in labels} for name, labels in product.attributes}
        options: dict[str, set[str]] = defaultdict(set)
        for variant in product.variants:
            for name, label in variant.options:
                options[name].add(label.key)
        assert all(attributes[name] == keys for name, keys in options.items())
        assert len({variant.options for variant in product.variants}) == len(product.variants)


def test_an_attribute_has_a_name_for_people_in_both_languages(shop: DemoShop):
    used = {name for product in shop.products for name, _ in product.attributes}
    assert used <= set(shop.attribute_names)
    assert all(shop.attribute_names[name].zh and shop.attribute_names[name].en for name in used)


def test_a_value_that_needs_another_never_stands_without_it(large: tuple[Product, ...]):
    kinds = product_types()
    for product in large:
        chosen = {(name, label.key) for name, labels in product.attributes for label in labels}
        kind = kinds[product.attributes[0][1][0].key]
        for group, values in (*kind.facets, ("features", kind.features)):
            for value in values:
                if (group, value.key) in chosen:
                    assert all(any((name, key) in chosen for key in keys) for name, keys in value.only), product.title


def test_prices_are_positive_and_every_sale_is_below_the_price(large: tuple[Product, ...]):
    on_sale = 0
    for product in large:
        for offer in (offer for market in (DEFAULT_MARKET, US) for offer in product.offers(market)):
            assert offer.price.minor > 0
            assert offer.price.currency == ("CNY" if offer.market == DEFAULT_MARKET else "USD")
            if offer.sale_price is not None:
                on_sale += 1
                assert 0 < offer.sale_price.minor < offer.price.minor
                assert offer.price_at(NOW) == offer.sale_price
        assert list(product.offers()), "every product is sold at home"
    assert on_sale > 500


def test_a_larger_pack_never_costs_less(large: tuple[Product, ...]):
    for product in large:
        for name in ("weight", "volume", "length", "bed_size", "case_size"):
            by_rest: dict[object, list[int]] = defaultdict(list)
            for variant in product.variants:
                if name in dict(variant.options):
                    rest = tuple(option for option in variant.options if option[0] != name)
                    by_rest[rest].extend(offer.price.minor for offer in variant.offers if offer.market == DEFAULT_MARKET)
            assert all(prices == sorted(prices) and len(set(prices)) > 1 for prices in by_rest.values())


def test_some_are_sold_out_some_are_sold_abroad_some_are_new(shop: DemoShop):
    sold_out = [product for product in shop.products if not product.buyable()]
    abroad = [product for product in shop.products if list(product.offers(US))]
    assert 3 <= len(sold_out) <= 40
    assert 120 <= len(abroad) <= 260
    assert 3 <= sum("new" in product.tags for product in shop.products) <= 60
    assert all(offer.buyable == bool(offer.stock) for product in shop.products for offer in product.offers())


def test_a_gtin_is_valid_and_of_the_range_for_use_inside_a_shop(large: tuple[Product, ...]):
    codes = [variant.gtin for product in large for variant in product.variants]
    assert len(set(codes)) == len(codes)
    for code in codes:
        assert re.fullmatch(r"2\d{12}", code)
        assert sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(code)) % 10 == 0


def test_the_word_lists_name_only_what_exists():
    kinds, palette, seen = product_types(), common().palette, set()
    for department in departments():
        shelves, aspects = dict(department.shelves), {a.key for a in (*department.aspects, *common().aspects)}
        for brand in department.brands:
            assert brand.name not in seen, "a brand belongs to one department"
            seen.add(brand.name)
        for kind in department.types:
            assert kind.shelf in shelves
            assert set(kind.aspects) <= aspects and kind.aspects
            assert {other for other, _ in kind.goes_with} <= set(kinds) - {kind.key}
            assert kind.picture in SILHOUETTES
            assert len(kind.openings) >= 2 and len(kind.closings) >= 2 and len(kind.features) >= 2
            assert not kind.sizes or kind.sizes in common().sizes
            values = [*kind.features, *(value for _, values in (*kind.facets, *kind.options) for value in values)]
            assert {colour for value in values for colour in value.colours} | set(kind.colours) <= set(palette)
            assert all(value.pattern in PATTERNS or value.pattern in UNMARKED for value in values)


def test_every_sentence_of_the_word_lists_stands_in_both_languages():
    for department in departments():
        for kind in department.types:
            values = [*kind.features, *(value for _, values in (*kind.facets, *kind.options) for value in values)]
            for text in (*kind.titles, *kind.openings, *kind.closings, *(said for value in values for said in value.says), *(v.name for v in values)):
                assert text.zh and text.en and not HAN.search(text.en), text
        for aspect in department.aspects:
            assert len(aspect.good) >= 2 and len(aspect.bad) >= 2


def test_a_slot_that_the_product_does_not_have_is_named():
    with pytest.raises(Broken, match="'height'"):
        fill("It is {height} tall.", {"width": "3 cm"})


def test_names_are_listed_as_each_language_does():
    assert listed(["红", "蓝", "绿"], "zh") == "红、蓝、绿"
    assert listed(["red", "blue", "green"], "en") == "red, blue and green"
    assert listed(["red"], "en") == "red"


@pytest.mark.parametrize(("yuan", "fen"), [(12.3, 1190), (3.0, 490), (46.0, 4900), (123.0, 11900), (1234.0, 124900)])
def test_yuan_prices_end_as_shops_end_them(yuan: float, fen: int):
    assert tidy_yuan(yuan) == fen


@pytest.mark.parametrize(("dollars", "cents"), [(0.4, 199), (7.6, 799), (33.2, 3350), (123.0, 12500)])
def test_dollar_prices_end_as_shops_end_them(dollars: float, cents: int):
    assert tidy_dollars(dollars) == cents


@pytest.mark.parametrize("size", [0, -1, 5001])
def test_an_impossible_size_is_refused_with_the_bounds(size: int):
    with pytest.raises(BadInput, match="1 to 5000"):
        catalogue(seed=7, size=size, now=NOW)


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(BadInput, match="time zone"):
        catalogue(seed=7, size=10, now=datetime(2026, 11, 20))


def test_another_seed_makes_another_catalogue():
    titles = {seed: [product.title.zh for product in catalogue(seed=seed, size=100, now=NOW)] for seed in (7, 8)}
    assert sum(a == b for a, b in zip(titles[7], titles[8], strict=True)) < 20
