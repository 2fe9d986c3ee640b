"""What `bench` and `predict` run, on the engines that the product serves."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from shopkeeper.bootstrap.wiring import Shop, build, create_shop
from shopkeeper.domain.ids import shop_id
from shopkeeper.errors import BadInput
from shopkeeper.evaluation.report import BenchOutcome, BenchRequest
from shopkeeper.ports.lexical import LexicalIndexes
from shopkeeper.ports.progress import Progress
from shopkeeper.settings import CONFIG_NAME, Settings, ShopSettings, load_settings

Bench = Callable[[BenchRequest], BenchOutcome]
Predictor = Callable[[Path, Path, Progress], int]


def open_shop(folder: Path) -> Shop:
    """A new, empty shop under `folder`, as `shopkeeper init` makes it; its `close()` ends it."""
    return _open(folder)


def open_tantivy_shop(folder: Path) -> Shop:
    """The same on tantivy."""
    from shopkeeper.adapters.lexical.tantivy_index import TantivyIndexes

    return _open(folder, TantivyIndexes())


def _open(folder: Path, lexical: LexicalIndexes | None = None) -> Shop:
    shop = shop_id("bench")
    settings = Settings(home=folder, shops={shop: ShopSettings()})
    create_shop(settings, shop)
    return build(settings, lexical=lexical).shop(shop)


def list_events(folder: Path) -> list[str]:
    """The id of every event that the one shop of the installation in `folder` holds, straight from its store."""
    with build(load_settings(folder / CONFIG_NAME, {})) as app:
        return [event.id for event in app.shop().database.events.scan()]


def benches() -> Mapping[str, Bench]:
    """Every bench by name."""
    from shopkeeper.evaluation import events, faults, importing, latency, recommend, search

    return {
        "import": _on_data(partial(importing.run, open_shop=open_shop)),
        "search": _on_data(partial(search.run, open_shop=open_shop)),
        "recommend": _on_data(recommend.run),
        "latency": partial(latency.run, open_shop=open_shop, ablations={"tantivy": open_tantivy_shop}),
        "events": events.run,
        "faults": partial(faults.run, list_events=list_events),
    }


def predictors() -> Mapping[str, Predictor]:
    """Every prediction task by name; each returns how many rankings it wrote."""
    from shopkeeper.evaluation import recommend, search

    return {
        "recommend": recommend.predict_recommend,
        "search": lambda data, out, progress: search.predict_search(data, out, open_shop=open_shop, progress=progress),
    }


def _on_data(bench: Bench) -> Bench:
    def checked(request: BenchRequest) -> BenchOutcome:
        if not request.data and not request.options:
            raise BadInput("this bench needs a data set", field="--data", hint="Name its folder with --data, or set SHOPKEEPER_DATA.")
        return bench(request)

    return checked
