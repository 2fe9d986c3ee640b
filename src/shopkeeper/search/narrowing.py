"""The shopper's filters and the key's filters as masks, kept apart by field, so that a facet can be counted without its own filter."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shopkeeper.domain.product import Market
from shopkeeper.ranking.columns import CatalogColumns
from shopkeeper.ranking.filters import And, Between, Compare, Everything, Filter, Member, Or, parse_filter

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """`universe`: what is on offer to this key at all. `by_field`: masks of the conditions on a single field; `rest`: all other conditions."""

    universe: Bools
    by_field: dict[str, Bools]
    rest: Bools
    all_of: Bools

    def without(self, field: str) -> Bools:
        """All conditions but those on `field`."""
        held = self.rest
        for name, mask in self.by_field.items():
            if name != field:
                held = held & mask
        return held


def narrow(columns: CatalogColumns, filters: str, shop_filters: str, market: Market) -> Narrowing:
    """Return the masks of the shopper's `filters` and the key's `shop_filters`; `BadInput` names the one that cannot be read."""
    wanted = parse_filter(filters)
    universe = columns.listed(market) & columns.mask(parse_filter(shop_filters, field="shop_filters"), market)
    by_field: dict[str, Bools] = {}
    rest = universe
    for part in wanted.parts if isinstance(wanted, And) else (wanted,):
        if isinstance(part, Everything):
            continue
        mask = columns.mask(part, market)
        field = single_field(part)
        if field is None:
            rest = rest & mask
        else:
            by_field[field] = by_field[field] & mask if field in by_field else mask
    held = rest
    for mask in by_field.values():
        held = held & mask
    return Narrowing(universe, by_field, rest, held)


def single_field(condition: Filter) -> str | None:
    """The one field that `condition` is about, None where there are several or it excludes."""
    match condition:
        case Member(name, _) | Compare(name, _, _) | Between(name, _, _):
            return name
        case Or(parts):
            fields = {single_field(part) for part in parts}
            return fields.pop() if len(fields) == 1 else None
        case _:
            return None
