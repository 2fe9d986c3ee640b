"""A shop that has nothing yet answers every question, with nothing."""

from collections.abc import Callable, Sequence

from shopkeeper.search.request import SearchRequest
from shopkeeper.search.understand import understand
from tests.search.conftest import SmallShop


def test_a_shop_without_products_finds_nothing_and_does_not_break(small_shop: Callable[..., SmallShop]) -> None:
    service = small_shop().search
    for query in ("", "tea", "warm tea pot", "热茶 红色 连衣裙", "256GB", "!!!"):
        page = service.search(SearchRequest(query=query, facets=("*",)))
        assert (page.hits, page.total, page.next_cursor) == ((), 0, "")
    assert service.suggest("t") == []


def test_a_pasted_run_of_characters_costs_no_more_than_its_length() -> None:
    asked = 0

    def frequencies(terms: Sequence[str]) -> dict[str, int]:
        nonlocal asked
        asked += len(terms)
        return dict.fromkeys(terms, 1)

    understand("耳" * 1_000, frequencies, lambda _: None)
    assert asked < 100 * 1_000
