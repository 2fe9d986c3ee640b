"""The shapes in which JSON-LD writes one and the same thing: a text, an object with a name, a list of either."""

from collections.abc import Mapping
from typing import Any


def kinds(node: Mapping[str, Any]) -> set[str]:
    """The node's types, without the vocabulary's address."""
    given = node.get("@type")
    return {str(kind).rpartition("/")[2].removeprefix("schema:") for kind in (given if isinstance(given, list) else [given])}


def plain(value: object) -> str:
    """A text or number as text; the first of a list; `@value` or `@id` of an object; empty for anything else."""
    if isinstance(value, list):
        return plain(value[0]) if value else ""
    if isinstance(value, dict):
        return plain(value.get("@value", value.get("@id", value.get("value", ""))))
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() if isinstance(value, str | int | float) else ""


def name_of(value: object) -> str:
    """A text, or the name of an object such as a Brand."""
    if isinstance(value, list):
        return name_of(value[0]) if value else ""
    return plain(value["name"]) if isinstance(value, dict) and "name" in value else plain(value)


def texts_of(value: object) -> list[str]:
    """Every text of a list, or the one text; objects by their names."""
    found = [name_of(item) for item in (value if isinstance(value, list) else [value])]
    return [text for text in found if text]


def url_of(value: object) -> str:
    """A link, or the link of an object such as an ImageObject."""
    if isinstance(value, dict):
        return plain(value.get("contentUrl") or value.get("url") or value.get("@id"))
    return plain(value)
