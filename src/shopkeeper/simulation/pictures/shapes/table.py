"""Things of the tea table and the kitchen."""

from collections.abc import Callable
from typing import Final

from shopkeeper.simulation.pictures.skin import Skin, box, oval


def tin(s: Skin) -> str:
    """A tea tin with a paper label."""
    return (
        s.body("M120 140h160v176a80 16 0 0 1 -160 0z")
        + s.part("M116 92h168v50a84 15 0 0 1 -168 0z", s.dark)
        + s.part(oval(200, 92, 84, 15), s.light)
        + s.part(box(152, 186, 96, 92, 4), "#f6f1e6")
        + s.stroke("M170 214h60M170 232h60M184 250h32", 4, s.line)
        + (s.flat("M200 196l5 8h-10z", s.trim) if s.style % 2 else s.dot(200, 200, 6, s.trim))
    )


def pouch(s: Skin) -> str:
    """A stand-up bag of tea or coffee."""
    emblem = (
        s.part(oval(200, 214, 36, 36), "#f6f1e6") + s.stroke("M186 230c4 -26 20 -34 30 -30c0 16 -10 30 -30 30l-8 10", 3.5, s.line)
        if s.style % 2
        else s.part(box(150, 176, 100, 74, 3), "#f6f1e6") + s.stroke("M166 198h68M166 214h68M184 230h32", 4, s.line)
    )
    return (
        s.body("M124 96h152c-4 30 8 60 10 110c2 50 2 90 -6 118c-50 12 -110 12 -160 0c-8 -28 -8 -68 -6 -118c2 -50 14 -80 10 -110z")
        + s.part("M122 72h156v28h-156z", s.dark)
        + s.stroke("M122 86h156", 1.8, s.line)
        + s.flat("M124 306c50 10 102 10 152 0l4 18c-50 12 -110 12 -160 0z", s.deep, 0.25)
        + emblem
    )


def teapot(s: Skin) -> str:
    """A round teapot, spout to the left."""
    handle = s.tube("M142 152c-20 -92 136 -92 116 0", 11, s.trim) if s.style % 3 == 2 else s.tube("M284 190c62 -14 62 92 -6 92", 14, s.base)
    return (
        s.part("M120 226c-36 -4 -34 -54 -62 -66l18 -10c30 10 30 40 60 44z")
        + handle
        + s.body("M200 152c64 0 96 40 96 92c0 52 -36 84 -96 84s-96 -32 -96 -84c0 -52 32 -92 96 -92z")
        + s.part("M146 160c8 -26 100 -26 108 0c-24 12 -84 12 -108 0z", s.dark)
        + s.part(oval(200, 132, 13, 11), s.trim if s.style % 2 else s.dark)
        + s.flat("M128 226c4 -28 18 -44 38 -50c-14 16 -22 36 -22 60c-6 6 -16 0 -16 -10z", s.light, 0.7)
    )


def cup(s: Skin) -> str:
    """Two tea bowls, one behind the other."""
    return (
        s.part("M196 176h132c0 62 -22 98 -46 104h-40c-24 -6 -46 -42 -46 -104z", s.dark)
        + s.part(oval(262, 176, 66, 13), s.deep)
        + s.body("M68 204h156c0 70 -28 108 -54 114h-48c-26 -6 -54 -44 -54 -114z")
        + s.part(oval(146, 204, 78, 16), s.light)
        + s.flat(oval(146, 208, 62, 10), s.trim, 0.85)
        + s.part("M122 318h48l4 14h-56z", s.dark)
        + s.flat("M84 226c4 32 14 54 28 70c-18 -8 -34 -38 -36 -66z", s.light, 0.7)
    )


def mug(s: Skin) -> str:
    """A mug, handle to the right."""
    ear = "M270 190c66 -12 66 92 -4 90" if s.style % 2 else "M270 182h34c18 0 22 10 22 28v36c0 22 -10 30 -30 30h-30"
    side = (
        "M122 136l10 176c2 14 12 18 26 18h84c14 0 24 -4 26 -18l10 -176z"
        if s.style > 1
        else "M120 136v168c0 18 10 26 28 26h104c18 0 28 -8 28 -26v-168z"
    )
    return (
        s.tube(ear, 15)
        + s.body(side)
        + s.part(oval(200, 136, 80 if s.style <= 1 else 78, 17), s.deep)
        + s.flat("M138 170v110c0 10 8 14 12 16v-126z", s.light, 0.7)
        + (s.stroke("M124 282c50 10 102 10 152 0", 7, s.trim) if s.style % 3 == 1 else "")
    )


def dripper(s: Skin) -> str:
    """A cone dripper over a glass server."""
    return (
        s.part("M132 236h136l14 72c2 14 -6 22 -20 22h-124c-14 0 -22 -8 -20 -22z", "#dfe7e6")
        + s.flat("M122 288h156l4 22c0 12 -8 18 -20 18h-124c-12 0 -20 -6 -20 -18z", "#6b4a35", 0.85)
        + s.tube("M280 256c44 -8 44 56 4 54", 8, "#dfe7e6")
        + s.part(box(122, 216, 156, 18, 8), s.dark)
        + s.tube("M268 120c46 -6 46 54 -22 58", 10)
        + s.body("M104 92h192l-58 124h-76z")
        + s.part(oval(200, 92, 96, 17), s.deep)
        + s.stroke("M140 120c10 30 22 60 34 86M190 122c4 30 6 60 8 86M244 120c-2 30 -12 60 -22 86", 3, s.dark)
        + s.flat("M126 112l42 92l8 0l-34 -92z", s.light, 0.55)
    )


def press(s: Skin) -> str:
    """A French press."""
    return (
        s.stroke("M200 60v60", 6, "#8b8a86")
        + s.part(oval(200, 56, 15, 13), s.trim if s.style % 2 else s.base)
        + s.tube("M272 150c72 -10 72 132 0 132", 14)
        + s.part("M130 118h140v196h-140z", "#dfe7e6")
        + s.flat("M133 196h134v116h-134z", "#6b4a35", 0.9)
        + s.flat("M133 188h134v10h-134z", "#b9bcbd")
        + s.body("M122 118c4 -26 152 -26 156 0z")
        + s.part("M130 128l-26 -14l20 -4l14 4z", "#dfe7e6")
        + s.body("M126 150h148v16h-148zM126 290h148v38h-148z")
        + s.flat("M146 172h12v112h-12z", "#ffffff", 0.5)
    )


def pan(s: Skin) -> str:
    """A frying pan seen from above at a slant."""
    wooden = s.style % 2 == 1
    return (
        s.tube("M282 186L372 112", 20, s.trim if wooden else s.dark)
        + s.body("M46 214c0 -66 268 -66 268 0c0 48 -30 98 -80 106h-108c-50 -8 -80 -58 -80 -106z")
        + s.part(oval(180, 212, 134, 50), s.dark)
        + s.part(oval(180, 216, 114, 38), s.deep)
        + s.flat("M92 204c30 -24 100 -26 130 -18c-50 0 -96 8 -116 26z", s.light, 0.4)
        + s.dot(358, 123, 4, "#faf8f4")
    )


def pot(s: Skin) -> str:
    """A casserole with its lid."""
    return (
        s.tube("M92 206h-34v28h34", 13, s.dark)
        + s.tube("M308 206h34v28h-34", 13, s.dark)
        + s.body("M86 176h228v112c0 30 -14 42 -40 42h-148c-26 0 -40 -12 -40 -42z")
        + s.body("M78 176c0 -62 244 -62 244 0z")
        + s.part(box(78, 172, 244, 14, 6), s.dark)
        + s.part("M182 112h36l8 16h-52z" if s.style % 2 else oval(200, 112, 20, 15), s.trim)
        + s.flat("M106 204v80c0 16 8 22 18 26v-106z", s.light, 0.5)
    )


def knife(s: Skin) -> str:
    """A kitchen knife, the blade to the upper right."""
    broad = s.style % 2 == 1
    blade = "M176 208L318 66c22 -6 36 20 26 40L216 250z" if broad else "M182 214L350 46c4 34 -4 62 -24 86L214 246z"
    return (
        s.part(blade, "#d8dbdc")
        + s.flat("M186 218L346 60l-6 22L196 228z", "#ffffff", 0.55)
        + s.part("M176 208l42 42l-16 16l-42 -42z", "#9b9d9e")
        + s.body("M166 220l40 40l-82 82c-12 12 -30 10 -40 0s-12 -28 0 -40z")
        + s.dot(112, 314, 5, "#d8dbdc")
        + s.dot(138, 288, 5, "#d8dbdc")
        + s.dot(164, 262, 5, "#d8dbdc")
    )


def bowl(s: Skin) -> str:
    """A stack of bowls over a plate."""
    return (
        s.part("M52 304c0 -18 296 -18 296 0c-20 20 -90 26 -148 26s-128 -6 -148 -26z", s.light)
        + s.part("M92 214h216c0 56 -44 92 -76 94h-64c-32 -2 -76 -38 -76 -94z", s.dark)
        + s.body("M78 176h244c0 66 -50 104 -86 106h-72c-36 -2 -86 -40 -86 -106z")
        + s.part(oval(200, 176, 122, 26), s.deep)
        + s.flat(oval(200, 182, 100, 17), s.light, 0.8)
        + (s.stroke("M88 214c30 24 194 24 224 0", 5, s.trim) if s.style % 2 else "")
        + s.flat("M98 202c6 30 22 52 44 66c-30 -8 -50 -38 -54 -66z", s.light, 0.6)
    )


def jar(s: Skin) -> str:
    """A storage jar with a wooden lid."""
    return (
        s.body("M116 132c-12 14 -16 26 -16 44v124c0 20 12 30 32 30h136c20 0 32 -10 32 -30v-124c0 -18 -4 -30 -16 -44z")
        + s.part(box(112, 92, 176, 42, 10), s.trim)
        + s.part(oval(200, 86, 22, 11), s.trim)
        + s.part(box(150, 196, 100, 62, 6), "#f6f1e6")
        + s.stroke("M168 218h64M168 236h40", 4, s.line)
        + s.flat("M120 178v116c0 8 4 14 12 16v-140z", "#ffffff", 0.45)
    )


def board(s: Skin) -> str:
    """A chopping board leaning on the wall."""
    return (
        s.body("M108 82c0 -14 8 -22 22 -22h140c14 0 22 8 22 22v226c0 14 -8 22 -22 22h-140c-14 0 -22 -8 -22 -22z")
        + s.part(box(172, 80, 56, 20, 10), "#faf8f4")
        + s.stroke("M128 122h144v188h-144z", 3, s.dark)
        + (s.flat("M110 300h180v8c0 14 -8 20 -22 20h-136c-14 0 -22 -6 -22 -20z", s.dark, 0.6) if s.style % 2 else "")
    )


def kettle(s: Skin) -> str:
    """A gooseneck kettle."""
    return (
        s.tube("M138 288c-50 -6 -40 -90 -56 -128c-4 -10 -14 -14 -26 -14", 11)
        + s.tube("M268 128c40 -16 74 -8 74 24v108", 15, s.trim)
        + s.body("M132 150h136l24 164c0 10 -6 16 -16 16h-152c-10 0 -16 -6 -16 -16z")
        + s.part("M128 150c6 -30 138 -30 144 0z", s.dark)
        + s.part(oval(200, 118, 14, 11), s.trim)
        + s.flat("M148 176l-14 124c0 8 6 12 12 12l18 -136z", s.light, 0.6)
    )


SHAPES: Final[dict[str, Callable[[Skin], str]]] = {
    "tin": tin, "pouch": pouch, "teapot": teapot, "cup": cup, "mug": mug, "dripper": dripper, "press": press, "pan": pan, "pot": pot,
    "knife": knife, "bowl": bowl, "jar": jar, "board": board, "kettle": kettle,
}  # fmt: skip
