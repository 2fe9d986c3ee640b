"""Every format by name, and which one a file is in."""

from typing import Final

from shopkeeper.catalog.report import FormatName
from shopkeeper.catalog.sources.jsonl import read_jsonl, write_jsonl
from shopkeeper.catalog.sources.source import Format

FORMATS: Final[dict[FormatName, Format]] = {
    "jsonl": Format("jsonl", "Shopkeeper JSON Lines", read_jsonl, write_jsonl),
}
