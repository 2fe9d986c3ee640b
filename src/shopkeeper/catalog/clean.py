"""Making a text fit to keep: what no reader ever sees goes, what cannot be text is refused."""

import re
from typing import Final

from shopkeeper.catalog.text_lines import UNDECODED
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

# C0 and C1 controls but tab and line feed, and the noncharacters; NUL above all, which PostgreSQL refuses in any text
_INVISIBLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ufeff]")
_ODD: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ufeff\ud800-\udfff]")
MAX_SHOWN: Final = 80


def clean_text(raw: str, *, field: str) -> str:
    """`raw` without control characters and outer white space, line ends as line feeds; `BadInput` if bytes in it were not decodable."""
    if _ODD.search(raw):
        if UNDECODED.search(raw):
            shown = raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace")[:MAX_SHOWN]
            raise BadInput(told("other_encoding"), field=field, value=shown, hint=told("hint.one_encoding"))
        raw = _INVISIBLE.sub("", raw.replace("\r\n", "\n").replace("\r", "\n"))
    return raw.strip()


def has_odd_characters(text: str) -> bool:
    """True if `clean_text` would change more than outer white space, or refuse."""
    return _ODD.search(text) is not None


def printable(raw: str) -> str:
    """`raw` for a reject file: undecodable bytes as U+FFFD, so that the file is valid UTF-8."""
    return UNDECODED.sub("\ufffd", raw)
