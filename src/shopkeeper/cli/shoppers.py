"""`shopkeeper erase`, `export-shopper`, `certificate`, `segments`: what a shopper may ask of the shop, and what shows that it was done."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopkeeper.cli.installation import ShopOption, opened_shop

if TYPE_CHECKING:
    from shopkeeper.domain.shopper import Identity

UserOption = Annotated[str | None, typer.Option("--user", help="The user's id in the shop's accounts; also the customer_id of orders.")]
VisitorOption = Annotated[str | None, typer.Option("--visitor", help="The visitor's id: the browser's cookie.")]


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command("erase")(erase)
    app.command("export-shopper")(export_shopper)
    app.command("certificate")(certificate)
    app.command("segments")(segments)


def erase(
    context: typer.Context,
    user: UserOption = None,
    visitor: VisitorOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    shop: ShopOption = None,
) -> None:
    """Erase a shopper with all their identities, for good, and print the certificate."""
    import orjson

    who = _who(user, visitor)
    if not yes:
        typer.confirm(f"Erase the shopper behind {who.kind} {who.value!r}, out of the models too? This cannot be undone.", abort=True)
    with opened_shop(context, shop) as opened:
        made = opened.erasure.erase(who)
    typer.echo(orjson.dumps(made, option=orjson.OPT_INDENT_2).decode())


def export_shopper(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write.")],
    user: UserOption = None,
    visitor: VisitorOption = None,
    shop: ShopOption = None,
) -> None:
    """Write everything that is kept about a shopper to a JSON file."""
    import orjson

    from shopkeeper.kit.durable_files import written_whole

    who = _who(user, visitor)
    with opened_shop(context, shop) as opened:
        found = opened.erasure.export(who)
    with written_whole(out) as file:
        file.write(orjson.dumps(found, option=orjson.OPT_INDENT_2))
    counts = ", ".join(f"{len(found[kind]):,} {kind}" for kind in ("events", "lists", "orders", "reviews"))
    typer.echo(f"Written to {out}: {counts}.")


def certificate(
    context: typer.Context, certificate_id: Annotated[str, typer.Argument(help="The certificate's id, er-….")], shop: ShopOption = None
) -> None:
    """Print a certificate of erasure and check it: was it signed here, and have the models that waited been fitted since?"""
    import orjson

    from shopkeeper.errors import Broken

    with opened_shop(context, shop, read_only=True) as opened:
        found = opened.erasure.certificate(certificate_id)
        verified = opened.erasure.verify(found)
    typer.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    if not verified.genuine:
        raise Broken("the certificate is not as it was signed by this installation", field=certificate_id)
    waits = "no model waits" if verified.models == "settled" else "a model waits for its next fit: run `shopkeeper train`"
    typer.echo(f"The signature holds; {waits}.")


def segments(context: typer.Context, shop: ShopOption = None) -> None:
    """Compute the segments of shoppers anew, by rule and by clustering, and show how many are in each."""
    from shopkeeper.cli.terminal import progress, show_table

    with opened_shop(context, shop) as opened, progress() as shown:
        found = opened.segments.run(progress=shown)
    show_table("Segments", ["id", "kind", "中文", "English", "persons"], [(one.id, one.kind, one.name.zh, one.name.en, one.size) for one in found])


def _who(user: str | None, visitor: str | None) -> "Identity":
    from shopkeeper.domain.shopper import Identity
    from shopkeeper.errors import BadInput

    if (user is None) == (visitor is None):
        raise BadInput("name exactly one of them", field="--user, --visitor", value=(user, visitor))
    return Identity("user", user) if user is not None else Identity("visitor", str(visitor))
