"""What a listing is narrowed to, as its address says it: `/search?q=…&f.brand=…&low=…&stock=yes&sort=…`."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Final, get_args

from starlette.datastructures import QueryParams

from shopkeeper.search.request import MAX_QUERY, Sort

FACET: Final = "f."
MAX_VALUES: Final = 50
"""Values that one address may filter by; more is not a person clicking."""

CATEGORY_SEPARATOR: Final = " > "
SORTS: Final[tuple[Sort, ...]] = get_args(Sort)
BY_NAME: Final[dict[str, Sort]] = {sort: sort for sort in SORTS}


@dataclass(frozen=True, slots=True)
class Selection:
    """A query with its conditions. `low` and `high` are kept as typed; `page` counts for the reader only, `cursor` is what pages by."""

    query: str = ""
    values: tuple[tuple[str, str], ...] = ()
    low: str = ""
    high: str = ""
    in_stock: bool = False
    sort: Sort = "relevance"
    cursor: str = ""
    page: int = 1

    def pairs(self, *, without: Iterable[str] = ()) -> list[tuple[str, str]]:
        """The address's query pairs, empty ones left out, without those named."""
        left_out = set(without)
        every = [
            ("q", self.query),
            *((FACET + name, key) for name, key in self.values),
            ("low", self.low),
            ("high", self.high),
            ("stock", "yes" if self.in_stock else ""),
            ("sort", "" if self.sort == "relevance" else self.sort),
            ("cursor", self.cursor),
            ("page", str(self.page) if self.page > 1 else ""),
        ]
        return [(name, value) for name, value in every if value and name not in left_out]

    def first_page(self) -> "Selection":
        """The same from the start: what every change of a condition leads to."""
        return replace(self, cursor="", page=1)

    def toggled(self, name: str, key: str) -> "Selection":
        """With the facet value turned on, or off if it is on."""
        pair = (name, key)
        values = tuple(one for one in self.values if one != pair) if pair in self.values else (*self.values, pair)
        return replace(self.first_page(), values=values)

    def without_facet(self, name: str) -> "Selection":
        """Without any value of the facet: what its own counts are taken over, so that a second value can be added."""
        return replace(self.first_page(), values=tuple(pair for pair in self.values if pair[0] != name))

    def without_conditions(self) -> "Selection":
        """Only the query and the order."""
        return Selection(query=self.query, sort=self.sort)

    @property
    def narrowed(self) -> bool:
        """True if any condition holds besides the query."""
        return bool(self.values or self.in_stock or self.amounts() != (None, None))

    def amounts(self) -> tuple[Decimal | None, Decimal | None]:
        """The price range, the lower first; None where nothing (or nothing readable) was typed."""
        low, high = amount(self.low), amount(self.high)
        if low is not None and high is not None and low > high:
            return high, low
        return low, high

    def filters(self, *, category: tuple[str, ...] = (), brand: str = "") -> str:
        """The conditions in the filter language of `ranking.filters`: values of one facet are alternatives, facets add up."""
        parts = [f"category:{quoted(CATEGORY_SEPARATOR.join(category))}"] if category else []
        parts += [f"brand:{quoted(brand)}"] if brand else []
        for name in dict.fromkeys(name for name, _ in self.values):
            keys = ", ".join(quoted(key) for facet, key in self.values if facet == name)
            parts.append(f"{quoted(name)}:[{keys}]")
        low, high = self.amounts()
        parts += [f"price >= {low}"] if low is not None else []
        parts += [f"price <= {high}"] if high is not None else []
        parts += ["in_stock"] if self.in_stock else []
        return " AND ".join(parts)


def selection_of(params: QueryParams) -> Selection:
    """The selection that the address says; what cannot be read is left out, so that an old link still shows something."""
    values = [(name.removeprefix(FACET), value) for name, value in params.multi_items() if name.startswith(FACET)]
    page = params.get("page", "1")
    return Selection(
        query=" ".join(params.get("q", "")[:MAX_QUERY].split()),
        values=tuple(dict.fromkeys((name, value[:200]) for name, value in values if name and value.strip()))[:MAX_VALUES],
        low=params.get("low", "").strip()[:16],
        high=params.get("high", "").strip()[:16],
        in_stock=params.get("stock") == "yes",
        sort=BY_NAME.get(params.get("sort", ""), "relevance"),
        cursor=params.get("cursor", "")[:4_000],
        page=int(page) if page.isascii() and page.isdigit() and 0 < int(page[:6]) < 100_000 else 1,
    )


def amount(typed: str) -> Decimal | None:
    """The amount that was typed: `1,299`, `¥99.5`, full-width digits; None if it is not one."""
    plain = unicodedata.normalize("NFKC", typed).replace(",", "").strip(" ¥$€£元")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 <= value < 10**12 and abs(int(value.as_tuple().exponent)) <= 12 else None


def quoted(text: str) -> str:
    """`text` as a quoted value of the filter language."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def carried(selection: Selection, *, without: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """What a form must carry along unseen, so that sending it changes only its own fields."""
    return tuple(selection.first_page().pairs(without=without))
