"""Recommendations: candidates -> what may be shown -> reasons -> a list that feedback can join to."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol, get_args
from uuid import uuid4

from shopkeeper.domain.ids import ListId, ProductId
from shopkeeper.domain.product import Product
from shopkeeper.domain.shown_list import ShownList
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import BadInput, NotFound
from shopkeeper.ports.artifacts import ArtifactStore
from shopkeeper.ports.stores import OrderStore, ProductStore
from shopkeeper.ranking.columns import CatalogColumns
from shopkeeper.ranking.popularity import wanted_products
from shopkeeper.recommend import reasons
from shopkeeper.recommend.candidates import Candidate, SimilarProducts, Steps, steps_of
from shopkeeper.recommend.placements import Context, candidates
from shopkeeper.recommend.request import MAX_COUNT, Placement, Recommendation, RecommendedList, RecommendRequest
from shopkeeper.recommend.serving import servable
from shopkeeper.recommend.state import State, next_state
from shopkeeper.shoppers.recent import Recent
from shopkeeper.shoppers.service import Whose

CUSTOMER_ORDERS = 20
"""A customer's latest orders that are folded in; older ones weigh less than a thousandth."""


NAMED = 20
"""Latest products of a shopper whose categories may fill a list up."""


class ShopperHistory(Protocol):
    """Who knows what shoppers did."""

    def recent(self, who: Whose) -> Recent | None:
        """What the person did lately; None where nothing is known, or they did not agree to its being used."""
        ...


class RecommendService:
    """Answers from the newest fitted artifact; without one by popularity from the orders; without orders by what is new."""

    def __init__(
        self,
        products: ProductStore,
        orders: OrderStore,
        artifacts: ArtifactStore,
        columns: Callable[[], CatalogColumns],
        similar: SimilarProducts,
        *,
        clock: Callable[[], datetime],
        shoppers: ShopperHistory | None = None,
    ) -> None:
        self._products = products
        self._orders = orders
        self._artifacts = artifacts
        self._columns = columns
        self._similar = similar
        self._clock = clock
        self._shoppers = shoppers
        self._state: State | None = None

    def refresh(self) -> None:
        """Open the newest artifact if it changed; without one, count the orders again if there are new ones."""
        self._state = next_state(self._state, self._artifacts, self._orders, self._clock())

    def recommend(self, request: RecommendRequest) -> RecommendedList:
        """The list for `request`; shorter than asked only where fewer products can be sold.

        Raises `BadInput` for a request that makes no sense (filter, market, count), `NotFound` where no product of the context exists.
        """
        _check(request)
        state = self._ready()
        recent = self._recent(request)
        named = self._products.get([*request.products, *request.history, *(touch.product for touch in recent.touched[-NAMED:])])
        if request.products and not any(product in named for product in request.products):
            raise NotFound(f"there is no product {request.products[0]!r}", field="products", value=request.products[0])
        steps = self._steps(request, recent)
        may_show = servable(request, self._columns(), {*request.products, *request.history, *recent.unwanted, *_owned(request, steps, recent)})
        context = Context(request, state.model, state.popular, may_show, self._similar, steps, named)
        items = self._items(candidates(context), request, state)
        return RecommendedList(request.placement, tuple(items), self._shown(request, state, items))

    def _ready(self) -> State:
        state = self._state
        if state is None:
            state = self._state = next_state(None, self._artifacts, self._orders, self._clock())
        return state

    def _recent(self, request: RecommendRequest) -> Recent:
        """What the shopper did up to this moment, as far as they agreed to its being used."""
        if request.shopper is None or self._shoppers is None:
            return Recent()
        return self._shoppers.recent(request.shopper) or Recent()

    def _steps(self, request: RecommendRequest, recent: Recent) -> Steps:
        orders = [] if request.customer_id is None else self._orders.of_customer(request.customer_id, limit=CUSTOMER_ORDERS)
        bought = [kept for order in reversed(orders) if (kept := wanted_products(order))]
        return steps_of(bought, request.history, request.products, recent.touched)

    def _items(self, found: Iterable[Candidate], request: RecommendRequest, state: State) -> list[Recommendation]:
        """The first `count` candidates that the store, too, says can be bought, with price and reason."""
        now = self._clock()
        chosen: list[tuple[Candidate, Product]] = []
        waiting: list[Candidate] = []
        for candidate in found:
            waiting.append(candidate)
            if len(chosen) + len(waiting) >= request.count:
                chosen += self._checked(waiting, request)
                waiting = []
                if len(chosen) >= request.count:
                    break
        chosen += self._checked(waiting, request)
        told = self._reasons(chosen, state, now)
        return [
            Recommendation(product, candidate.score, candidate.source, reason, product.lowest_price(now, request.market))
            for (candidate, product), reason in zip(chosen, told, strict=True)
        ]

    def _checked(self, waiting: list[Candidate], request: RecommendRequest) -> list[tuple[Candidate, Product]]:
        products = self._products.get([candidate.id for candidate in waiting]) if waiting else {}
        found = [(candidate, products[candidate.id]) for candidate in waiting if candidate.id in products]
        return [(candidate, product) for candidate, product in found if product.buyable(request.market)]

    def _reasons(self, chosen: list[tuple[Candidate, Product]], state: State, now: datetime) -> list[LocalizedText]:
        evidence = [candidate.evidence() for candidate, _ in chosen]
        sources = self._products.get(list(dict.fromkeys(e.because for e in evidence if e.because is not None)))
        told = []
        for (candidate, product), fact in zip(chosen, evidence, strict=True):
            because = None if fact.because is None else sources.get(fact.because)
            if candidate.source in ("bought_next_and_together", "bought_together"):
                told.append(reasons.bought_both(because, fact.count))
            elif candidate.source == "same_orders":
                told.append(reasons.same_orders(because, fact.count))
            elif candidate.source == "content" and because is not None:
                told.append(reasons.alike(product, because))
            else:
                told.append(_by_orders(product, state, now))
        return told

    def _shown(self, request: RecommendRequest, state: State, items: list[Recommendation]) -> ShownList:
        return ShownList(
            id=ListId(uuid4().hex),
            shown=self._clock(),
            surface=request.placement,
            items=tuple(item.product.id for item in items),
            policy=f"recommend:{(request.model == 'fitted' and state.version) or 'popularity'}",
            propensity=(1.0,) * len(items),
            context=tuple(("product", product) for product in request.products),
        )


def _by_orders(product: Product, state: State, now: datetime) -> LocalizedText:
    number = state.numbers.get(product.id)
    if number is None or state.trends.orders_ever[number] == 0:
        return reasons.available(product, now=now)
    trends = state.trends
    recent, season, ever = (int(column[number]) for column in (trends.orders_recent, trends.orders_season, trends.orders_ever))
    return reasons.ordered_lately(recent, season, ever, until=trends.until, now=now)


def _owned(request: RecommendRequest, steps: Steps, recent: Recent) -> Iterable[ProductId]:
    """What a list leaves out beside the context: what the shopper has bought; a personal list everything that it goes on from."""
    return steps.products if request.placement == "recommended_for_you" else recent.bought


def _check(request: RecommendRequest) -> None:
    if request.placement not in get_args(Placement):
        known = ", ".join(get_args(Placement))
        raise BadInput(f"{request.placement!r} is not a placement", field="placement", value=request.placement, hint=f"Known: {known}.")
    if not 1 <= request.count <= MAX_COUNT:
        raise BadInput(f"{request.count} is out of range", field="count", value=request.count, hint=f"Ask for 1 to {MAX_COUNT}.")
    if request.placement in ("similar", "frequently_bought_together") and not request.products:
        raise BadInput("is empty", field="products", value=(), hint=f"{request.placement} stands beside a product: name at least one.")
