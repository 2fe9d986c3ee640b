"""Phones and what goes with them, things that sound, and things to write with."""

from collections.abc import Callable
from typing import Final

from shopkeeper.simulation.pictures.colour import mixed
from shopkeeper.simulation.pictures.skin import Skin, box, oval

_GLASS: Final = "#dfe7e6"
_STEEL: Final = "#b9bcbd"
_NIGHT: Final = "#3b3a38"


def phone_case(s: Skin) -> str:
    """The back of a phone in its case."""
    lenses = (oval(158, 112, 15) + oval(158, 152, 15) + oval(196, 132, 15), oval(160, 114, 16) + oval(160, 158, 16))[s.style % 2]
    return (
        s.part(box(290, 132, 10, 44, 4), s.dark)
        + s.body(box(108, 58, 184, 272, 36))
        + s.part(box(128, 78, 100 if s.style % 2 == 0 else 64, 106, 26), s.dark)
        + s.part(lenses, _NIGHT)
        + (s.stroke(oval(200, 246, 42), 5, s.dark) if s.style > 1 else s.stroke("M176 296h48", 4, s.dark))
        + s.flat("M120 220v70c0 16 8 24 16 28v-98z", s.light, 0.45)
    )


def screen_film(s: Skin) -> str:
    """A pane of glass being laid on a phone."""
    return (
        s.part(box(124, 76, 160, 254, 26), _NIGHT)
        + s.flat(box(134, 88, 140, 230, 18), mixed(s.trim, "#ffffff", 0.55))
        + s.stroke("M160 130h88M160 150h60", 5, "#ffffff")
        + '<g transform="rotate(-9 200 200)">'
        + f'<path d="{box(100, 56, 156, 250, 24)}" fill="{_GLASS}" fill-opacity=".62" stroke="#7c8b8b" stroke-width="2.5"/>'
        + s.stroke("M120 230L214 84M136 262L232 112", 5, "#ffffff")
        + s.flat(oval(178, 74, 8), "#7c8b8b")
        + "</g>"
    )


def charger(s: Skin) -> str:
    """A plug-in charger with one (style 0), two (1) or three (2, 3) ports."""
    n = (1, 2, 3, 3)[s.style]
    return (
        s.part("M160 58h18v56h-18zM222 58h18v56h-18z", _STEEL)
        + s.body("M128 106h144c20 0 30 10 30 30v160c0 22 -12 34 -34 34h-136c-22 0 -34 -12 -34 -34v-160c0 -20 10 -30 30 -30z")
        + s.flat("M102 272h196v24c0 20 -10 32 -32 32h-132c-22 0 -32 -12 -32 -32z", s.dark)
        + s.part("".join(box(200 - 22 * n + 44 * i + 4, 292, 36, 15, 7) for i in range(n)), _NIGHT)
        + s.stroke("M210 148l-24 40h28l-24 40", 7, s.trim)
    )


def cable(s: Skin) -> str:
    """A coiled cable with two plugs."""
    coil = (
        "M286 108c-30 -40 -190 -30 -206 62c-14 90 84 134 154 112c74 -22 92 -120 22 -152"
        "c-66 -28 -136 20 -124 82c12 56 96 62 120 16c14 -30 -8 -58 -36 -54"
    )
    return (
        s.tube(
            coil,
            10,
        )
        + '<g transform="rotate(40 300 120)">'
        + s.part(box(282, 92, 56, 34, 8), s.dark)
        + s.part(box(336, 100, 26, 18, 6), _STEEL)
        + "</g>"
        + s.part(box(160, 168, 52, 32, 8), s.dark)
        + s.part(box(138, 176, 24, 16, 5), _STEEL)
        + s.part(box(84, 256, 34, 22, 6), s.trim)
    )


def power_bank(s: Skin) -> str:
    """A power bank with its charge lights."""
    return (
        s.body(box(120, 70, 160, 260, 26))
        + s.flat("M122 96c0 -16 8 -24 24 -24h14v256h-14c-16 0 -24 -8 -24 -24z", s.light, 0.6)
        + (s.part(box(168, 104, 84, 50, 8), _NIGHT) + s.stroke("M190 118v22M186 118h8M212 118h16v11h-16v11h16", 4, "#e8f0e0") if s.style % 2 else "")
        + "".join(s.dot(180 + 20 * i, 298, 5, s.trim if i < 3 else s.dark) for i in range(4))
        + s.stroke("M206 196l-22 38h30l-22 38", 6, s.dark)
        + s.part(box(180, 60, 40, 14, 6), _NIGHT)
    )


def phone_stand(s: Skin) -> str:
    """A phone leaning in a stand."""
    return (
        s.tube("M232 158l52 150", 14)
        + '<g transform="rotate(-14 190 180)">'
        + s.part(box(140, 52, 118, 222, 18), _NIGHT)
        + s.flat(box(148, 62, 102, 202, 12), mixed(s.trim, "#ffffff", 0.6))
        + "</g>"
        + s.body("M116 262h150l10 24h-172z")
        + s.body("M88 304h232c12 0 18 6 18 14s-6 12 -14 12h-240c-8 0 -14 -4 -14 -12s6 -14 18 -14z")
    )


def headphones(s: Skin) -> str:
    """Headphones from the front."""
    cup = oval if s.style % 2 else lambda x, y, rx, ry: box(x - rx, y - ry, 2 * rx, 2 * ry, 30)
    return (
        s.tube("M96 236c-10 -210 218 -210 208 0", 18)
        + s.stroke("M136 118c36 -34 92 -34 128 0", 12, s.dark)
        + s.part(box(108, 190, 40, 120, 18), s.deep)
        + s.part(box(252, 190, 40, 120, 18), s.deep)
        + s.body(cup(92, 252, 36, 66))
        + s.body(cup(308, 252, 36, 66))
        + s.flat(cup(84, 252, 14, 34) + cup(316, 252, 14, 34), s.trim if s.style > 1 else s.dark)
    )


def earbuds(s: Skin) -> str:
    """Two earbuds over their open case."""
    bud = "c-26 0 -40 18 -40 40c0 20 12 32 26 34l-4 66c0 10 6 14 14 14s14 -4 14 -14l4 -70c16 -6 24 -18 24 -34c0 -24 -16 -36 -38 -36z"
    return (
        s.body(f"M146 62{bud}")
        + s.body(f"M260 62{bud}")
        + s.flat(oval(128, 100, 12, 17) + oval(280, 98, 12, 17), s.deep)
        + s.part("M86 232c0 -22 12 -30 34 -30h160c22 0 34 8 34 30v14h-228z", s.dark)
        + s.body("M86 244h228v42c0 30 -16 44 -46 44h-136c-30 0 -46 -14 -46 -44z")
        + s.dot(200, 276, 6, s.trim)
        + s.stroke("M150 210h22v30M250 210h-22v30", 3, s.deep)
    )


def earbud_cover(s: Skin) -> str:
    """A cover for an earbud case, on its clip."""
    return (
        s.stroke("M272 126c40 -60 96 -20 60 24c-14 18 -36 14 -44 2", 9, "#c2ab72")
        + s.part(box(252, 118, 34, 30, 10), s.dark)
        + s.body(box(78, 128, 214, 202, 62))
        + s.stroke("M80 196c70 8 140 8 210 0", 4, s.deep)
        + s.dot(185, 230, 7, s.light)
        + (s.part(oval(185, 276, 22), s.trim) if s.style % 2 else s.stroke("M146 282h78", 6, s.trim))
        + s.flat("M94 210v56c0 20 10 34 22 42v-98z", s.light, 0.5)
    )


def speaker(s: Skin) -> str:
    """A speaker: upright with two cones, or (style 1) lower and broader; style 3 has a handle."""
    x, width, top = (104, 192, 112) if s.style == 1 else (122, 156, 84)
    return (
        (s.tube(f"M150 {top + 6}c0 -52 100 -52 100 0", 8, s.trim) if s.style == 3 else s.part(box(176, top - 12, 48, 16, 5), s.trim))
        + s.body(box(x, top, width, 330 - top, 24))
        + s.part(oval(200, 250, 60), s.deep)
        + s.part(oval(200, 250, 24), s.dark)
        + s.part(oval(200, top + 56, 30), s.deep)
        + s.dot(200, top + 56, 10, s.dark)
    )


def turntable(s: Skin) -> str:
    """A record player seen from above at a slant."""
    return (
        s.body("M52 250l34 -96c2 -6 6 -8 12 -8h204c6 0 10 2 12 8l34 96z")
        + s.body("M50 248h300v54c0 8 -4 12 -12 12h-276c-8 0 -12 -4 -12 -12z")
        + s.part("M80 314h30v16h-30zM290 314h30v16h-30z", _NIGHT)
        + s.part(oval(172, 200, 98, 44), _NIGHT)
        + s.stroke(oval(172, 200, 74, 33) + oval(172, 200, 54, 24), 1.6, "#6f6a61")
        + s.part(oval(172, 200, 32, 14), s.trim)
        + s.part(oval(300, 174, 15, 8), _STEEL)
        + s.stroke("M300 172l4 44l-60 14", 6, _STEEL)
        + s.dot(84, 282, 9, s.trim)
        + s.dot(116, 282, 9, s.light)
    )


def stand(s: Skin) -> str:
    """A headphone stand."""
    return (
        s.body("M120 312c0 -16 160 -16 160 0v18h-160z")
        + s.body("M188 128h24v176h-24z")
        + s.body("M128 108c0 -48 144 -48 144 0c0 14 -8 22 -18 22c-14 0 -14 -16 -54 -16s-40 16 -54 16c-10 0 -18 -8 -18 -22z")
        + s.flat("M136 96c16 -28 112 -28 128 0c-20 -14 -108 -14 -128 0z", s.trim)
        + (s.stroke("M140 322h120", 3, s.dark) if s.style % 2 else "")
    )


def notebook(s: Skin) -> str:
    """A notebook with elastic and ribbon."""
    return (
        s.stroke("M170 326l-6 30l14 -8l6 10l4 -32", 7, s.trim)
        + s.part("M116 66h176c10 0 16 6 16 16v240c0 8 -4 12 -12 12h-180z", "#f6f1e6")
        + s.stroke("M290 78h14M290 328h14", 2, "#c9bfae")
        + s.body("M96 62h176c12 0 18 6 18 18v232c0 12 -6 18 -18 18h-176z")
        + s.flat("M96 62h26v268h-26z", s.dark)
        + s.stroke("M256 62v268", 8, s.trim)
        + (
            s.part(box(146, 112, 84, 50, 3), "#f6f1e6") + s.stroke("M160 130h56M160 144h36", 3, s.line)
            if s.style % 2
            else s.stroke("M148 118h78", 4, s.light)
        )
    )


def planner(s: Skin) -> str:
    """A ring-bound planner, its tabs at the side."""
    return (
        s.part(box(296, 96, 30, 40, 5), s.trim)
        + s.part(box(296, 148, 30, 40, 5), s.light)
        + s.part(box(296, 200, 30, 40, 5), s.dark)
        + s.body(box(92, 64, 214, 266, 14))
        + "".join(s.stroke(f"M80 {y}h32", 6, _STEEL) for y in (98, 132, 166, 200, 234, 268, 302))
        + s.part(box(144, 104, 132, 120, 4), "#f6f1e6")
        + s.stroke("M144 134h132M188 134v90M232 134v90M144 164h132M144 194h132", 2.2, "#b7ab98")
        + s.flat(box(190, 166, 40, 26), s.trim, 0.75)
        + s.stroke("M160 264h100M160 284h64", 5, s.light)
    )


def fountain_pen(s: Skin) -> str:
    """An open fountain pen and its cap."""
    return (
        '<g transform="rotate(-42 200 200)">'
        + s.body("M150 152h184c16 0 24 10 24 22s-8 22 -24 22h-184z")
        + s.part("M106 158h46v32h-46z", _NIGHT)
        + s.part("M106 158v32L44 178v-8z", "#d0b27a")
        + s.stroke("M48 174h40", 2.2, "#7a6230")
        + s.dot(92, 174, 4, "#7a6230")
        + s.part(box(148, 150, 10, 48, 2), "#d0b27a")
        + s.body("M130 238h140c14 0 20 10 20 24s-6 24 -20 24h-140z")
        + s.part(box(124, 236, 12, 52, 2), "#d0b27a")
        + s.part(box(136, 222, 104, 12, 6), "#d0b27a")
        + "</g>"
        + s.stroke("M70 330c20 -14 34 10 54 -2s30 8 46 -2", 4, "#3d5083")
    )


def gel_pens(s: Skin) -> str:
    """Five pens in a fan."""
    pen = "".join(
        (
            s.part("M190 92h20v166h-20z"),
            s.part("M190 258h20l-7 30h-6z", "#e9e4da"),
            s.part("M192 74h16v20h-16z", s.dark),
            s.stroke("M212 100v58", 5, s.light),
        )
    )
    angles = (-32, -16, 0, 16, 32)
    return "".join(f'<g transform="rotate({a} 200 340)">{pen}</g>' for a in angles) + s.part("M134 262h132l-10 68h-112z", s.trim)


def ink_bottle(s: Skin) -> str:
    """A bottle of ink."""
    return (
        s.part(box(150, 78, 100, 60, 8), _NIGHT)
        + s.stroke("M170 84v48M190 84v48M210 84v48M230 84v48", 2, "#6f6a61")
        + s.part("M160 138h80v20h-80z", _GLASS)
        + s.part("M140 158h120l54 60v92c0 14 -8 20 -20 20h-188c-12 0 -20 -6 -20 -20v-92z", _GLASS)
        + s.body("M100 226h200v78c0 8 -4 12 -12 12h-176c-8 0 -12 -4 -12 -12z")
        + s.part(box(138, 234, 124, 62, 3), "#f6f1e6")
        + s.stroke("M156 254h88", 5, s.base)
        + s.stroke("M156 274h54", 3, s.line)
    )


def pencil_case(s: Skin) -> str:
    """A pencil case with pens looking out."""
    return (
        s.part("M232 176l40 -92l18 8l-34 92z", s.trim)
        + s.part("M272 84l16 -20l2 28z", "#e9d3ab")
        + s.part("M272 180l34 -72l16 8l-28 70z", "#7f98ad")
        + s.body("M60 196c0 -16 10 -26 28 -26h226c18 0 28 10 28 26v104c0 20 -10 30 -30 30h-222c-20 0 -30 -10 -30 -30z")
        + s.stroke("M66 204h266", 8, s.deep)
        + s.stroke("M66 204h266", 3, "#d8d4cb")
        + s.part(box(84, 198, 34, 14, 5), s.trim)
        + (s.part(box(236, 248, 74, 44, 3), s.light) if s.style % 2 else "")
    )


SHAPES: Final[dict[str, Callable[[Skin], str]]] = {
    "phone-case": phone_case, "screen-film": screen_film, "charger": charger, "cable": cable, "power-bank": power_bank, "phone-stand": phone_stand,
    "headphones": headphones, "earbuds": earbuds, "earbud-cover": earbud_cover, "speaker": speaker, "turntable": turntable, "stand": stand,
    "notebook": notebook, "planner": planner, "fountain-pen": fountain_pen, "gel-pens": gel_pens, "ink-bottle": ink_bottle,
    "pencil-case": pencil_case,
}  # fmt: skip
