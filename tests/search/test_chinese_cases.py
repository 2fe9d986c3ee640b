"""The hand-written Chinese cases, each asked of one indexed catalogue through the service that the product uses."""

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shopkeeper.domain.ids import ProductId, VariantId
from shopkeeper.domain.product import Product, Variant
from shopkeeper.domain.texts import Label, LocalizedText
from tests.search.conftest import SmallShop

CASES = tomllib.loads((Path(__file__).parent / "chinese_cases.toml").read_text(encoding="utf-8"))


def _product(name: str, about: dict[str, str]) -> Product:
    path = tuple(Label(step.strip(), LocalizedText(zh=step.strip())) for step in about["category"].split(">"))
    return Product(
        id=ProductId(name),
        title=LocalizedText(zh=about.get("zh", ""), en=about.get("en", "")),
        variants=(Variant(VariantId(name)),),
        brand=Label(about["brand"]) if "brand" in about else None,
        categories=(path,),
    )


@pytest.fixture(scope="module", params=["indexed", "fresh"])
def shop(request: pytest.FixtureRequest, small_shop_module: Callable[..., SmallShop]) -> Iterator[SmallShop]:
    """The catalogue once as a published index, once as changes that no index holds yet: the answers must be the same."""
    products = [_product(f"p-{name}".replace("_", "-"), about) for name, about in CASES["products"].items()]
    yield small_shop_module(products, indexed=request.param == "indexed")


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["query"])
def test_a_chinese_query_finds_what_it_means(shop: SmallShop, case: dict) -> None:
    found = [identity.removeprefix("p-").replace("-", "_") for identity in shop.ids(case["query"], lang="zh", limit=100)]
    assert not set(case["find"]) - set(found), "these must be found"
    assert not set(case.get("not_find", ())) & set(found), "these must not"
    if "first" in case:
        assert found[0] == case["first"]
    for above, below in case.get("before", ()):
        if below in found:
            assert found.index(above) < found.index(below)


def test_the_suite_is_as_large_as_promised_and_a_third_is_locked() -> None:
    cases = CASES["cases"]
    assert len(cases) >= 40
    assert 3 * sum(case.get("locked", False) for case in cases) >= len(cases)
