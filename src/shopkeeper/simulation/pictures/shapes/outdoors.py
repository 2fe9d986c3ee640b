"""Toys and things for sport."""

from collections.abc import Callable
from typing import Final

from shopkeeper.simulation.pictures.skin import Skin, box, oval

_TOY_COLOURS: Final = ("#b5432e", "#cf9f3c", "#2f5945", "#7f98ad", "#e08a74", "#bdaed0")


def blocks(s: Skin) -> str:
    """A small building of blocks."""
    paints = [colour for colour in _TOY_COLOURS if colour != s.base]
    return (
        s.body(box(70, 248, 82, 82, 4))
        + s.part(box(154, 248, 82, 82, 4), paints[0])
        + s.part("M238 330v-82h92v82h-24a22 26 0 0 0 -44 0z", paints[1])
        + s.part(box(112, 164, 82, 82, 4), paints[2 if s.style % 2 else 3])
        + s.body(box(196, 164, 82, 82, 4))
        + s.part("M112 160L194 80v80zM196 160v-80l82 80z" if s.style % 2 else "M110 160l84 -72l84 72z", paints[3 if s.style % 2 else 2])
        + s.dot(195, 290, 15, "#f6f1e6")
        + s.stroke("M138 190h30v30h-30z", 4, "#f6f1e6")
    )


def bear(s: Skin) -> str:
    """A sitting soft animal: a bear, or a rabbit by style."""
    rabbit = s.style % 2 == 1
    ears = (
        s.body("M158 112c-30 -60 -14 -100 6 -92c20 8 26 50 24 84zM242 112c30 -60 14 -100 -6 -92c-20 8 -26 50 -24 84z")
        if rabbit
        else s.body(oval(142, 92, 30)) + s.body(oval(258, 92, 30)) + s.dot(142, 92, 15, s.light) + s.dot(258, 92, 15, s.light)
    )
    return (
        s.body(oval(112, 240, 30, 52))
        + s.body(oval(288, 240, 30, 52))
        + s.body(oval(200, 258, 84, 76))
        + s.flat(oval(200, 266, 48, 46), s.light)
        + s.body(oval(140, 310, 42, 26))
        + s.body(oval(260, 310, 42, 26))
        + ears
        + s.body(oval(200, 142, 78, 68))
        + s.flat(oval(200, 166, 32, 24), s.light)
        + s.part(oval(200, 154, 11, 8), "#3b3a38")
        + s.dot(170, 134, 6, "#3b3a38")
        + s.dot(230, 134, 6, "#3b3a38")
        + s.stroke("M190 174c6 6 14 6 20 0", 3, "#3b3a38")
        + s.part("M146 196c30 20 78 20 108 0l4 16c-34 22 -82 22 -116 0z", s.trim)
    )


def puzzle(s: Skin) -> str:
    """A box with a puzzle and a loose piece."""
    return (
        s.part(box(70, 74, 236, 200, 6), s.dark)
        + s.body(box(80, 84, 216, 180, 3))
        + s.flat("M80 264v-58l60 -52l50 44l46 -66l60 72v60z", s.trim, 0.85)
        + s.dot(248, 122, 20, "#f6e7b8")
        + s.stroke("M134 84v180M188 84v180M242 84v180M80 144h216M80 204h216", 2, "#f6f1e6")
        + s.part("M210 238h38c-8 -34 40 -34 32 0h40v36c34 -8 34 40 0 32v34h-40c8 -30 -40 -30 -32 0h-38v-34c-30 8 -30 -40 0 -32z", s.light)
    )


def train(s: Skin) -> str:
    """A wooden engine with a wagon."""
    return (
        s.part(box(44, 196, 104, 82, 6), s.trim)
        + s.part(oval(72, 188, 20, 16) + oval(112, 186, 22, 18), "#d3ab75")
        + s.stroke("M148 262h24", 7, "#3b3a38")
        + s.body("M172 140h82v58h64c22 0 34 18 34 40v42h-180z")
        + s.part(box(162, 120, 102, 24, 8), s.dark)
        + s.part(box(188, 158, 48, 40, 4), "#f6f1e6")
        + s.part("M288 198v-48h-8v-18h44v18h-8v48z", "#3b3a38")
        + "".join(s.part(oval(x, 296, 32), "#d3ab75") + s.dot(x, 296, 8, "#6b4a35") for x in (72, 128, 206, 314))
        + s.dot(340, 232, 9, "#f6e7b8")
    )


def rings(s: Skin) -> str:
    """Stacking rings on their base."""
    paints = [s.base, *(colour for colour in _TOY_COLOURS if colour != s.base)]
    widths = (118, 102, 86, 70, 54)
    layers = "".join(s.part(box(200 - w, 272 - 40 * i, 2 * w, 42, 21), paints[i % len(paints)]) for i, w in enumerate(widths))
    return s.part("M74 312c40 24 212 24 252 0l-10 18h-232z", "#d3ab75") + layers + s.part(oval(200, 86, 30), paints[5])


def yoga_mat(s: Skin) -> str:
    """A mat, half unrolled."""
    return (
        s.body("M150 236h204l-36 94h-226z")
        + s.flat("M160 262h184l-4 10h-184z", s.dark, 0.5)
        + s.body("M92 200c-40 0 -60 30 -60 66s20 64 60 64h20l112 -94c-10 -24 -40 -36 -132 -36z")
        + s.part("M92 200h214c34 0 50 18 48 36h-200c0 -20 -26 -36 -62 -36z", s.light)
        + s.part(oval(92, 266, 60, 65), s.dark)
        + s.stroke("M92 300c-22 -2 -34 -18 -32 -38c2 -20 20 -30 36 -28s26 16 24 30c-2 12 -14 18 -24 14", 5, s.light)
        + s.part("M226 196h22v42h-22z", s.trim)
    )


def dumbbell(s: Skin) -> str:
    """A pair of dumbbells."""

    def one(x: int, y: int) -> str:
        return (
            s.stroke(f"M{x + 60} {y + 46}h124", 22, "#8b8e90")
            + s.body(f"M{x} {y + 22}l22 -22h40l22 22v48l-22 22h-40l-22 -22z")
            + s.body(f"M{x + 160} {y + 22}l22 -22h40l22 22v48l-22 22h-40l-22 -22z")
            + s.flat(f"M{x + 12} {y + 28}l14 -16h14v68h-14l-14 -16zM{x + 172} {y + 28}l14 -16h14v68h-14l-14 -16z", s.light, 0.5)
        )

    return one(102, 132) + one(54, 238)


def yoga_block(s: Skin) -> str:
    """Two yoga blocks, one standing on the other."""
    return (
        s.body("M66 244l46 -30h236l-46 30z")
        + s.body("M66 244h236v86h-236z")
        + s.part("M302 244l46 -30v84l-46 32z", s.dark)
        + s.body("M146 98l34 -24h96l-34 24z")
        + s.body("M146 98h96v132h-96z")
        + s.part("M242 98l34 -24v128l-34 28z", s.dark)
        + s.stroke("M92 288h70", 6, s.light)
    )


def bands(s: Skin) -> str:
    """Three resistance bands."""
    return (
        s.stroke(oval(150, 170, 92, 92), 40, s.line)
        + s.stroke(oval(150, 170, 92, 92), 35, s.light)
        + s.stroke(oval(250, 186, 92, 92), 40, s.line)
        + s.stroke(oval(250, 186, 92, 92), 35, s.base)
        + s.stroke(oval(190, 244, 84, 66), 40, s.line)
        + s.stroke(oval(190, 244, 84, 66), 35, s.dark)
        + s.part(box(168, 296, 48, 26, 4), s.trim)
    )


def racket(s: Skin) -> str:
    """A badminton racket, upright at a slant."""
    mesh = "".join(f"M{x} 66v132" for x in range(158, 250, 14)) + "".join(f"M144 {y}h112" for y in range(78, 196, 14))
    return (
        '<g transform="rotate(24 200 210)">'
        + s.stroke(mesh, 1.4, "#b7ab98")
        + s.stroke("M200 204v86", 7, s.trim)
        + s.stroke(oval(200, 130, 64, 78), 14, s.line)
        + s.stroke(oval(200, 130, 64, 78), 9, s.base)
        + s.part("M186 210l14 -12l14 12v10h-28z", s.base)
        + s.part(box(187, 272, 26, 84, 8), "#3b3a38")
        + s.stroke("M188 296l24 -8M188 316l24 -8M188 336l24 -8", 2.4, "#8b8e90")
        + "</g>"
    )


def shuttlecock(s: Skin) -> str:
    """A shuttlecock with its tube."""
    feathers = "M110 96l26 128M138 84l8 138M168 80l-4 142M198 84l-16 138M226 96l-26 128"
    return (
        s.part("M262 106h82v216c0 6 -4 8 -8 8h-66c-4 0 -8 -2 -8 -8z", s.trim)
        + s.part(box(256, 84, 94, 30, 6), s.dark)
        + s.part(box(278, 160, 50, 110, 3), "#f6f1e6")
        + s.body("M96 100l14 -22l24 12l26 -14l14 14l14 -14l26 14l24 -12l2 22l-34 128h-76z")
        + s.stroke(feathers, 2.4, s.line)
        + s.stroke("M114 156c30 10 80 10 108 0M122 188c26 8 66 8 92 0", 4, s.trim)
        + s.part("M130 228h76v30c0 64 -76 64 -76 0z", "#ece3d2")
        + s.part("M128 222h80v16h-80z", "#2f5945")
    )


def bottle(s: Skin) -> str:
    """A sports bottle."""
    narrow = s.style % 2 == 1
    body = (
        "M152 124c-16 16 -22 30 -22 52v130c0 16 8 24 24 24h92c16 0 24 -8 24 -24v-130c0 -22 -6 -36 -22 -52z" if narrow else box(128, 124, 144, 206, 20)
    )
    return (
        s.tube("M158 78c0 -56 84 -56 84 0", 8, s.dark)
        + s.part(box(158, 56, 84, 46, 10), s.trim)
        + s.part(box(148, 98, 104, 28, 6), s.dark)
        + s.body(body)
        + s.stroke("M136 292h128", 5, s.dark)
        + s.flat("M146 178v100h14v-128z", s.light, 0.6)
        + (s.stroke("M236 190h18M244 214h10M236 238h18M244 262h10", 3, s.line) if s.style > 1 else "")
    )


def lantern(s: Skin) -> str:
    """A camping lantern, lit."""
    return (
        s.dot(200, 212, 130, "#f8edc9")
        + s.stroke("M132 150c-6 -112 142 -112 136 0", 8, "#4b4a48")
        + s.body("M150 112h100l18 42h-136z")
        + s.part("M140 154h120v104h-120z", "#fdf3cf")
        + s.stroke("M170 154v104M200 154v104M230 154v104", 3.5, s.line)
        + s.dot(200, 206, 20, "#f6d98a")
        + s.body("M126 258h148l10 62c0 6 -4 10 -10 10h-148c-6 0 -10 -4 -10 -10z")
        + s.part(oval(200, 296, 15), s.trim)
    )


SHAPES: Final[dict[str, Callable[[Skin], str]]] = {
    "blocks": blocks, "bear": bear, "puzzle": puzzle, "train": train, "rings": rings, "yoga-mat": yoga_mat, "dumbbell": dumbbell,
    "yoga-block": yoga_block, "bands": bands, "racket": racket, "shuttlecock": shuttlecock, "bottle": bottle, "lantern": lantern,
}  # fmt: skip
