"""`shopkeeper train`: the offline way, from what is stored to what is served."""

from typing import Annotated

import typer

from shopkeeper.cli.installation import ShopOption, opened_shop


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("train")(train)


def train(
    context: typer.Context,
    only: Annotated[str | None, typer.Option("--only", help="Only one step: index or fit.", show_default=False)] = None,
    force: Annotated[bool, typer.Option("--force", help="Publish the recommender even where the gate finds it worse than popularity.")] = False,
    shop: ShopOption = None,
) -> None:
    """Index the catalogue, fit the recommender, publish. The recommender is judged on later orders first; a running server swaps by itself."""
    from shopkeeper.cli.terminal import console, progress
    from shopkeeper.errors import BadInput

    if only not in (None, "index", "fit"):
        raise BadInput(f"there is no step {only!r}", field="--only", value=only, hint="Known: index, fit.")
    with opened_shop(context, shop, read_only=True) as opened:
        if only != "fit":
            with progress() as shown:
                index = opened.jobs.index(shown)
            console.print(f"search {index.version}: {index.facts['products']:,} products indexed")
        if only != "index":
            with progress() as shown:
                verdict = opened.jobs.judge(shown)
                model = opened.jobs.fit(shown) if verdict.publish or force else None
            console.print(verdict.sentence)
            if model is not None:
                console.print(f"recommend {model.version} is published")
            else:
                console.print("Not published; what served before serves on. --force publishes it all the same.")
                raise typer.Exit(1)
