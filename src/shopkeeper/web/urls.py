"""The one place that knows the pages' addresses."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from shopkeeper.web.assets import assets

PATHS: Final = {
    "home": "/",
    "search": "/search",
    "suggest": "/suggest",
    "product": "/p/{id}",
    "category": "/c/{path}",
    "brand": "/b/{key}",
    "policies": "/policies",
    "policy": "/policies/{id}",
    "language": "/language",
    "forget_viewed": "/viewed/clear",
    "media": "/media/{path}",
    "cart": "/cart",
    "cart_add": "/cart/add",
    "cart_change": "/cart/change",
    "cart_coupon": "/cart/coupon",
    "checkout": "/checkout",
    "orders": "/orders",
    "order": "/orders/{id}",
    "order_cancel": "/orders/{id}/cancel",
    "order_return": "/orders/{id}/return",
    "order_exchange": "/orders/{id}/exchange",
    "my_data": "/my-data",
    "my_consent": "/my-data/consent",
    "my_correction": "/my-data/correct",
    "my_export": "/my-data/export",
    "my_erasure": "/my-data/erase",
    "certificate": "/my-data/erased/{id}",
    "sign_in": "/sign-in",
    "sign_out": "/sign-out",
}
"""Pages of a shop, below its prefix."""

INSTALLATION_PATHS: Final = {
    "asset": "/static/{name}",
    "console": "/console",
    "console_sign_in": "/console/sign-in",
    "console_sign_out": "/console/sign-out",
    "console_imports": "/console/imports",
    "console_import": "/console/imports/{id}",
    "console_rejects": "/console/imports/{id}/rejects.{form}",
    "console_set_up": "/console/set-up",
    "console_catalogue": "/console/catalogue",
    "console_chart": "/console/charts/{name}.{form}",
    "console_settings": "/console/settings",
    "console_settings_history": "/console/settings/history",
    "console_settings_restore": "/console/settings/restore",
    "console_accounts": "/console/accounts",
    "console_one_account": "/console/accounts/{id}",
    "console_account": "/console/account",
    "console_password": "/console/account/password",
    "console_out_everywhere": "/console/account/sign-out-everywhere",
    "console_audit": "/console/audit",
    "console_experiments": "/console/experiments",
    "console_experiment_new": "/console/experiments/new",
    "console_experiment": "/console/experiments/{id}",
    "console_experiment_start": "/console/experiments/{id}/start",
    "console_experiment_stop": "/console/experiments/{id}/stop",
    "console_experiment_chart": "/console/experiments/{id}/{name}.{form}",
    "console_events": "/console/events",
    "console_find": "/console/find",
    "console_market": "/console/market",
    "console_orders": "/console/orders",
    "console_order": "/console/orders/{id}",
}
"""Addresses that all shops share; the console knows its shop from who signed in."""

Query = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Urls:
    """Builds addresses for one shop: `root` is where a proxy hangs the application (usually empty), `prefix` is "" or `/s/<shop>`."""

    root: str = ""
    prefix: str = ""

    def __call__(self, page: str, /, query: Query = (), anchor: str = "", **parts: object) -> str:
        """The address of `page` with its path's `parts` and `query` pairs quoted. A `path` may hold slashes; anything else is one segment."""
        if page == "asset":
            parts = {"name": assets()[str(parts["name"])].hashed}
        pattern = PATHS.get(page)
        base = self.root + self.prefix if pattern is not None else self.root
        pattern = pattern if pattern is not None else INSTALLATION_PATHS[page]
        path = pattern.format(**{name: quote(str(value), safe="/" if name == "path" else "") for name, value in parts.items()})
        pairs = list(query)
        return f"{base}{path}" + (f"?{urlencode(pairs)}" if pairs else "") + (f"#{quote(anchor)}" if anchor else "")

    def picture(self, image: str) -> str:
        """Where a browser finds a product's picture: an address of the feed as it is, a path in the shop's media folder below `/media`.

        Any other scheme (`javascript:`, `data:`, `//host`) gives an empty string: no picture.
        """
        if image.startswith(("https://", "http://")):
            return image
        path = image.removeprefix("/").removeprefix("media/")
        if not path or path.startswith("/") or ":" in path.split("/")[0]:
            return ""
        return self("media", path=path)


def local_path(raw: str, *, default: str) -> str:
    """`raw` if it is a path on this server, else `default`: a link that comes back must not lead to another site."""
    safe = raw.startswith("/") and not raw.startswith(("//", "/\\")) and raw.isprintable() and "\\" not in raw
    return raw if safe else default
