"""Where the next page begins: an opaque text that belongs to one search.

It holds a digest of the search (query, filters, sort, market, language; not facets) and the place of the last hit that was shown (for the page
before: of the first one): its sort key and row, so that products which come or go between two pages neither repeat nor hide the others. After a
new index is published rows and scores are others; then the page goes on after (or ends before) as many hits as were shown.
"""

import base64
import binascii
import hashlib
import math
from dataclasses import dataclass

import orjson

from shopkeeper.errors import BadInput
from shopkeeper.search.request import SearchRequest

_HINT = "Send the cursor with the query, filters, sort and market that it came from, or leave it out to begin anew."


@dataclass(frozen=True, slots=True)
class Place:
    """The last hit that was shown: `seen` hits up to and with it, in index `version`. With `back`, the first one: `seen` hits before it."""

    version: str
    seen: int
    key: float
    score: float
    row: int
    back: bool = False


def digest(request: SearchRequest) -> str:
    """Return what the cursor is bound to; page size and facets may differ from page to page."""
    bound = (request.query, request.lang, request.market, request.filters, request.shop_filters, request.sort)
    return hashlib.blake2b("\0".join(bound).encode("utf-8", "surrogatepass"), digest_size=9).hexdigest()


def write_cursor(request: SearchRequest, place: Place) -> str:
    """Return the cursor for what follows `place`."""
    key = None if math.isinf(place.key) else place.key
    fields = [digest(request), place.version, place.seen, key, place.score, place.row, place.back]
    return base64.urlsafe_b64encode(orjson.dumps(fields)).decode().rstrip("=")


def read_cursor(request: SearchRequest) -> Place:
    """Return the place that `request.cursor` names; `BadInput` if it is damaged or of another search."""
    raw = request.cursor
    try:
        padded = raw + "=" * (-len(raw) % 4)
        bound, version, seen, key, score, row, back = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        place = Place(str(version), int(seen), -math.inf if key is None else float(key), float(score), int(row), bool(back))
    except (ValueError, TypeError, binascii.Error) as error:
        raise BadInput("cannot be read", field="cursor", value=raw[:80], hint=_HINT) from error
    if bound != digest(request) or place.seen < 0:
        raise BadInput("belongs to another search", field="cursor", value=raw[:80], hint=_HINT)
    return place
