"""The fitted recommender as a folder: what `fit` writes and `service` opens. Arrays are memory-mapped; opening costs milliseconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson

from shopkeeper.domain.ids import ProductId
from shopkeeper.errors import Broken
from shopkeeper.recommend.fold_in import ItemWeights
from shopkeeper.recommend.rows import Rows
from shopkeeper.recommend.trends import Trends

FORMAT = 1
GRAM_FILE = "gram.npz"


@dataclass(frozen=True, slots=True)
class RecommendModel:
    """Item-item rows, basket rows and trends over `ids`; `numbers` is the way back from an id to its number."""

    ids: tuple[ProductId, ...]
    numbers: Mapping[ProductId, int]
    weights: ItemWeights
    baskets: Rows
    trends: Trends

    @property
    def served_bytes(self) -> int:
        """Bytes of all that scoring reads."""
        return self.weights.together.nbytes + self.weights.following.nbytes + self.baskets.nbytes


def write_model(folder: Path, model: RecommendModel) -> None:
    """Write everything but the Gram matrix."""
    described = {"format": FORMAT, "until": model.trends.until.isoformat(), "ids": model.ids}
    (folder / "model.json").write_bytes(orjson.dumps(described))
    model.weights.together.save(folder, "together")
    model.weights.following.save(folder, "following")
    model.baskets.save(folder, "baskets")
    model.trends.save(folder)


def open_model(folder: Path) -> RecommendModel:
    """Open what `write_model` wrote; `Broken` names the folder where a file is missing, cut or of another format."""
    try:
        described = orjson.loads((folder / "model.json").read_bytes())
        if described["format"] != FORMAT:
            raise Broken(f"is of format {described['format']}, this version reads {FORMAT}", field=str(folder), hint="Run `shopkeeper train`.")
        ids = tuple(ProductId(product) for product in described["ids"])
        return RecommendModel(
            ids,
            {product: number for number, product in enumerate(ids)},
            ItemWeights(Rows.open(folder, "together"), Rows.open(folder, "following")),
            Rows.open(folder, "baskets"),
            Trends.open(folder, datetime.fromisoformat(described["until"])),
        )
    except (OSError, ValueError, KeyError) as error:
        raise Broken(f"the recommender cannot be opened: {error}", field=str(folder), hint="Run `shopkeeper train` to fit it anew.") from error
