"""A page as the tests read it: its elements by tag, with their attributes and text."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "img", "input", "br", "hr", "path", "circle", "rect"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    text: str = ""
    inside: tuple[str, ...] = ()
    parent: "Element | None" = field(default=None, repr=False, compare=False)


@dataclass
class _Reader(HTMLParser):
    found: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, inside=tuple(one.tag for one in self.open))
        element.parent = self.open[-1] if self.open else None
        self.found.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1].tag != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1].tag if self.open else 'nothing'}")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data


class Page:
    """The elements of a page in order; `faults` are end tags that close the wrong element."""

    def __init__(self, source: str) -> None:
        reader = _Reader()
        reader.feed(source)
        self.elements = reader.found
        self.faults = reader.faults + [f"<{one.tag}> is never closed" for one in reader.open]

    def all(self, tag: str, **attributes: str | None) -> list[Element]:
        """The elements with this tag and these attributes (`class_` has the word among its classes)."""
        wanted = attributes.pop("class_", None)
        return [
            one
            for one in self.elements
            if one.tag == tag
            and all(one.attributes.get(name.replace("_", "-")) == value for name, value in attributes.items())
            and (wanted is None or wanted in one.attributes.get("class", "").split())
        ]

    def one(self, tag: str, **attributes: str | None) -> Element:
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} <{tag} {attributes}>"
        return found[0]

    def texts(self, tag: str, **attributes: str | None) -> list[str]:
        """The elements' texts, white space folded."""
        return [" ".join(one.text.split()) for one in self.all(tag, **attributes)]
