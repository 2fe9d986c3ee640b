"""Clothes, shoes and bags, laid flat or standing."""

from collections.abc import Callable
from typing import Final

from shopkeeper.simulation.pictures.skin import Skin, box, oval


def dress(s: Skin) -> str:
    """A dress: knee-length (style 0, 1), midi (2) or maxi (3); the sleeves and the skirt follow."""
    wide, hem = ((84, 296), (106, 296), (90, 318), (74, 334))[s.style]
    sleeves = (
        "M152 96l-56 92l34 18l42 -62zM248 96l56 92l-34 18l-42 -62z" if s.style > 1 else "M154 94l-34 52l32 20l22 -30zM246 94l34 52l-32 20l-22 -30z"
    )
    skirt = f"M152 92c10 -8 20 -14 26 -16c8 22 36 22 44 0c6 2 16 8 26 16l-14 92L{200 + wide} {hem}c-30 10 -{2 * wide - 60} 10 -{2 * wide} 0L166 184z"
    return (
        s.body(sleeves)
        + s.body(skirt)
        + s.part("M164 176c24 8 48 8 72 0l2 16c-24 8 -52 8 -76 0z", s.trim if s.style % 2 else s.dark)
        + s.stroke(f"M182 200L{200 - wide * 0.45:g} {hem - 6}M218 200L{200 + wide * 0.45:g} {hem - 6}M200 204V{hem}", 2, s.dark)
    )


def _torso(s: Skin, *, sleeve: str, hem: float = 316) -> str:
    return s.body(sleeve) + s.body(
        f"M146 92c12 -8 24 -14 32 -16c8 18 36 18 44 0c8 2 20 8 32 16l22 36l-10 {hem - 128:g}c-30 8 -102 8 -132 0l-10 -{hem - 128:g}z"
    )


_LONG = "M146 92l-36 26l-34 160l38 12l32 -112zM254 92l36 26l34 160l-38 12l-32 -112z"
_SHORT = "M146 92l-66 52l30 46l40 -24zM254 92l66 52l-30 46l-40 -24z"
_PUFF = "M146 92c-50 14 -76 96 -66 150l42 4l30 -90zM254 92c50 14 76 96 66 150l-42 4l-30 -90z"


def blouse(s: Skin) -> str:
    """A blouse with full sleeves."""
    bow = s.part("M200 104l-34 -14v34zM200 104l34 -14v34zM196 106l-12 56h14l2 -40l2 40h14l-12 -56z", s.dark) if s.style % 2 else ""
    return (
        _torso(s, sleeve=_PUFF, hem=290)
        + s.part("M78 240l46 6l-3 18l-44 -6zM322 240l-46 6l3 18l44 -6z", s.dark)
        + s.stroke("M200 110v182", 2)
        + "".join(s.dot(200, y, 4) for y in (140, 172, 204, 236, 268))
        + (bow or s.part("M178 76c8 18 36 18 44 0l12 10c-8 30 -60 30 -68 0z", s.light))
    )


def shirt(s: Skin) -> str:
    """A shirt with collar, placket and chest pocket."""
    return (
        _torso(s, sleeve=_LONG)
        + s.stroke("M192 116v204M208 116v204", 1.6)
        + "".join(s.dot(200, y, 3.6) for y in (136, 170, 204, 238, 272, 304))
        + s.part("M176 74l24 32l-26 22l-16 -40zM224 74l-24 32l26 22l16 -40z", s.light)
        + (s.part("M222 150h34v36l-17 8l-17 -8z") if s.style % 2 else "")
        + s.stroke("M80 266l36 12M320 266l-36 12", 2)
    )


def tshirt(s: Skin) -> str:
    """A T-shirt."""
    return (
        _torso(s, sleeve=_SHORT)
        + s.stroke("M176 78c10 26 38 26 48 0", 6, s.dark)
        + s.stroke("M86 140l28 44M314 140l-28 44M142 308c40 8 76 8 116 0", 1.8)
        + (s.part(box(222, 148, 34, 36, 4)) if s.style % 2 else "")
    )


def hoodie(s: Skin) -> str:
    """A hooded sweatshirt, its hood up behind the neck."""
    return (
        _torso(s, sleeve=_LONG, hem=300)
        + s.part("M136 112c-22 -96 150 -96 128 0c-18 34 -110 34 -128 0z", s.dark)
        + s.flat("M160 100c2 -52 78 -52 80 0c-14 22 -66 22 -80 0z", s.deep)
        + s.part("M135 296c42 8 88 8 130 0l-3 24c-40 8 -84 8 -124 0zM76 276l38 12l-5 18l-38 -12zM324 276l-38 12l5 18l38 -12z", s.dark)
        + s.part("M162 224h76l26 56c-42 8 -86 8 -128 0z")
        + s.stroke("M184 130v52M216 130v52", 4, s.light)
        + s.dot(184, 184, 5, s.trim)
        + s.dot(216, 184, 5, s.trim)
    )


def jacket(s: Skin) -> str:
    """A short jacket, zipped."""
    return (
        _torso(s, sleeve=_LONG, hem=296)
        + s.part("M135 292c42 8 88 8 130 0l-3 22c-40 8 -84 8 -124 0zM76 274l38 12l-6 22l-38 -12zM324 274l-38 12l6 22l38 -12z", s.dark)
        + s.part("M170 76l30 30l30 -30l22 14l-30 36h-44l-30 -36z", s.dark)
        + s.stroke("M200 126v192", 4, "#c9c6bf")
        + (
            s.part("M150 156h38v40h-38zM212 156h38v40h-38z") + s.stroke("M150 168h38M212 168h38", 2)
            if s.style % 2
            else s.stroke("M152 220l24 34M248 220l-24 34", 3)
        )
    )


def cardigan(s: Skin) -> str:
    """A buttoned cardigan with a deep V, its arms hanging, its front edges rounded."""
    return (
        s.body("M150 84l-34 24l-26 192l38 8l26 -150zM250 84l34 24l26 192l-38 8l-26 -150z")
        + s.body("M150 84l26 -12c8 4 40 4 48 0l26 12l12 60l-2 160c0 14 -8 22 -20 22h-28l-12 -14l-12 14h-28c-12 0 -20 -8 -20 -22l-2 -160z")
        + s.flat("M174 74c8 38 16 66 26 92c10 -26 18 -54 26 -92c-14 6 -38 6 -52 0z", "#f6f1e6")
        + s.stroke("M172 74c8 38 18 68 28 94c10 -26 20 -56 28 -94", 9, s.dark)
        + s.stroke("M200 168v146", 9, s.dark)
        + "".join(s.dot(200, y, 5, s.trim) for y in (184, 212, 240, 268, 296))
        + (s.part("M150 242h36v48h-36zM214 242h36v48h-36z") + s.stroke("M150 252h36M214 252h36", 2) if s.style % 2 else "")
        + s.stroke("M93 286l36 8M307 286l-36 8", 7, s.dark)
    )


def skirt(s: Skin) -> str:
    """A skirt; the style chooses its folds."""
    wide = (108, 84, 120, 96)[s.style]
    return (
        s.body(f"M146 112h108l{wide - 54} 196c-40 18 -{2 * wide - 80} 18 -{2 * wide} 0z")
        + s.part(box(144, 94, 112, 24, 4), s.dark)
        + s.stroke("M172 120l-24 196M200 120v204M228 120l24 196", 2.2, s.dark)
        + (s.dot(200, 106, 5, s.trim) if s.style % 2 else "")
    )


def trousers(s: Skin) -> str:
    """Chinos."""
    return (
        s.body("M142 84h116l16 240h-52l-22 -150l-22 150h-52z")
        + s.part(box(140, 70, 120, 20, 3), s.dark)
        + s.stroke("M200 92v50c0 14 -10 16 -16 16M146 100c4 20 14 26 26 28M254 100c-4 20 -14 26 -26 28", 2.2)
        + s.dot(200, 80, 4, s.light)
        + (s.part("M125 312h54l-1 14h-54zM275 312h-54l1 14h54z", s.light) if s.style % 2 else "")
    )


def wide_trousers(s: Skin) -> str:
    """Wide-leg trousers, high at the waist."""
    return (
        s.body("M148 84h104c10 60 30 160 46 244h-78l-20 -160l-20 160h-78c16 -84 36 -184 46 -244z")
        + s.part(box(146, 64, 108, 26, 3), s.dark)
        + s.stroke("M172 104l-26 222M228 104l26 222M200 92v74", 2, s.dark)
        + (s.stroke("M160 96l-10 34M240 96l10 34", 2.2) if s.style % 2 else s.dot(200, 77, 4.5, s.light))
    )


def scarf(s: Skin) -> str:
    """A scarf, looped once."""
    return (
        s.body("M226 150l40 150l-62 16l-22 -150z")
        + s.stroke("M206 318l3 22M222 314l3 22M238 310l4 22M254 305l5 22", 4, s.dark)
        + s.body("M176 150l-34 170h-58l30 -176z")
        + s.stroke("M88 322v20M104 322v20M120 322v20M136 322v20", 4, s.dark)
        + s.body("M200 70c66 0 108 26 108 58s-42 58 -108 58s-108 -26 -108 -58s42 -58 108 -58z")
        + s.flat(oval(200, 112, 66, 26), s.deep)
        + s.stroke("M104 150c30 26 160 26 192 0", 2, s.dark)
    )


def belt(s: Skin) -> str:
    """A rolled belt with its buckle."""
    return (
        s.body("M200 130c96 0 150 26 150 62v52c0 36 -54 62 -150 62s-150 -26 -150 -62v-52c0 -36 54 -62 150 -62z")
        + s.part(oval(200, 192, 150, 60), s.dark)
        + s.flat(oval(200, 196, 122, 44), s.deep)
        + s.stroke("M62 232c20 34 80 52 138 52s118 -18 138 -52", 1.8, s.light)
        + s.part("M214 226h92v84h-92zM232 244v48h56v-48z", "#c2ab72" if s.style % 2 else "#b9bcbd")
        + s.stroke("M236 268h62", 7, "#8f7f52" if s.style % 2 else "#8b8e90")
    )


def sneaker(s: Skin) -> str:
    """A trainer, toe to the right."""
    return (
        s.body("M58 196c22 12 54 6 66 -32c6 -6 14 -6 20 0l86 64c40 14 102 14 116 46c6 14 4 20 -2 26h-288c-8 -30 -10 -72 2 -104z")
        + s.part("M50 290h298c8 16 2 36 -16 38h-264c-16 0 -22 -18 -18 -38z", "#f4efe4")
        + s.flat("M56 312h290l-4 12h-280z", s.trim if s.style % 2 else s.dark)
        + s.stroke("M150 176l28 -14M172 192l28 -14M194 208l28 -14M214 222l28 -10", 6, "#f4efe4")
        + s.flat("M280 236c40 6 62 18 66 38c-20 -4 -60 -6 -66 -38z", s.light, 0.6)
        + (s.stroke("M92 282c40 -6 76 -30 92 -62", 9, s.trim) if s.style > 1 else s.stroke("M66 232c20 6 40 6 60 -4", 3, s.dark))
    )


def loafer(s: Skin) -> str:
    """A loafer, toe to the right."""
    return (
        s.body("M60 204c30 20 66 18 92 -6c30 20 60 26 96 30c52 6 92 20 96 66h-288c-6 -30 -6 -62 4 -90z")
        + s.flat("M62 206c30 20 66 18 92 -6c10 6 20 10 30 14c-36 36 -92 38 -126 20z", s.deep)
        + s.part("M52 288h294c4 10 0 20 -8 22h-202v18h-76c-10 -8 -12 -26 -8 -40z", s.dark)
        + s.part("M176 208l44 18c-2 20 -10 38 -22 50l-42 -16c10 -14 18 -32 20 -52z", s.dark)
        + (s.part(box(172, 236, 32, 12, 4), "#c2ab72") if s.style % 2 else s.stroke("M178 246l22 8", 4, s.light))
        + s.stroke("M214 258c40 -14 84 -8 116 14", 2.4, s.dark)
    )


def derby(s: Skin) -> str:
    """A lace-up leather shoe."""
    return (
        s.body("M64 176c20 12 52 10 64 -14l94 62c46 10 112 20 118 70h-284c-6 -40 -4 -84 8 -118z")
        + s.flat("M66 178c20 10 48 8 60 -12l18 12c-16 26 -54 34 -80 26z", s.deep)
        + s.part("M48 288h298c2 14 -2 20 -8 20h-204v20h-76c-8 -10 -12 -26 -10 -40z", "#4a3a2c")
        + s.part("M134 166l88 58l-22 40c-36 -2 -66 -20 -84 -50z", s.dark)
        + s.stroke("M152 190l18 -14M172 204l18 -14M192 218l18 -14", 4, s.light)
        + s.stroke("M256 234c-14 18 -16 36 -12 54", 2.4)
        + s.flat("M286 240c26 8 42 20 48 38c-20 -2 -42 -10 -48 -38z", s.light, 0.5)
    )


def boot(s: Skin) -> str:
    """An ankle boot."""
    return (
        s.body("M108 92h98c2 44 6 84 22 108c40 10 104 22 112 92h-236c-6 -70 -6 -140 4 -200z")
        + s.part("M104 84h104v22h-104z", s.dark)
        + s.part("M98 286h248c4 22 -2 26 -12 26h-148v16h-84c-8 -12 -8 -30 -4 -42z", "#3b332b")
        + (
            s.stroke("M168 128l34 -6M172 150l34 -6M178 172l34 -8M188 194l32 -12", 5, s.light)
            if s.style % 2
            else s.part("M142 106h34l8 96c-16 4 -30 2 -40 -4z", s.deep)
        )
        + s.stroke("M262 214c-12 24 -12 48 -6 70", 2.4)
        + s.part("M100 70h14v34h-14z", s.trim)
    )


def sandal(s: Skin) -> str:
    """A two-strap sandal, toe to the right."""
    return (
        s.part("M46 282c40 -12 90 2 140 -4c60 -8 130 -2 156 16c12 10 8 30 -10 32h-264c-22 0 -34 -30 -22 -44z", "#b98d5b")
        + s.part("M44 304h304c2 14 -6 24 -18 24h-262c-14 0 -24 -10 -24 -24z", "#3b332b")
        + s.body("M186 282c10 -54 64 -78 116 -62c20 16 26 44 22 72l-36 -4c0 -20 -6 -30 -18 -34c-24 -2 -40 10 -46 30z")
        + s.body("M96 284c-2 -56 20 -102 62 -116l26 20c-34 16 -48 50 -46 94z")
        + s.part(box(252, 226, 26, 22, 4), "#c2ab72")
        + s.part(box(140, 176, 26, 22, 4), "#c2ab72")
    )


def slipper(s: Skin) -> str:
    """A pair of slippers seen from above."""
    one = "c-34 0 -52 44 -52 98c0 66 14 132 52 132s52 -66 52 -132c0 -54 -18 -98 -52 -98z"
    toe = "c-34 0 -52 44 -52 98c0 20 2 36 4 50c28 -20 68 -20 96 0c2 -14 4 -30 4 -50c0 -54 -18 -98 -52 -98z"
    return (
        s.part(f"M132 96{one}M268 96{one}", "#e9e1d2")
        + s.stroke("M132 252v54M268 252v54", 2, "#c9bfae")
        + s.body(f"M132 92{toe}")
        + s.body(f"M268 92{toe}")
        + s.stroke("M86 232c28 -18 64 -18 92 0M222 232c28 -18 64 -18 92 0", 5, s.dark)
        + (s.dot(132, 170, 12, s.trim) + s.dot(268, 170, 12, s.trim) if s.style % 2 else "")
    )


def socks(s: Skin) -> str:
    """A pair of socks."""
    sock = "h64v118c0 26 24 40 52 58c26 18 10 62 -26 58c-60 -6 -94 -40 -94 -92z"
    return (
        s.part(f"M196 84{sock}", s.dark)
        + s.body(f"M112 92{sock}")
        + s.part("M108 84h72v30h-72z", s.light)
        + s.flat("M113 204c26 -4 46 14 46 40c-28 -6 -44 -18 -46 -40zM222 326c30 2 40 -34 14 -54c-20 10 -26 34 -14 54z", s.trim)
        + (s.stroke("M114 134h62M114 150h62", 6, s.trim) if s.style % 2 else "")
    )


def backpack(s: Skin) -> str:
    """A backpack seen from the front."""
    return (
        s.tube("M172 76c0 -40 56 -40 56 0", 9, s.dark)
        + s.part("M100 190c-26 6 -30 100 -8 112zM300 190c26 6 30 100 8 112z", s.dark)
        + s.body("M200 70c62 0 96 40 98 104l6 128c0 20 -12 28 -32 28h-144c-20 0 -32 -8 -32 -28l6 -128c2 -64 36 -104 98 -104z")
        + (
            s.part("M110 158c0 -60 180 -60 180 0l-6 44c-40 16 -128 16 -168 0z", s.dark) + s.part(box(188, 196, 24, 34, 4), s.trim)
            if s.style % 2
            else s.stroke("M120 158c30 -46 130 -46 160 0", 4, s.deep)
        )
        + s.part("M128 232h144v70c0 10 -6 16 -16 16h-112c-10 0 -16 -6 -16 -16z", s.base)
        + s.stroke("M132 252h136", 4, s.deep)
        + s.part(box(230, 252, 9, 22, 3), s.trim)
    )


def tote(s: Skin) -> str:
    """A tote bag."""
    return (
        s.tube("M148 152c0 -110 104 -110 104 0", 8, s.dark)
        + s.body("M92 146h216l16 172c0 8 -4 12 -12 12h-224c-8 0 -12 -4 -12 -12z")
        + s.stroke("M94 166h212", 2, s.dark)
        + (s.part(box(158, 204, 84, 62, 3), s.light) if s.style % 2 else s.part("M150 212h100v84h-100z") + s.stroke("M150 228h100", 2))
        + s.part("M140 150h16v34h-16zM244 150h16v34h-16z", s.trim)
    )


def crossbody(s: Skin) -> str:
    """A small bag with a flap and a long strap."""
    return (
        s.stroke("M96 188c-30 -150 240 -150 212 0", 12, s.line)
        + s.stroke("M96 188c-30 -150 240 -150 212 0", 7, s.dark)
        + s.body("M84 186c0 -10 6 -16 16 -16h200c10 0 16 6 16 16v122c0 14 -8 22 -22 22h-188c-14 0 -22 -8 -22 -22z")
        + s.part("M82 176h236v46c0 46 -236 46 -236 0z" if s.style % 2 else "M82 176h236v30l-90 62h-56l-90 -62z", s.dark)
        + s.part(box(184, 238, 32, 24, 6), "#c2ab72")
        + s.part(oval(96, 180, 9) + oval(304, 180, 9), "#c2ab72")
    )


def suitcase(s: Skin) -> str:
    """A spinner case."""
    return (
        s.stroke("M164 108v-62h72v62", 9, "#8b8e90")
        + s.body(box(106, 96, 188, 214, 22))
        + s.stroke("M140 98v210M172 98v210M228 98v210M260 98v210", 2.6, s.dark)
        + s.part(box(172, 84, 56, 18, 8), s.dark)
        + s.part("M98 116h16v30h-16zM98 262h16v30h-16zM286 116h16v30h-16zM286 262h16v30h-16z" if s.style % 2 else box(184, 186, 32, 20, 5), s.trim)
        + s.part("M124 308h30v22h-30zM246 308h30v22h-30z", "#3b3a38")
    )


def cubes(s: Skin) -> str:
    """Packing cubes, three of a set."""
    return (
        s.body(box(70, 236, 260, 94, 14))
        + s.body(box(92, 154, 216, 86, 14))
        + s.body(box(120, 84, 160, 74, 14))
        + s.stroke("M84 262h232M106 180h188M134 108h132", 4, s.deep)
        + s.part(box(176, 268, 48, 44, 6) + box(180, 186, 40, 38, 6) + box(184, 114, 32, 30, 6), s.light)
        + s.part(box(286, 256, 20, 12, 4) + box(266, 174, 20, 12, 4) + box(238, 102, 20, 12, 4), s.trim)
    )


def wallet(s: Skin) -> str:
    """A wallet: bifold (style 0), long with a zip (1) or a slim card holder (2, 3)."""
    if s.style == 1:
        return (
            s.body(box(46, 140, 308, 176, 18))
            + s.stroke("M58 158h284v140h-284", 5, s.deep)
            + s.stroke("M58 158h284v140h-284", 2, "#c2ab72")
            + s.part(box(326, 284, 16, 34, 5), "#c2ab72")
            + s.part(box(172, 206, 56, 32, 4), s.light)
        )
    cards = s.part(box(128, 92, 150, 100, 8), "#dfe3e4") + s.part(box(112, 112, 150, 100, 8), s.trim)
    if s.style == 0:
        return cards + (
            s.body("M66 150h268c8 0 12 4 12 12v146c0 14 -8 22 -22 22h-248c-14 0 -22 -8 -22 -22v-146c0 -8 4 -12 12 -12z")
            + s.stroke("M68 166h264M74 314h252", 2, s.light)
            + s.part("M346 208h-70c-40 0 -40 64 0 64h70z", s.dark)
            + s.dot(276, 240, 9, "#c2ab72")
        )
    return cards + s.body(box(96, 146, 204, 184, 14)) + s.part(box(112, 196, 172, 118, 8), s.dark) + s.stroke("M122 250h152", 2, s.light)


SHAPES: Final[dict[str, Callable[[Skin], str]]] = {
    "dress": dress, "blouse": blouse, "shirt": shirt, "tshirt": tshirt, "hoodie": hoodie, "jacket": jacket, "cardigan": cardigan, "skirt": skirt,
    "trousers": trousers, "wide-trousers": wide_trousers, "scarf": scarf, "belt": belt, "sneaker": sneaker, "loafer": loafer, "derby": derby,
    "boot": boot, "sandal": sandal, "slipper": slipper, "socks": socks, "backpack": backpack, "tote": tote, "crossbody": crossbody,
    "suitcase": suitcase, "cubes": cubes, "wallet": wallet,
}  # fmt: skip
