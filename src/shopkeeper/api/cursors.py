"""Page cursors of lists that this layer walks itself: opaque text that holds a position, and the list it belongs to."""

import base64
import binascii
import hashlib

from shopkeeper.errors import BadInput


def cursor(of: str, position: int) -> str:
    """The cursor of `position` in the list called `of`; the name should hold all that makes the list, the shop and its conditions too."""
    body = f"{position}:{_mark(of, position)}".encode()
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()


def position_of(text: str, *, of: str) -> int:
    """The position in a cursor of the list `of`; `BadInput` where it is none, or one of another list. Empty text is the beginning, 0."""
    if not text:
        return 0
    try:
        position, _, mark = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii").partition(":")
        if len(position) < 20 and mark == _mark(of, int(position)):
            return int(position)
    except (ValueError, binascii.Error):
        pass
    raise BadInput("is not a cursor of this list", field="cursor", value=text[:80], hint="Begin again without a cursor, or send back `next_cursor`.")


def _mark(of: str, position: int) -> str:
    return hashlib.sha256(f"{of}\n{position}".encode()).hexdigest()[:16]
