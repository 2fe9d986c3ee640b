"""The catalogue: which products there are, and each one from its dice."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import product as combinations

from shopkeeper.domain.ids import ProductId, VariantId
from shopkeeper.domain.product import Product, Variant
from shopkeeper.domain.texts import Label, LocalizedText
from shopkeeper.errors import BadInput
from shopkeeper.simulation.catalogue import offers, wording
from shopkeeper.simulation.catalogue.specs import Brand, Colour, Common, Department, ProductType, Value, common, departments
from shopkeeper.simulation.dice import Dice

MOST_PRODUCTS = 5_000


def catalogue(*, seed: int, size: int, now: datetime) -> tuple[Product, ...]:
    """Return `size` products (at least one per type is wanted, so 100 or more), by department; a larger catalogue contains the smaller one."""
    if not 1 <= size <= MOST_PRODUCTS:
        raise BadInput(f"{size} products cannot be made", field="size", value=size, hint=f"Use 1 to {MOST_PRODUCTS}.")
    if now.tzinfo is None:
        raise BadInput("has no time zone", field="now", value=now.isoformat())
    counts = _counts(size)
    return tuple(
        _product(department, kind, number, seed, now)
        for department in departments()
        for kind in department.types
        for number in range(counts[kind.key])
    )


def _counts(size: int) -> dict[str, int]:
    """How many products of each type: dealt one at a time to the type that is furthest behind its share, so that growing never takes away."""
    kinds = [kind for department in departments() for kind in department.types]
    counts = dict.fromkeys((kind.key for kind in kinds), 0)
    for _ in range(size):
        behind = min(kinds, key=lambda kind: (counts[kind.key] + 1) / kind.share)
        counts[behind.key] += 1
    return counts


def _product(department: Department, kind: ProductType, number: int, seed: int, now: datetime) -> Product:
    dice = Dice(seed, kind.key, number)
    brand, series = _name(department, kind, number, seed)
    facets = _facets(kind, dice)
    features = _features(kind, facets, dice)
    words = common()
    colours = _colours(kind, facets, words, dice)
    told = colours if kind.colour_role != "packaging" else ()
    sizes = _sizes(kind, words, dice)
    facts = wording.Facts(
        kind,
        brand,
        series,
        facets,
        features,
        tuple(c.name for c in told),
        tuple(s.name for s in sizes),
        tuple((name, tuple(v.name for v in values)) for name, values in kind.options),
    )
    factor = brand.level
    for _, value in facets:
        factor *= value.price
    for value in features:
        factor *= value.price
    tag = offers.price_tag(*kind.price, factor, now, dice)
    product_id = f"{kind.key}-{number + 1:03d}"
    created = now - timedelta(days=int(2 + dice.throw() ** 1.5 * 720), hours=dice.below(24))
    is_new = now - created < timedelta(days=30)
    return Product(
        id=ProductId(product_id),
        title=wording.title(facts, dice),
        description=wording.description(facts, words, dice),
        variants=_variants(product_id, brand, kind, told, sizes, tag, dice),
        brand=Label(brand.key, brand.name),
        categories=((Label(department.key, department.name), Label(kind.shelf, dict(department.shelves)[kind.shelf])),),
        attributes=_attributes(kind, facts, told, sizes, words),
        tags=(*kind.tags, *(("new",) if is_new else ()), *(("gift",) if dice.chance(0.15) and "gift" not in kind.tags else ())),
        images=tuple(f"/media/{product_id}-{view}.svg" for view in (1, 2, 3)),
        created=created,
    )


def _name(department: Department, kind: ProductType, number: int, seed: int) -> tuple[Brand, LocalizedText]:
    """Brand and series of the type's `number`-th product: every pair once before any comes again, so titles of a type differ."""
    makers = [brand for brand in department.brands if not brand.types or kind.key in brand.types]
    pairs = Dice(seed, "names", kind.key).shuffled([(brand, series) for series in department.series for brand in makers])
    if number >= len(pairs):
        raise BadInput(f"there are only {len(pairs)} names for {kind.key!r}", field="size", value=number + 1, hint="Ask for fewer products.")
    return pairs[number]


def _facets(kind: ProductType, dice: Dice) -> tuple[tuple[str, Value], ...]:
    chosen: list[tuple[str, Value]] = []
    for name, values in kind.facets:
        allowed = [value for value in values if _fits(value, chosen)]
        if allowed:
            chosen.append((name, dice.pick(allowed)))
    return tuple(chosen)


def _features(kind: ProductType, facets: Sequence[tuple[str, Value]], dice: Dice) -> tuple[Value, ...]:
    allowed = [value for value in kind.features if _fits(value, facets)]
    return tuple(dice.some(allowed, 2 + dice.below(2)))


def _fits(value: Value, chosen: Sequence[tuple[str, Value]]) -> bool:
    """True if what `value` needs (`only`) has been chosen."""
    keys = {name: facet.key for name, facet in chosen}
    return all(keys.get(name) in wanted for name, wanted in value.only)


def _colours(kind: ProductType, facets: Sequence[tuple[str, Value]], words: Common, dice: Dice) -> tuple[Colour, ...]:
    """The product's colours, its main one first. A material that has colours of its own (oak, copper) narrows them."""
    narrowed = [value.colours for _, value in facets if value.colours]
    keys = narrowed[0] if narrowed else kind.colours
    if kind.colour_role != "choice":
        return (words.palette[dice.pick(keys)],)
    n = min(len(keys), 1 + dice.below(kind.most_colours))
    return tuple(words.palette[key] for key in dice.shuffled(keys)[:n])


def _sizes(kind: ProductType, words: Common, dice: Dice) -> tuple[Value, ...]:
    if not kind.sizes:
        return ()
    run = words.sizes[kind.sizes]
    cut = dice.below(3)
    return run[:-1] if cut == 1 and len(run) > 3 else run[1:] if cut == 2 and len(run) > 3 else run


def _variants(
    product_id: str, brand: Brand, kind: ProductType, colours: Sequence[Colour], sizes: Sequence[Value], tag: offers.PriceTag, dice: Dice
) -> tuple[Variant, ...]:
    axes: list[list[tuple[str, Value]]] = []
    if kind.colour_role == "choice":
        axes.append([("colour", Value(colour.key, colour.name)) for colour in colours])
    if sizes:
        axes.append([("size", value) for value in sizes])
    axes.extend([(name, value) for value in values] for name, values in kind.options)
    variants: list[Variant] = []
    for number, chosen in enumerate(combinations(*axes)):
        factor = 1.0
        for _, value in chosen:
            factor *= value.price
        colour = next((value.key for name, value in chosen if name == "colour"), None)
        variants.append(
            Variant(
                id=VariantId("-".join((product_id, *(value.key for _, value in chosen)))),
                options=tuple((name, Label(value.key, value.name)) for name, value in chosen),
                offers=offers.offers(tag, factor, dice),
                gtin=_in_store_gtin(product_id, number),
                mpn=f"{brand.key[:3].upper()}-{product_id.upper()}-{number + 1:02d}",
                images=(f"/media/{product_id}-{colour}.svg",) if colour is not None else (),
            )
        )
    return tuple(variants)


def _in_store_gtin(product_id: str, number: int) -> str:
    """A valid EAN-13 of the range 20–29, which GS1 keeps for use inside a shop: it can belong to no real product."""
    body = f"2{Dice(0, 'gtin', product_id).below(10**8):08d}{number:03d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return f"{body}{-total % 10}"


def _attributes(
    kind: ProductType, facts: wording.Facts, colours: Sequence[Colour], sizes: Sequence[Value], words: Common
) -> tuple[tuple[str, tuple[Label, ...]], ...]:
    named: list[tuple[str, tuple[Label, ...]]] = [("type", (Label(kind.key, kind.noun),))]
    if colours:
        named.append(("colour", tuple(Label(colour.key, colour.name) for colour in colours)))
        families = dict.fromkeys(colour.family for colour in colours)
        named.append(("colour_family", tuple(Label(family, words.families[family]) for family in families)))
    if sizes:
        named.append(("size", tuple(Label(value.key, value.name) for value in sizes)))
    named.extend((name, tuple(Label(value.key, value.name) for value in values)) for name, values in kind.options)
    named.extend((name, (Label(value.key, value.name),)) for name, value in facts.facets)
    if facts.features:
        named.append(("features", tuple(Label(value.key, value.name) for value in facts.features)))
    named.append(("series", (Label(facts.series.en.lower().replace(" ", "-").replace("'", ""), facts.series),)))
    return tuple(named)
