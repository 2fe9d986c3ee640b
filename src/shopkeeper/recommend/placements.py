"""Which candidate generators fill which placement, in which order: the first that has enough wins, the rest fill up."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.product import Product
from shopkeeper.errors import Unavailable
from shopkeeper.recommend.candidates import (
    Candidate,
    SimilarProducts,
    Source,
    Steps,
    alternating,
    from_content,
    from_history,
    from_orders,
    from_shoppers,
    fused,
)
from shopkeeper.recommend.model import RecommendModel
from shopkeeper.recommend.request import RecommendRequest
from shopkeeper.recommend.serving import Servable, same_category

CONTENT_SEEDS = 3
"""Latest products that content is asked for: each costs a query."""


@dataclass(frozen=True, slots=True)
class Order:
    """Products by a figure above 0, highest first."""

    products: Sequence[ProductId] = ()
    figures: Mapping[ProductId, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Popular:
    """Products by how many orders held them, decayed over a month (`popular`) and over a week (`trending`)."""

    popular: Order = Order()
    trending: Order = Order()


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that candidates are made from. `products` are those named in the request that still exist."""

    request: RecommendRequest
    model: RecommendModel | None
    popular: Popular
    servable: Servable
    similar: SimilarProducts
    steps: Steps
    products: Mapping[ProductId, Product]


def candidates(context: Context) -> Iterator[Candidate]:
    """Candidates that may be shown, best first, each once; at the end what is popular, then what is new."""
    makers = {
        "similar": _similar,
        "frequently_bought_together": _bought_together,
        "trending": _trending,
        "recommended_for_you": _for_you,
    }
    make = _best_sellers if context.request.model == "popularity" else makers[context.request.placement]
    own = context.servable.only(make(context))
    shown: set[ProductId] = set()
    for candidate in chain(own, _fill(context)):
        if candidate.id not in shown:
            shown.add(candidate.id)
            yield candidate


def _similar(context: Context) -> Iterator[Candidate]:
    beside = context.request.products
    content = _content(context, beside)
    return fused(content, from_shoppers(context.model, beside)) if context.model else content


def _bought_together(context: Context) -> Iterator[Candidate]:
    beside = context.request.products
    if context.model is not None:
        yield from from_orders(context.model, beside)
        yield from from_shoppers(context.model, beside)


def _best_sellers(context: Context) -> Iterator[Candidate]:
    """What is bought most in the categories of the context: what a fitted model is compared with."""
    narrow = same_category(context.products.values())
    servable = context.servable if narrow is None else context.servable.within(narrow, context.request)
    return _ordered(context.popular.popular, "best_sellers", servable)


def _trending(context: Context) -> Iterator[Candidate]:
    return _ordered(context.popular.trending, "trending", context.servable)


def _for_you(context: Context) -> Iterator[Candidate]:
    known = context.model.numbers if context.model else {}
    cold = [product for product in context.steps.products if product not in known]
    behaviour = from_history(context.model, context.steps, allows=context.servable.allows) if context.model else iter(())
    latest_is_cold = bool(cold) and cold[-1] == context.steps.products[-1]
    # A product nobody has bought yet has no row; if it is what the shopper looks at now, its content speaks beside the older behaviour.
    own = alternating(_content(context, cold), behaviour) if latest_is_cold else chain(behaviour, _content(context, cold))
    return chain(own, _content(context, context.steps.products))


def _fill(context: Context) -> Iterator[Candidate]:
    """Popular in the categories of the context, popular anywhere, new: a slot is never empty while something can be sold."""
    narrow = same_category(context.products.values())
    if narrow is not None and context.request.placement != "trending":
        yield from _ordered(context.popular.popular, "popular", context.servable.within(narrow, context.request))
    yield from _ordered(context.popular.popular, "popular", context.servable)
    for product in context.servable.newest(2 * context.request.count):
        yield Candidate(product, 0.0, "newest")


def _ordered(order: Order, source: Source, servable: Servable) -> Iterator[Candidate]:
    return (Candidate(product, order.figures[product], source) for product in servable.ranked(order.products, order.figures))


def _content(context: Context, products: Sequence[ProductId]) -> Iterator[Candidate]:
    """Content candidates; none while there is no text index: the slot answers from the rest."""
    try:
        yield from from_content(products[-CONTENT_SEEDS:], context.similar)
    except Unavailable:
        return
