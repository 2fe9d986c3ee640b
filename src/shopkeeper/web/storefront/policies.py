"""The shop's policies and answers."""

import re
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from shopkeeper.domain.policy import Policy
from shopkeeper.errors import NotFound
from shopkeeper.web.contexts import Link, PoliciesContext, PolicyContext
from shopkeeper.web.site import LANG_TAGS, Site, policy_links, visit

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_FIRST_HEADING = re.compile(r"\A\s*#\s+(?P<title>[^\n]+)\n?")


@cache
def _markdown() -> "MarkdownIt":
    """CommonMark and tables; raw HTML stays text, and links keep to harmless schemes (the library's own check)."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")


def policies(site: Site, request: Request) -> Response:
    """`GET /policies`"""
    seen = visit(site, request)
    title = str(seen.t("policies.title"))
    context = PoliciesContext(seen.t, seen.url, seen.fmt, seen.frame(title, canonical=seen.url("policies")), policy_links(seen))
    return seen.page("policies.html", context)


def policy(site: Site, request: Request) -> Response:
    """`GET /policies/{id}`: the page in the shopper's language, else in the one it exists in."""
    seen = visit(site, request)
    wanted = request.path_params["id"]
    found = [page for page in seen.shop.database.policies.all() if page.id == wanted]
    if not found:
        raise NotFound("no such policy", field="id", value=wanted)
    page = next((one for one in found if one.lang == seen.lang), found[0])
    here = seen.url("policy", id=page.id)
    context = PolicyContext(
        t=seen.t,
        url=seen.url,
        fmt=seen.fmt,
        frame=seen.frame(page.title, canonical=here),
        title=page.title,
        body=body(page),
        lang=LANG_TAGS[page.lang],
        others=tuple(Link(link.href, link.label, chosen=link.href == here) for link in policy_links(seen)),
    )
    return seen.page("policy.html", context)


def body(page: Policy) -> Markup:
    """The page's Markdown as HTML, without the heading that only says the title again."""
    text = page.body
    heading = _FIRST_HEADING.match(text)
    if heading is not None and heading["title"].strip(" #") == page.title.strip():
        text = text[heading.end() :]
    return Markup(_markdown().render(text))
