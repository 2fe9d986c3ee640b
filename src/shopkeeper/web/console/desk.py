"""A request of the console: who is signed in, at which shop, and what surrounds the page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from shopkeeper.access import RateLimiter
from shopkeeper.domain.api_key import ApiKey
from shopkeeper.domain.task import Task
from shopkeeper.domain.texts import LANGS, Lang
from shopkeeper.errors import Refused
from shopkeeper.web.console.contexts import ConsoleFrame
from shopkeeper.web.console.session import SESSION_COOKIE, Session, form_token, read_session, token_holds
from shopkeeper.web.contexts import Link
from shopkeeper.web.formats import Formats
from shopkeeper.web.site import LANG_TAGS, NO_SHOP_NAME, Site, filled, here, language, other_language, root_of, seal_of
from shopkeeper.web.urls import Urls
from shopkeeper.web.words import Words, words

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from shopkeeper.bootstrap import Shop

NO_STORE: Final = {"Cache-Control": "no-store"}


class AcceptWork(Protocol):
    """The door to the installation's durable queue of work, the one that the HTTP API uses: what it accepted is done, whatever happens."""

    def __call__(
        self,
        shop: "Shop",
        kind: str,
        source: str,
        write: Callable[[BinaryIO], object],
        *,
        suffix: str = "",
        options: Mapping[str, str] | None = None,
    ) -> Task:
        """Keep what `write` writes on disk and return its queued task."""
        ...


@dataclass(frozen=True, slots=True)
class Console:
    """What the console's routes share."""

    site: Site
    accept: AcceptWork
    attempts: RateLimiter


@dataclass(frozen=True, slots=True)
class Desk:
    """One request of a merchant; `shop`, `key` and `session` are None at the door."""

    console: Console
    shop: "Shop | None"
    key: ApiKey | None
    session: Session | None
    lang: Lang
    t: Words
    fmt: Formats
    url: Urls
    now: datetime
    here: str

    def frame(self, title: str, *, place: str = "", nonce: str = "", refresh_s: int = 0) -> ConsoleFrame:
        """What surrounds the page called `title`; `place` is the page of the rail that it belongs to; `nonce` stands in for a session's."""
        name = self.shop.name if self.shop is not None else NO_SHOP_NAME
        rail = (("overview", "console"), ("import", "console_imports"))
        return ConsoleFrame(
            lang_tag=LANG_TAGS[self.lang],
            title=f"{title} · {name.get(self.lang)}",
            shop_name=name.get(self.lang),
            seal=seal_of(name),
            key_name=self.key.name if self.key is not None else "",
            rail=tuple((shape, Link(self.url(page), str(self.t(f"rail.{page}")), page == place)) for shape, page in rail) if self.shop else (),
            other_language=other_language(self.lang, LANGS, self.url, self.here),
            storefront=self.storefront("home"),
            form_token=form_token(self.console.site.app.session_secret, self.session.nonce if self.session is not None else nonce),
            refresh_s=refresh_s,
        )

    @property
    def storefront(self) -> Urls:
        """The addresses of the signed-in shop's own pages."""
        return Urls(self.url.root, "" if self.shop is None else self.console.site.prefix(self.shop))

    def page(self, template: str, context: "DataclassInstance", *, status: int = 200) -> HTMLResponse:
        """The filled template as a response that no cache keeps."""
        return HTMLResponse(filled(self.console.site, template, context), status_code=status, headers=NO_STORE)

    def check_form(self, token: str) -> None:
        """Refuse a form that was not sent from a page of this session."""
        nonce = self.session.nonce if self.session is not None else ""
        if not token_holds(self.console.site.app.session_secret, nonce, token):
            raise Refused("the form does not belong to this session", field="form_token")


def desk(console: Console, request: Request) -> Desk:
    """The request with its session, if it has one that still holds: signed, not over, its key neither revoked nor narrowed since."""
    app = console.site.app
    session = read_session(request.cookies.get(SESSION_COOKIE, ""), app.session_secret, app.clock())
    shop = app.shops.get(session.shop) if session is not None else None
    key = shop.database.keys.get(session.key_id) if session is not None and shop is not None else None
    if key is None or not key.allows("admin"):
        session = shop = key = None
    lang = language(request, LANGS)
    return Desk(console, shop, key, session, lang, words(lang), Formats(lang), Urls(root_of(request)), app.clock(), here(request))


def to_the_door(at: Desk) -> Response:
    """Where one who is not signed in is sent, to come back afterwards."""
    return RedirectResponse(at.url("console_sign_in", query=[("back", at.here)]), status_code=303, headers=NO_STORE)
