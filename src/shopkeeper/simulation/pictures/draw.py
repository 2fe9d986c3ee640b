"""A product's pictures: its silhouette in its colour and material, in three views and once per colour."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from shopkeeper.domain.product import Product
from shopkeeper.errors import NotFound
from shopkeeper.simulation.catalogue.specs import Colour, ProductType, common, departments, product_types
from shopkeeper.simulation.dice import Dice
from shopkeeper.simulation.pictures.colour import BACKDROPS, INK, PAPER, mixed
from shopkeeper.simulation.pictures.patterns import UNMARKED, definition
from shopkeeper.simulation.pictures.shapes import SILHOUETTES
from shopkeeper.simulation.pictures.skin import Skin

View = Literal[1, 2, 3]
"""1: the product alone; 2: with a second piece behind it; 3: closer, with a dot for each colour that it comes in."""

_TRIMS = ("#b98d5b", "#6b4a35", "#b5432e", "#cf9f3c", "#2f5945", "#efe6d2", "#7f98ad")
_NO_DEFINITION = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What a product's pictures have in common: its silhouette, its colours (main one first), material, and the proportions that are its own."""

    kind: ProductType
    colours: tuple[Colour, ...]
    pattern: str
    trim: str
    style: int
    wide: float
    tall: float
    backdrop: str


def look_of(product: Product) -> Look:
    """Return how `product` looks, from its type, colour and material attributes and its id."""
    attributes = dict(product.attributes)
    kind = product_types().get(attributes["type"][0].key) if "type" in attributes else None
    if kind is None:
        raise NotFound(f"product {product.id!r} is not of a type that can be drawn", field="type", hint="Only the demo shop's own products can be.")
    dice = Dice(0, "look", product.id)
    chosen = {(name, label.key) for name, labels in product.attributes for label in labels}
    values = [value for name, options in kind.facets for value in options if (name, value.key) in chosen]
    palette = common().palette
    told = tuple(palette[label.key] for label in attributes.get("colour", ()))
    own = next((value.colours for value in values if value.colours), kind.colours)
    colours = told or (palette[dice.pick(own)],)
    style = dice.below(4)
    order = [department.key for department in departments()]
    return Look(
        kind=kind,
        colours=colours,
        pattern=next((value.pattern for value in values if value.pattern), ""),
        trim=dice.pick([trim for trim in _TRIMS if trim != colours[0].hex]),
        style=next((value.style for value in values if value.style is not None), style),
        wide=dice.between(0.93, 1.06),
        tall=dice.between(0.94, 1.04),
        backdrop=BACKDROPS[order.index(kind.department) % len(BACKDROPS)],
    )


def draw(product: Product, view: View = 1, *, colour: str | None = None) -> str:
    """Return the picture of `product` as SVG text of 400 × 400, at most 6 kB, the same for the same product.

    `colour` (a key of the palette) shows the variants of that colour; by default the product's main one.
    """
    look = look_of(product)
    shown = look.colours[0] if colour is None else next((c for c in look.colours if c.key == colour), None)
    if shown is None:
        raise NotFound(f"product {product.id!r} does not come in {colour!r}", field="colour", value=colour)
    skin = Skin(shown.hex, look.trim, look.pattern, look.style)
    scene = {1: _alone, 2: _in_company, 3: _closer}[view](look, skin)
    tone = mixed(skin.base, INK, 0.6) if skin.base > "#44" else "#8d8a84"
    marks = definition(look.pattern, tone) if look.pattern not in UNMARKED else _NO_DEFINITION
    name = f"{product.title.get('en')} · {product.title.get('zh')}"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" width="400" height="400" role="img">'
        f"<title>{escape(name, quote=False)}</title>{marks}"
        f'<path d="M0 0h400v400H0z" fill="{PAPER}"/>{scene}</svg>\n'
    )


def pictures(product: Product) -> Iterator[tuple[str, str]]:
    """Yield (path, SVG text) of every picture that `product` and its variants name."""
    for path in dict.fromkeys((*product.images, *(path for variant in product.variants for path in variant.images))):
        name = path.removesuffix(".svg").rsplit("/", 1)[-1].removeprefix(f"{product.id}-")
        match name:
            case "1":
                yield path, draw(product, 1)
            case "2":
                yield path, draw(product, 2)
            case "3":
                yield path, draw(product, 3)
            case _:
                yield path, draw(product, 1, colour=name)


def _placed(drawing: str, *, x: float, y: float, wide: float, tall: float) -> str:
    """The drawing scaled about the middle of its floor, which is moved to (x, y)."""
    return f'<g transform="translate({x:.4g} {y:.4g}) scale({wide:.4g} {tall:.4g}) translate(-200 -330)">{drawing}</g>'


def _disc(look: Look, x: float = 200, y: float = 196, r: float = 178) -> str:
    return f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" fill="{look.backdrop}"/>'


def _shadow(look: Look, x: float, width: float) -> str:
    return f'<ellipse cx="{x:g}" cy="331" rx="{width:g}" ry="9" fill="{mixed(look.backdrop, INK, 0.14)}"/>'


def _alone(look: Look, skin: Skin) -> str:
    return _disc(look) + _shadow(look, 200, 116) + _placed(SILHOUETTES[look.kind.picture](skin), x=200, y=330, wide=look.wide, tall=look.tall)


def _in_company(look: Look, skin: Skin) -> str:
    other = look.colours[1].hex if len(look.colours) > 1 else skin.base
    behind = Skin(mixed(other, look.backdrop, 0.25), skin.trim, skin.pattern, skin.style)
    silhouette = SILHOUETTES[look.kind.picture]
    return (
        _disc(look)
        + _shadow(look, 200, 140)
        + _placed(silhouette(behind), x=278, y=318, wide=-0.58 * look.wide, tall=0.58 * look.tall)
        + _placed(silhouette(skin), x=156, y=334, wide=0.8 * look.wide, tall=0.8 * look.tall)
    )


def _closer(look: Look, skin: Skin) -> str:
    near = _placed(SILHOUETTES[look.kind.picture](skin), x=200, y=440, wide=1.5 * look.wide, tall=1.5 * look.tall)
    whole = f'<path d="M0 0h400v400H0z" fill="{look.backdrop}"/>{near}'
    if look.kind.colour_role == "packaging":
        return whole
    return f'{whole}<path d="M0 344h400v56H0z" fill="{PAPER}"/>{_swatches(look.colours)}'


def _swatches(colours: Sequence[Colour]) -> str:
    left = 200 - 22 * (len(colours) - 1)
    return "".join(
        f'<circle cx="{left + 44 * i:g}" cy="372" r="14" fill="{c.hex}" stroke="{mixed(c.hex, INK, 0.4)}" stroke-width="1.5"/>'
        for i, c in enumerate(colours)
    )
