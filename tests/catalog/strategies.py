"""Products, at random: everything that the domain allows and our documents must carry."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from shopkeeper.domain.ids import ProductId, VariantId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.product import Market, Offer, Product, Variant
from shopkeeper.domain.texts import Label, LocalizedText

# no control characters, no lone surrogates, no outer white space: what clean_text leaves alone
words = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)
ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,15}", fullmatch=True)
texts = st.builds(LocalizedText, st.just("") | words, st.just("") | words)
titles = st.builds(LocalizedText, words, st.just("") | words) | st.builds(LocalizedText, st.just(""), words)
labels = st.builds(Label, words, texts)
moments = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
urls = ids.map(lambda path: f"https://shop.example/{path}")
extras = st.lists(st.tuples(st.sampled_from(("google:a", "shopify:b", "x:c", "json:d", "json:title")), words), max_size=3).map(tuple)


@st.composite
def offers(draw: st.DrawFn, market: str) -> Offer:
    currency = Currency(draw(st.sampled_from(("CNY", "EUR", "JPY", "KWD"))))
    price = draw(st.integers(0, 10**9))
    sale = draw(st.none() | st.integers(0, 10**9))
    span = sorted(draw(st.tuples(moments, moments)))
    return Offer(
        price=Money(price, currency),
        market=Market(market),
        sale_price=None if sale is None else Money(sale, currency),
        sale_starts=draw(st.none() | st.just(span[0])),
        sale_ends=draw(st.none() | st.just(span[1])),
        availability=draw(st.sampled_from(("in_stock", "out_of_stock", "preorder", "backorder"))),
        stock=draw(st.none() | st.integers(0, 10**6)),
    )


@st.composite
def variants(draw: st.DrawFn, id: str) -> Variant:
    names = draw(st.lists(words, unique=True, max_size=2))
    markets = draw(st.lists(st.sampled_from(("default", "cn", "us")), unique=True, max_size=2))
    return Variant(
        id=VariantId(id),
        options=tuple((name, draw(labels)) for name in names),
        offers=tuple(draw(offers(market)) for market in markets),
        gtin=draw(st.sampled_from(("", "4006381333931"))),
        mpn=draw(st.just("") | words),
        images=tuple(draw(st.lists(urls, max_size=2))),
        extras=draw(extras),
    )


@st.composite
def products(draw: st.DrawFn) -> Product:
    variant_ids = draw(st.lists(ids, unique=True, min_size=1, max_size=3))
    names = draw(st.lists(words, unique=True, max_size=3))
    return Product(
        id=ProductId(draw(ids)),
        title=draw(titles),
        variants=tuple(draw(variants(id)) for id in variant_ids),
        description=draw(texts),
        brand=draw(st.none() | labels),
        categories=tuple(tuple(path) for path in draw(st.lists(st.lists(labels, min_size=1, max_size=2), max_size=2))),
        attributes=tuple((name, tuple(draw(st.lists(labels, min_size=1, max_size=2)))) for name in names),
        tags=tuple(draw(st.lists(words, max_size=2))),
        images=tuple(draw(st.lists(urls, max_size=2))),
        link=draw(st.just("") | urls),
        status=draw(st.sampled_from(("active", "hidden"))),
        created=draw(st.none() | moments),
        rating=draw(st.none() | st.floats(0, 5)),
        rating_count=draw(st.integers(0, 10**6)),
        extras=draw(extras),
    )
