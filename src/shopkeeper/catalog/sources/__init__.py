"""The formats that products come in and go out as; each file reads and writes one."""

from shopkeeper.catalog.sources.formats import FORMATS, format_named

__all__ = ["FORMATS", "format_named"]
