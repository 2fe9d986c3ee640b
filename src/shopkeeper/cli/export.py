"""`shopkeeper export`: the catalogue, back in a format that other programs read."""

from pathlib import Path
from typing import Annotated

import typer

from shopkeeper.cli.installation import ShopOption, opened_shop

export = typer.Typer(help="Write the catalogue to a file.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(export, name="export")


@export.callback()
def _group() -> None:
    """Keeps `export products` a verb with an object, as in `import products`."""


@export.command("products")
def products(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write.")],
    format: Annotated[str, typer.Option("--format", help="google-tsv, google-xml, shopify, shopify-classic, schema-org or jsonl.")] = "jsonl",
    lang: Annotated[str, typer.Option("--lang", help="The language of a format that has room for one: zh or en.")] = "en",
    shop: ShopOption = None,
) -> None:
    """Write every product; docs/reference/formats.md lists what each format cannot hold."""
    from shopkeeper.catalog.sources.formats import FORMATS
    from shopkeeper.cli.terminal import console
    from shopkeeper.kit.choices import chosen
    from shopkeeper.kit.durable_files import written_whole

    known = chosen(format, tuple(FORMATS), field="--format")
    with opened_shop(context, shop, read_only=True) as opened, written_whole(out) as file:
        count = opened.catalog.export_products(file, known, lang="zh" if lang == "zh" else "en")
    console.print(f"{count:,} products written to {out} as {format}.")
