"""Opening the installation for a verb: settings from --config, one shop from --shop."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from shopkeeper.bootstrap import Shop
    from shopkeeper.settings import Settings

ShopOption = Annotated[str | None, typer.Option("--shop", help="Which shop; else the default one.", show_default=False)]


def settings_of(context: typer.Context) -> "Settings":
    """The settings that the command line names."""
    from shopkeeper.settings import config_path, load_settings

    return load_settings(config_path(context.find_root().obj))


@contextmanager
def opened_shop(context: typer.Context, name: str | None, *, read_only: bool = False) -> Iterator["Shop"]:
    """The shop called `name` (None = the default one), open until the block ends."""
    from shopkeeper.bootstrap import build

    settings = settings_of(context)
    with build(settings, only=settings.shop(name), read_only=read_only) as app:
        yield app.shop(name)
