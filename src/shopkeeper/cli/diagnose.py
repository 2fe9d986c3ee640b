"""`shopkeeper diagnose`: is this installation well, and if not, what to do."""

from typing import Annotated

import typer

from shopkeeper.cli.installation import settings_of


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("diagnose")(diagnose)


def diagnose(
    context: typer.Context, shop: Annotated[str | None, typer.Option("--shop", help="One shop; else all.", show_default=False)] = None
) -> None:
    """Check that the installation is well. Looks at disk, databases, artifacts and servers, writes nothing; exit code 1 if something is bad."""
    from shopkeeper.bootstrap import maintenance
    from shopkeeper.cli.terminal import console, show_table
    from shopkeeper.domain.ids import ShopId

    settings = settings_of(context)
    wanted = [settings.shop(shop)] if shop else [ShopId(name) for name in settings.shops]
    findings = maintenance.diagnose(settings, wanted)
    show_table("Diagnosis", ["what", "", "found", "what to do"], [(found.what, found.state, found.detail, found.advice) for found in findings])
    bad = sum(found.state == "bad" for found in findings)
    console.print(f"{bad} to mend." if bad else "All is well.")
    if bad:
        raise typer.Exit(1)
