"""One currency per market: which it is, and which products are therefore kept but never listed.

A market's currency is the one that most offers of it have among the first products of the shop (in the order of their changes): one product that
was priced in another currency by mistake cannot turn the whole market.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Final

from shopkeeper.catalog.rejects import rejected
from shopkeeper.domain.money import Currency
from shopkeeper.domain.product import Market, Product
from shopkeeper.domain.task import Reject
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told
from shopkeeper.ports.stores import ProductStore

SAMPLE: Final = 1_000
"""Products that are asked for the currencies."""
FIRST_NOTICES: Final = 20


def currencies_of(products: Iterable[Product]) -> dict[Market, Currency]:
    """The most frequent currency of each market among the offers of `products`; of two as frequent, the one that came first."""
    counts: dict[Market, Counter[Currency]] = {}
    for product in products:
        for variant in product.variants:
            for offer in variant.offers:
                counts.setdefault(offer.market, Counter())[offer.price.currency] += 1
    return {market: counted.most_common(1)[0][0] for market, counted in counts.items()}


def stored_currencies(store: ProductStore) -> dict[Market, Currency]:
    """The currency of each market, as the first `SAMPLE` products of the shop have it."""
    return currencies_of(islice((change.product for change in store.changes() if change.product is not None), SAMPLE))


def other_currencies(product: Product, currencies: Mapping[Market, Currency]) -> list[tuple[Market, Currency]]:
    """(market, currency) for each market in which the product has offers, but none in the market's currency."""
    found: dict[Market, set[Currency]] = {}
    for variant in product.variants:
        for offer in variant.offers:
            found.setdefault(offer.market, set()).add(offer.price.currency)
    return [(market, min(priced)) for market, priced in found.items() if currencies.get(market, min(priced)) not in priced]


class CurrencyWatch:
    """Follows an import and notes the products that it keeps but no list will show."""

    def __init__(self, currencies: Mapping[Market, Currency]) -> None:
        self._currencies = dict(currencies)
        self.count = 0
        self.first: list[Reject] = []

    def look(self, batch: Iterable[tuple[int, Product]]) -> None:
        """Note those of (line, product); a market that is new to the shop takes the currency that most of the batch has."""
        rows = list(batch)
        self._currencies = currencies_of(product for _, product in rows) | self._currencies
        for line, product in rows:
            if found := other_currencies(product, self._currencies):
                self.count += 1
                if len(self.first) < FIRST_NOTICES:
                    self.first.append(self._notice(line, product, *found[0]))

    def _notice(self, line: int, product: Product, market: Market, currency: Currency) -> Reject:
        reason = told("other_currency", currency=currency, market=market, market_currency=self._currencies[market])
        return rejected(line, BadInput(reason, field="price", value=product.id))
