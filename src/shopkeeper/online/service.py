"""The one door to lists: treatment -> dials -> list -> log. Whoever shows a list asks here; what nobody sees is asked of the services themselves."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from time import perf_counter
from typing import Final
from uuid import uuid4

from shopkeeper.domain.ids import ListId, ProductId, ShopperId
from shopkeeper.domain.preferences import Ranking
from shopkeeper.domain.product import DEFAULT_MARKET, Market
from shopkeeper.domain.shopper import Identity
from shopkeeper.domain.shown_list import BOT, ShownList, Surface
from shopkeeper.domain.texts import Lang
from shopkeeper.events.shown import ShownListLog
from shopkeeper.experiments.service import ExperimentService, Treatment
from shopkeeper.integrity.bots import is_program
from shopkeeper.online.showing import Answered, Origin, Showing
from shopkeeper.online.turning import asks_for_its_own, turned_recommendation, turned_search
from shopkeeper.recommend.request import Recommendation, RecommendedList, RecommendRequest
from shopkeeper.recommend.service import RecommendService
from shopkeeper.search.request import SearchPage, SearchRequest, Suggestion
from shopkeeper.search.service import SearchService
from shopkeeper.shoppers.service import ShopperService

MAX_CONTEXT: Final = 300
"""Characters of one value of a list's context."""
SUGGESTING: Final = "prefix.v1"
"""The name under which shown suggestions say how they were found."""


class OnlineService:
    """Lists as shoppers see them. Each call asks which arms the shopper is in, turns the request by their dials, and logs what was answered."""

    def __init__(
        self,
        search: SearchService,
        recommend: RecommendService,
        shoppers: ShopperService,
        experiments: ExperimentService,
        lists: ShownListLog,
        flagged: Callable[[], frozenset[ShopperId]],
        *,
        ranking: Callable[[], Ranking],
        clock: Callable[[], datetime],
    ) -> None:
        self._search = search
        self._recommend = recommend
        self._shoppers = shoppers
        self._experiments = experiments
        self._lists = lists
        self._flagged = flagged
        self._ranking = ranking
        self._clock = clock

    def showing(self, who: Identity | None, *, agent: str = "", page: str = "", origin: Origin = "api") -> Showing:
        """The request of `who`, for all the lists that it asks for: who they are and what they agreed to is read here, once."""
        return Showing(None if who is None else self._shoppers.standing(who), agent, page, origin)

    def search(self, request: SearchRequest, showing: Showing) -> Answered[SearchPage]:
        """The page for `request`; without words it is a page of the surface `category`. Raises what `SearchService.search` does.

        The request's `shopper` is set here; its `personalisation` None = the shop's own, or what an arm tries.
        """
        surface: Surface = "search" if request.query.strip() else "category"
        bot = self._bot(showing)
        treatment = self._treatment(surface, showing, bot)
        arm = "default" if asks_for_its_own(request, treatment.dials) else treatment.arm
        turned = turned_search(replace(request, shopper=showing.standing), treatment.dials, personalisation=self._ranking().personalisation)
        page = self._search.search(turned)
        told = (*_request(request.lang, request.market, request.filters), ("sort", _unless(request.sort, "relevance")), ("total", str(page.total)))
        shown = self._log(page.shown, showing, surface, arm, bot, (*told, _took(page.seconds)))
        return Answered(replace(page, shown=shown), shown)

    def similar(
        self,
        product: ProductId,
        showing: Showing,
        *,
        lang: Lang = "en",
        market: Market = DEFAULT_MARKET,
        limit: int = 12,
        shop_filters: str = "",
    ) -> Answered[SearchPage]:
        """Products whose words are like those of `product`. Raises what `SearchService.similar` does."""
        page = self._search.similar(product, lang=lang, market=market, limit=limit, shop_filters=shop_filters)
        told = (("product", str(product)), *_request(lang, market, ""), _took(page.seconds))
        shown = self._log(page.shown, showing, "similar", "default", self._bot(showing), told)
        return Answered(replace(page, shown=shown), shown)

    def suggest(
        self,
        prefix: str,
        showing: Showing,
        *,
        lang: Lang = "en",
        market: Market = DEFAULT_MARKET,
        shop_filters: str = "",
        limit: int = 8,
    ) -> Answered[list[Suggestion]]:
        """Completions of `prefix`, logged but for an empty one. Raises what `SearchService.suggest` does."""
        began = perf_counter()
        found = self._search.suggest(prefix, lang=lang, market=market, shop_filters=shop_filters, limit=limit, shopper=showing.standing)
        items = tuple(ProductId(one.product_id or f"{one.kind}:{one.text}") for one in found)
        shown = ShownList(ListId(uuid4().hex), self._clock(), "suggest", items, SUGGESTING, (1.0,) * len(items), query=prefix)
        if prefix.strip():
            shown = self._log(shown, showing, "suggest", "default", self._bot(showing), (*_request(lang, market, ""), _took(perf_counter() - began)))
        return Answered(found, shown)

    def recommend(
        self, request: RecommendRequest, showing: Showing, *, keep: Callable[[Recommendation], bool] | None = None
    ) -> Answered[RecommendedList]:
        """The list for `request`; where `keep` is given, only the items that it holds for are shown, and logged.

        The request's `shopper` is set here. Raises what `RecommendService.recommend` does.
        """
        began = perf_counter()
        bot = self._bot(showing)
        treatment = self._treatment(request.placement, showing, bot)
        found = self._recommend.recommend(turned_recommendation(replace(request, shopper=showing.standing), treatment.dials))
        if keep is not None:
            found = _only(found, keep)
        told = (*_request(request.lang, request.market, request.filters), _took(perf_counter() - began))
        shown = self._log(found.shown, showing, request.placement, treatment.arm, bot, told)
        return Answered(replace(found, shown=shown), shown)

    def _treatment(self, surface: Surface, showing: Showing, bot: str) -> Treatment:
        return self._experiments.treatment(surface, None if bot else showing.person)

    def _bot(self, showing: Showing) -> str:
        """By what a program is known: its `agent`, a flag on the shopper (`flagged`); "" for a person."""
        if is_program(showing.agent):
            return "agent"
        known = showing.standing
        if known is None or known.person is None:
            return ""
        return "flagged" if not self._flagged().isdisjoint(known.person.all) else ""

    def _log(self, shown: ShownList, showing: Showing, surface: Surface, arm: str, bot: str, told: tuple[tuple[str, str], ...]) -> ShownList:
        about = (("page", showing.page), ("origin", showing.origin), ("device", showing.device), *told, (BOT, bot))
        context = (*shown.context, *((name, value[:MAX_CONTEXT]) for name, value in about if value))
        logged = replace(shown, surface=surface, arm=arm, context=context)
        self._lists.add(logged, showing.counted)
        return logged


def _only(found: RecommendedList, keep: Callable[[Recommendation], bool]) -> RecommendedList:
    kept = [(item, chance) for item, chance in zip(found.items, found.shown.propensity, strict=True) if keep(item)]
    shown = replace(found.shown, items=tuple(item.product.id for item, _ in kept), propensity=tuple(chance for _, chance in kept))
    return replace(found, items=tuple(item for item, _ in kept), shown=shown)


def _request(lang: Lang, market: Market, filters: str) -> tuple[tuple[str, str], ...]:
    return ("lang", lang), ("market", _unless(market, DEFAULT_MARKET)), ("filters", filters)


def _unless(value: str, usual: str) -> str:
    return "" if value == usual else value


def _took(seconds: float) -> tuple[str, str]:
    return "took_ms", f"{seconds * 1e3:.1f}"
