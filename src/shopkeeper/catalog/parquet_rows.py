"""The rows of a Parquet file, in batches; one inside an archive is unpacked to a temporary file first."""

import shutil
import tempfile
from collections.abc import Iterator
from typing import Any, Final

from shopkeeper.catalog.feed import Part
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

_BATCH: Final = 10_000


def parquet_columns(part: Part) -> tuple[str, ...]:
    """The file's column names."""
    import polars as pl

    with tempfile.NamedTemporaryFile(suffix=".parquet") as copy:
        return tuple(_scan(part, copy.name, pl).collect_schema().names())


def parquet_rows(part: Part) -> Iterator[tuple[int, dict[str, Any]]]:
    """(row number from 1, values by column); `BadInput` if the file is damaged."""
    import polars as pl

    number = 0
    with tempfile.NamedTemporaryFile(suffix=".parquet") as copy:
        try:
            for batch in _scan(part, copy.name, pl).collect_batches(chunk_size=_BATCH, maintain_order=True):
                for row in batch.iter_rows(named=True):
                    number += 1
                    yield number, row
        except (pl.exceptions.PolarsError, OSError) as fault:
            raise BadInput(told("damaged_parquet", detail=fault), field=part.name, value=number) from None


def _scan(part: Part, copy: str, pl: Any) -> Any:
    """A lazy frame over the part; it is copied first, since it may lie in an archive."""
    with part.open() as stream, open(copy, "wb") as out:  # noqa: PTH123 - a name of tempfile's
        shutil.copyfileobj(stream, out, 1 << 20)
    try:
        frame = pl.scan_parquet(copy)
        frame.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as fault:
        raise BadInput(told("not_parquet", detail=fault), field=part.name, value="") from None
    return frame
