"""Pictures: well-formed, small, recognisable by their geometry, related within a product and different between products."""

import re
from collections.abc import Iterator
from math import cos, radians, sin
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray

from shopkeeper.domain.ids import ProductId, VariantId
from shopkeeper.domain.product import Product, Variant
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import NotFound
from shopkeeper.simulation.pictures import draw, pictures
from shopkeeper.simulation.pictures.colour import BACKDROPS, PAPER, lightness, mixed, rgb
from shopkeeper.simulation.pictures.patterns import PATTERNS, UNMARKED, definition
from shopkeeper.simulation.pictures.shapes import SILHOUETTES
from shopkeeper.simulation.pictures.skin import Skin
from shopkeeper.simulation.shop import DemoShop
from shopkeeper.simulation.wares import type_of

SVG = "{http://www.w3.org/2000/svg}"
GRID = 12
_TOKEN = re.compile(r"[a-zA-Z]|-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?")
_ARITY = {"m": 2, "l": 2, "h": 1, "v": 1, "c": 6, "s": 4, "a": 7, "z": 0}


def points_of(d: str) -> Iterator[tuple[float, float]]:
    """Points along the path `d`: its corners, and four points on every line and curve. Knows the commands that the pictures use."""
    tokens, place, x, y, start, command = _TOKEN.findall(d), 0, 0.0, 0.0, (0.0, 0.0), "m"
    turn = None  # the second control point of the curve before, which `s` mirrors
    while place < len(tokens):
        if tokens[place].isalpha():
            command, place = tokens[place], place + 1
        kind = command.lower()
        given = [float(token) for token in tokens[place : place + _ARITY[kind]]]
        place += _ARITY[kind]
        ox, oy = (x, y) if command.islower() else (0.0, 0.0)
        if kind == "z":
            x, y = start
            continue
        end = {"h": (ox + given[0], y), "v": (x, oy + given[0])}.get(kind) or (ox + given[-2], oy + given[-1])
        (bx, by) = (ox + given[-4], oy + given[-3]) if kind in "cs" else end
        (ax, ay) = (ox + given[0], oy + given[1]) if kind == "c" else (2 * x - turn[0], 2 * y - turn[1]) if turn is not None else (x, y)
        turn = (bx, by) if kind in "cs" else None
        for t in (0.25, 0.5, 0.75, 1.0):
            if kind == "m":
                continue
            if kind in "cs":
                u = 1 - t
                yield (
                    u**3 * x + 3 * u * u * t * ax + 3 * u * t * t * bx + t**3 * end[0],
                    u**3 * y + 3 * u * u * t * ay + 3 * u * t * t * by + t**3 * end[1],
                )
            else:
                yield x + t * (end[0] - x), y + t * (end[1] - y)
        x, y = end
        if kind == "m":
            start = end
            command = "l" if command == "m" else "L"


def matrix_of(transform: str) -> NDArray[np.float64]:
    """The 3 × 3 matrix of a `transform` attribute made of translate, scale and rotate."""
    whole = np.eye(3)
    for name, raw in re.findall(r"(\w+)\(([^)]*)\)", transform):
        given = [float(number) for number in re.split(r"[ ,]+", raw.strip())]
        step = np.eye(3)
        if name == "translate":
            step[:2, 2] = given
        elif name == "scale":
            step[0, 0], step[1, 1] = given
        else:
            turn, (cx, cy) = radians(given[0]), given[1:]
            step[:2, :2] = [[cos(turn), -sin(turn)], [sin(turn), cos(turn)]]
            step[:2, 2] = np.array([cx, cy]) - step[:2, :2] @ np.array([cx, cy])
        whole = whole @ step
    return whole


def descriptor(svg: str) -> NDArray[np.float64]:
    """Where a picture's outlines run (a histogram over a grid) and, with less weight, what colours it has: of unit length."""
    outline, colours = np.zeros((GRID, GRID)), np.zeros(3)

    def visit(element: ElementTree.Element, matrix: NDArray[np.float64]) -> None:
        for child in element:
            if child.tag in (f"{SVG}defs", f"{SVG}title"):
                continue
            here = matrix @ matrix_of(child.get("transform", ""))
            if (d := child.get("d")) is not None and child.get("fill") not in (PAPER, *BACKDROPS):
                for x, y in points_of(d):
                    px, py = (here @ np.array([x, y, 1.0]))[:2] / 400 * GRID
                    if 0 <= px < GRID and 0 <= py < GRID:
                        outline[int(py), int(px)] += 1
                if (fill := child.get("fill", "none")).startswith("#"):
                    colours[:] += np.array(rgb(fill)) / 255
            visit(child, here)

    visit(ElementTree.fromstring(svg), np.eye(3))
    shape = np.sqrt(outline.ravel())
    return np.concatenate([shape / np.linalg.norm(shape), 0.25 * colours / np.linalg.norm(colours)])


@pytest.fixture(scope="module")
def descriptors(shop: DemoShop) -> NDArray[np.float64]:
    return np.array([descriptor(shop.pictures[product.images[0]]) for product in shop.products])


def test_every_picture_is_well_formed_small_and_has_a_title_in_both_languages(shop: DemoShop):
    for svg in shop.pictures.values():
        assert len(svg.encode()) <= 6_000
        root = ElementTree.fromstring(svg)
        assert root.tag == f"{SVG}svg" and root.get("viewBox") == "0 0 400 400"
        title = root.find(f"{SVG}title")
        assert title is not None and title.text and " · " in title.text
        assert "NaN" not in svg and "script" not in svg and "Gradient" not in svg


def test_every_product_has_three_views_and_every_coloured_variant_a_picture_and_all_of_them_exist(shop: DemoShop):
    for product in shop.products:
        assert product.images == tuple(f"/media/{product.id}-{view}.svg" for view in (1, 2, 3))
        assert len({shop.pictures[path] for path in product.images}) == 3
        for variant in product.variants:
            assert all(path in shop.pictures for path in variant.images)
            assert bool(variant.images) == ("colour" in dict(variant.options))


def test_variants_of_another_colour_differ_in_colour_and_in_nothing_else(shop: DemoShop):
    compared = 0
    for product in shop.products:
        drawn = {path: shop.pictures[path] for variant in product.variants for path in variant.images}
        assert len(set(drawn.values())) == len(drawn)
        if type_of(product).picture in ("blocks", "train"):  # their other parts avoid the main colour
            continue
        bare = {re.sub(r"#[0-9a-f]{6}", "#", svg) for svg in drawn.values()}
        assert len(bare) <= 1, product.id
        compared += len(drawn) > 1
    assert compared > 60


def test_there_are_more_than_eighty_silhouettes_and_each_is_a_different_drawing():
    skin = Skin("#7f98ad")
    assert len({drawing(skin) for drawing in SILHOUETTES.values()}) == len(SILHOUETTES) > 80


@pytest.mark.parametrize("name", sorted(SILHOUETTES))
def test_a_silhouette_fills_the_field_and_stays_inside_it(name: str):
    for style in range(4):
        svg = f'<svg xmlns="http://www.w3.org/2000/svg">{SILHOUETTES[name](Skin("#7f98ad", style=style))}</svg>'
        ElementTree.fromstring(svg)
        outlines = np.array(
            [
                (matrix_of(transform) @ np.array([x, y, 1.0]))[:2]
                for transform, inner in _groups(svg)
                for d in re.findall(r' d="([^"]+)"', inner)
                for x, y in points_of(d)
            ]
        )
        low, high = outlines.min(axis=0), outlines.max(axis=0)
        assert (low >= -5).all() and (high <= 405).all(), (name, style, low, high)
        assert (high - low).max() >= 190, (name, style)


def _groups(svg: str) -> Iterator[tuple[str, str]]:
    """(transform, markup) of each stretch of a silhouette; groups there do not nest."""
    rest = svg
    for found in re.finditer(r'<g transform="([^"]+)">(.*?)</g>', svg):
        yield found[1], found[2]
        rest = rest.replace(found[0], "")
    yield "", rest


def test_products_differ_from_each_other(shop: DemoShop):
    first = [re.sub(r"<title>.*?</title>", "", shop.pictures[product.images[0]]) for product in shop.products]
    assert len(set(first)) == len(first)


def test_the_nearest_other_picture_is_nearly_always_of_the_same_type(shop: DemoShop, descriptors: NDArray[np.float64]):
    near = descriptors @ descriptors.T
    np.fill_diagonal(near, -1)
    types = [type_of(product).picture for product in shop.products]
    right = [types[place] == types[int(row.argmax())] for place, row in enumerate(near)]
    assert sum(right) / len(right) >= 0.95


def test_every_type_is_nearer_to_its_own_than_to_any_other(shop: DemoShop, descriptors: NDArray[np.float64]):
    """Mean over a type's products of how near the nearest of its own is, against how near the nearest of all others is."""
    types = np.array([type_of(product).picture for product in shop.products])
    near = descriptors @ descriptors.T
    np.fill_diagonal(near, -1)
    for name in sorted(set(types)):
        own = types == name
        assert near[np.ix_(own, own)].max(axis=1).mean() > near[np.ix_(own, ~own)].max(axis=1).mean(), name


def test_the_same_product_is_drawn_the_same(shop: DemoShop):
    product = shop.products[40]
    assert draw(product, 2) == draw(product, 2) == shop.pictures[product.images[1]]
    assert dict(pictures(product)) == {path: shop.pictures[path] for path, _ in pictures(product)}


def test_pale_goods_stand_out_against_their_ground():
    for pale in ("#f7f6f2", "#efe6d2"):
        assert lightness(BACKDROPS[0]) - lightness(Skin(pale).line) > 0.3


def test_a_colour_that_the_product_does_not_have_is_refused_by_name(shop: DemoShop):
    with pytest.raises(NotFound, match="'no-such-colour'"):
        draw(shop.products[0], 1, colour="no-such-colour")


def test_a_product_of_another_shop_cannot_be_drawn():
    stranger = Product(id=ProductId("x-1"), title=LocalizedText(en="A thing"), variants=(Variant(VariantId("x-1")),))
    with pytest.raises(NotFound, match="'x-1'"):
        draw(stranger)


@pytest.mark.parametrize("pattern", sorted(PATTERNS))
def test_a_pattern_is_a_well_formed_tile(pattern: str):
    tile = ElementTree.fromstring(definition(pattern, "#333333")).find("pattern")
    assert tile is not None and tile.get("id") == "m" and len(tile) >= 1


def test_a_plain_look_needs_no_tile():
    assert all(definition(look, "#333333") == "" for look in UNMARKED)


def test_mixing_colours_is_exact_at_the_ends_and_half_way():
    assert mixed("#000000", "#ffffff", 0.0) == "#000000"
    assert mixed("#000000", "#ffffff", 1.0) == "#ffffff"
    assert mixed("#204060", "#406080", 0.5) == "#305070"
