"""One visit: what is wanted, where it is looked for, what is looked at, and whether anything is bought."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from shopkeeper.domain.ids import OrderId, ProductId
from shopkeeper.simulation.behaviour.choice import Mind
from shopkeeper.simulation.behaviour.queries import Query, query_for
from shopkeeper.simulation.behaviour.records import Consent, Deed, DeedItem, DeedName
from shopkeeper.simulation.behaviour.shelves import Asking, Placement, Shelves, Shown
from shopkeeper.simulation.behaviour.world import Piece
from shopkeeper.simulation.catalogue.specs import common
from shopkeeper.simulation.dice import Dice
from shopkeeper.simulation.wares import Ware

COMES_BY_HOME: Final = 0.3
SEARCHES: Final = 0.62
ONLY_LOOKS_ROUND: Final = 0.12
LOOKS_ON: Final = 0.35
MATE_LATER: Final = 0.25
BUY_AGAIN: Final = 0.6
TAKES: Final = 0.5
SEES_MATES: Final = 0.6
TAKES_MATE: Final = 0.45
SIGNED_IN: Final = 0.5
REMEMBERED: Final = 10
ENOUGH: Final = 0.15
"""How much less likely something is taken when the cart holds one of its kind, or the shopper owns the very thing."""


@dataclass(frozen=True, slots=True)
class Device:
    """A browser of a shopper."""

    visitor_id: str
    agent: str
    consent: Consent


@dataclass(slots=True)
class Memory:
    """What a shopper remembers from visit to visit: what they own since when, what lies in the cart, what they looked at last."""

    owned: dict[ProductId, datetime] = field(default_factory=dict[ProductId, datetime])
    cart: dict[ProductId, DeedItem] = field(default_factory=dict[ProductId, DeedItem])
    seen: list[ProductId] = field(default_factory=list[ProductId])

    def look_at(self, product: ProductId) -> None:
        """Remember the product as the last one looked at."""
        if product in self.seen:
            self.seen.remove(product)
        self.seen.append(product)
        del self.seen[:-REMEMBERED]


class Visit:
    """A visit while it goes on; `deeds` is what was done so far, `asked` the queries by the list that answered them."""

    def __init__(self, mind: Mind, memory: Memory, shelves: Shelves, device: Device, *, session_id: str, starts: datetime, dice: Dice) -> None:
        self.deeds: list[Deed] = []
        self.asked: dict[str, Query] = {}
        self._mind = mind
        self._memory = memory
        self._shelves = shelves
        self._session_id = session_id
        self._dice = dice
        self._moment = starts
        signed_in = dice.chance(SIGNED_IN)
        self._like = Deed(
            event_id="",
            name="view_item",
            occurred=starts,
            visitor_id=device.visitor_id,
            session_id=session_id,
            user_id=mind.shopper.id if signed_in else "",
            lang=mind.shopper.lang,
            agent=device.agent,
            consent=device.consent,
        )

    def play(self) -> None:
        """Go through the visit from arriving to leaving."""
        if self._dice.chance(COMES_BY_HOME):
            self._home()
        if self._dice.chance(ONLY_LOOKS_ROUND):
            self._browse(self._recommended("recommended_for_you", ()), None)
        else:
            goal = self._goal()
            found = self._look_for(goal)
            bought = self._browse(found, goal)
            if not bought and self._dice.chance(LOOKS_ON):
                self._browse(self._recommended("similar", (self._memory.seen[-1],)) if self._memory.seen else found, goal)
        self._leave()

    # Where a visit leads

    def _goal(self) -> Ware:
        """Something like which is wanted today: used up, going with what is owned, or simply to the shopper's taste."""
        memory, dice, wares, market = self._memory, self._dice, self._mind.world.wares, self._mind.shopper.market
        due = [one for one, since in memory.owned.items() if _used_up(wares[one], since, self._moment)]
        if due and dice.chance(BUY_AGAIN):
            return wares[dice.pick(due)]
        if memory.owned and dice.chance(MATE_LATER):
            mates = self._mind.world.mates(dice.pick(list(memory.owned)), market)
            if mates:
                return wares[_by_weight(mates, dice)]
        return wares[self._cheaper(self._mind.taste.pick(dice), self._mind.taste.pick(dice))]

    def _cheaper(self, one: ProductId, other: ProductId) -> ProductId:
        """One of two things that are to the shopper's taste: which of them is reduced now tips the balance, as far as they go by price."""
        shopper, world = self._mind.shopper, self._mind.world
        pulls = [world.price_ratio(product, shopper.market, self._moment) ** -shopper.traits.elasticity for product in (one, other)]
        return _by_weight(((one, pulls[0]), (other, pulls[1])), self._dice)

    def _home(self) -> None:
        running = [one for one in self._mind.world.promotions if one.running(self._moment) and not one.code]
        if running and self._dice.chance(0.5):
            promotion = self._dice.pick(running)
            self._do("view_promotion", promotion_id=promotion.id)
            # a reduction draws the more, the more a shopper goes by price
            if self._dice.chance(min(0.6, 0.06 * self._mind.shopper.traits.elasticity)):
                self._do("select_promotion", promotion_id=promotion.id)
                covered = [one for one in self._memory.seen if promotion.covers(self._mind.world.wares[one].product)]
                if covered:
                    self._view(covered[-1], None, None)
        self._browse(self._recommended("trending", ()), None)

    def _look_for(self, goal: Ware) -> Shown:
        if not self._dice.chance(SEARCHES):
            return self._list(self._shelves.category(goal.kind.shelf, self._asking()))
        query = query_for(goal, self._mind.shopper.lang, self._dice)
        found = self._search(query)
        if not found.products and query.typo and self._dice.chance(0.75):
            found = self._search(query.mended())
        return found

    def _search(self, query: Query) -> Shown:
        found = self._shelves.search(query, self._asking())
        self.asked[found.list_id] = query
        self._do("search", query=query.text, list_id=found.list_id)
        return self._list(found) if found.products else found

    def _recommended(self, placement: Placement, beside: Sequence[ProductId]) -> Shown:
        return self._list(self._shelves.recommend(placement, beside, self._asking()))

    def _asking(self) -> Asking:
        shopper = self._mind.shopper
        return Asking(shopper.lang, shopper.market, self._moment, tuple(self._memory.seen))

    # What is done with a list

    def _browse(self, shown: Shown, goal: Ware | None) -> bool:
        """Open what draws; return True if something went into the cart."""
        taken = False
        for place in self._mind.clicks(shown.products, self._moment, self._dice, goal):
            product = shown.products[place]
            self._do("select_item", items=(DeedItem(product, position=place),), list_id=shown.list_id)
            taken = self._view(product, goal, shown.list_id) or taken
        return taken

    def _view(self, product: ProductId, goal: Ware | None, list_id: str | None) -> bool:
        """Look at a product page; return True if it went into the cart."""
        pieces = self._mind.world.on_sale(product, self._mind.shopper.market, self._moment)
        if not pieces:
            return False
        piece = self._piece(pieces)
        item = DeedItem(product, piece.variant.id, price=self._mind.world.price(product, piece.offer, self._moment))
        self._do("view_item", items=(item,), list_id=list_id or "")
        self._memory.look_at(product)
        wanted = self._mind.wants(product, self._moment, goal)
        taken = self._decide(product, item, wanted, goal)
        if taken and self._dice.chance(SEES_MATES):
            self._mates(product)
        return taken

    def _decide(self, product: ProductId, item: DeedItem, wanted: float, goal: Ware | None) -> bool:
        quality = self._mind.world.wares[product].quality
        chance = TAKES * wanted / (wanted + 1.0) * (1.12 if quality > 0.5 else 0.8 if quality < -0.5 else 1.0)
        kind = self._mind.world.wares[product].kind
        enough = (product in self._memory.owned and not kind.used_up_days) or any(
            self._mind.world.wares[one].kind is kind for one in self._memory.cart
        )
        if product not in self._memory.cart and self._dice.chance(chance * (ENOUGH if enough else 1.0)):
            n = 2 if self._dice.chance(0.12 if kind.used_up_days else 0.05) else 1
            self._memory.cart[product] = replace(item, quantity=n)
            self._do("add_to_cart", items=(self._memory.cart[product],))
            return True
        if wanted > 0.8 and self._dice.chance(0.1):
            self._do("add_to_wishlist", items=(item,))
        elif wanted < 0.2 and goal is None and self._dice.chance(0.2):
            self._do("not_interested", items=(DeedItem(product),))
        return False

    def _mates(self, product: ProductId) -> None:
        """Look at what goes with what was just taken; take one now and then."""
        shown = self._recommended("frequently_bought_together", (product,))
        mates = dict(self._mind.world.mates(product, self._mind.shopper.market))
        for place, mate in enumerate(shown.products):
            if mate in mates and self._dice.chance(TAKES_MATE * min(1.0, 2.0 * mates[mate] + 0.4)):
                self._do("select_item", items=(DeedItem(mate, position=place),), list_id=shown.list_id)
                self._take(mate, shown.list_id)
                break

    def _take(self, product: ProductId, list_id: str) -> None:
        pieces = self._mind.world.on_sale(product, self._mind.shopper.market, self._moment)
        if pieces and product not in self._memory.cart:
            piece = self._piece(pieces)
            item = DeedItem(product, piece.variant.id, price=self._mind.world.price(product, piece.offer, self._moment))
            self._do("view_item", items=(item,), list_id=list_id)
            self._memory.look_at(product)
            self._memory.cart[product] = item
            self._do("add_to_cart", items=(item,))

    def _piece(self, pieces: Sequence[Piece]) -> Piece:
        """A variant in a colour that the shopper likes, rather one of the first: the main colour, the middle of the sizes."""
        dice, colours = self._dice, self._mind.shopper.colours
        first, second = pieces[dice.below(len(pieces))], pieces[dice.below(len(pieces))]
        return max((first, second), key=lambda piece: colours.get(_family(piece), 1.0))

    # Leaving

    def _leave(self) -> None:
        """Pay, or leave things in the cart for another day."""
        cart, dice = self._memory.cart, self._dice
        if not cart:
            return
        for product, item in list(cart.items()):
            if dice.chance(0.06):
                self._do("remove_from_cart", items=(item,))
                del cart[product]
        bought = tuple(item for item in map(self._priced, cart.values()) if item is not None)
        if not bought or not dice.chance(0.86):
            return
        self._do("begin_checkout", items=bought)
        if not dice.chance(0.88):
            return
        self._like = replace(self._like, user_id=self._mind.shopper.id)
        reduced = [one for item in bought if (one := self._mind.world.reduction(item.product_id, self._moment)) is not None]
        order_id = OrderId(f"o-{self._session_id}")
        self._do("purchase", items=bought, order_id=order_id, promotion_id=reduced[0].id if reduced else "")
        self._memory.owned.update(dict.fromkeys((item.product_id for item in bought), self._moment))
        cart.clear()

    def _priced(self, item: DeedItem) -> DeedItem | None:
        """The cart's item at the price of now; None where it has sold out since."""
        for piece in self._mind.world.on_sale(item.product_id, self._mind.shopper.market, self._moment):
            if piece.variant.id == item.variant_id:
                return replace(item, price=self._mind.world.price(item.product_id, piece.offer, self._moment))
        return None

    def _list(self, shown: Shown) -> Shown:
        if shown.products:
            self._do("view_item_list", items=tuple(DeedItem(one, position=place) for place, one in enumerate(shown.products)), list_id=shown.list_id)
        return shown

    def _do(self, name: DeedName, **said: Any) -> None:
        self.deeds.append(replace(self._like, name=name, occurred=self._moment, event_id=f"e-{self._session_id}-{len(self.deeds) + 1}", **said))
        self._moment += timedelta(seconds=3 + int(40 * self._dice.throw() ** 2))


def _used_up(ware: Ware, since: datetime, moment: datetime) -> bool:
    return ware.kind.used_up_days > 0 and (moment - since).days >= 0.7 * ware.kind.used_up_days


def _by_weight(choices: Sequence[tuple[ProductId, float]], dice: Dice) -> ProductId:
    running = [sum(weight for _, weight in choices[: place + 1]) for place in range(len(choices))]
    return dice.pick_by([choice for choice, _ in choices], running)


def _family(piece: Piece) -> str:
    """The colour family of a variant, empty where it has no colour of its own."""
    label = dict(piece.variant.options).get("colour")
    return "" if label is None else common().palette[label.key].family
