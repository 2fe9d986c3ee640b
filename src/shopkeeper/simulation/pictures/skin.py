"""Skin: how a silhouette is coloured, and the few strokes that every silhouette is drawn with."""

from dataclasses import dataclass

from shopkeeper.simulation.pictures.colour import INK, WHITE, lightness, mixed


@dataclass(frozen=True, slots=True)
class Skin:
    """The colours of one drawing. `pattern` is the material's (see `patterns`), `trim` a second colour, `style` (0–3) picks between details."""

    base: str
    trim: str = "#b98d5b"
    pattern: str = ""
    style: int = 0

    @property
    def dark(self) -> str:
        """The shaded side."""
        return mixed(self.base, INK, 0.2) if lightness(self.base) > 0.25 else mixed(self.base, WHITE, 0.14)

    @property
    def deep(self) -> str:
        """Openings and insides."""
        return mixed(self.base, INK, 0.42)

    @property
    def light(self) -> str:
        """The side towards the window."""
        return mixed(self.base, WHITE, 0.45)

    @property
    def line(self) -> str:
        """The outline: dark enough to hold a white mug against the ground."""
        return mixed(self.base, INK, 0.55) if lightness(self.base) > 0.25 else mixed(self.base, INK, 0.5)

    def body(self, d: str) -> str:
        """The main surface: filled, outlined and laid over with the material's pattern."""
        opacity = ' fill-opacity=".55"' if self.pattern == "clear" else ""
        plain = f'<path d="{d}" fill="{self.base}"{opacity} {self._stroke(self.line)}/>'
        return plain if self.pattern in ("", "clear", "gloss") else plain + f'<path d="{d}" fill="url(#m)"/>'

    def part(self, d: str, fill: str | None = None) -> str:
        """A plain outlined surface in `fill` (the base colour where not given)."""
        colour = self.base if fill is None else fill
        return f'<path d="{d}" fill="{colour}" {self._stroke(mixed(colour, INK, 0.5))}/>'

    def flat(self, d: str, fill: str, opacity: float = 1.0) -> str:
        """A surface without outline: a shade, a highlight, a print."""
        return f'<path d="{d}" fill="{fill}"' + (f' fill-opacity="{opacity:g}"' if opacity < 1 else "") + "/>"

    def stroke(self, d: str, width: float = 2.5, colour: str | None = None) -> str:
        """A line of `width`: a seam, a cable, a handle."""
        tone = self.line if colour is None else colour
        return f'<path d="{d}" fill="none" stroke="{tone}" stroke-width="{width:g}" stroke-linecap="round" stroke-linejoin="round"/>'

    def tube(self, d: str, width: float, colour: str | None = None) -> str:
        """A thick outlined line, such as a mug's handle."""
        tone = self.base if colour is None else colour
        return self.stroke(d, width + 5, mixed(tone, INK, 0.5)) + self.stroke(d, width, tone)

    def dot(self, x: float, y: float, r: float, fill: str | None = None) -> str:
        """A filled circle."""
        return f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" fill="{self.line if fill is None else fill}"/>'

    @staticmethod
    def _stroke(colour: str) -> str:
        return f'stroke="{colour}" stroke-width="2.5" stroke-linejoin="round"'


def box(x: float, y: float, width: float, height: float, radius: float = 0) -> str:
    """Path data of a rectangle with rounded corners."""
    r = min(radius, width / 2, height / 2)
    if r <= 0:
        return f"M{x:g} {y:g}h{width:g}v{height:g}h{-width:g}z"
    across, down = width - 2 * r, height - 2 * r
    return (
        f"M{x + r:g} {y:g}h{across:g}a{r:g} {r:g} 0 0 1 {r:g} {r:g}v{down:g}a{r:g} {r:g} 0 0 1 {-r:g} {r:g}"
        f"h{-across:g}a{r:g} {r:g} 0 0 1 {-r:g} {-r:g}v{-down:g}a{r:g} {r:g} 0 0 1 {r:g} {-r:g}z"
    )


def oval(x: float, y: float, rx: float, ry: float | None = None) -> str:
    """Path data of an ellipse (a circle where `ry` is not given) around (x, y)."""
    down = rx if ry is None else ry
    return f"M{x - rx:g} {y:g}a{rx:g} {down:g} 0 1 0 {2 * rx:g} 0a{rx:g} {down:g} 0 1 0 {-2 * rx:g} 0z"
