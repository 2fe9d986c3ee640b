"""The search service as the product uses it: one database, real artifacts, a clock that can be turned."""

import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import pytest

from shopkeeper.domain.ids import ProductId, Revision, VariantId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.product import Market, Offer, OfferPatch, Product, Variant
from shopkeeper.domain.texts import Label, LocalizedText
from shopkeeper.errors import BadInput, NotFound
from shopkeeper.ports.stores import ProductChange
from tests.conftest import NOON
from tests.search.conftest import SmallShop

Make = Callable[..., SmallShop]
USD = Currency("USD")
AUDIO = (Label("audio", LocalizedText(zh="音频", en="Audio")), Label("headphones", LocalizedText(zh="耳机", en="Headphones")))
BAGS = (Label("bags", LocalizedText(zh="箱包", en="Bags")),)


def product(name: str, title: str, minor: int = 1_000, *, brand: str = "", zh: str = "", stock: int | None = None, **rest: object) -> Product:
    offer = Offer(Money(minor, USD), stock=stock, **{key: rest.pop(key) for key in ("sale_price", "sale_starts", "sale_ends") if key in rest})  # pyright: ignore[reportArgumentType]
    return Product(
        ProductId(name),
        LocalizedText(en=title, zh=zh),
        (Variant(VariantId(name), offers=(offer,)),),
        brand=Label(brand) if brand else None,
        **rest,  # pyright: ignore[reportArgumentType]
    )


SHELF = (
    product(
        "sony", "Sony WH-1000XM4 wireless headphones", 34_900, brand="Sony", zh="索尼无线耳机", categories=(AUDIO,), rating=4.8, rating_count=200
    ),
    product(
        "bose", "Bose QuietComfort wireless headphones", 29_900, brand="Bose", zh="博士无线耳机", categories=(AUDIO,), rating=5.0, rating_count=1
    ),
    product("cheap", "Wired headphones", 990, brand="Noname", zh="有线耳机", categories=(AUDIO,), created=NOON),
    product(
        "bag",
        "Laptop bag <b>black</b> & grey",
        4_900,
        brand="Sony",
        zh="电脑包",
        categories=(BAGS,),
        description=LocalizedText(en="Fits laptops. " * 30),
    ),
    product("gone", "Discontinued wireless headphones", 100, stock=0, categories=(AUDIO,)),
)


@pytest.fixture
def shop(small_shop: Make) -> SmallShop:
    return small_shop(SHELF)


def test_words_in_either_language_find_products_and_what_is_sold_out_comes_last(shop: SmallShop) -> None:
    assert set(shop.ids("wireless headphones")) == {"sony", "bose", "gone"}
    assert shop.ids("wireless headphones")[-1] == "gone"
    assert set(shop.ids("无线耳机", lang="zh")) == {"sony", "bose"}
    page = shop.ask("wireless headphones")
    assert page.total == 3
    assert page.shown.surface == "search"
    assert page.shown.items == tuple(hit.product.id for hit in page.hits)
    assert page.understood == ""


def test_filters_narrow_and_the_keys_filters_always_hold(shop: SmallShop) -> None:
    assert shop.ids("headphones", filters="brand:Sony") == ["sony"]
    assert shop.ids("headphones", filters="price < 10 AND in_stock") == ["cheap"]
    assert set(shop.ids("headphones", shop_filters="NOT brand:Sony", filters="in_stock")) == {"bose", "cheap"}
    assert shop.ids("headphones", filters="brand:Sony", shop_filters="NOT brand:Sony") == []


def test_facets_count_all_matches_and_each_without_its_own_filter(shop: SmallShop) -> None:
    page = shop.ask("headphones", filters="brand:Sony AND in_stock", facets=("brand", "category", "price"), limit=1, lang="zh")
    facets = {facet.name: facet for facet in page.facets}
    assert {value.key: value.count for value in facets["brand"].values} == {"Sony": 1, "Bose": 1, "Noname": 1}
    assert [(value.key, value.label, value.count) for value in facets["category"].values] == [
        ("audio", "音频", 1),
        ("audio > headphones", "音频 > 耳机", 1),
    ]
    assert (facets["price"].low, facets["price"].high) == (349.0, 349.0)
    assert {facet.name for facet in shop.ask(facets=("*",)).facets} >= {"brand", "category", "price", "rating"}


@pytest.mark.parametrize(
    ("sort", "first"),
    [("price_asc", "gone"), ("price_desc", "sony"), ("newest", "cheap"), ("rating", "sony"), ("popularity", "bose")],
)
def test_each_order_begins_with_its_best(small_shop: Make, sort: str, first: str) -> None:
    shop = small_shop(SHELF, indexed=False)
    shop.index({ProductId("bose"): 9.0})
    assert shop.ids(sort=sort)[0] == first


def test_matches_are_marked_and_everything_else_is_escaped(shop: SmallShop) -> None:
    (hit,) = shop.ask("laptops bag").hits
    marked = dict(hit.highlights)
    assert marked["title"] == "<mark>Laptop</mark> <mark>bag</mark> &lt;b&gt;black&lt;/b&gt; &amp; grey"
    assert "<mark>laptops</mark>" in marked["description"]
    assert len(marked["description"]) < 500


def test_pages_by_cursor_show_everything_once(small_shop: Make) -> None:
    shop = small_shop([product(f"p{n:02}", f"lamp number {n}", 100 + n % 3) for n in range(25)])
    for sort in ("relevance", "price_asc", "newest"):
        seen: list[str] = []
        cursor = ""
        while True:
            page = shop.ask("lamp", limit=7, cursor=cursor, sort=sort)
            seen += [hit.product.id for hit in page.hits]
            cursor = page.next_cursor
            if not cursor:
                break
        assert len(seen) == 25
        assert len(set(seen)) == 25
    assert shop.ids("lamp", limit=7, offset=7) != shop.ids("lamp", limit=7)


def test_a_product_that_comes_between_two_pages_neither_repeats_nor_hides_another(small_shop: Make) -> None:
    shop = small_shop([product(f"p{n}", "lamp", 100 * (n + 1)) for n in range(6)])
    first = shop.ask("lamp", sort="price_asc", limit=3)
    shop.put(product("new", "lamp", 50))
    shop.search.refresh()
    second = shop.ask("lamp", sort="price_asc", limit=3, cursor=first.next_cursor)
    assert [hit.product.id for hit in second.hits] == ["p3", "p4", "p5"]


def test_a_cursor_goes_on_after_a_new_index_was_published(small_shop: Make) -> None:
    shop = small_shop([product(f"p{n}", "lamp", 100 * (n + 1)) for n in range(6)])
    first = shop.ask("lamp", sort="price_asc", limit=3)
    shop.index()
    shop.search.refresh()
    second = shop.ask("lamp", sort="price_asc", limit=3, cursor=first.next_cursor)
    assert [hit.product.id for hit in second.hits] == ["p3", "p4", "p5"]


def test_the_cursor_of_another_search_is_refused(small_shop: Make) -> None:
    shop = small_shop([product(f"p{n}", "lamp") for n in range(6)])
    cursor = shop.ask("lamp", limit=3).next_cursor
    for other in ({"query": "desk"}, {"query": "lamp", "filters": "in_stock"}, {"query": "lamp", "sort": "newest"}, {"query": "lamp", "lang": "zh"}):
        with pytest.raises(BadInput, match="another search"):
            shop.ask(limit=3, cursor=cursor, **other)
    for broken in ("x", cursor[:-4], "é", "W10", "bnVsbA"):
        with pytest.raises(BadInput) as caught:
            shop.ask("lamp", limit=3, cursor=broken)
        assert caught.value.field == "cursor"


@pytest.mark.parametrize(
    "query", ["!!! ??? ...", "。。。，，，", "<script>alert(1)</script>", "'; DROP TABLE products; --", '"', "a" * 1_000, "\x00\u202e", "的"]
)
def test_odd_queries_are_answered_and_never_break(shop: SmallShop, query: str) -> None:
    assert shop.ask(query, facets=("*",)).hits == ()


def test_a_query_that_is_too_long_is_refused_with_its_length(shop: SmallShop) -> None:
    with pytest.raises(BadInput, match="has 10000 characters; at most 1000"):
        shop.ask("q" * 10_000)
    for bad in ({"limit": 251}, {"limit": -1}, {"offset": -1}, {"market": "mars"}, {"filters": "price <"}, {"filters": " OR ".join(["a:b"] * 201)}):
        with pytest.raises(BadInput):
            shop.ask("lamp", **bad)


def test_a_typo_is_mended_and_said_and_a_known_word_never_is(shop: SmallShop) -> None:
    page = shop.ask("wireles headphnes")
    assert page.hits[0].product.id in ("sony", "bose")
    assert page.understood == "wireless headphone"
    assert shop.ask("wired").understood == ""
    assert shop.ids("wired") == ["cheap"]
    assert shop.ids("xyzzy") == []


def test_without_a_match_of_all_words_fewer_are_searched_and_it_says_which(shop: SmallShop) -> None:
    page = shop.ask("bose wireless headphones turquoise")
    assert [hit.product.id for hit in page.hits] == ["bose"]
    assert page.understood == "bose wireless headphones"
    assert shop.ask("turquoise unicorn").hits == ()


def test_two_words_and_one_word_meet(small_shop: Make) -> None:
    shop = small_shop([product("a", "Garmin smartwatch"), product("b", "Sport smart watch"), product("c", "smart pen"), product("d", "watch strap")])
    assert set(shop.ids("smart watch")) == {"a", "b"}
    assert set(shop.ids("smartwatch")) == {"a", "b"}


def test_a_change_is_found_without_a_call_within_a_second(shop: SmallShop) -> None:
    other = shop.another_process()
    assert shop.ids("headphones", filters="price < 5", shop_filters="in_stock") == []
    other.columns()
    shop.products.patch([OfferPatch(ProductId("cheap"), price=Money(400, USD))])
    shop.put(product("fresh", "Brandnew turntable", 12_300, brand="Newbrand"))
    shop.products.delete([ProductId("bose")])
    deadline = time.monotonic() + 5
    while shop.ids("turntable") != ["fresh"] and time.monotonic() < deadline:
        time.sleep(0.02)
    for service in (shop.search, other):
        service.refresh()
    assert shop.ids("headphones", filters="price < 5 AND in_stock") == ["cheap"]
    assert shop.ids("turntable", filters="brand:Newbrand") == ["fresh"]
    assert "bose" not in shop.ids("headphones")
    assert other.columns().price_minor()[other.columns().row(ProductId("cheap"))] == 400
    other.close()


def test_a_new_text_replaces_the_old_one(shop: SmallShop) -> None:
    shop.put(dataclasses.replace(SHELF[0], title=LocalizedText(en="Sony record player")))
    shop.search.refresh()
    assert shop.ids("record player") == ["sony"]
    assert shop.ids("1000xm4") == []
    shop.index()
    shop.search.refresh()
    assert shop.ids("record player") == ["sony"]


def test_a_shop_without_an_index_is_searched_all_the_same(small_shop: Make) -> None:
    shop = small_shop(SHELF, indexed=False)
    assert set(shop.ids("wireless headphones")) == {"sony", "bose", "gone"}
    assert small_shop([], indexed=False).ask("anything", facets=("*",)).total == 0


def test_a_sale_that_begins_is_in_the_price_and_in_the_filter_at_that_moment(small_shop: Make) -> None:
    sale = product("a", "lamp", 1_000, sale_price=Money(500, USD), sale_starts=NOON + timedelta(hours=1), sale_ends=NOON + timedelta(hours=2))
    shop = small_shop([sale])
    assert shop.ids(filters="price < 8") == []
    shop.later(hours=1)
    assert shop.ids(filters="price < 8 AND on_sale") == ["a"]
    assert shop.ask().hits[0].price == Money(500, USD)
    shop.later(hours=1)
    assert shop.ids(filters="price < 8") == []


def test_a_damaged_new_index_leaves_the_old_one_in_service(shop: SmallShop) -> None:
    assert shop.ids("1000xm4") == ["sony"]
    artifact = shop.index()
    path = artifact.path / "text" / "rows.npy"
    if path.exists():
        path.write_bytes(path.read_bytes()[:200])
    shop.search.refresh()
    assert shop.ids("1000xm4") == ["sony"]


def test_suggestions_lead_to_something_on_offer(shop: SmallShop) -> None:
    texts = {(s.kind, s.text) for s in shop.search.suggest("head", lang="en")}
    assert ("category", "Audio > Headphones") in texts
    assert {(s.kind, s.text) for s in shop.search.suggest("耳机", lang="zh")} >= {("category", "音频 > 耳机")}
    assert ("brand", "Sony") in {(s.kind, s.text) for s in shop.search.suggest("so", lang="en")}
    (found,) = [s for s in shop.search.suggest("wh-1000", lang="en") if s.kind == "product"]
    assert found.product_id == "sony"
    assert "<mark>WH-1000</mark>" in found.highlighted
    assert shop.search.suggest("head", lang="en", shop_filters="brand:Nobody") == []
    assert shop.search.suggest("", lang="en") == shop.search.suggest("<>", lang="en") == []


def test_like_products_are_found_and_the_product_itself_is_not(shop: SmallShop) -> None:
    page = shop.search.similar(ProductId("sony"), lang="en")
    assert page.hits[0].product.id == "bose"
    assert {"sony", "gone"}.isdisjoint(hit.product.id for hit in page.hits)
    found = shop.search.similar_ids(ProductId("sony"), 3)
    assert next(name for name, _ in found) in ("bose", "gone")
    assert all(0 < score <= 1 for _, score in found)
    assert shop.search.similar_ids(ProductId("nobody"), 3) == []
    with pytest.raises(NotFound, match="nobody"):
        shop.search.similar(ProductId("nobody"), lang="en")


def test_another_market_shows_what_is_sold_there(small_shop: Make) -> None:
    offers = (Offer(Money(1_000, USD)), Offer(Money(70, Currency("JPY")), market=Market("jp")))
    both = Product(ProductId("both"), LocalizedText(en="lamp"), (Variant(VariantId("both"), offers=offers),))
    shop = small_shop([both, product("here", "lamp")])
    assert set(shop.ids("lamp")) == {"both", "here"}
    assert shop.ids("lamp", market=Market("jp"), filters="price = 70") == ["both"]


def test_a_restored_backup_takes_prices_back_with_it(small_shop: Make) -> None:
    shop = small_shop([product("a", "lamp", 1_000)])
    shop.ids()
    past, shop.search = shop.search, shop.another_process()
    past.close()
    shop.products.patch([OfferPatch(ProductId("a"), price=Money(5, USD))])
    shop.search.refresh()
    assert shop.ids(filters="price < 1") == ["a"]
    shop.search.close()
    restored = _Earlier(Revision(1), product("a", "lamp", 1_000))
    shop.products = restored  # pyright: ignore[reportAttributeAccessIssue]  # the store as it was before the patch
    shop.search = shop.another_process()
    assert shop.ids(filters="price = 10") == ["a"]
    shop.search.close()


class _Earlier:
    """A product store that was set back to its first revision."""

    def __init__(self, revision: Revision, first: Product) -> None:
        self._revision = revision
        self._first = first

    def revision(self) -> Revision:
        return self._revision

    def changes(self, since: Revision = Revision(0), *, limit: int | None = None) -> Iterator[ProductChange]:
        if since < self._revision and limit != 0:
            yield ProductChange(self._first.id, self._revision, self._revision, self._first)

    def get(self, ids: Sequence[ProductId]) -> dict[ProductId, Product]:
        return {self._first.id: self._first} if self._first.id in ids else {}


@pytest.mark.parametrize("sort", ["relevance", "price_asc", "newest"])
def test_the_way_back_shows_the_pages_that_were_seen(small_shop: Make, sort: str) -> None:
    shop = small_shop([product(f"p{n:02}", f"lamp number {n}", 100 + n % 3) for n in range(25)])
    pages = [shop.ask("lamp", limit=7, sort=sort)]
    while pages[-1].next_cursor:
        pages.append(shop.ask("lamp", limit=7, sort=sort, cursor=pages[-1].next_cursor))
    back = [pages[-1]]
    while back[-1].previous_cursor:
        back.append(shop.ask("lamp", limit=7, sort=sort, cursor=back[-1].previous_cursor))
    assert len(pages) == 4
    assert [[hit.product.id for hit in page.hits] for page in reversed(back)] == [[hit.product.id for hit in page.hits] for page in pages]
    assert [page.next_cursor for page in reversed(back)] == [page.next_cursor for page in pages]


def test_the_way_back_leads_over_a_new_index(small_shop: Make) -> None:
    shop = small_shop([product(f"p{n}", "lamp", 100 * (n + 1)) for n in range(9)])
    second = shop.ask("lamp", sort="price_asc", limit=3, cursor=shop.ask("lamp", sort="price_asc", limit=3).next_cursor)
    shop.index()
    shop.search.refresh()
    assert shop.ids("lamp", sort="price_asc", limit=3, cursor=second.previous_cursor) == ["p0", "p1", "p2"]


@pytest.mark.parametrize("indexed", [True, False])
@pytest.mark.parametrize("query", ["wireless headphones", "无线耳机", "laptops bag black", "sony", "headphone wireles", ""])
def test_the_parts_of_an_explanation_sum_to_the_score_that_ranks(small_shop: Make, query: str, indexed: bool) -> None:
    shop = small_shop(SHELF, indexed=False)
    if indexed:
        shop.index(popularity={ProductId("sony"): 40.0, ProductId("bag"): 3.0})
        shop.search.refresh()
    hits = shop.ask(query, explain=True).hits
    assert hits
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        assert hit.explanation is not None
        assert sum(part.amount for part in hit.explanation.parts) == pytest.approx(hit.score, rel=1e-5)
        assert hit.explanation.reason.get("zh") != hit.explanation.reason.get("en")


def test_an_explanation_says_where_the_word_stands_and_what_lowers_the_hit(shop: SmallShop) -> None:
    by_id = {hit.product.id: hit.explanation for hit in shop.ask("wireless", explain=True).hits}
    bose, gone = by_id[ProductId("bose")], by_id[ProductId("gone")]
    assert bose is not None
    assert gone is not None
    assert bose.reason.get("en") == "Has “wireless” in its title."
    assert bose.reason.get("zh") == "标题含“wireless”。"
    assert gone.reason.get("en") == "Has “wireless” in its title; lowered because it cannot be bought now."
    by_price = {hit.product.id: hit.explanation for hit in shop.ask("wireless", explain=True, sort="price_asc").hits}[ProductId("gone")]
    assert by_price is not None
    assert by_price.reason.get("en") == "Listed by price, lowest first; has “wireless” in its title."
    assert [part.kind for part in gone.parts] == ["word", "availability"]
    assert shop.ask("wireless").hits[0].explanation is None


@pytest.mark.parametrize("query", ["wireless headphones", "sony", "qqqq", "“no such phrase”", "无线耳机"])
def test_a_ranking_of_fixed_length_is_filled_below_the_matches(shop: SmallShop, query: str) -> None:
    strict, filled = shop.ids(query), shop.ids(query, fill=5)
    assert filled[: len(strict)] == strict
    assert sorted(filled) == sorted(item.id for item in SHELF)
    assert filled == shop.ids(query, fill=5)
