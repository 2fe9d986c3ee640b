"""A shop that has nothing yet answers every question, with nothing."""

from collections.abc import Callable

from shopkeeper.search.request import SearchRequest
from tests.search.conftest import SmallShop


def test_a_shop_without_products_finds_nothing_and_does_not_break(small_shop: Callable[..., SmallShop]) -> None:
    service = small_shop().search
    for query in ("", "tea", "warm tea pot", "热茶 红色 连衣裙", "256GB", "!!!"):
        page = service.search(SearchRequest(query=query, facets=("*",)))
        assert (page.hits, page.total, page.next_cursor) == ((), 0, "")
    assert service.suggest("t") == []
