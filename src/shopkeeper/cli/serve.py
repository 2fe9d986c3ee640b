"""`shopkeeper serve`: the API, the storefront and the console on one port."""

import gc
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from shopkeeper.errors import Unavailable

if TYPE_CHECKING:
    from fastapi import FastAPI

    from shopkeeper.bootstrap import App
    from shopkeeper.settings import Settings


SWITCH_S = 0.0005
"""How long one thread may keep the others waiting for the interpreter. The thread that commits events lets go of it at every call into the database;
against Python's 5 ms `bench events` acknowledged 17 to 39 % more single events (three pairs of runs)."""


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("serve")(serve)


def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on; else [server] host.", show_default=False)] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port to listen on; else [server] port.", show_default=False)] = None,
) -> None:
    """Serve every shop: pages, console and API. Stops on Ctrl-C or SIGTERM."""
    from shopkeeper.cli.installation import settings_of

    settings = settings_of(context)
    server = settings.server.model_copy(update={key: value for key, value in (("host", host), ("port", port)) if value is not None})
    serve_settings(settings.model_copy(update={"server": server}), config=context.find_root().obj)


def serve_settings(settings: "Settings", *, config: object = None) -> None:
    """Serve as `settings` say. Raises Unavailable when the port is taken, Refused when another server has one of the databases."""
    import os

    with ExitStack() as held:
        with _lasting():
            import uvicorn

            from shopkeeper import bootstrap
            from shopkeeper.cli.logs import configure_logging

            configure_logging(settings.log_level)
            bound = held.enter_context(_bound_socket(settings.server.host, settings.server.port))
            port = bound.getsockname()[1]
            held.enter_context(bootstrap.claim_databases(settings, port=port))
            options = {"log_config": None, "access_log": False, "timeout_graceful_shutdown": 10, "server_header": False}
            typer.echo(f"Shopkeeper is at http://{settings.server.host}:{port}", err=True)
            alone = asgi(held.enter_context(bootstrap.build(settings))) if settings.server.workers == 1 else None
        if alone is not None:
            uvicorn.Server(uvicorn.Config(alone, **options)).run(sockets=[bound])
        else:
            from uvicorn.supervisors import Multiprocess

            if config is not None:
                os.environ["SHOPKEEPER_CONFIG"] = str(config)
            workers = uvicorn.Config("shopkeeper.cli.serve:worker", factory=True, workers=settings.server.workers, **options)
            Multiprocess(workers, sockets=[bound]).run()


@contextmanager
def _lasting() -> Iterator[None]:
    """What is made in the block (modules, routes, schemas: 200,000 objects) lives as long as the process.

    The garbage collector neither walks through it again and again while it comes to be, a sixth of the start, nor ever after.
    """
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


def asgi(app: "App") -> "FastAPI":
    """The whole HTTP face of `app`: API and pages."""
    from shopkeeper.api.app import create_app
    from shopkeeper.web.app import mount

    sys.setswitchinterval(SWITCH_S)
    face = create_app(app)
    mount(face, app)
    return face


def worker() -> "FastAPI":
    """One of several worker processes: opens the installation anew; the parent holds the claim on the databases."""
    with _lasting():
        from shopkeeper import bootstrap
        from shopkeeper.cli.logs import configure_logging
        from shopkeeper.settings import config_path, load_settings

        settings = load_settings(config_path(None))
        configure_logging(settings.log_level)
        return asgi(bootstrap.build(settings))


def _bound_socket(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(2048)
    except OSError as error:
        bound.close()
        hint = "Stop what listens there, or choose another with --port."
        raise Unavailable(f"cannot listen on {host}:{port}: {error.strerror}", field="--port", value=port, hint=hint) from error
    return bound
