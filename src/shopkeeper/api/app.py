"""The HTTP API as one FastAPI application.

A request's way: Observe (id, log, figures, last resort) → Door (key, rate limit, CORS) → BodyLimit → gzip → router → service.
Events, which outnumber all else, leave that way before gzip and the router (`routes.events.ShortWay`).
Routers are plain functions, which FastAPI runs in threads: the services below block, and SQLite, tantivy and NumPy let go of the interpreter.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from time import monotonic

import anyio.to_thread
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from shopkeeper.access.rate_limit import RateLimiter
from shopkeeper.api import openapi, problems
from shopkeeper.api.batches import Batches
from shopkeeper.api.body_limit import BodyLimit
from shopkeeper.api.context import ApiContext
from shopkeeper.api.deliveries import Deliveries
from shopkeeper.api.door import Door
from shopkeeper.api.follower import Follower
from shopkeeper.api.meters import Meters
from shopkeeper.api.observe import Observe
from shopkeeper.api.postman import Postman
from shopkeeper.api.routes import (
    buying,
    cart,
    events,
    imports,
    instantsearch,
    keys,
    operation,
    orders,
    products,
    recommend,
    reviews,
    search,
    settings,
    shoppers,
    tasks,
    webhooks,
)
from shopkeeper.api.routes.events import ShortWay
from shopkeeper.bootstrap import App

THREADS = 16
"""Requests that are worked on at once. More threads only make them wait for the interpreter instead of for their turn, and the slowest slower."""

# The busiest first. `search` before `products`: /v1/products/{id}/similar must be tried before an id that may itself hold slashes.
ROUTERS = (
    *(events, search, recommend, products, tasks, reviews, orders, cart),
    *(buying, imports, shoppers, keys, settings, webhooks, instantsearch, operation),
)


def create_app(app: App) -> FastAPI:
    """The API of an installation. Its threads (follower, batches, postman) live as long as the server's lifespan; nothing starts before it."""
    meters = Meters()
    follower = Follower(app, meters)
    batches = Batches(app, meters, written=follower.wake, clock=app.clock)
    postman = Postman(app)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        for shop in app.shops.values():
            shop.lists.start()
        follower.start()
        batches.start()
        postman.start()
        try:
            yield
        finally:
            await anyio.to_thread.run_sync(postman.stop)
            await anyio.to_thread.run_sync(batches.stop)
            await anyio.to_thread.run_sync(follower.stop)

    api = FastAPI(
        title="Shopkeeper",
        version=version("shopkeeper"),
        docs_url=None,  # the usual pages load their scripts from elsewhere; docs/reference/api.md is made from the description
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
        lifespan=lifespan,
        middleware=[
            Middleware(Observe, meters=meters),
            Middleware(Door, installation=app, limiter=RateLimiter(monotonic)),
            Middleware(BodyLimit),
            Middleware(ShortWay),
            Middleware(GZipMiddleware, minimum_size=1_000, compresslevel=4),
        ],
    )
    api.state.api = ApiContext(
        installation=app, meters=meters, follower=follower, batches=batches, deliveries=Deliveries(), visitors=RateLimiter(monotonic), clock=app.clock
    )
    problems.register(api)
    for routes in ROUTERS:
        api.include_router(routes.router)
    api.openapi = lambda: openapi.describe(api)
    return api
