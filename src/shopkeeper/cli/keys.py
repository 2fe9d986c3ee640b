"""`shopkeeper keys`: who may call the API."""

from typing import Annotated

import typer

from shopkeeper.cli.installation import ShopOption, opened_shop

keys = typer.Typer(help="API keys: list, add, revoke.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(keys, name="keys")


@keys.command("list")
def list_keys(context: typer.Context, shop: ShopOption = None) -> None:
    """Show every key, without its secret."""
    from shopkeeper.cli.terminal import show_table

    with opened_shop(context, shop, read_only=True) as opened:
        rows = [
            (key.id, key.name, key.scope, key.filters or "-", ", ".join(key.origins) or "-", f"{key.created:%Y-%m-%d}", _state(key.revoked))
            for key in opened.keys.all()
        ]
    show_table("API keys", ["id", "name", "scope", "fixed filters", "origins", "made", "state"], rows)


@keys.command("add")
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    scope: Annotated[str, typer.Option("--scope", help="public (read, events), secret (also write) or admin (also keys, imports).")] = "public",
    filters: Annotated[str, typer.Option("--filters", help="A filter that every read with this key is narrowed by.")] = "",
    origin: Annotated[list[str] | None, typer.Option("--origin", help="A web origin that may use the key from a browser (CORS).")] = None,
    per_minute: Annotated[int, typer.Option("--per-minute", help="Requests a minute; a page's key is shared by all who visit.")] = 6_000,
    shop: ShopOption = None,
) -> None:
    """Make a key and print it, this once."""
    from shopkeeper.access.audit import COMMAND_LINE
    from shopkeeper.cli.terminal import console
    from shopkeeper.domain.api_key import SCOPES
    from shopkeeper.kit.choices import chosen
    from shopkeeper.ranking.filters import parse_filter

    known = chosen(scope, SCOPES, field="--scope")
    if filters:
        parse_filter(filters)  # a filter that cannot be read is refused now, not at the first search
    with opened_shop(context, shop) as opened:
        key, token = opened.keys.mint(name, known, filters=filters, origins=tuple(origin or ()), rate_per_minute=per_minute)
        opened.audit.record(COMMAND_LINE, "key.mint", key.id, after={"name": key.name, "scope": key.scope})
    console.print(f"Key {key.id} ({scope}), shown this once: {token}")


@keys.command("revoke")
def revoke(
    context: typer.Context, key_id: Annotated[str, typer.Argument(help="The key's id, as `keys list` shows it.")], shop: ShopOption = None
) -> None:
    """Make a key useless, at once."""
    from shopkeeper.access.audit import COMMAND_LINE
    from shopkeeper.cli.terminal import console
    from shopkeeper.domain.ids import KeyId

    with opened_shop(context, shop) as opened:
        opened.keys.revoke(KeyId(key_id))
        opened.audit.record(COMMAND_LINE, "key.revoke", key_id)
    console.print(f"Key {key_id} is revoked.")


def _state(revoked: object) -> str:
    return "active" if revoked is None else "revoked"
