"""The reject file: JSON Lines of `{"line", "field", "value", "reason", "row"}`, to be mended and imported again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import orjson

from shopkeeper.catalog.clean import printable
from shopkeeper.domain.task import Reject

RejectSink: TypeAlias = Callable[[Reject], None]


def reject_line(reject: Reject) -> bytes:
    """The reject as one line of JSON."""
    row = {
        "line": reject.line,
        "field": printable(reject.field),
        "value": printable(reject.value),
        "reason": printable(reject.reason),
        "row": printable(reject.row),
    }
    return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


@contextmanager
def reject_file(path: Path) -> Iterator[RejectSink]:
    """A sink that writes each reject to `path`; an import without rejects leaves an empty file, so that an old one does not mislead."""
    with path.open("wb") as out:

        def keep(reject: Reject) -> None:
            out.write(reject_line(reject))

        yield keep


def ignore(reject: Reject) -> None:
    """Keep nothing."""
