"""`shopkeeper demo`: a shop of our own making, brought in through the same doors as anybody's, served, and lived in."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from shopkeeper.simulation.player import LiveSession

READY = ".demo-ready"
"""Written when the shop is whole; holds, as JSON, what the same shop can be made from again: size, seed, moment."""
KEY_FILE = "admin-key.txt"
PUBLIC_KEY_FILE = "public-key.txt"
SHOP = "demo"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("demo")(demo)


def demo(
    folder: Annotated[Path, typer.Option("--folder", help="Where the demo shop is kept.")] = Path("shopkeeper-demo"),
    size: Annotated[int, typer.Option("--size", min=24, max=5000, help="How many products it has.")] = 1600,
    port: Annotated[int, typer.Option("--port", help="Port to listen on.")] = 8000,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve it when it is made.")] = True,
    fresh: Annotated[bool, typer.Option("--fresh", help="Make it anew.")] = False,
    live: Annotated[
        bool, typer.Option("--live", help="Do not serve: let simulated shoppers shop in the demo shop that is served on --port already.")
    ] = False,
    live_rate: Annotated[float, typer.Option("--live-rate", min=0.01, help="With --live: visits a minute.")] = 60.0,
    shoppers: Annotated[int | None, typer.Option("--shoppers", min=1, help="With --live: how many different shoppers come; else all.")] = None,
    visits: Annotated[int | None, typer.Option("--visits", min=1, help="With --live: stop after so many visits; else on Ctrl-C.")] = None,
) -> None:
    """Make the demo shop and serve it. Later runs serve the shop that is there, unless --fresh. With --live, shop in it."""
    import shutil

    from shopkeeper.cli.terminal import console
    from shopkeeper.settings import CONFIG_NAME, load_settings

    if live:
        _play(folder, port=port, per_minute=live_rate, shoppers=shoppers, visits=visits)
        return
    if fresh and (folder / CONFIG_NAME).exists():
        shutil.rmtree(folder)
    config = folder / CONFIG_NAME
    if not (folder / READY).exists():
        _make(folder, size=size)
    settings = load_settings(config)
    settings = settings.model_copy(update={"server": settings.server.model_copy(update={"port": port})})
    console.print(f"Storefront http://127.0.0.1:{port}/   console http://127.0.0.1:{port}/console   API http://127.0.0.1:{port}/openapi.json")
    console.print(f"Its admin key is in {folder / KEY_FILE}. Shoppers come with `shopkeeper demo --live`, in another terminal.")
    if serve:
        from shopkeeper.cli.serve import serve_settings

        serve_settings(settings, config=config)


def _make(folder: Path, *, size: int) -> None:
    import json
    import shutil
    import time
    from datetime import UTC, datetime

    from shopkeeper import bootstrap
    from shopkeeper.cli.init import write_settings
    from shopkeeper.cli.terminal import console, progress
    from shopkeeper.domain.ids import shop_id
    from shopkeeper.jobs.demo import stock_demo_shop
    from shopkeeper.settings import CONFIG_NAME, load_settings
    from shopkeeper.simulation.policies import rules
    from shopkeeper.simulation.shop import DEFAULT_SEED, demo_shop

    began = time.monotonic()
    if folder.exists():  # a first attempt that was cut short
        shutil.rmtree(folder)
    write_settings(folder / CONFIG_NAME, shop_id(SHOP), name_en="Corner Shop", name_zh="街角小店", currency="CNY", demo=True)
    settings = load_settings(folder / CONFIG_NAME)
    _write_secret(folder / KEY_FILE, bootstrap.create_shop(settings, shop_id(SHOP)))
    made = {"size": size, "seed": DEFAULT_SEED, "now": datetime.now(UTC).replace(minute=0, second=0, microsecond=0)}
    console.print(f"Making a shop of {size:,} products and the 120 days behind it …")
    content = demo_shop(**made)
    with bootstrap.build(settings) as app, progress() as shown:
        shop = app.shop(SHOP)
        doors = {"catalog": shop.catalog, "orders": shop.orders, "imports": shop.imports}
        stock_demo_shop(content, **doors, media=shop.media, feeds=folder / "feeds", progress=shown)
        shop.rules.write(rules())
        shop.jobs.index(shown)
        shop.jobs.fit(shown)
        _write_secret(folder / PUBLIC_KEY_FILE, shop.keys.mint("simulated shoppers", "public", rate_per_minute=1_000_000)[1])
    (folder / READY).write_text(json.dumps(made | {"now": made["now"].isoformat()}) + "\n", encoding="utf-8")
    told = f"{len(content.products):,} products, {len(content.orders):,} orders, {len(content.reviews):,} reviews, {len(content.deeds):,} events"
    console.print(f"The demo shop is made: {told}, {time.monotonic() - began:.0f} s.")


def _write_secret(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(f"{text}\n", encoding="utf-8")


def _play(folder: Path, *, port: int, per_minute: float, shoppers: int | None, visits: int | None) -> None:
    """Let shoppers shop until there were `visits` of them or somebody presses Ctrl-C; say what they did."""
    import time
    from contextlib import closing
    from datetime import UTC, datetime

    from shopkeeper.jobs.live import HttpShop, paced
    from shopkeeper.simulation.player import live_sessions
    from shopkeeper.simulation.shop import demo_cast

    made, key = what_it_was_made_from(folder)
    cast = demo_cast(**made)
    people = cast.people if shoppers is None else cast.people[:shoppers]
    moments = paced(per_minute=per_minute, clock=lambda: datetime.now(UTC), sleep=time.sleep, visits=visits)
    tally = _Tally()
    try:
        with closing(HttpShop(f"http://127.0.0.1:{port}", key)) as client:
            for session in live_sessions(cast, client, seed=int(time.time()), moments=moments, shoppers=people):
                tally.add(session)
    except KeyboardInterrupt:
        pass
    tally.show()


class _Tally:
    """What live shoppers did so far, told now and then."""

    def __init__(self) -> None:
        self._visits = 0
        self._counts: dict[str, int] = {}

    def add(self, session: "LiveSession") -> None:
        self._visits += 1
        for deed in session.deeds:
            self._counts[deed.name] = self._counts.get(deed.name, 0) + 1
        if self._visits % 50 == 0:
            self.show()

    def show(self) -> None:
        from shopkeeper.cli.terminal import console

        parts = (("view_item_list", "lists"), ("select_item", "clicks"), ("add_to_cart", "added to carts"), ("purchase", "orders"))
        console.print(f"{self._visits:,} visits: " + ", ".join(f"{self._counts.get(name, 0):,} {words}" for name, words in parts))


def what_it_was_made_from(folder: Path) -> tuple[dict[str, Any], str]:
    """What the shop in `folder` was made from, and its public key."""
    import json
    from datetime import datetime

    from shopkeeper.errors import BadInput

    hint = "Make it first: `shopkeeper demo`, with --fresh if it was made by an earlier version."
    try:
        made = json.loads((folder / READY).read_text("utf-8"))
        key = (folder / PUBLIC_KEY_FILE).read_text("utf-8").strip()
        return {"size": made["size"], "seed": made["seed"], "now": datetime.fromisoformat(made["now"])}, key
    except (OSError, ValueError, KeyError) as error:
        raise BadInput(f"there is no demo shop that shoppers know in {folder}", field="--folder", value=str(folder), hint=hint) from error
