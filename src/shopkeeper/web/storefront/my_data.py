"""My data: what is known and from which events, a switch per purpose, corrections, export, erasure. Works without JavaScript."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final, cast

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shopkeeper.domain.ids import CustomerId, ProductId
from shopkeeper.domain.product import Product
from shopkeeper.domain.shopper import PURPOSES, Correction, Purpose, Verdict
from shopkeeper.errors import NotFound
from shopkeeper.shoppers.profile import ATTRIBUTE, Line, Profile
from shopkeeper.web.account import account_cookie
from shopkeeper.web.shopper_contexts import Behind, CertificateContext, Counted, MyDataContext, ProfileGroup, ProfileLine, Switch
from shopkeeper.web.site import Site, Visit, viewed_cookie, visit
from shopkeeper.web.storefront.listing import facet_label
from shopkeeper.web.visitor import VISITOR_COOKIE

SHOWN_DOINGS: Final = 12
SHOWN_LINES: Final = 5
_ORDERS_COUNTED: Final = 1_000
SOURCE: Final = "my data"


def my_data(site: Site, request: Request) -> Response:
    """`GET /my-data`"""
    seen = visit(site, request)
    return seen.page("my_data.html", context(seen, saved="saved" in request.query_params))


def context(seen: Visit, *, saved: bool) -> MyDataContext:
    """What is known of the visitor, or of the person that they signed in as."""
    shop, who = seen.shop, seen.who
    stance = shop.shoppers.stance(who)
    answers = {one.purpose: one.at for one in stance.answers}
    person = shop.shoppers.person(who)
    profile = shop.shoppers.profile(who)
    doings = [] if person is None else shop.events.of_shoppers(person.all, limit=SHOWN_DOINGS)
    named = [item.product_id for one in doings for item in one.event.items[:1]]
    behind = [moment.product_id for line in (profile.lines if profile else ()) for moment in line.moments if moment.product_id is not None]
    products = shop.database.products.get(list(dict.fromkeys([*named, *behind])))
    users = [name for name in (shop.shoppers.names(person, who) if person else [who]) if name.kind == "user"]
    orders = sum(len(shop.database.orders.of_customer(CustomerId(user.value), limit=_ORDERS_COUNTED)) for user in users)
    return MyDataContext(
        t=seen.t,
        url=seen.url,
        fmt=seen.fmt,
        frame=seen.frame(str(seen.t("my_data.title")), indexable=False),
        form_token=seen.form_token,
        user=who.value if who.kind == "user" else "",
        switches=[
            Switch(one, str(seen.t(f"purpose.{one}")), str(seen.t(f"purpose_why.{one}")), stance.allows(one), answers.get(one)) for one in PURPOSES
        ],
        personal=profile is not None,
        groups=_groups(profile, products, seen, details=False) if profile is not None else (),
        details=_groups(profile, products, seen, details=True) if profile is not None else (),
        events=profile.events if profile is not None else len(doings),
        since=profile.since if profile is not None else None,
        segments=[one.name.get(seen.lang) for one in shop.shoppers.segments(who)],
        doings=[
            _behind(one.event.name, one.event.occurred, one.event.items[0].product_id if one.event.items else None, products, seen) for one in doings
        ],
        orders=orders,
        known=person is not None or orders > 0,
        demo=shop.demo,
        saved=saved,
    )


async def consent(site: Site, request: Request) -> Response:
    """`POST /my-data/consent`: one switch, or all of them."""
    form = await request.form(max_files=0, max_fields=20)
    return await run_in_threadpool(_consent, site, request, form)


def _consent(site: Site, request: Request, form: FormData) -> Response:
    seen = _checked(site, request, form)
    purposes: list[Purpose] = [one for one in PURPOSES if form.get("purpose") in (one, "all")]
    if purposes:
        seen.shop.shoppers.consent(seen.who, {one: form.get("to") == "on" for one in purposes}, source=SOURCE)
    return _back(seen)


async def correct(site: Site, request: Request) -> Response:
    """`POST /my-data/correct`: not me, less of this, more of this; or take back what was said."""
    form = await request.form(max_files=0, max_fields=20)
    return await run_in_threadpool(_correct, site, request, form)


def _correct(site: Site, request: Request, form: FormData) -> Response:
    seen = _checked(site, request, form)
    said = Correction(str(form.get("facet", "")), str(form.get("key", "")), cast(Verdict, str(form.get("verdict", ""))), seen.now)
    seen.shop.shoppers.correct(seen.who, said)
    return _back(seen)


def export(site: Site, request: Request) -> Response:
    """`GET /my-data/export`: everything as a JSON file."""
    seen = visit(site, request)
    body = orjson.dumps(seen.shop.erasure.export(seen.who), option=orjson.OPT_INDENT_2)
    headers = {"Content-Disposition": f'attachment; filename="my-data-{seen.now:%Y-%m-%d}.json"', "Cache-Control": "private, no-store"}
    return Response(body, media_type="application/json", headers=headers)


async def erase(site: Site, request: Request) -> Response:
    """`POST /my-data/erase`: forget the person, with the browser's own cookies, and lead to the certificate."""
    form = await request.form(max_files=0, max_fields=20)
    return await run_in_threadpool(_erase, site, request, form)


def _erase(site: Site, request: Request, form: FormData) -> Response:
    seen = _checked(site, request, form)
    if form.get("sure") != "yes":
        return _back(seen)
    try:
        name = seen.shop.erasure.erase(seen.who)["id"]
    except NotFound:  # nothing was known, or another page was faster
        name = "none"
    response = RedirectResponse(seen.url("certificate", id=name), status_code=303)
    for cookie in (VISITOR_COOKIE, account_cookie(seen.shop), viewed_cookie(seen.shop.id)):
        response.delete_cookie(cookie, path="/")
    return response


def certificate(site: Site, request: Request) -> Response:
    """`GET /my-data/erased/{id}`: the certificate; it says nothing of whose it is."""
    seen = visit(site, request)
    name = request.path_params["id"]
    found = {} if name == "none" else seen.shop.erasure.certificate(name)
    return seen.page("certificate.html", certificate_context(found, seen))


def certificate_context(found: Mapping, seen: Visit) -> CertificateContext:
    """The certificate in the shopper's words."""

    def counted(kind: str) -> Sequence[Counted]:
        return [Counted(str(seen.t(f"erased.{name}")), count) for name, count in found.get(kind, {}).items() if count]

    return CertificateContext(
        t=seen.t,
        url=seen.url,
        fmt=seen.fmt,
        frame=seen.frame(str(seen.t("certificate.title")), indexable=False),
        name=found.get("id", ""),
        at=datetime.fromisoformat(found["at"]) if found else None,
        seconds=found.get("seconds", 0.0),
        erased=counted("erased"),
        kept=counted("kept"),
        models=[str(seen.t(f"model_state.{model['state']}")) for model in found.get("models", [])],
        verify=found.get("verify", ""),
        signature=found.get("signature", ""),
    )


def _checked(site: Site, request: Request, form: FormData) -> Visit:
    seen = visit(site, request)
    seen.visitor.check_form(site.app.session_secret, str(form.get("form_token", "")))
    return seen


def _back(seen: Visit) -> Response:
    return RedirectResponse(seen.url("my_data", query=[("saved", "1")]), status_code=303)


def _groups(profile: Profile, products: Mapping[ProductId, Product], seen: Visit, *, details: bool) -> Sequence[ProfileGroup]:
    """The profile facet by facet: what lists go by, or with `details` the rest, the attributes."""
    found = []
    for facet, lines in groupby(profile.lines, key=lambda line: line.facet):
        if facet.startswith(ATTRIBUTE) is not details:
            continue
        shown = [line for place, line in enumerate(lines) if place < SHOWN_LINES or line.verdict != "as_found"]
        name = facet.removeprefix(ATTRIBUTE)
        title = str(seen.t(f"profile_facet.{facet}")) if f"profile_facet.{facet}" in seen.t else facet_label(name, seen)
        found.append(ProfileGroup(title, [_line(line, products, seen) for line in shown]))
    return found


def _line(line: Line, products: Mapping[ProductId, Product], seen: Visit) -> ProfileLine:
    label = line.label.get(seen.lang) or line.key
    behind = [_behind(moment.name, moment.at, moment.product_id, products, seen) for moment in line.moments]
    strength = max(1, round(100 * abs(line.affinity))) if line.verdict != "not_me" else 0
    return ProfileLine(line.facet, line.key, label, strength, line.affinity < 0, line.count, line.verdict, behind)


def _behind(name: str, at: datetime, product_id: ProductId | None, products: Mapping[ProductId, Product], seen: Visit) -> Behind:
    product = None if product_id is None else products.get(product_id)
    title = "" if product is None else product.title.get(seen.lang)
    href = "" if product is None or product.status != "active" else seen.url("product", id=product.id)
    return Behind(str(seen.t(f"event.{name}")), title, href, at)
