"""What of a product is searched, and what each field weighs."""

from collections.abc import Iterator
from typing import Final

from shopkeeper.domain.product import Product
from shopkeeper.domain.texts import Label, LocalizedText
from shopkeeper.language.analyse import index_terms
from shopkeeper.ports.lexical import LexicalDocument, TextField

FIELDS: Final = (
    TextField("title", 2.0),
    TextField("brand", 1.0),
    TextField("category", 1.0, counts=False),
    TextField("attributes", 1.0),
    TextField("description", 1.0),
    TextField("codes", 1.0, counts=False),
    TextField("parts", 0.3, counts=False),
    TextField("crossings", 0.1, counts=False),
)
"""Weights after the chorus judgements (docs/decisions/0004): title twice, all else once; pieces of Han words far below words."""

LONGEST_DESCRIPTION: Final = 20_000
"""Characters of a description that are indexed; the rest of a longer one says nothing about what the product is."""


def lexical_document(product: Product) -> LexicalDocument:
    """Return the terms of `product` by field."""
    document: dict[str, list[str]] = {field.name: [] for field in FIELDS}

    def add(field: str, text: str) -> None:
        terms = index_terms(text)
        document[field].extend(terms.words)
        document["parts"].extend(terms.parts)
        document["crossings"].extend(terms.crossings)

    for text in _wordings(product.title):
        add("title", text)
    for text in _wordings(product.description):
        add("description", text[:LONGEST_DESCRIPTION])
    if product.brand is not None:
        for text in _label_texts(product.brand):
            add("brand", text)
    for text in dict.fromkeys(text for path in product.categories for label in path for text in _label_texts(label)):
        add("category", text)
    for text in dict.fromkeys(_attribute_texts(product)):
        add("attributes", text)
    for code in dict.fromkeys(_codes(product)):
        add("codes", code)
    return document


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
