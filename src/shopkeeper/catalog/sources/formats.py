"""Every format by name, and which one a file is in."""

from typing import Final

from shopkeeper.catalog.report import FormatName
from shopkeeper.catalog.sources.google_tsv import read_google_tsv, write_google_tsv
from shopkeeper.catalog.sources.google_xml import read_google_xml, write_google_xml
from shopkeeper.catalog.sources.jsonl import read_jsonl, write_jsonl
from shopkeeper.catalog.sources.schema_org import read_schema_org
from shopkeeper.catalog.sources.schema_org_write import write_schema_org
from shopkeeper.catalog.sources.shopify import read_shopify, write_shopify, write_shopify_classic
from shopkeeper.catalog.sources.source import Format
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

FORMATS: Final[dict[FormatName, Format]] = {
    "google-tsv": Format("google-tsv", "Google Merchant text feed (TSV)", read_google_tsv, write_google_tsv),
    "google-xml": Format("google-xml", "Google Merchant XML feed (RSS 2.0, Atom)", read_google_xml, write_google_xml),
    "shopify": Format("shopify", "Shopify product CSV, today's headers", read_shopify, write_shopify),
    "shopify-classic": Format("shopify-classic", "Shopify product CSV, older headers", read_shopify, write_shopify_classic),
    "schema-org": Format("schema-org", "schema.org JSON-LD", read_schema_org, write_schema_org),
    "jsonl": Format("jsonl", "Shopkeeper JSON Lines", read_jsonl, write_jsonl),
}


def format_named(name: str) -> FormatName:
    """The format that people call `name`; `BadInput`, naming those that exist, if there is none."""
    for known in FORMATS:
        if known == name:
            return known
    raise BadInput(told("not_format", name=name), field="format", value=name, hint=told("hint.known", known=", ".join(FORMATS)))
