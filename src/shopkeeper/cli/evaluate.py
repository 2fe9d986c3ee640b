"""`shopkeeper evaluate`: is what we would publish better than popularity, on this shop's own orders?"""

import typer

from shopkeeper.cli.installation import ShopOption, opened_shop


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("evaluate")(evaluate)


def evaluate(context: typer.Context, shop: ShopOption = None) -> None:
    """Fit on the shop's earlier orders, rank for the later ones, compare with popularity, and say whether the gate would publish it."""
    from shopkeeper.cli.terminal import console, progress, show_table

    with opened_shop(context, shop, read_only=True) as opened, progress() as shown:
        verdict = opened.jobs.judge(shown)
    show_table("Recommendations on later orders", ["system", "metric", "value"], verdict.figures)
    console.print(verdict.sentence)
    if not verdict.publish:
        raise typer.Exit(1)
