"""`shopkeeper migrate`: bring the databases to this version's schema, or back."""

from typing import Annotated

import typer

from shopkeeper.cli.installation import settings_of


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("migrate")(migrate)


def migrate(
    context: typer.Context,
    to: Annotated[str, typer.Option("--to", help="A schema version; head = this program's, base = an empty database.")] = "head",
    shop: Annotated[str | None, typer.Option("--shop", help="One shop; else all.", show_default=False)] = None,
) -> None:
    """Migrate every shop's database, up or down. Take a backup first; a server must not be running."""
    from shopkeeper.bootstrap import maintenance
    from shopkeeper.cli.terminal import console
    from shopkeeper.domain.ids import ShopId

    settings = settings_of(context)
    for name in [settings.shop(shop)] if shop else [ShopId(name) for name in settings.shops]:
        before, after = maintenance.migrate_shop(settings, name, to=to)
        console.print(f"{name}: {before or 'empty'} -> {after or 'empty'}")
