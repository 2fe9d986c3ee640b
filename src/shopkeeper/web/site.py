"""A request as the pages see it: which shop, which language, what was looked at; and a template filled from a frozen context."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from shopkeeper.domain.ids import ProductId, ShopId
from shopkeeper.domain.policy import Policy
from shopkeeper.domain.shopper import Identity
from shopkeeper.domain.texts import LANGS, Lang, LocalizedText
from shopkeeper.errors import ShopkeeperError
from shopkeeper.kit.accept_language import best_language
from shopkeeper.web.account import signed_in
from shopkeeper.web.contexts import Frame, Link
from shopkeeper.web.formats import Formats
from shopkeeper.web.memo import Memo
from shopkeeper.web.urls import Urls
from shopkeeper.web.visitor import Visitor, visitor_of
from shopkeeper.web.words import Words, words

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from shopkeeper.bootstrap import App, Shop

log = logging.getLogger(__name__)
LANGUAGE_COOKIE: Final = "lang"
MAX_VIEWED: Final = 10
_MAX_VIEWED_COOKIE: Final = 2_500
"""Browsers keep at most 4,096 bytes of a cookie; ids in other scripts grow threefold when quoted."""

LANG_TAGS: Final[dict[Lang, str]] = {"zh": "zh-Hans", "en": "en"}
NO_SHOP_NAME: Final = LocalizedText(zh="掌柜", en="Shopkeeper")


@dataclass(frozen=True, slots=True)
class Site:
    """The pages of an installation."""

    app: "App"
    templates: Environment
    sold_lately: Memo[bool]
    """Per shop: are there orders of the last seven days?"""

    pictures: Memo[str]
    """The picture of each category: a search for each would be the dearest part of the home page, and it may well be a minute old."""

    def shop(self, name: str | None = None) -> "Shop":
        """The shop of a path `/s/<name>/`, None = the default one; NotFound if there is none."""
        return self.app.shop(name)

    def prefix(self, shop: "Shop") -> str:
        """What the addresses of `shop` begin with: nothing for the default shop, else `/s/<shop>`."""
        return "" if shop.id == self.app.shop().id else f"/s/{quote(shop.id)}"


def open_site(app: "App") -> Site:
    """The pages over `app`; templates are compiled once and escape everything."""
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, auto_reload=False)
    return Site(app, environment, Memo(timedelta(minutes=1)), Memo(timedelta(minutes=1)))


def filled(site: Site, template: str, context: "DataclassInstance") -> str:
    """The template rendered with the context's fields and nothing else."""
    return site.templates.get_template(template).render({field.name: getattr(context, field.name) for field in fields(context)})


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a shopper."""

    site: Site
    shop: "Shop"
    lang: Lang
    t: Words
    fmt: Formats
    url: Urls
    now: datetime
    viewed: tuple[ProductId, ...]
    here: str
    visitor: Visitor
    user: Identity | None

    @property
    def who(self) -> Identity:
        """Whose page this is: the user who is signed in, else the visitor."""
        return self.user or self.visitor.identity

    @property
    def shopper(self) -> Identity | None:
        """Whoever lists may be made for; None for a browser that was never met."""
        return self.user or (None if self.visitor.fresh else self.visitor.identity)

    @property
    def form_token(self) -> str:
        """What a form of this visitor's carries."""
        return self.visitor.form_token(self.site.app.session_secret)

    def frame(self, title: str, *, description: str = "", canonical: str = "", query: str = "", indexable: bool = True) -> Frame:
        """What surrounds the page called `title`."""
        name = self.shop.name.get(self.lang)
        return Frame(
            lang_tag=LANG_TAGS[self.lang],
            shop_name=name,
            seal=seal_of(self.shop.name),
            title=f"{title} · {name}" if title else name,
            description=" ".join(description.split())[:300],
            canonical=canonical,
            query=query,
            other_language=other_language(self.lang, self.shop.languages, self.url, self.here),
            policies=policy_links(self, limit=4),
            has_viewed=bool(self.viewed),
            here=self.here,
            cart_pieces=cart_pieces(self),
            indexable=indexable,
        )

    def page(self, template: str, context: "DataclassInstance", *, status: int = 200) -> HTMLResponse:
        """The filled template as a response that only this shopper's browser may keep; with a form that needs the visitor's cookie it sets it."""
        response = HTMLResponse(filled(self.site, template, context), status_code=status, headers=PRIVATE)
        if hasattr(context, "form_token"):
            self.visitor.keep(response)
        return response


PRIVATE: Final = {"Cache-Control": "private, no-cache", "Vary": "Cookie, Accept-Language"}


def visit(site: Site, request: Request) -> Visit:
    """The request's shop (from its path), language and looked-at products (from its cookies)."""
    shop = site.shop(request.path_params.get("shop"))
    lang = language(request, shop.languages)
    return Visit(
        site=site,
        shop=shop,
        lang=lang,
        t=words(lang),
        fmt=Formats(lang),
        url=Urls(root_of(request), site.prefix(shop)),
        now=site.app.clock(),
        viewed=read_viewed(request, shop.id),
        here=here(request),
        visitor=visitor_of(request),
        user=signed_in(request, shop, site.app.session_secret, site.app.clock()),
    )


def cart_pieces(seen: Visit) -> int:
    """How many pieces are in the visitor's cart; none where it cannot be asked, since no page fails for its header's sake."""
    if seen.visitor.fresh:
        return 0
    try:
        return seen.shop.carts.pieces(seen.who)
    except ShopkeeperError as error:
        log.warning("no cart for a page of %s: %s", seen.shop.id, error)
        return 0


def root_of(request: Request) -> str:
    """Where a proxy hangs the whole application; usually empty."""
    return str(request.scope.get("app_root_path", request.scope.get("root_path", "")))


def here(request: Request) -> str:
    """The path and query of this request, as a link back to it."""
    if request.method != "GET":
        return root_of(request) + "/"
    query = request.scope.get("query_string", b"").decode("latin-1")
    return quote(request.scope["path"], safe="/:@!$&'()*+,;=~") + (f"?{query}" if query else "")


def language(request: Request, offered: Sequence[Lang]) -> Lang:
    """The language that was chosen before (cookie), else the best of Accept-Language (RFC 9110, 12.5.4), else the shop's first."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    for lang in offered:
        if lang == chosen:
            return lang
    return best_language(request.headers.get("accept-language", ""), offered)


def other_language(lang: Lang, offered: Sequence[Lang], url: Urls, back: str) -> Link | None:
    """The link to this page in the other language, in that language's own word; None in a shop of one language."""
    other = next((one for one in LANGS if one != lang and one in offered), None)
    return None if other is None else Link(url("language", query=[("to", other), ("back", back)]), str(words(other)("language.own")))


def seal_of(name: LocalizedText) -> str:
    """The character on the shop's seal: the first of its Chinese name, else of any."""
    return (name.get("zh") or NO_SHOP_NAME.zh)[:1].upper()


def policy_links(seen: Visit, *, limit: int | None = None) -> tuple[Link, ...]:
    """The shop's policies, each in the shopper's language where it exists in it, first the policies, then the answers."""
    chosen: dict[str, Policy] = {}
    for policy in seen.shop.database.policies.all():
        if policy.id not in chosen or policy.lang == seen.lang:
            chosen[policy.id] = policy
    ordered = sorted(chosen.values(), key=lambda policy: (policy.kind != "policy", policy.id))
    return tuple(Link(seen.url("policy", id=policy.id), policy.title) for policy in ordered[:limit])


def viewed_cookie(shop: ShopId) -> str:
    """The name of the cookie that remembers which products were looked at in `shop`."""
    return f"viewed_{shop}"


def read_viewed(request: Request, shop: ShopId) -> tuple[ProductId, ...]:
    """The products that were looked at lately, oldest first; at most `MAX_VIEWED`."""
    raw = request.cookies.get(viewed_cookie(shop), "")[:_MAX_VIEWED_COOKIE]
    return tuple(ProductId(unquote(part)) for part in raw.split(":") if part)[-MAX_VIEWED:]


def write_viewed(viewed: Sequence[ProductId]) -> str:
    """The cookie's value for `viewed` (oldest first); the oldest go where it would grow too long."""
    parts = [quote(product, safe="") for product in viewed[-MAX_VIEWED:]]
    while len(":".join(parts)) > _MAX_VIEWED_COOKIE:
        parts.pop(0)
    return ":".join(parts)
