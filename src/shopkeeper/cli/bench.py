"""`shopkeeper bench`: measure a published claim, with its peers in the same run."""

import os
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopkeeper.errors import BadInput

if TYPE_CHECKING:
    from shopkeeper.evaluation.report import BenchOutcome, BenchRequest

DataOption = Annotated[list[Path] | None, typer.Option("--data", help="A data set's folder, or a folder of such; else SHOPKEEPER_DATA.")]


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("bench")(bench)


def bench(
    name: Annotated[str, typer.Argument(help="import, search, recommend, latency, events or faults")],
    data: DataOption = None,
    peers: Annotated[bool, typer.Option("--peers", help="Run the peers in the same run.")] = False,
    peers_from: Annotated[Path | None, typer.Option("--peers-from", help="Rankings of other systems (JSON Lines) to score too.")] = None,
    option: Annotated[list[str] | None, typer.Option("--option", metavar="NAME=VALUE", help="A choice of that bench, as its notes name it.")] = None,
    json: Annotated[Path | None, typer.Option("--json", help="Write the result here.")] = None,
    predictions: Annotated[Path | None, typer.Option("--predictions", help="Write what was scored here, as JSON Lines.")] = None,
) -> None:
    """Measure a published claim and its peers. Prints ours, peers and ablations with 95 % intervals; it measures, it does not judge."""
    from shopkeeper.evaluation.machine import machine
    from shopkeeper.evaluation.predictions import PredictionFile, read_rankings
    from shopkeeper.evaluation.report import BenchRequest

    runner = _runner(name)
    options = _options(option)
    about = machine()
    began = time.perf_counter()
    with ExitStack() as files:
        sink = PredictionFile(files.enter_context(predictions.open("wb"))) if predictions else None
        request = BenchRequest(
            data=_data_folders(data) if data or "rows" not in options else [],  # a made-up catalogue needs no data set
            peers=peers,
            peers_from=tuple(read_rankings(peers_from)) if peers_from else (),
            predictions=sink,
            options=options,
        )
        outcome = runner(request)
    _show(name, outcome)
    if json is not None:
        _write(json, name, outcome, time.perf_counter() - began, about)


def _options(given: list[str] | None) -> dict[str, str]:
    options: dict[str, str] = {}
    for text in given or []:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise BadInput("is not NAME=VALUE", field="--option", value=text, hint="For instance: bench latency --option sizes=10000.")
        options[name] = value
    return options


def _runner(name: str) -> "Callable[[BenchRequest], BenchOutcome]":
    from shopkeeper.bootstrap import measuring

    runners = measuring.benches()
    if name not in runners:
        raise BadInput(f"there is no bench {name!r}", field="NAME", value=name, hint=f"Known: {', '.join(sorted(runners))}.")
    return runners[name]


def _data_folders(given: list[Path] | None) -> list[Path]:
    folders = given or [Path(named) for named in [os.environ.get("SHOPKEEPER_DATA")] if named]
    for folder in folders:
        if not folder.exists():
            raise BadInput(f"there is no {folder}", field="--data", value=str(folder))
    return folders


def _show(name: str, outcome: "BenchOutcome") -> None:
    from shopkeeper.cli.terminal import console, show_table

    groups: dict[tuple[str, ...], list[list[object]]] = {}
    for row in outcome.rows:
        groups.setdefault(tuple(row.metrics), []).append(
            [row.dataset, row.slice, f"{row.system}{' *' if row.system == outcome.ours else ''}", row.role, row.n]
            + [_figure(value, row.intervals.get(metric)) for metric, value in row.metrics.items()]
        )
    for metrics, rows in groups.items():
        show_table(f"bench {name} (* ours)", ["dataset", "slice", "system", "role", "n", *metrics], rows)
    for note in outcome.notes:
        console.print(note)


def _figure(value: float, interval: tuple[float, float] | None) -> str:
    shown = f"{value:.4f}" if abs(value) < 10 else f"{value:,.1f}"
    return shown if interval is None else f"{shown} [{interval[0]:.4f}, {interval[1]:.4f}]"


def _write(path: Path, name: str, outcome: "BenchOutcome", seconds: float, about: Mapping[str, object]) -> None:
    import orjson

    result = {
        "bench": name,
        "rows": outcome.rows,
        "ours": outcome.ours,
        "notes": outcome.notes,
        "seconds": round(seconds, 3),
        "machine": about,
        "commit": _commit(),
    }
    path.write_bytes(orjson.dumps(result, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY))


def _commit() -> str:
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return "unknown"
