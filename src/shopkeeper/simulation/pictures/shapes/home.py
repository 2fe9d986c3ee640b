"""Things of the bedroom, the bathroom and the living room, lamps, and what stands on the washstand."""

from collections.abc import Callable
from typing import Final

from shopkeeper.simulation.pictures.colour import mixed
from shopkeeper.simulation.pictures.skin import Skin, box, oval


def bed(s: Skin) -> str:
    """A made bed."""
    return (
        s.part("M64 120c0 -30 18 -44 44 -44h184c26 0 44 14 44 44v90h-272z", s.trim)
        + s.part(box(52, 250, 296, 66, 8), "#e9e1d2")
        + s.part("M78 316h18v16h-18zM304 316h18v16h-18z", "#6b4a35")
        + s.part(box(90, 150, 98, 62, 22), s.light)
        + s.part(box(212, 150, 98, 62, 22), s.light)
        + s.body("M56 204c40 -14 248 -14 288 0l12 86c0 10 -6 14 -14 14h-284c-8 0 -14 -4 -14 -14z")
        + s.part("M56 204c40 -14 248 -14 288 0l4 30c-60 -16 -236 -16 -296 0z", s.light)
        + s.stroke("M124 250c10 18 12 34 8 50M268 244c-8 20 -8 38 2 56", 2, s.dark)
    )


def pillow(s: Skin) -> str:
    """Two pillows, one upon the other."""
    shape = (
        "c60 -18 164 -18 224 0c24 6 24 20 18 36c-8 22 -8 36 0 58c6 16 4 28 -18 34"
        "c-60 14 -164 14 -224 0c-22 -6 -24 -18 -18 -34c8 -22 8 -36 0 -58c-6 -16 -6 -30 18 -36z"
    )
    return (
        s.part(f"M96 214{shape}", s.dark)
        + s.body(f"M80 122{shape}")
        + s.stroke("M92 142c10 8 18 14 28 18M292 142c-10 8 -18 14 -28 18M96 232c10 -8 16 -12 26 -14", 2.2, s.dark)
        + s.stroke("M92 128c60 -14 148 -14 200 0" if s.style % 2 else "M100 238c50 10 140 10 184 0", 3, s.trim)
    )


def towel(s: Skin) -> str:
    """A stack of folded towels."""
    return (
        s.body(box(86, 262, 228, 68, 26))
        + s.body(box(94, 200, 212, 66, 26))
        + s.body(box(104, 140, 192, 64, 26))
        + s.stroke("M112 296c60 8 130 8 186 0M120 233c56 8 110 8 168 0M128 172c50 8 100 8 150 0", 2, s.dark)
        + s.flat("M252 141h22v62h-22zM258 201h22v64h-22zM264 263h22v66h-22z", s.trim if s.style % 2 else s.light, 0.9)
        + (s.tube("M120 142c4 -30 40 -30 44 0", 4, s.trim) if s.style > 1 else "")
    )


def throw(s: Skin) -> str:
    """A blanket over the arm of a sofa."""
    return (
        s.part("M44 186c0 -30 40 -40 60 -16v160h-60zM356 186c0 -30 -40 -40 -60 -16v160h60z", "#cfc5b3")
        + s.part("M88 130c0 -20 12 -30 30 -30h164c18 0 30 10 30 30v190h-224z", "#ddd4c4")
        + s.body("M132 86c40 -10 100 -10 140 0l22 200c-50 14 -134 14 -184 0z")
        + s.stroke(
            "M114 290v26M130 294v26M146 297v26M162 299v26M178 300v26M194 301v26M210 301v26M226 300v26M242 299v26M258 297v26M274 294v26M290 290v26",
            3.5,
            s.dark,
        )
        + s.stroke("M124 150c50 12 110 12 156 0" if s.style % 2 else "M118 240c50 14 118 14 170 0", 8, s.trim)
    )


def cushion(s: Skin) -> str:
    """A square cushion."""
    cover = (
        "M78 92c80 22 164 22 244 0c14 -2 18 6 14 18c-18 66 -18 132 0 198c4 14 -2 22 -16 18"
        "c-80 -20 -160 -20 -240 0c-14 4 -20 -4 -16 -18c18 -66 18 -132 0 -198c-4 -12 0 -20 14 -18z"
    )
    return (
        s.body(cover)
        + s.stroke("M84 100c14 12 24 20 38 28M316 100c-14 12 -24 20 -38 28M82 318c12 -12 22 -20 36 -26M318 318c-12 -12 -22 -20 -36 -26", 2.2, s.dark)
        + (s.part(oval(200, 208, 14), s.trim) if s.style == 1 else s.stroke("M92 208c72 -14 144 -14 216 0", 9, s.trim) if s.style == 3 else "")
    )


def mat(s: Skin) -> str:
    """A bath mat on tiles."""
    return (
        s.flat("M40 330L96 160h208L360 330z", "#e4dfd6")
        + s.stroke("M68 246h264M200 160v170M120 160l-28 170M280 160l28 170", 1.6, "#cfc8bb")
        + s.body("M78 312l34 -116c2 -6 6 -10 14 -10h148c8 0 12 4 14 10l34 116c2 8 -2 14 -10 14h-224c-8 0 -12 -6 -10 -14z")
        + s.stroke("M104 300l24 -92h144l24 92z", 4 if s.style % 2 else 7, s.light)
    )


def desk_lamp(s: Skin) -> str:
    """A jointed desk lamp, switched on."""
    head = "M218 96l74 -40c16 -4 44 34 36 48l-76 38z" if s.style % 2 else "M208 112c20 -60 100 -74 118 -22l-86 66z"
    return (
        s.flat("M262 132l58 -44l56 202h-170z", "#f6e7b8", 0.65)
        + s.tube("M152 306l-44 -116l126 -76", 9, s.base)
        + s.part(oval(108, 190, 11), s.trim)
        + s.body(head)
        + s.dot(284, 118, 12, "#fdf3cf")
        + s.part("M88 314c0 -22 128 -22 128 0v16h-128z", s.dark)
    )


def floor_lamp(s: Skin) -> str:
    """A floor lamp with a shade."""
    wooden = s.style % 2 == 1
    legs = s.tube("M200 196L152 326M200 196L248 326M200 196v126", 6, s.trim) if wooden else s.tube("M200 150v172", 6, "#4b4a48")
    foot = "" if wooden else s.part("M140 330c0 -14 120 -14 120 0z", "#4b4a48")
    return (
        legs + foot + s.flat("M132 152h136l40 60h-216z", "#f6e7b8", 0.6) + s.body("M150 50h100l32 104h-164z") + s.part(oval(200, 50, 50, 7), s.dark)
    )


def pendant(s: Skin) -> str:
    """A pendant lamp."""
    shade = (
        "M96 252c0 -84 46 -120 104 -120s104 36 104 120z",
        "M168 130h64l72 128h-208z",
        "M104 176c0 -40 192 -40 192 0v76h-192z",
        "M84 240c20 -66 70 -98 116 -98s96 32 116 98z",
    )[s.style]
    return (
        s.stroke("M200 20v116", 4, "#4b4a48")
        + s.flat("M104 250h192l56 82h-304z", "#f6e7b8", 0.55)
        + s.dot(200, 262, 22, "#fdf3cf")
        + s.body(shade)
        + s.part(box(182, 112, 36, 26, 6), s.trim)
    )


def night_light(s: Skin) -> str:
    """A small round night light with ears or a plain moon."""
    ears = s.body("M150 138c-24 -60 6 -90 24 -70c10 14 12 40 14 62zM250 138c24 -60 -6 -90 -24 -70c-10 14 -12 40 -14 62z") if s.style % 2 else ""
    return (
        s.dot(200, 216, 138, "#f8edc9")
        + ears
        + s.body("M200 118c66 0 104 48 104 106c0 64 -44 92 -104 92s-104 -28 -104 -92c0 -58 38 -106 104 -106z")
        + s.part("M130 300h140l12 24c0 6 -4 8 -10 8h-144c-6 0 -10 -2 -10 -8z", s.trim)
        + (
            s.dot(168, 214, 7) + s.dot(232, 214, 7) + s.stroke("M188 236c8 8 16 8 24 0", 4)
            if s.style % 2
            else s.flat("M228 158c-40 8 -52 70 -14 96c-60 4 -84 -84 14 -96z", s.light)
        )
    )


def bulb(s: Skin) -> str:
    """A light bulb."""
    return (
        s.dot(200, 160, 132, "#f8edc9")
        + s.part(
            "M200 62c62 0 100 44 100 98c0 44 -30 66 -44 96c-6 12 -8 20 -8 30h-96c0 -10 -2 -18 -8 -30c-14 -30 -44 -52 -44 -96c0 -54 38 -98 100 -98z",
            "#fdf6dd",
        )
        + s.stroke("M176 282v-78l-16 -24l16 -14l24 16l24 -16l16 14l-16 24v78", 4, s.trim)
        + s.part("M152 284h96v14h-96zM156 298h88v12h-88zM162 310h76c-4 14 -14 20 -24 20h-28c-10 0 -20 -6 -24 -20z", "#b9bcbd")
    )


def tube(s: Skin) -> str:
    """A squeeze tube standing on its cap."""
    return (
        s.body("M118 66h164l-20 214h-124z")
        + s.part("M114 56h172v18h-172z", s.dark)
        + s.part("M138 280h124v42c0 6 -4 8 -10 8h-104c-6 0 -10 -2 -10 -8z", s.trim)
        + s.part(box(160, 128, 80, 8, 2), s.line)
        + s.stroke("M166 156h68M166 174h68M166 192h40", 4, s.line)
        + s.flat("M132 84h16l10 180h-10z", s.light, 0.8)
    )


def sun_tube(s: Skin) -> str:
    """A flat bottle of sunscreen with a sun on it."""
    rays = "M200 150v-22M200 230v22M160 190h-22M240 190h22M172 162l-16 -16M228 162l16 -16M172 218l-16 16M228 218l16 16"
    return (
        s.part(box(164, 52, 72, 52, 10), "#f6f1e6")
        + s.body("M146 100h108c26 4 40 26 40 58v136c0 26 -12 36 -34 36h-120c-22 0 -34 -10 -34 -36v-136c0 -32 14 -54 40 -58z")
        + s.stroke(rays, 7, "#f6f1e6" if s.style % 2 else s.trim)
        + s.part(oval(200, 190, 28), "#f6f1e6" if s.style % 2 else s.trim)
        + s.stroke("M160 282h80M172 300h56", 4, s.line)
    )


def hand_cream(s: Skin) -> str:
    """A small aluminium tube, its end rolled, lying at a slant."""
    return (
        '<g transform="rotate(-32 200 210)">'
        + s.body("M76 152h190c20 4 34 22 34 58s-14 54 -34 58h-190z")
        + s.part(box(58, 142, 26, 136, 10), s.dark)
        + s.part("M298 186h16v48h-16z", "#c6c8ca")
        + s.part("M314 174l44 8v56l-44 8z", s.trim)
        + s.part(box(136, 174, 96, 72, 36 if s.style % 2 else 6), "#f6f1e6")
        + s.stroke("M158 202h52M166 220h36", 4, s.line)
        + "</g>"
    )


def dropper(s: Skin) -> str:
    """A dropper bottle."""
    return (
        s.part("M180 34h40c8 0 10 6 10 14l4 52h-68l4 -52c0 -8 2 -14 10 -14z", "#3b3a38")
        + s.part(box(158, 98, 84, 34, 6), s.trim)
        + s.body("M160 132h80c34 8 52 26 52 60v108c0 20 -12 30 -32 30h-120c-20 0 -32 -10 -32 -30v-108c0 -34 18 -52 52 -60z")
        + s.part(box(126, 206, 148, 86, 4), "#f6f1e6")
        + s.stroke("M148 230h104M148 248h104M148 266h60", 4, s.line)
        + s.flat("M122 186c4 -22 16 -32 30 -38v44h-30z", s.light, 0.6)
    )


def cream_jar(s: Skin) -> str:
    """A jar of cream, its lid beside it."""
    return (
        s.part(oval(306, 294, 62, 36), s.trim)
        + s.part(oval(306, 286, 62, 36), mixed(s.trim, "#ffffff", 0.25))
        + s.body("M74 196h208v94c0 28 -18 40 -46 40h-116c-28 0 -46 -12 -46 -40z")
        + s.part(oval(178, 192, 104, 36), s.dark)
        + s.part(oval(178, 188, 88, 27), "#fdfaf2")
        + s.stroke("M130 192c20 -16 50 -16 62 -4s30 10 40 0", 5, "#e4dccb")
        + s.stroke("M132 268h92M148 288h60", 4, s.line)
    )


def pump_bottle(s: Skin) -> str:
    """A bottle with a pump."""
    return (
        s.stroke("M200 110v-44", 14, "#3b3a38")
        + s.part("M120 50h98c10 0 14 6 14 14v14h-46l-70 4c-8 -8 -8 -26 4 -32z", "#3b3a38")
        + s.part(box(164, 102, 72, 30, 5), "#3b3a38")
        + s.body("M156 132h88c34 6 48 24 48 56v114c0 20 -10 28 -30 28h-124c-20 0 -30 -8 -30 -28v-114c0 -32 14 -50 48 -56z")
        + s.part(box(134, 198, 132, 86, 4), "#f6f1e6")
        + s.stroke("M158 222h84M158 240h84M158 258h46", 4, s.line)
        + s.dot(236, 260, 8, s.trim)
    )


SHAPES: Final[dict[str, Callable[[Skin], str]]] = {
    "bed": bed, "pillow": pillow, "towel": towel, "throw": throw, "cushion": cushion, "mat": mat, "desk-lamp": desk_lamp, "floor-lamp": floor_lamp,
    "pendant": pendant, "night-light": night_light, "bulb": bulb, "tube": tube, "sun-tube": sun_tube, "hand-cream": hand_cream, "dropper": dropper,
    "cream-jar": cream_jar, "pump-bottle": pump_bottle,
}  # fmt: skip
