"""The offline half of search: the whole catalogue → an artifact folder.

text/       the text index (whatever `lexical` writes)
columns/    the catalogue as columns, with the live values as they start
spelling/   the Latin words of the catalogue, for correction
suggest/    completions
search.json which engine built it, up to which revision of the shop
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.product import Market
from shopkeeper.ports.lexical import LexicalDocument, LexicalIndexes
from shopkeeper.ports.progress import Progress, Silent
from shopkeeper.ports.stores import ProductChange
from shopkeeper.ranking.segment import Segment
from shopkeeper.search.fields import FIELDS, lexical_document
from shopkeeper.search.spelling import Spelling
from shopkeeper.search.suggest import SuggestionBuilder

FORMAT: Final = 1


def build_search_artifact(
    changes: Iterable[ProductChange],
    folder: Path,
    *,
    lexical: LexicalIndexes,
    popularity: Mapping[ProductId, float] | None = None,
    progress: Progress = Silent(),
    currencies: Mapping[Market, str] | None = None,
) -> dict[str, object]:
    """Write the artifact of all products of `changes` (tombstones are passed over) into `folder`; returns the manifest's facts.

    `currencies` says what each market sells in; one that is not named takes that of its first offer.
    """
    columns = Segment({})
    columns.currencies = dict(currencies or {})
    suggestions = SuggestionBuilder()
    # prices by the clock are worked out anew whenever the artifact is opened, so any moment will do here
    now = datetime.now(UTC)
    revision = 0

    def documents() -> Iterator[LexicalDocument]:
        nonlocal revision
        for change in changes:
            revision = max(revision, change.revision)
            if change.product is not None:
                wanted = (popularity or {}).get(change.id, 0.0)
                row = columns.append(change.product, change.revision, change.text_revision, wanted, now)
                suggestions.add(row, change.product, wanted)
                yield lexical_document(change.product)

    text = folder / "text"
    text.mkdir()
    facts = dict(lexical.build(documents(), text, fields=FIELDS, progress=progress))
    columns.save(folder / "columns")
    suggestions.save(folder / "suggest")
    Spelling.of(lexical.open(text).vocabulary()).save(folder / "spelling")
    about = {"format": FORMAT, "engine": lexical.name, "revision": revision, "products": len(columns)}
    (folder / "search.json").write_text(json.dumps(about), encoding="utf-8")
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return {**about, "index": facts, "bytes": size}
