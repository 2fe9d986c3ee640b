"""Colour arithmetic in sRGB, and the tones of the picture ground (the tokens of the pages)."""

from typing import Final

INK: Final = "#1c1b19"
PAPER: Final = "#faf8f4"
WHITE: Final = "#ffffff"

BACKDROPS: Final = ("#efe8db", "#e8ece4", "#e6eaee", "#f1e7e1", "#ece8ee", "#eeeadd")
"""Quiet tints for the disc behind a product; pale goods stand out against them where they would not on paper."""


def rgb(colour: str) -> tuple[int, int, int]:
    """Return the red, green and blue of `#rrggbb`, 0–255 each."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mixed(colour: str, other: str, share: float) -> str:
    """Return `colour` with `share` (0–1) of `other` in it."""
    blended = (round(a + (b - a) * share) for a, b in zip(rgb(colour), rgb(other), strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in blended)


def lightness(colour: str) -> float:
    """Return the luma of `colour`, 0 (black) – 1 (white), by ITU-R BT.601."""
    red, green, blue = rgb(colour)
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255
