"""Column maps: a TOML file that says which column of a file feeds which field.

    [file]                                  # all optional: told from the content
    kind = "json"                           # csv, json, jsonl or parquet
    files = "*.json.zip"                    # which files of a folder
    [product]
    id = "sku"                              # a column …
    title = { zh = "名称", en = "name" }     # … one for each language
    description = ["long_text", "short_text"]  # … the first of these that is not empty
    currency = { value = "EUR" }            # … or the same for every row
    price = { column = "price_cents", unit = "minor" }
    [attributes]
    prefix = ["attr_"]                      # every column that begins so; the rest of its name names the attribute
    colour = "color_name"                   # and some by name

`docs/how-to/import-any-json.md` and `import-orders.md` list the fields. An unknown key, and a column that the file does not have, are
refused by name.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from shopkeeper.catalog.document_fields import refuse_unknown
from shopkeeper.catalog.records import RECORD_KINDS, RecordKind, Records, check_delimiter
from shopkeeper.catalog.table_rows import Delimiter
from shopkeeper.catalog.text_lines import check_encoding
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

_SOURCE_KEYS: Final = frozenset(
    ("column", "columns", "value", "zh", "en", "split", "separator", "unit", "decimal", "zone", "format", "case", "strip")
)
_FILE_KEYS: Final = frozenset(("kind", "files", "delimiter", "encoding", "root", "lang"))
_SHOWN_COLUMNS: Final = 40


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field comes from: columns in order of preference, one per language, or a fixed value; and how its cells are to be read."""

    columns: tuple[str, ...] = ()
    value: str | None = None
    by_lang: Mapping[str, str] = field(default_factory=dict)
    split: str = ""
    separator: str = ">"
    unit: str = "major"
    decimal: str = "."
    zone: str = "UTC"
    format: str = ""
    case: str = ""
    strip: str = ""

    def all_columns(self) -> tuple[str, ...]:
        """Every column that this source names."""
        return (*self.columns, *self.by_lang.values())


@dataclass(frozen=True, slots=True)
class FileShape:
    """The `[file]` table: what the content does not tell by itself."""

    kind: RecordKind | None = None
    delimiter: Delimiter | None = None
    encoding: str | None = None
    root: str = ""
    lang: str = ""
    files: str = ""


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """A read column map: its tables of sources by name, the rest as it stands in the file."""

    name: str
    file: FileShape
    sources: Mapping[str, Mapping[str, Source]]
    other: Mapping[str, Any]

    def check(self, records: Records) -> None:
        """Raise, naming what exists, for the first column that the records do not have. Of alternatives, one is enough."""
        for table, sources in self.sources.items():
            for name, source in sources.items():
                missing = [column for column in source.all_columns() if column not in records.columns]
                if missing and (source.by_lang or len(missing) == len(source.columns)):
                    raise _no_column(missing[0], f"{table}.{name}", records.columns)


def _no_column(column: str, field: str, there: Iterable[str]) -> BadInput:
    names = sorted(there)
    near = get_close_matches(column, names, n=1)
    shown = ", ".join(names[:_SHOWN_COLUMNS]) + (f" … (+{len(names) - _SHOWN_COLUMNS})" if len(names) > _SHOWN_COLUMNS else "")
    hint = told("hint.near_column", near=near[0], columns=shown) if near else told("hint.file_has", columns=shown)
    return BadInput(told("no_such_column", column=column), field=field, value=column, hint=hint)


def load_column_map(path: Path, *, tables: Mapping[str, frozenset[str] | None], other: frozenset[str] = frozenset()) -> ColumnMap:
    """The map in `path`. `tables` are the tables of sources that may stand in it, with their field names (None = any name)."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise BadInput(told("cannot_be_read", detail=fault), field="map", value=str(path)) from None
    return parse_column_map(text, name=str(path), tables=tables, other=other)


def parse_column_map(text: str, *, name: str, tables: Mapping[str, frozenset[str] | None], other: frozenset[str] = frozenset()) -> ColumnMap:
    """The map in a TOML text; see `load_column_map`."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise BadInput(told("not_toml", detail=fault), field="map", value=name) from None
    refuse_unknown(document, frozenset(("file", *tables, *other)))
    sources: dict[str, dict[str, Source]] = {}
    for table, known in tables.items():
        given = document.get(table, {})
        if not isinstance(given, dict):
            raise BadInput(told("not_table"), field=table, value=str(given)[:80])
        if known is not None:
            refuse_unknown(given, known)
        sources[table] = {key: source_of(value, f"{table}.{key}") for key, value in given.items()}
    return ColumnMap(name, _file_shape(document.get("file", {})), sources, {key: document[key] for key in other if key in document})


def _file_shape(given: Mapping[str, Any]) -> FileShape:
    refuse_unknown(given, _FILE_KEYS)
    kind = given.get("kind")
    if kind is not None and kind not in RECORD_KINDS:
        raise BadInput(told("not_known", given=kind), field="file.kind", value=kind, hint=told("hint.one_of", known=", ".join(RECORD_KINDS)))
    delimiter, encoding = given.get("delimiter"), given.get("encoding")
    return FileShape(
        kind,
        check_delimiter(delimiter) if delimiter is not None else None,
        check_encoding(encoding) if encoding is not None else None,
        str(given.get("root", "")),
        str(given.get("lang", "")),
        str(given.get("files", "")),
    )


def source_of(given: object, field: str) -> Source:
    """The source that a TOML value describes: a column's name, a list of alternatives, or a table."""
    if isinstance(given, str):
        return Source((given,))
    if isinstance(given, list) and given and all(isinstance(column, str) for column in given):
        return Source(tuple(given))
    if not isinstance(given, dict):
        raise BadInput(told("no_source"), field=field, value=str(given)[:80], hint=told("hint.source"))
    refuse_unknown(given, _SOURCE_KEYS)
    columns = tuple(_texts(given.get("columns", given.get("column", ())), field))
    by_lang = {lang: str(given[lang]) for lang in ("zh", "en") if lang in given}
    value = given.get("value")
    if not columns and not by_lang and value is None:
        raise BadInput(told("names_no_column"), field=field, value=str(given)[:80])
    rest = {key: str(given[key]) for key in ("split", "separator", "unit", "decimal", "zone", "format", "case", "strip") if key in given}
    return Source(columns, None if value is None else str(value), by_lang, **rest)


def _texts(given: object, field: str) -> Iterator[str]:
    for column in given if isinstance(given, list | tuple) else [given]:
        if not isinstance(column, str):
            raise BadInput(told("not_column_name"), field=field, value=str(column)[:80])
        yield column
