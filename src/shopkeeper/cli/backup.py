"""`shopkeeper backup` and `restore`: one file per shop, from SQLite or PostgreSQL, into either."""

from pathlib import Path
from typing import Annotated

import typer

from shopkeeper.cli.installation import ShopOption, settings_of


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command("backup")(backup)
    app.command("restore")(restore)
    app.command("keys-backup")(keys_backup)
    app.command("keys-restore")(keys_restore)


def backup(context: typer.Context, out: Annotated[Path, typer.Argument(help="The file to write.")], shop: ShopOption = None) -> None:
    """Write a whole shop to one checked file. Database, served artifacts and pictures; the server may run on."""
    from shopkeeper.bootstrap import maintenance
    from shopkeeper.cli.terminal import console, progress

    settings = settings_of(context)
    name = settings.shop(shop)
    with progress() as shown:
        maintenance.backup_shop(settings, name, out, shown)
    console.print(f"{name}: backed up to {out} ({out.stat().st_size / 2**20:,.1f} MB)")


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that backup wrote.")],
    replace: Annotated[bool, typer.Option("--replace", help="Replace what the shop holds now.")] = False,
    shop: ShopOption = None,
) -> None:
    """Put a backup into a shop, after checking it. Refuses a shop that holds something, unless --replace."""
    from shopkeeper.bootstrap import maintenance
    from shopkeeper.cli.terminal import console, progress

    settings = settings_of(context)
    name = settings.shop(shop)
    with progress() as shown:
        maintenance.restore_shop(settings, name, file, replace=replace, progress=shown)
    console.print(f"{name}: restored from {file}")


def keys_backup(context: typer.Context, out: Annotated[Path, typer.Argument(help="The file to write.")], shop: ShopOption = None) -> None:
    """Write the keys of the shop's shoppers to a file. Without them nobody can read the events in a backup; with them, whoever has both can.

    Keep it elsewhere than the backups, and replace it often: a copy of a key that is erased later would undo the erasure.
    """
    from shopkeeper.bootstrap import maintenance
    from shopkeeper.cli.terminal import console

    settings = settings_of(context)
    name = settings.shop(shop)
    count = maintenance.save_keys(settings, name, out)
    console.print(f"{name}: {count:,} keys in {out}")
    console.print("Keep this file apart from the backups, and remove it when you write the next: erasing a shopper cannot reach into it.")


def keys_restore(context: typer.Context, file: Annotated[Path, typer.Argument(help="What keys-backup wrote.")], shop: ShopOption = None) -> None:
    """Put saved keys into a shop whose vault is lost, before `restore`. A key that was destroyed stays destroyed."""
    from shopkeeper.bootstrap import maintenance
    from shopkeeper.cli.terminal import console

    settings = settings_of(context)
    name = settings.shop(shop)
    console.print(f"{name}: {maintenance.load_keys(settings, name, file):,} keys put in")
