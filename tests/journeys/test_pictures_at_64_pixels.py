"""The demo shop's pictures as a browser draws them, 64 pixels wide: what is of one type must look more alike than what is of two."""

import base64
from datetime import UTC, datetime

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser

from shopkeeper.domain.product import Product
from shopkeeper.simulation.catalogue import catalogue
from shopkeeper.simulation.pictures import draw
from shopkeeper.simulation.wares import type_of

pytestmark = pytest.mark.browser

SIDE = 64
CELLS = 8
DIRECTIONS = 8
DRAW = """async svgs => {
  const canvas = document.createElement('canvas'); canvas.width = canvas.height = 64;
  const context = canvas.getContext('2d', {willReadFrequently: true});
  let all = '';
  for (const svg of svgs) {
    const image = new Image(); image.src = 'data:image/svg+xml;base64,' + svg; await image.decode();
    context.clearRect(0, 0, 64, 64); context.drawImage(image, 0, 0, 64, 64);
    for (const byte of context.getImageData(0, 0, 64, 64).data) all += String.fromCharCode(byte);
  }
  return btoa(all);
}"""


def pixels(chromium: Browser, svgs: list[str]) -> NDArray[np.float64]:
    """RGB of each picture, 0–1, as (pictures, 64, 64, 3)."""
    page = chromium.new_page()
    try:
        drawn = page.evaluate(DRAW, [base64.b64encode(svg.encode()).decode() for svg in svgs])
    finally:
        page.close()
    raw = np.frombuffer(base64.b64decode(drawn), dtype=np.uint8).reshape(len(svgs), SIDE, SIDE, 4)
    return raw[..., :3].astype(float) / 255


def features(pictures: NDArray[np.float64]) -> NDArray[np.float64]:
    """Histograms of oriented gradients (Dalal & Triggs 2005) in 8 × 8 cells, of unit length, with the mean colour of the middle beside them."""
    grey = pictures @ np.array([0.299, 0.587, 0.114])
    down, across = np.gradient(grey, axis=(1, 2))
    strength = np.hypot(down, across)
    direction = ((np.arctan2(down, across) % np.pi) / np.pi * DIRECTIONS).astype(int) % DIRECTIONS
    size = SIDE // CELLS
    layers = [(strength * (direction == d)).reshape(-1, CELLS, size, CELLS, size).sum(axis=(2, 4)) for d in range(DIRECTIONS)]
    shape = np.sqrt(np.stack(layers, axis=-1).reshape(len(pictures), -1))
    shape /= np.linalg.norm(shape, axis=1, keepdims=True)
    middle = pictures[:, 20:44, 20:44].mean(axis=(1, 2))
    return np.concatenate([shape, 0.3 * middle / np.linalg.norm(middle, axis=1, keepdims=True)], axis=1)


@pytest.fixture(scope="module")
def products() -> list[Product]:
    return list(catalogue(seed=7, size=240, now=datetime(2026, 11, 20, 8, tzinfo=UTC)))


@pytest.fixture(scope="module")
def drawn(chromium: Browser, products: list[Product]) -> NDArray[np.float64]:
    return pixels(chromium, [draw(product) for product in products])


@pytest.fixture(scope="module")
def looks(drawn: NDArray[np.float64]) -> NDArray[np.float64]:
    return features(drawn)


def test_the_nearest_other_picture_is_of_the_same_type(products: list[Product], looks: NDArray[np.float64]):
    near = looks @ looks.T
    np.fill_diagonal(near, -1)
    types = [type_of(product).picture for product in products]
    right = [types[place] == types[int(row.argmax())] for place, row in enumerate(near)]
    assert np.mean(right) >= 0.95


def test_different_products_of_a_type_differ_in_more_than_one_pixel_of_a_hundred(products: list[Product], drawn: NDArray[np.float64]):
    types = np.array([type_of(product).key for product in products])
    for name in set(types):
        same = drawn[types == name]
        for place, one in enumerate(same):
            for other in same[place + 1 :]:
                assert (np.abs(one - other).max(axis=-1) > 0.04).mean() > 0.01, name


def test_a_variant_looks_more_like_its_product_than_a_product_of_another_type_does(
    chromium: Browser, products: list[Product], looks: NDArray[np.float64]
):
    types = np.array([type_of(product).picture for product in products])
    coloured = [
        (place, product, dict(product.attributes)["colour"]) for place, product in enumerate(products) if "colour" in dict(product.attributes)
    ]
    several = [(place, product, labels[1].key) for place, product, labels in coloured if len(labels) > 1]
    variants = features(pixels(chromium, [draw(product, colour=colour) for _, product, colour in several]))
    assert len(several) > 60
    related = [variants[row] @ looks[place] > (looks[types != types[place]] @ variants[row]).max() for row, (place, _, _) in enumerate(several)]
    assert np.mean(related) >= 0.97
