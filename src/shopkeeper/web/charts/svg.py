"""SVG elements as markup, everything in them escaped."""

from markupsafe import Markup, escape

Attribute = str | float | int


def element(tag: str, /, *inside: str, **attributes: Attribute) -> Markup:
    """`<tag …>inside</tag>`; in names `_` stands for `-` (`class_` for `class`), and numbers are written with at most two decimals."""
    written = Markup("").join(
        Markup(' {}="{}"').format(name.rstrip("_").replace("_", "-"), value if isinstance(value, str) else number(value))
        for name, value in attributes.items()
    )
    if not inside:
        return Markup("<{}{}/>").format(Markup(tag), written)
    return Markup("<{}{}>{}</{}>").format(Markup(tag), written, Markup("").join(escape(part) for part in inside), Markup(tag))


def number(value: float) -> str:
    """A coordinate: at most two decimals, no trailing zeros.

    >>> number(3.14159), number(2.0)
    ('3.14', '2')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")


def text(x: float, y: float, words: str, class_: str) -> Markup:
    """Words at a place; the class says how they are aligned."""
    return element("text", words, x=x, y=y, class_=class_)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def image(width: float, height: float, spoken: str, *parts: str, class_: str = "chart") -> Markup:
    """The drawing as one image with `spoken` for those who do not see it."""
    box = f"0 0 {number(width)} {number(height)}"
    attributes: dict[str, Attribute] = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": box, "role": "img", "aria_label": spoken, "class_": class_}
    return element("svg", *parts, **attributes)
