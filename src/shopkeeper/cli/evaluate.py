"""`shopkeeper evaluate`: is what we would publish better than popularity, on this shop's own orders?"""

import typer

from shopkeeper.cli.installation import ShopOption, opened_shop


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("evaluate")(evaluate)


def evaluate(context: typer.Context, shop: ShopOption = None) -> None:
    """Judge the recommender on the shop's own orders. Fits on the earlier ones, ranks for the later ones, compares with popularity."""
    from shopkeeper.cli.terminal import console, progress, show_table

    with opened_shop(context, shop, read_only=True) as opened, progress() as shown:
        verdict = opened.jobs.judge(shown)
    show_table("Recommendations on later orders", ["system", "metric", "value"], verdict.figures)
    console.print(verdict.sentence)
    if not verdict.publish:
        raise typer.Exit(1)
