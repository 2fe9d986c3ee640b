"""Silhouettes: one function per kind of thing, on a field of 400 × 400 with the floor at y = 330.

A silhouette is drawn with the strokes of `Skin` alone, so that colour and material stay the product's; `SILHOUETTES` names them all.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from shopkeeper.simulation.pictures.shapes import clothes, devices, home, outdoors, table
from shopkeeper.simulation.pictures.skin import Skin

Silhouette: TypeAlias = Callable[[Skin], str]

SILHOUETTES: Final[Mapping[str, Silhouette]] = {
    name: drawing for module in (table, home, clothes, devices, outdoors) for name, drawing in module.SHAPES.items()
}
