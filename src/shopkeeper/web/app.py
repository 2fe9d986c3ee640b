"""`mount`: the pages, hung into the HTTP application beside the API."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Mount, Route
from starlette.types import Scope

from shopkeeper.access import Guessing, RateLimiter
from shopkeeper.errors import ShopkeeperError
from shopkeeper.web import files
from shopkeeper.web.console import routes
from shopkeeper.web.console.desk import AcceptWork, Console
from shopkeeper.web.memo import Memo
from shopkeeper.web.problems import Guard, problem_page
from shopkeeper.web.site import Site, open_site
from shopkeeper.web.storefront import cart, checkout, doings, home, listing, my_data, orders, policies, product, sign_in

if TYPE_CHECKING:
    from shopkeeper.bootstrap import App


def mount(fastapi_app: FastAPI, app: "App") -> None:
    """Serve the pages of `app` at every address that `fastapi_app` does not answer itself.

    Called after the API's routers are in. Uploads go into the API's own queue of accepted work (`fastapi_app.state.api.batches.accept`), so that
    a file that was taken in is imported whatever happens, whichever door it came through.
    """

    def accept(*args: Any, **options: Any) -> Any:
        return fastapi_app.state.api.batches.accept(*args, **options)

    taken = {first_segment(route.path or "") for route in iter_route_contexts(fastapi_app.router.routes)} - {""}
    fastapi_app.router.routes.append(PagesMount("", pages(app, accept), taken=taken))


def pages(app: "App", accept: AcceptWork) -> Starlette:
    """The pages as an application of their own."""
    site = open_site(app)
    console = Console(site, accept, Guessing(RateLimiter(monotonic)), Memo(timedelta(minutes=1)))
    served = [
        Route("/static/{name}", partial(files.static, site)),
        *routes.routes(console),
        Route(f"/{files.SNIPPET}", partial(files.snippet, site)),
        Mount("/s/{shop}", routes=shop_routes(site)),
        *shop_routes(site),
    ]

    def answer(request: Request, error: Exception) -> Response:
        return problem_page(console, request, error)

    return Starlette(
        routes=served,
        middleware=[Middleware(Guard, console=console)],
        exception_handlers={HTTPException: answer, ShopkeeperError: answer},
    )


def shop_routes(site: Site) -> list[Route]:
    """The storefront of one shop; which one, its path says."""

    def at(path: str, endpoint: Callable[[Site, Request], Any], *methods: str) -> Route:
        return Route(path, partial(endpoint, site), methods=list(methods or ("GET",)))

    return [
        at("/", home.home),
        at("/search", listing.search),
        at("/suggest", doings.suggest),
        at("/p/{id:path}", product.product),
        at("/c/{path:path}", listing.category),
        at("/b/{key:path}", listing.brand),
        at("/policies", policies.policies),
        at("/policies/{id:path}", policies.policy),
        at("/language", doings.switch_language),
        at("/viewed/clear", doings.forget_viewed, "POST"),
        at("/media/{path:path}", files.media),
        at("/cart", cart.cart),
        at("/cart/add", cart.add, "POST"),
        at("/cart/change", cart.change, "POST"),
        at("/cart/coupon", cart.coupon, "POST"),
        at("/checkout", checkout.checkout),
        at("/checkout", checkout.place, "POST"),
        at("/orders", orders.orders),
        at("/orders/{id}", orders.order),
        at("/orders/{id}/cancel", orders.cancel, "POST"),
        at("/orders/{id}/return", orders.send_back, "POST"),
        at("/orders/{id}/exchange", orders.exchange, "POST"),
        at("/my-data", my_data.my_data),
        at("/my-data/consent", my_data.consent, "POST"),
        at("/my-data/correct", my_data.correct, "POST"),
        at("/my-data/export", my_data.export),
        at("/my-data/erase", my_data.erase, "POST"),
        at("/my-data/erased/{id}", my_data.certificate),
        at("/sign-in", sign_in.sign_in),
        at("/sign-in", sign_in.demo_sign_in, "POST"),
        at("/sign-out", sign_in.sign_out, "POST"),
    ]


class PagesMount(Mount):
    """A mount at the root that leaves alone what begins like an address of the API, so that a wrong call there is answered by the API."""

    def __init__(self, path: str, app: Starlette, *, taken: set[str]) -> None:
        super().__init__(path, app)
        self._taken = taken

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """No match for an address whose first segment belongs to another route."""
        if first_segment(scope["path"].removeprefix(scope.get("root_path", ""))) in self._taken:
            return Match.NONE, {}
        return super().matches(scope)


def first_segment(path: str) -> str:
    """The first segment of a path or of a path's pattern: `v1` of `/v1/search`."""
    return path.removeprefix("/").partition("/")[0]
