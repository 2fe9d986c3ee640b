"""`shopkeeper init`: a new installation, or one more shop in it."""

from pathlib import Path
from typing import Annotated

import typer

from shopkeeper.errors import Refused


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("init")(init)


def init(
    context: typer.Context,
    shop: Annotated[str, typer.Argument(help="The shop's id: lower-case letters and digits.")] = "main",
    name_en: Annotated[str, typer.Option("--name-en", help="The shop's name in English.")] = "My shop",
    name_zh: Annotated[str, typer.Option("--name-zh", help="The shop's name in Chinese.")] = "我的小店",
    currency: Annotated[str, typer.Option("--currency", help="The currency of the default price list (ISO 4217).")] = "CNY",
    owner: Annotated[str, typer.Option("--owner", help="The name that its owner signs in to the console with, such as an e-mail address.")] = "owner",
) -> None:
    """Make a shop and print its first admin key and its owner's set-up link, once. Writes shopkeeper.toml, or adds the shop to it."""
    from shopkeeper import bootstrap
    from shopkeeper.cli.accounts import print_link
    from shopkeeper.cli.terminal import console
    from shopkeeper.domain.account import account_name
    from shopkeeper.domain.ids import shop_id
    from shopkeeper.settings import config_path, load_settings

    path = config_path(context.find_root().obj)
    wanted = shop_id(shop)
    account_name(owner)  # a name that cannot be one is refused before anything is made
    if path.exists() and wanted in load_settings(path).shops:
        raise Refused(f"{path} already has a shop {wanted!r}", status=409, field="SHOP", value=wanted, hint="Choose another id.")
    write_settings(path, wanted, name_en=name_en, name_zh=name_zh, currency=currency)
    token = bootstrap.create_shop(load_settings(path), wanted)
    console.print(f"Shop {wanted} is ready: settings in {path}.")
    console.print(f"Its admin key, shown this once: {token}")
    name, code = bootstrap.invite_owner(load_settings(path), wanted, owner)
    print_link(context, name, code)
    console.print(f"Next: shopkeeper import products FEED --shop {wanted}, then shopkeeper train, then shopkeeper serve.")


def write_settings(path: Path, shop: str, *, name_en: str, name_zh: str, currency: str, demo: bool = False) -> None:
    """Write the settings file for a first shop, or add the shop to the file that is there."""
    import orjson

    def quoted(text: str) -> str:
        return orjson.dumps(text).decode()  # a JSON string is a TOML basic string

    table = f'[shops.{shop}]\nname = {{ zh = {quoted(name_zh)}, en = {quoted(name_en)} }}\nlanguages = ["zh", "en"]\ncurrency = {quoted(currency)}\n'
    if demo:
        table += "demo_sign_in = true\n"
    if path.exists():
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n{table}")
        return
    head = '# The settings of this Shopkeeper installation; docs/reference/settings.md names them all.\nhome = "shopkeeper-data"\n'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{head}default_shop = {quoted(shop)}\n\n{table}", encoding="utf-8")
