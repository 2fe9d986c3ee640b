"""A request of the console: who is signed in, at which shop, with which permissions, and what surrounds the page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import HTMLResponse

from shopkeeper.access import Guessing
from shopkeeper.access.audit import Actor
from shopkeeper.access.permissions import Permission, may
from shopkeeper.domain.account import Account, Role, Session
from shopkeeper.domain.ids import AccountId, KeyId
from shopkeeper.domain.product import DEFAULT_MARKET, Market
from shopkeeper.domain.task import Task
from shopkeeper.domain.texts import LANGS, Lang
from shopkeeper.errors import Refused, ShopkeeperError
from shopkeeper.experiments.results import ExperimentResult
from shopkeeper.web.console.contexts import ConsoleFrame
from shopkeeper.web.console.figures import Days
from shopkeeper.web.console.rail import rail
from shopkeeper.web.console.session import MARKET_COOKIE, SESSION_COOKIE, form_token, read_session, token_holds
from shopkeeper.web.contexts import Link
from shopkeeper.web.formats import Formats
from shopkeeper.web.memo import Memo
from shopkeeper.web.site import LANG_TAGS, NO_SHOP_NAME, Site, filled, here, language, other_language, root_of, seal_of
from shopkeeper.web.urls import Urls
from shopkeeper.web.words import Words, words

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from shopkeeper.bootstrap import Shop

NO_STORE: Final = {"Cache-Control": "no-store"}
NOT_PERMITTED: Final = "permission"
"""The `field` of the refusal where a role may not do what was asked; the page then says so."""


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
    """What the console's routes share. `days` keeps each shop's sales by day for a minute: to count them reads every order of a month.

    `results` keeps what came of running experiments for as long, by shop, id and state.
    """

    site: Site
    accept: AcceptWork
    guessing: Guessing
    days: Memo[Days]
    results: Memo[ExperimentResult] = field(default_factory=lambda: Memo(timedelta(minutes=1)))


@dataclass(frozen=True, slots=True)
class Who:
    """Who is signed in: a person, or whoever holds an admin key, which opens everything."""

    name: str
    role: Role
    account: Account | None = None


@dataclass(frozen=True, slots=True)
class Doorstep:
    """One request of somebody who is not signed in (yet)."""

    console: Console
    lang: Lang
    t: Words
    fmt: Formats
    url: Urls
    now: datetime
    here: str
    address: str
    request_id: str

    def frame(self, title: str, *, nonce: str = "") -> ConsoleFrame:
        """What surrounds the page called `title`; its forms belong to the browser that has `nonce`."""
        return ConsoleFrame(
            lang_tag=LANG_TAGS[self.lang],
            title=f"{title} · {NO_SHOP_NAME.get(self.lang)}",
            shop_name=NO_SHOP_NAME.get(self.lang),
            seal=seal_of(NO_SHOP_NAME),
            other_language=other_language(self.lang, LANGS, self.url, self.here),
            form_token=form_token(self.console.site.app.session_secret, nonce),
        )

    def page(self, template: str, context: "DataclassInstance", *, status: int = 200) -> HTMLResponse:
        """The filled template as a response that no cache keeps."""
        return HTMLResponse(filled(self.console.site, template, context), status_code=status, headers=NO_STORE)


@dataclass(frozen=True, slots=True)
class Desk:
    """One request of somebody who is signed in."""

    step: Doorstep
    shop: "Shop"
    who: Who
    session: Session
    market: Market

    @property
    def console(self) -> Console:
        """What the console's routes share."""
        return self.step.console

    @property
    def t(self) -> Words:
        """The words of the request's language."""
        return self.step.t

    @property
    def lang(self) -> Lang:
        """The request's language."""
        return self.step.lang

    @property
    def fmt(self) -> Formats:
        """How numbers and days are written in it."""
        return self.step.fmt

    @property
    def url(self) -> Urls:
        """The addresses of the console."""
        return self.step.url

    @property
    def now(self) -> datetime:
        """When the request came."""
        return self.step.now

    @property
    def storefront(self) -> Urls:
        """The addresses of the shop's own pages."""
        return Urls(self.url.root, self.console.site.prefix(self.shop))

    def may(self, permission: Permission) -> bool:
        """True if who is signed in is granted `permission`."""
        return may(self.who.role, permission)

    def check(self, permission: Permission) -> None:
        """Refuse (403) whoever is not granted `permission`."""
        if not self.may(permission):
            raise Refused(f"{self.who.role} may not {permission}", field=NOT_PERMITTED, value=self.who.role)

    def check_form(self, token: str) -> None:
        """Refuse (403) a form that was not sent from a page of this session."""
        if not token_holds(self.console.site.app.session_secret, self.session.id, token):
            raise Refused("the form does not belong to this session", field="form_token")

    def record(self, what: str, target: str = "", *, before: Mapping[str, object] | None = None, after: Mapping[str, object] | None = None) -> None:
        """Write into the log that who is signed in did `what`; see `access.audit`."""
        actor = Actor(self.who.name, self.step.request_id, self.step.address)
        self.shop.audit.record(actor, what, target, before=before, after=after)

    def frame(
        self, title: str, *, place: str = "", crumbs: tuple[Link, ...] = (), query: str = "", refresh_s: int = 0, live: bool = False
    ) -> ConsoleFrame:
        """What surrounds the page called `title`; `place` is the page of the rail that it belongs to, `crumbs` lead to it from there.

        `refresh_s` has it loaded anew without scripts too; a `live` one moves with them alone.
        """
        name = self.shop.name
        groups = rail(self, place)
        home = [Link(link.href, link.label) for group in groups for _, link in group.links if link.chosen and crumbs]
        return ConsoleFrame(
            lang_tag=LANG_TAGS[self.lang],
            title=f"{title} · {name.get(self.lang)}",
            shop_name=name.get(self.lang),
            seal=seal_of(name),
            who=self.who.name,
            role=str(self.t(f"role.{self.who.role}")),
            has_account=self.who.account is not None,
            rail=groups,
            crumbs=(*home, *crumbs),
            markets=markets(self),
            other_language=other_language(self.lang, LANGS, self.url, self.step.here),
            storefront=self.storefront("home"),
            form_token=form_token(self.console.site.app.session_secret, self.session.id),
            here=self.step.here,
            query=query,
            refresh_s=refresh_s,
            live=live,
        )

    def page(self, template: str, context: "DataclassInstance", *, status: int = 200) -> HTMLResponse:
        """The filled template as a response that no cache keeps."""
        return self.step.page(template, context, status=status)


def doorstep(console: Console, request: Request) -> Doorstep:
    """The request as anybody sends it."""
    lang = language(request, LANGS)
    address = request.client.host if request.client is not None else "unknown"
    request_id = str(request.scope.get("state", {}).get("request_id", ""))
    return Doorstep(console, lang, words(lang), Formats(lang), Urls(root_of(request)), console.site.app.clock(), here(request), address, request_id)


def desk(console: Console, request: Request) -> Desk | None:
    """The request with its session, if it has one that still holds, whose account is not disabled and whose key is not revoked or narrowed."""
    name, token = read_session(request.cookies.get(SESSION_COOKIE, ""))
    shop = next((one for one in console.site.app.shops.values() if one.id == name), None)
    session = shop.sessions.find(token) if shop is not None else None
    who = _who(shop, session) if shop is not None and session is not None else None
    if shop is None or session is None or who is None:
        return None
    wanted = Market(unquote(request.cookies.get(MARKET_COOKIE, "")))
    return Desk(doorstep(console, request), shop, who, session, wanted if wanted in _markets(shop) else DEFAULT_MARKET)


def _who(shop: "Shop", session: Session) -> Who | None:
    if session.subject == "account":
        account = shop.accounts.get(AccountId(session.subject_id))
        return Who(account.name, account.role, account) if account is not None and account.active else None
    key = shop.database.keys.get(KeyId(session.subject_id))
    return Who(f"key {key.id}", "owner") if key is not None and key.allows("admin") else None


def _markets(shop: "Shop") -> list[Market]:
    """The shop's price lists; none while search cannot be asked, so that the console opens all the same."""
    try:
        return shop.search.columns().markets()
    except ShopkeeperError:
        return []


def markets(at: Desk) -> tuple[Link, ...]:
    """The price lists to choose from, the one that is looked at marked; the default one goes by its words."""
    known = list(dict.fromkeys((DEFAULT_MARKET, *_markets(at.shop))))

    def words_of(market: Market) -> str:
        return str(at.t("bar.default_market")) if market == DEFAULT_MARKET else market

    return tuple(Link(market, words_of(market), market == at.market) for market in known)
