"""`shopkeeper roll`: move the events of past days from the database into files."""

import typer

from shopkeeper.cli.installation import ShopOption, opened_shop


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("roll")(roll)


def roll(context: typer.Context, shop: ShopOption = None) -> None:
    """Move events of the days before yesterday into files, and drop erased shoppers from them. A server on SQLite does so by itself.

    On PostgreSQL the files lie in this machine's data folder: roll only where every server sees the same folder.
    """
    from shopkeeper.cli.terminal import console, progress

    with opened_shop(context, shop) as opened:
        with progress() as shown:
            rolled = opened.roll_events(shown)
        console.print(f"{rolled.events:,} events rolled into files, {rolled.dropped:,} of erased shoppers dropped")
