"""`shopkeeper demo`: a small shop of our own making, brought in through the same doors as anybody's, and served."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("demo")(demo)


def demo(
    folder: Annotated[Path, typer.Option("--folder", help="Where the demo shop is kept.")] = Path("shopkeeper-demo"),
    size: Annotated[int, typer.Option("--size", min=24, max=5000, help="How many products it has.")] = 320,
    port: Annotated[int, typer.Option("--port", help="Port to listen on.")] = 8000,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve it when it is made.")] = True,
    fresh: Annotated[bool, typer.Option("--fresh", help="Make it anew.")] = False,
) -> None:
    """Make the demo shop and serve it. Later runs serve the shop that is there, unless --fresh."""
    import shutil

    from shopkeeper.cli.terminal import console
    from shopkeeper.settings import CONFIG_NAME, load_settings

    if fresh and (folder / CONFIG_NAME).exists():
        shutil.rmtree(folder)
    config = folder / CONFIG_NAME
    if not (folder / READY).exists():
        _make(folder, size=size)
    settings = load_settings(config)
    settings = settings.model_copy(update={"server": settings.server.model_copy(update={"port": port})})
    console.print(f"Storefront http://127.0.0.1:{port}/   console http://127.0.0.1:{port}/console   API http://127.0.0.1:{port}/openapi.json")
    console.print(f"Its admin key is in {folder / KEY_FILE}.")
    if serve:
        from shopkeeper.cli.serve import serve_settings

        serve_settings(settings, config=config)


READY = ".demo-ready"
KEY_FILE = "admin-key.txt"
SHOP = "demo"


def _make(folder: Path, *, size: int) -> None:
    import shutil
    import time
    from datetime import UTC, datetime

    from shopkeeper import bootstrap
    from shopkeeper.cli.init import write_settings
    from shopkeeper.cli.terminal import console, progress
    from shopkeeper.domain.ids import shop_id
    from shopkeeper.jobs.demo import stock_demo_shop
    from shopkeeper.settings import CONFIG_NAME, load_settings
    from shopkeeper.simulation.shop import demo_shop

    began = time.monotonic()
    if folder.exists():  # a first attempt that was cut short
        shutil.rmtree(folder)
    write_settings(folder / CONFIG_NAME, shop_id(SHOP), name_en="Corner Shop", name_zh="街角小店", currency="CNY", demo=True)
    settings = load_settings(folder / CONFIG_NAME)
    token = bootstrap.create_shop(settings, shop_id(SHOP))
    key_file = folder / KEY_FILE
    key_file.touch(mode=0o600)
    key_file.write_text(f"{token}\n", encoding="utf-8")
    content = demo_shop(size=size, now=datetime.now(UTC).replace(minute=0, second=0, microsecond=0))
    with bootstrap.build(settings) as app, progress() as shown:
        shop = app.shop(SHOP)
        doors = {"catalog": shop.catalog, "orders": shop.orders, "imports": shop.imports}
        stock_demo_shop(content, **doors, media=shop.media, feeds=folder / "feeds", progress=shown)
        shop.jobs.index(shown)
        shop.jobs.fit(shown)
    (folder / READY).touch()
    console.print(f"The demo shop is made: {len(content.products)} products, {len(content.orders):,} orders, {time.monotonic() - began:.0f} s.")
