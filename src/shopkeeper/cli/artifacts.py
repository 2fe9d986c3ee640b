"""`shopkeeper artifacts`: the published versions of index and models, and the way back."""

from typing import Annotated

import typer

from shopkeeper.cli.installation import ShopOption, opened_shop

artifacts = typer.Typer(help="Published versions: list, rollback.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(artifacts, name="artifacts")


@artifacts.command("list")
def list_versions(context: typer.Context, shop: ShopOption = None) -> None:
    """Show every version on disk; the served one is marked."""
    from shopkeeper.cli.terminal import show_table
    from shopkeeper.ports.artifacts import ARTIFACT_KINDS

    with opened_shop(context, shop, read_only=True) as opened:
        rows = []
        for kind in ARTIFACT_KINDS:
            sound = opened.artifacts.last_sound(kind)
            for version in opened.artifacts.versions(kind):
                served = "served" if sound is not None and version.version == sound.version else ""
                rows.append((kind, version.version, f"{version.created:%Y-%m-%d %H:%M}", served))
    show_table("Artifacts", ["kind", "version", "published (UTC)", ""], rows)


@artifacts.command("rollback")
def rollback(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="search or recommend")],
    version: Annotated[str | None, typer.Argument(help="The version; else the one before the served one.", show_default=False)] = None,
    shop: ShopOption = None,
) -> None:
    """Serve an earlier version again; a running server swaps within a second."""
    from shopkeeper.cli.terminal import console
    from shopkeeper.kit.choices import chosen
    from shopkeeper.ports.artifacts import ARTIFACT_KINDS

    known = chosen(kind, ARTIFACT_KINDS, field="KIND")
    with opened_shop(context, shop, read_only=True) as opened:
        back = opened.artifacts.rollback(known, version)
    console.print(f"{kind} serves version {back.version} of {back.created:%Y-%m-%d %H:%M} UTC.")
