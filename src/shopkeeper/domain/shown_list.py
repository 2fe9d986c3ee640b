"""ShownList: one list of products that a shopper saw, as it must be known to learn from it (DESIGN principle 3)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from shopkeeper.domain.ids import ListId, ProductId
from shopkeeper.errors import BadInput

Surface = Literal["search", "suggest", "similar", "frequently_bought_together", "trending", "recommended_for_you", "category"]
SURFACES: Final[tuple[Surface, ...]] = get_args(Surface)
BOT: Final = "bot"
"""The key of a list's context under which it says that a program asked for it: `agent` (it said so itself) or `flagged`."""


@dataclass(frozen=True, slots=True)
class ShownList:
    """A list of items by position (0 first). `propensity[i]` is the probability with which `policy` put item i where it stood (1 if fixed).

    Among suggestions, one that is no product stands as `kind:text`. `context` says where it was shown: page, origin, device, lang, market, filters …
    """

    id: ListId
    shown: datetime
    surface: Surface
    items: tuple[ProductId, ...]
    policy: str
    propensity: tuple[float, ...]
    arm: str = "default"
    query: str = ""
    context: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if len(self.propensity) != len(self.items):
            raise BadInput("needs one figure per item", field="propensity", value=len(self.propensity))
        if not all(0 < p <= 1 for p in self.propensity):
            raise BadInput("must lie in (0, 1]", field="propensity", value=self.propensity)
