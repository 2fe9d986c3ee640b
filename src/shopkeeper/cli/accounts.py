"""`shopkeeper accounts`: who may sign in to the console."""

from typing import Annotated

import typer

from shopkeeper.cli.installation import ShopOption, opened_shop, settings_of

accounts = typer.Typer(help="Accounts of the console: list, add, disable, password.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="An e-mail address or another word without spaces; what is typed at sign-in.")]


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(accounts, name="accounts")


@accounts.command("list")
def list_accounts(context: typer.Context, shop: ShopOption = None) -> None:
    """Show every account with its role and state."""
    from shopkeeper.cli.terminal import show_table

    with opened_shop(context, shop, read_only=True) as opened:
        rows = [
            (one.name, one.role, f"{one.created:%Y-%m-%d}", "disabled" if not one.active else "active" if one.password_hash else "invited")
            for one in opened.accounts.all()
        ]
    show_table("Accounts", ["name", "role", "made", "state"], rows)


@accounts.command("add")
def add(
    context: typer.Context,
    name: Name,
    role: Annotated[str, typer.Option("--role", help="owner, manager, analyst or support; docs/how-to/run-the-console.md says what each may do.")],
    shop: ShopOption = None,
) -> None:
    """Make an account and print the one-time link by which its owner sets a password."""
    from shopkeeper.access.audit import COMMAND_LINE

    with opened_shop(context, shop) as opened:
        account, code = opened.accounts.invite(name, role)
        opened.audit.record(COMMAND_LINE, "account.invite", account.name, after={"role": account.role})
    print_link(context, account.name, code)


@accounts.command("disable")
def disable(context: typer.Context, name: Name, shop: ShopOption = None) -> None:
    """End an account, and all its sessions, at once."""
    from shopkeeper.access.audit import COMMAND_LINE
    from shopkeeper.cli.terminal import console

    with opened_shop(context, shop) as opened:
        account = opened.accounts.disable(opened.accounts.called(name).id)
        opened.audit.record(COMMAND_LINE, "account.disable", account.name)
    console.print(f"The account {account.name} is disabled.", markup=False)


@accounts.command("password")
def password(context: typer.Context, name: Name, shop: ShopOption = None) -> None:
    """Take a password away and print a one-time link to set a new one; all sessions end."""
    from shopkeeper.access.audit import COMMAND_LINE

    with opened_shop(context, shop) as opened:
        account, code = opened.accounts.reset(opened.accounts.called(name).id)
        opened.audit.record(COMMAND_LINE, "account.reset", account.name)
    print_link(context, account.name, code)


def print_link(context: typer.Context, name: str, code: str) -> None:
    """Tell where `name` sets a password: the link for this machine, whose host a proxy may have another name for."""
    server = settings_of(context).server
    typer.echo(f"{name} sets a password, once and within three days, at")  # no rich here: a link must not be wrapped
    typer.echo(f"  http://{server.host}:{server.port}/console/set-up?code={code}")
