"""Materials as small repeating marks, laid over a surface."""

from collections.abc import Callable
from typing import Final

_Marks = Callable[[str], str]


def _lines(d: str, width: float, opacity: float) -> _Marks:
    return lambda tone: f'<path d="{d}" fill="none" stroke="{tone}" stroke-width="{width:g}" stroke-opacity="{opacity:g}" stroke-linecap="round"/>'


def _dots(*places: tuple[float, float, float], opacity: float = 0.5) -> _Marks:
    return lambda tone: "".join(f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" fill="{tone}" fill-opacity="{opacity:g}"/>' for x, y, r in places)


PATTERNS: Final[dict[str, tuple[int, int, _Marks]]] = {
    # material: (width, height of the repeated tile, its marks)
    "speckled": (46, 46, _dots((7, 9, 2), (28, 5, 1.3), (38, 24, 2.2), (16, 30, 1.6), (5, 41, 1.2), (31, 40, 1.7), opacity=0.55)),
    "crackle": (60, 60, _lines("M0 12L18 20L34 6L60 16M18 20L24 44L0 52M24 44L48 38L60 50M48 38L44 12M24 44L28 60M34 6L30 0", 1.2, 0.4)),
    "woven": (12, 12, _lines("M0 3h6M6 9h6M3 6v6M9 0v6", 2, 0.3)),
    "linen": (10, 10, _lines("M0 2.5h10M0 7.5h10M2.5 0v10M7.5 0v10", 0.9, 0.28)),
    "ribbed": (12, 12, _lines("M3 0v12M9 0v12", 1.8, 0.3)),
    "knit": (16, 14, _lines("M1 1L8 8L15 1M1 8L8 15L15 8", 1.8, 0.32)),
    "waffle": (18, 18, _lines("M0 0h18v18M5 5h8v8h-8z", 1.6, 0.3)),
    "stripes": (28, 28, _lines("M0 7h28", 7, 0.32)),
    "pinstripe": (16, 16, _lines("M8 0v16", 1.6, 0.45)),
    "check": (36, 36, _lines("M0 9h36M9 0v36", 10, 0.22)),
    "twill": (8, 8, _lines("M-2 10L10 -2M-2 2L2 -2M6 10L10 6", 1.3, 0.3)),
    "quilted": (40, 40, _lines("M0 20L20 0L40 20L20 40z", 1.8, 0.34)),
    "dots": (30, 30, _dots((8, 8, 3.2), (23, 23, 3.2), opacity=0.4)),
    "grain": (90, 40, _lines("M0 6c30 -5 60 5 90 0M0 18c24 4 50 -5 90 0M0 30c30 6 66 -6 90 0M30 24c8 -3 18 -3 26 0", 1.4, 0.36)),
    "leaf": (54, 54, _lines("M14 20c2 -9 9 -11 14 -10c-1 6 -5 12 -14 10M12 22l9 -7M38 46c-2 -9 -9 -11 -14 -10c1 6 5 12 14 10M40 48l-9 -7", 1.7, 0.5)),
    "leather": (24, 20, _lines("M2 4c3 2 6 2 8 0M14 3c3 3 6 2 8 1M8 12c2 -2 5 -2 8 0M1 16c3 1 4 2 6 1M17 16c2 2 4 1 6 0", 1.1, 0.26)),
    "mesh": (12, 12, _dots((3, 3, 1.5), (9, 9, 1.5), opacity=0.45)),
    "brushed": (80, 9, _lines("M0 2h44M52 5h28M8 7.5h30", 0.9, 0.3)),
    "plush": (16, 16, _lines("M3 5l2 -3M9 3l1 3M13 9l2 -2M4 12l2 2M10 13l1 -3", 1.5, 0.36)),
    "terrazzo": (52, 52, _lines("M6 8l6 3M30 6l4 5M44 20l-6 3M14 28l5 -4M34 34l7 1M8 44l5 3M26 46l3 -5", 4, 0.4)),
}

UNMARKED: Final = frozenset({"", "clear", "gloss"})
"""Looks that the silhouettes draw themselves, without a tile."""


def definition(pattern: str, tone: str) -> str:
    """Return the SVG `<defs>` of a pattern in `tone`, or an empty string for a look that needs none."""
    if pattern in UNMARKED:
        return ""
    width, height, marks = PATTERNS[pattern]
    return f'<defs><pattern id="m" width="{width}" height="{height}" patternUnits="userSpaceOnUse">{marks(tone)}</pattern></defs>'
