"""Our own JSON Lines: one canonical document a line, `{"id": …, "deleted": true}` as a tombstone.

A key that we do not know is kept in the product's extras as (`json:<key>`, its JSON) and written back as a key.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO, Final, TypeGuard

import orjson

from shopkeeper.catalog.clean import has_odd_characters, printable
from shopkeeper.catalog.document_fields import flag, load_object, text
from shopkeeper.catalog.documents import PRODUCT_KEYS, product_from_document, product_to_document
from shopkeeper.catalog.feed import Part
from shopkeeper.catalog.normalise import clean_document
from shopkeeper.catalog.records import checked_line
from shopkeeper.catalog.report import Found, Gone, Item, bad_row
from shopkeeper.catalog.sources.source import ReadOptions, WriteOptions
from shopkeeper.catalog.text_lines import text_lines
from shopkeeper.domain.ids import ProductId, check_id
from shopkeeper.domain.product import Product
from shopkeeper.errors import BadInput

_KEPT: Final = "json:"


def read_jsonl(part: Part, options: ReadOptions) -> Iterator[Item]:
    """The products and tombstones of a JSON Lines file; empty lines are passed over."""
    for number, line in text_lines(part, options.encoding):
        if line and not line.isspace():
            yield _read_line(number, line)


def _read_line(number: int, line: str) -> Item:
    product_id = ""
    try:
        document = load_object(checked_line(line), what="row")
        if "\\u" in line or has_odd_characters(line):  # escaped, a control character hides from the second test
            document = clean_document(document)
        product_id = str(document.get("id", ""))
        if flag(document, "deleted"):
            return Gone(number, ProductId(check_id(text(document, "id"), field="id")))
        document.pop("deleted", None)
        return Found(number, product_from_document(_keep_unknown(document)))
    except BadInput as fault:
        return bad_row(number, fault, row=printable(line), id=product_id)


def _keep_unknown(document: dict[str, Any]) -> dict[str, Any]:
    given = document.get("extras") or []
    if not _are_pairs(given) or (document.keys() <= PRODUCT_KEYS and not any(name.startswith(_KEPT) for name, _ in given)):
        return document  # a list that is none is refused by the document's reader, by name
    known = {key: value for key, value in document.items() if key in PRODUCT_KEYS}
    unknown = [(_KEPT + key, orjson.dumps(document[key]).decode()) for key in document if key not in PRODUCT_KEYS]
    staying, leaving = _split_extras([*((name, kept) for name, kept in given), *unknown])
    known["extras"] = [list(pair) for pair in (*staying, *leaving)]  # in the order in which a written file would be read again
    return known


def _are_pairs(extras: object) -> TypeGuard[list[list[str]]]:
    return type(extras) is list and all(type(pair) is list and len(pair) == 2 and all(type(text) is str for text in pair) for pair in extras)


def _split_extras(extras: Iterable[tuple[str, str]]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The extras that stay in the document's list, and those that become keys of their own."""
    staying, leaving = [], {}
    for name, kept in extras:
        key = name.removeprefix(_KEPT)
        if key != name and key not in PRODUCT_KEYS and key != "deleted" and name not in leaving and _is_canonical(kept):
            leaving[name] = kept
        else:
            staying.append((name, kept))
    return staying, list(leaving.items())


def _is_canonical(kept: str) -> bool:
    try:
        return orjson.dumps(orjson.loads(kept)).decode() == kept
    except orjson.JSONDecodeError:
        return False


def write_jsonl(products: Callable[[], Iterable[Product]], out: BinaryIO, options: WriteOptions) -> None:  # noqa: ARG001 - holds all languages and markets
    """Write one document a line, UTF-8."""
    for product in products():
        out.write(orjson.dumps(_give_back(product_to_document(product)), option=orjson.OPT_APPEND_NEWLINE))


def _give_back(document: dict[str, Any]) -> dict[str, Any]:
    extras = document.pop("extras", ())
    staying, leaving = _split_extras(extras)
    if staying:
        document["extras"] = staying
    return document | {name.removeprefix(_KEPT): orjson.Fragment(kept) for name, kept in leaving}
