"""Raw predictions as JSON Lines: what was scored can be scored again by somebody else, and others' rankings by us."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import orjson

from shopkeeper.errors import BadInput
from shopkeeper.evaluation.report import Ranked


class PredictionFile:
    """A PredictionSink that writes `{"dataset", "case", "ranked"}` a line."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def ranked(self, row: Ranked) -> None:
        """Write one ranking."""
        self._out.write(orjson.dumps({"dataset": row.dataset, "case": row.case, "ranked": row.ranked}) + b"\n")


def read_rankings(path: Path) -> Iterator[Ranked]:
    """The rankings in `path`; a line without `system` belongs to a system named after the file. BadInput names the line that is off."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = orjson.loads(line)
                ranked = tuple(str(item) for item in row["ranked"])
                yield Ranked(str(row["dataset"]), str(row["case"]), ranked, str(row.get("system") or path.stem))
            except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
                hint = 'A line is {"dataset": …, "case": …, "ranked": [ids]}.'
                raise BadInput(f"cannot be read: {error!r}", field=f"{path}:{number}", hint=hint) from error
