"""Checkout: where it goes, how, how it is paid, and the sum that is agreed to."""

import secrets
from collections.abc import Mapping
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shopkeeper.domain.placed_order import Address
from shopkeeper.domain.quote import Quote
from shopkeeper.errors import BadInput, Refused
from shopkeeper.orders.checkout import PlaceRequest
from shopkeeper.orders.explain import explain_delivery, explain_total
from shopkeeper.orders.payment import METHODS
from shopkeeper.orders.refusals import QuoteRefused
from shopkeeper.web.buying_contexts import CheckoutContext, Notice, Option
from shopkeeper.web.contexts import Link
from shopkeeper.web.order_parts import country_name
from shopkeeper.web.site import Site, Visit, visit
from shopkeeper.web.storefront.cart import NO_STORE, bought_lines, checked, fields, sums

COUNTRIES: Final = ("CN", "HK", "MO", "TW", "US", "GB", "DE", "FR", "JP", "SG", "AU", "CA")
"""Offered where a way of delivery goes everywhere; a shop's rules may name others."""
ADDRESS_FIELDS: Final = ("recipient", "phone", "street")


def checkout(site: Site, request: Request) -> Response:
    """`GET /checkout?country=&delivery=`"""
    seen = visit(site, request)
    params = request.query_params
    return page(seen, country=params.get("country", "")[:2], delivery=params.get("delivery", "")[:200], typed={})


async def place(site: Site, request: Request) -> Response:
    """`POST /checkout`: places the order that the shopper agreed to, once, however often the form is sent."""
    form = await fields(request)

    def run() -> Response:
        seen = checked(site, request, form)
        country, delivery = form.get("country", "")[:2], form.get("delivery", "")[:200]
        faults = address_faults(form, seen)
        if faults:
            return page(seen, country=country, delivery=delivery, typed=form, faults=faults, status=422)
        asked = PlaceRequest(
            token=form.get("quote_token", ""),
            address=Address(form["recipient"].strip(), form["phone"].strip(), country, form["street"].replace("\r\n", "\n").strip()),
            delivery=delivery,
            payment=form.get("payment", ""),
            lang=seen.lang,
        )
        try:
            order = seen.shop.checkout.place(seen.who, asked, key=form.get("key", "")[:200])
        except QuoteRefused as refused:
            return page(seen, country=country, delivery=delivery, typed=form, notice=_refused(refused, seen), status=409)
        except Refused:  # an empty cart: the form was sent again after the order, or from an old window
            return RedirectResponse(seen.url("cart"), status_code=303, headers=NO_STORE)
        if order.status == "cancelled":
            notice = Notice("bad", str(seen.t("checkout.declined")))
            return page(seen, country=country, delivery=delivery, typed=form, notice=notice, status=402)
        return RedirectResponse(seen.url("order", id=order.id, query=[("placed", "yes")]), status_code=303, headers=NO_STORE)

    return await run_in_threadpool(run)


def _refused(refused: QuoteRefused, seen: Visit) -> Notice:
    """Why the order was not placed; which line it is stands at the line itself."""
    name = {"lines": "sold_out", "country": "no_delivery", "delivery": "no_delivery"}.get(refused.field or "", "price_changed")
    return Notice("warn", str(seen.t(f"checkout.{name}")))


def address_faults(form: Mapping[str, str], seen: Visit) -> dict[str, str]:
    """What is wrong with the address, by field, in the shopper's words."""
    faults = {name: str(seen.t(f"checkout.need_{name}")) for name in ADDRESS_FIELDS if not form.get(name, "").strip()}
    if not faults:
        try:
            Address(form["recipient"].strip(), form["phone"].strip(), form.get("country", ""), form["street"].replace("\r\n", "\n").strip())
        except BadInput as fault:
            faults[fault.field or "street"] = str(seen.t("checkout.cannot_use"))
    return faults


def page(
    seen: Visit,
    *,
    country: str,
    delivery: str,
    typed: Mapping[str, str],
    notice: Notice | None = None,
    faults: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    """The checkout as a page; an empty cart, or one that cannot be bought as it stands, leads back to the cart."""
    known = countries(seen)
    country = country if country in known else known[0]
    quote = seen.shop.checkout.quote(seen.who, delivery=delivery, country=country)
    if not quote.lines or (not quote.buyable and notice is None):
        return RedirectResponse(seen.url("cart"), status_code=303, headers=NO_STORE)
    rules = seen.shop.rules.newest()
    payment = typed.get("payment", METHODS[0])
    context = CheckoutContext(
        t=seen.t,
        url=seen.url,
        fmt=seen.fmt,
        frame=seen.frame(str(seen.t("checkout.title")), indexable=False),
        notice=notice,
        lines=bought_lines(quote, seen),
        sums=sums(quote, seen),
        total=quote.total,
        explanation=explain_total(quote).get(seen.lang),
        deliveries=_deliveries(quote, seen),
        countries=tuple(Option(code, country_name(code, seen.t), code == country) for code in known),
        country=country,
        delivery=quote.delivery.id if quote.delivery is not None else "",
        payments=tuple(Option(method, str(seen.t(f"payment.{method}")), method == payment) for method in METHODS),
        typed={name: typed.get(name, "") for name in ADDRESS_FIELDS},
        faults={name: (faults or {}).get(name, "") for name in ADDRESS_FIELDS},
        token=quote.token if quote.buyable else "",
        key=secrets.token_urlsafe(16),
        form_token=seen.form_token,
        delivery_page=Link(seen.url("policy", id=rules.delivery_policy), str(seen.t("checkout.about_delivery"))) if rules.delivery_policy else None,
    )
    return seen.page("checkout.html", context, status=status)


def countries(seen: Visit) -> tuple[str, ...]:
    """Where the shop delivers to, in the order of its rules."""
    named: dict[str, None] = {}
    for method in seen.shop.rules.newest().deliveries:
        named.update(dict.fromkeys(method.countries or COUNTRIES))
    return tuple(named)


def _deliveries(quote: Quote, seen: Visit) -> tuple[Option, ...]:
    chosen = quote.delivery.id if quote.delivery is not None else ""
    return tuple(
        Option(one.id, explain_delivery(one).get(seen.lang), one.id == chosen, str(seen.t("checkout.days", low=one.days[0], high=one.days[1])))
        for one in quote.deliveries
    )
