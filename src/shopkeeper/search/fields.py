"""What of a product is searched, and what each field weighs."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from shopkeeper.domain.product import Product
from shopkeeper.domain.texts import Label, LocalizedText
from shopkeeper.language.analyse import Terms, index_terms
from shopkeeper.ports.lexical import LexicalDocument, TextField

FIELDS: Final = (
    TextField("title", 3.0),
    TextField("description", 1.5),
    TextField("brand", 1.0),
    TextField("category", 1.0, counts=False),
    TextField("attributes", 0.5),
    TextField("codes", 0.1, counts=False),
    TextField("parts", 0.3, counts=False),
    TextField("crossings", 0.1, counts=False),
    TextField("pairs", 1.0, counts=False),
)
"""Weights chosen on half of the chorus queries (docs/decisions/0004). Codes are found whatever they weigh;
pieces of Han words lie far below words."""

PAIRED: Final = frozenset({"title", "category"})
"""Fields in which neighbouring Latin words are also indexed as one: in a long text the pairs would outnumber the words."""

SHORT: Final = 40
LONGEST_DESCRIPTION: Final = 20_000
"""Characters of a description that are indexed; the rest of a longer one says nothing about what the product is."""


def lexical_document(product: Product) -> LexicalDocument:
    """Return the terms of `product` by field."""
    document: dict[str, list[str]] = {field.name: [] for field in FIELDS}

    def add(field: str, text: str) -> None:
        paired = field in PAIRED
        terms = _short_terms(text, paired) if len(text) <= SHORT else index_terms(text, paired=paired)
        document[field].extend(terms.words)
        document["parts"].extend(terms.parts)
        document["crossings"].extend(terms.crossings)
        document["pairs"].extend(terms.pairs)

    for field, text in field_texts(product):
        add(field, text)
    return document


def field_texts(product: Product) -> Iterator[tuple[str, str]]:
    """The texts of `product` that are searched, each with the name of its field."""
    for text in _wordings(product.title):
        yield "title", text
    for text in _wordings(product.description):
        yield "description", text[:LONGEST_DESCRIPTION]
    if product.brand is not None:
        for text in _label_texts(product.brand):
            yield "brand", text
    for text in dict.fromkeys(text for path in product.categories for label in path for text in _label_texts(label)):
        yield "category", text
    for text in dict.fromkeys(_attribute_texts(product)):
        yield "attributes", text
    for code in dict.fromkeys(_codes(product)):
        yield "codes", code


@lru_cache(maxsize=50_000)
def _short_terms(text: str, paired: bool) -> Terms:
    """Brands, categories and attribute values come again and again."""
    return index_terms(text, paired=paired)


def _wordings(text: LocalizedText) -> Iterator[str]:
    seen = ""
    for _, wording in text:
        if wording != seen:
            yield wording
        seen = wording


def _label_texts(label: Label) -> Iterator[str]:
    """The names of a label; its key only where it has no name (a key may be a mere code)."""
    if label.names:
        yield from _wordings(label.names)
    else:
        yield label.key


def _attribute_texts(product: Product) -> Iterator[str]:
    for _, labels in product.attributes:
        for label in labels:
            yield from _label_texts(label)
    yield from product.tags
    for variant in product.variants:
        for _, label in variant.options:
            yield from _label_texts(label)


def _codes(product: Product) -> Iterator[str]:
    yield product.id
    for variant in product.variants:
        yield from (code for code in (variant.id, variant.gtin, variant.mpn) if code)
