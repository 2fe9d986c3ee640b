"""Reviews from our own JSON Lines, or from any table: by a column map, or by columns that are called as our fields are."""

from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Final

import orjson

from shopkeeper.catalog.cells import Values, moment_field, number_field, text_field
from shopkeeper.catalog.column_map import ColumnMap, FileShape, Source, load_column_map
from shopkeeper.catalog.documents import review_from_document
from shopkeeper.catalog.feed import Part
from shopkeeper.catalog.language_of import lang_of
from shopkeeper.catalog.normalise import clean_document
from shopkeeper.catalog.records import Record, open_records
from shopkeeper.catalog.report import Bad, bad_row
from shopkeeper.domain.ids import CustomerId, ProductId, ReviewId
from shopkeeper.domain.review import Review
from shopkeeper.domain.texts import Lang
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

FIELDS: Final = ("id", "product_id", "text", "written", "rating", "title", "lang", "customer_id", "verified")
_REQUIRED: Final = ("product_id", "written")
_TABLES: Final = {"review": frozenset(FIELDS)}
_YES: Final = ("true", "yes", "1", "y")


def read_reviews(part: Part, *, column_map: Path | None, encoding: str | None, lang: Lang | None) -> Iterator[tuple[int, Review] | Bad]:
    """(line, review) for each row, or why it cannot be used."""
    mapping = load_column_map(column_map, tables=_TABLES) if column_map is not None else None
    shape = mapping.file if mapping is not None else FileShape()
    records = open_records(part, kind=shape.kind, encoding=shape.encoding or encoding, delimiter=shape.delimiter, root=shape.root)
    if mapping is None and records.kind != "jsonl":
        mapping = _by_name(records.columns)
    if mapping is not None:
        mapping.check(records)
    for record in records.rows:
        yield _read(record, mapping, lang)


def _by_name(columns: frozenset[str]) -> ColumnMap:
    for name in _REQUIRED:
        if name not in columns:
            raise BadInput(
                told("no_column", name=name),
                field="source",
                value=name,
                hint=told("hint.columns", columns=", ".join(sorted(columns))[:300]),
            )
    return ColumnMap("columns by name", FileShape(), {"review": {name: Source((name,)) for name in FIELDS if name in columns}}, {})


def _read(record: Record, mapping: ColumnMap | None, lang: Lang | None) -> tuple[int, Review] | Bad:
    try:
        if record.fault is not None:
            raise record.fault
        if mapping is None:
            return record.line, review_from_document(clean_document(dict(record.values)))
        return record.line, _review(record.values, mapping, lang)
    except BadInput as fault:
        raw = record.raw or orjson.dumps(dict(record.values), default=str).decode()
        return bad_row(record.line, fault, row=raw, id=str(record.values.get("id", "")))


def _review(values: Values, mapping: ColumnMap, lang: Lang | None) -> Review:
    sources = mapping.sources["review"]

    def written(name: str) -> str:
        return text_field(values, sources.get(name), field=name)

    moment = moment_field(values, sources.get("written"), field="written")
    if moment is None:
        raise BadInput(told("missing"), field="written", value="")
    text, title = written("text"), written("title")
    customer = written("customer_id")
    given = written("lang").lower()[:2]
    known: Lang | None = "zh" if given == "zh" else "en" if given == "en" else lang
    product_id = written("product_id")
    return Review(
        id=ReviewId(written("id") or _own_id(product_id, customer, moment.isoformat(), title, text)),
        product_id=ProductId(product_id),
        text=text,
        written=moment,
        rating=number_field(values, sources.get("rating"), field="rating"),
        title=title,
        lang=lang_of(text or title, known) if text or title else known,
        customer_id=CustomerId(customer) if customer else None,
        verified=written("verified").lower() in _YES,
    )


def _own_id(*parts: str) -> str:
    """An id for a review that has none: the same for the same review, so that a second import changes nothing."""
    return "r-" + blake2b("\x1f".join(parts).encode(), digest_size=10).hexdigest()
