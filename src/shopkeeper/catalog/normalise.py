"""Making a product fit to keep, whichever way it came in."""

from typing import Any

import orjson

from shopkeeper.catalog.clean import clean_text, has_odd_characters
from shopkeeper.catalog.documents import product_from_document, product_to_document
from shopkeeper.domain.product import Product
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told


def clean_product(product: Product) -> Product:
    """The product without control characters in any of its texts; the same object where there are none."""
    document = product_to_document(product)
    try:
        written = orjson.dumps(document)
    except TypeError:  # a lone surrogate: not text in any encoding
        raise BadInput(told("no_text_characters"), field="product", value=product.id) from None
    if b"\\u00" not in written and b"\x7f" not in written:
        return product
    return product_from_document(clean_document(orjson.loads(written)))


def clean_document(document: dict[str, Any]) -> dict[str, Any]:
    """The document with control characters gone from every text in it."""
    return {clean_text(key, field="row"): _clean_value(value, key) for key, value in document.items()}


def _clean_value(value: Any, field: str) -> Any:
    if type(value) is str:
        return clean_text(value, field=field) if has_odd_characters(value) else value
    if type(value) is list:
        return [_clean_value(item, field) for item in value]
    if type(value) is dict:
        return {clean_text(key, field=field): _clean_value(item, field) for key, item in value.items()}
    return value
