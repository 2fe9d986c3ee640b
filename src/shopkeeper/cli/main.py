"""Puts the verbs together and renders every error in one place."""

import sys
import tempfile
import traceback
from pathlib import Path
from typing import Annotated

import typer

from shopkeeper import __version__
from shopkeeper.cli import (
    accounts,
    artifacts,
    backup,
    bench,
    demo,
    diagnose,
    evaluate,
    export,
    import_,
    init,
    keys,
    migrate,
    predict,
    roll,
    serve,
    shoppers,
    train,
)
from shopkeeper.errors import BadInput, NotFound, ShopkeeperError

app = typer.Typer(
    name="shopkeeper",
    help="Shopkeeper 掌柜: the AI layer for online shops. Begin with `shopkeeper demo`, or `shopkeeper init` for a shop of your own.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich's help costs 0.3 s of imports
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"shopkeeper {__version__}")
        raise typer.Exit


@app.callback()
def _installation(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option("--config", help="The settings file; else SHOPKEEPER_CONFIG, else ./shopkeeper.toml.", show_default=False)
    ] = None,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")] = False,  # noqa: ARG001 - handled by its callback
) -> None:
    context.obj = config


for verb in (
    init,
    demo,
    import_,
    export,
    train,
    evaluate,
    serve,
    bench,
    predict,
    artifacts,
    keys,
    accounts,
    shoppers,
    migrate,
    backup,
    diagnose,
    roll,
):
    verb.register(app)


def run(arguments: list[str]) -> int:
    """Run one command; returns the exit code: 0 done, 1 failed, 2 unusable input, 130 interrupted. No traceback for what a user can cause."""
    try:
        app(arguments, prog_name="shopkeeper")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
    except ShopkeeperError as error:
        sys.stderr.write(f"shopkeeper: {error}\n")
        return 2 if isinstance(error, (BadInput, NotFound)) else 1
    except KeyboardInterrupt:
        sys.stderr.write("\nshopkeeper: stopped; what was done stays done\n")
        return 130
    except BrokenPipeError:
        return 1
    except Exception as error:  # a fault of ours: the details go to a file, the user gets a line
        sys.stderr.write(
            f"shopkeeper: something is broken ({type(error).__name__}: {error}). Details are in {_kept_traceback()}; please report it.\n"
        )
        return 1
    return 0


def _kept_traceback() -> str:
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="shopkeeper-", suffix=".log", delete=False) as log:
        traceback.print_exc(file=log)
    return log.name
