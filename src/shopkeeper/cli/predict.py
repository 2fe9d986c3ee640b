"""`shopkeeper predict`: predictions on data without targets, for somebody else to score."""

from pathlib import Path
from typing import Annotated

import typer

from shopkeeper.errors import BadInput


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("predict")(predict)


def predict(
    task: Annotated[str, typer.Argument(help="recommend (next 20 items a line of <name>.txt) or search (50 ids a line of queries.txt)")],
    data: Annotated[Path, typer.Option("--data", help="The data set: a file or folder in its published layout.")],
    out: Annotated[Path, typer.Option("--out", help="Where the predictions go, as JSON Lines.")],
) -> None:
    """Write predictions for others to score. Fits on everything in DATA and writes what TASK predicts to OUT."""
    from shopkeeper.bootstrap import measuring
    from shopkeeper.cli.terminal import console, progress

    tasks = measuring.predictors()
    if task not in tasks:
        raise BadInput(f"there is no task {task!r}", field="TASK", value=task, hint=f"Known: {', '.join(sorted(tasks))}.")
    if not data.exists():
        raise BadInput(f"there is no {data}", field="--data", value=str(data))
    with progress() as shown:
        written = tasks[task](data, out, shown)
    console.print(f"{written} rankings written to {out}")
