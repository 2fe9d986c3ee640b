"""Google Merchant XML feed: RSS 2.0 `<item>` or Atom `<entry>`, attributes in the `g:` namespace; written as RSS 2.0.

A nested attribute such as <g:shipping> is one value `US:CA:Ground:16.00 USD`, as in the text feed; where its children are not in the order that
Google gives, they are named: `shipping(country:price)`.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, Final
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from shopkeeper.catalog.clean import clean_text, printable
from shopkeeper.catalog.feed import Part
from shopkeeper.catalog.groups import Groups
from shopkeeper.catalog.report import Item, bad_row
from shopkeeper.catalog.sources.google_fields import attribute, group_of, items_of, join_parts, products_of, split_parts
from shopkeeper.catalog.sources.source import ReadOptions, WriteOptions
from shopkeeper.catalog.xml_items import GOOGLE_NAMESPACE, parse_item, xml_encoding, xml_items
from shopkeeper.domain.product import Product
from shopkeeper.errors import BadInput

NESTED: Final = {
    "shipping": ("country", "region", "service", "price"),
    "tax": ("country", "region", "rate", "tax_ship"),
    "product_detail": ("section_name", "attribute_name", "attribute_value"),
    "installment": ("months", "amount"),
    "subscription_cost": ("period", "period_length", "amount"),
    "loyalty_points": ("name", "points_value", "ratio"),
    "certification": ("certification_authority", "certification_name", "certification_code"),
}
"""Attributes with parts, and the order of the parts in a text feed."""
_ATOM: Final = {"summary": "description", "content": "description"}
_NAME: Final = re.compile(r"[A-Za-z_][\w.-]*")
_HEAD: Final = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:g="{GOOGLE_NAMESPACE}">
<channel>
<title>Products</title>
"""


def read_google_xml(part: Part, options: ReadOptions) -> Iterator[Item]:
    """The products of an XML feed. Items of a group come after all single items, since the feed may scatter them."""
    with Groups() as groups:
        for item in xml_items(part, xml_encoding(part, options.encoding)):
            pairs: list[tuple[str, str]] = []
            try:
                pairs = element_pairs(parse_item(item))
            except BadInput as fault:
                yield bad_row(item.line, fault, row=printable(item.text), id=_id_in_wreck(item.text))
                continue
            if group := group_of(pairs):
                groups.add(group, (item.line, pairs, item.text[:10_000]))
            else:
                yield from products_of([(item.line, pairs, item.text)], options)
        for _, rows in groups.drain():
            yield from products_of(rows, options)


def _id_in_wreck(text: str) -> str:
    """The group's or item's id in an item that is no XML, so that it does not pass for missing; empty if it has none either."""
    for name in ("item_group_id", "id"):
        if match := re.search(rf"<g:{name}>\s*(?:<!\[CDATA\[)?\s*([^<\]]+?)\s*(?:\]\]>)?\s*</g:{name}>", text):
            return match[1]
    return ""


def element_pairs(item: Element) -> list[tuple[str, str]]:
    """The item's (attribute, value) pairs, those in Google's namespace first: <g:title> counts before <title>."""
    ours: list[tuple[str, str]] = []
    plain: list[tuple[str, str]] = []
    for child in item:
        space, brace, local = child.tag.rpartition("}")
        name = attribute(local) if not brace or space == "{" + GOOGLE_NAMESPACE else child.tag
        if not brace:
            name = _ATOM.get(name, name)
        name, value = _value(child, name)
        if value:
            (ours if brace else plain).append((name, value))
    names = {name for name, _ in ours}
    return ours + [pair for pair in plain if pair[0] not in names]


def _value(element: Element, name: str) -> tuple[str, str]:
    if not len(element):
        return name, clean_text(element.text or element.get("href") or "", field=name)
    parts = [(attribute(child.tag.rpartition("}")[2]), clean_text("".join(child.itertext()), field=name)) for child in element]
    by_name = dict(parts)
    order = NESTED.get(name, ())
    if len(by_name) == len(parts) and set(by_name) <= set(order) and [part for part in order if part in by_name] == [part for part, _ in parts]:
        return name, join_parts((by_name.get(part, "") for part in order), ":")
    return f"{name}({':'.join(part for part, _ in parts)})", join_parts((value for _, value in parts), ":")


def write_google_xml(products: Callable[[], Iterable[Product]], out: BinaryIO, options: WriteOptions) -> None:
    """Write an RSS 2.0 feed."""
    out.write(_HEAD.encode())
    for product in products():
        for item in items_of(product, options):
            out.write("".join(["<item>\n", *(_element(name, value) for name, value in item), "</item>\n"]).encode())
    out.write(b"</channel>\n</rss>\n")


def _element(name: str, value: str) -> str:
    if name.startswith("{"):
        space, _, local = name[1:].partition("}")
        return f"<x:{local} xmlns:x={quoteattr(space)}>{escape(value)}</x:{local}>\n"
    head, bracket, rest = name.partition("(")
    names = tuple(rest.rstrip(")").split(":")) if bracket else NESTED.get(name, ())
    parts = split_parts(value, ":", limit=len(names)) if names else []
    if not _NAME.fullmatch(head):
        return ""
    if names and len(parts) == len(names) and all(map(_NAME.fullmatch, names)):
        inner = "".join(f"<g:{part}>{escape(text)}</g:{part}>" for part, text in zip(names, parts, strict=True) if text or bracket)
        return f"<g:{head}>{inner}</g:{head}>\n"
    return f"<g:{head}>{escape(value)}</g:{head}>\n"
