"""The cart's page and its forms."""

from collections.abc import Callable, Mapping
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shopkeeper.domain.cart import MAX_PIECES
from shopkeeper.domain.ids import ProductId, VariantId
from shopkeeper.domain.product import Product
from shopkeeper.domain.quote import Quote, QuoteLine
from shopkeeper.errors import BadInput, NotFound, Refused, ShopkeeperError, Unavailable
from shopkeeper.orders.explain import explain_coupon, explain_delivery, explain_line
from shopkeeper.web.buying_contexts import BoughtLine, CartContext, CodeLine, Notice, SumLine
from shopkeeper.web.site import Site, Visit, visit
from shopkeeper.web.storefront.cards import first_picture, popular_row

NO_STORE: Final = {"Cache-Control": "no-store"}
_MOST_FIELDS: Final = 20
_PROBLEMS: Final = frozenset({"quantity", "variant_id", "product_id", "code", "version"})
"""What about a change may be wrong and has words of its own."""


def cart(site: Site, request: Request) -> Response:
    """`GET /cart`"""
    return page(visit(site, request))


async def add(site: Site, request: Request) -> Response:
    """`POST /cart/add`: from a product's page into the cart."""

    def work(seen: Visit, form: Mapping[str, str]) -> None:
        variant = VariantId(form["variant"]) if form.get("variant") else None
        seen.shop.carts.add(seen.who, ProductId(form.get("product", "")), variant, pieces(form.get("quantity", "1")))

    return await changed(site, request, work)


async def change(site: Site, request: Request) -> Response:
    """`POST /cart/change`: another quantity, or none."""

    def work(seen: Visit, form: Mapping[str, str]) -> None:
        key = (ProductId(form.get("product", "")), VariantId(form.get("variant", "")))
        if "remove" in form:
            seen.shop.carts.remove(seen.who, key)
        else:
            seen.shop.carts.change(seen.who, key, pieces(form.get("quantity", "")))

    return await changed(site, request, work)


async def coupon(site: Site, request: Request) -> Response:
    """`POST /cart/coupon`: enter a code, or take it out."""

    def work(seen: Visit, form: Mapping[str, str]) -> None:
        if "remove" in form:
            seen.shop.carts.drop_coupon(seen.who, form["remove"])
        else:
            seen.shop.carts.enter_coupon(seen.who, form.get("code", ""))

    return await changed(site, request, work)


async def changed(site: Site, request: Request, work: Callable[[Visit, Mapping[str, str]], None]) -> Response:
    """The cart after `work`; where it was refused, the cart as it is, with the reason in the shopper's words."""
    form = await fields(request)

    def run() -> Response:
        seen = checked(site, request, form)
        try:
            work(seen, form)
        except (BadInput, NotFound, Refused) as error:
            return page(seen, Notice("bad", problem_words(seen, error)), status=error.status)
        return RedirectResponse(seen.url("cart"), status_code=303, headers=NO_STORE)

    return await run_in_threadpool(run)


async def fields(request: Request) -> dict[str, str]:
    """The form's text fields."""
    form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
    return {name: value for name, value in form.items() if isinstance(value, str)}


def checked(site: Site, request: Request, form: Mapping[str, str]) -> Visit:
    """The visit of a form that this very browser was given; `Refused` for any other."""
    seen = visit(site, request)
    seen.visitor.check_form(site.app.session_secret, form.get("form_token", ""))
    return seen


def pieces(typed: str) -> int:
    """The number of pieces that was typed; `BadInput` if it is none."""
    plain = typed.strip()
    if not (plain.isascii() and plain.isdigit() and len(plain) < 12):
        raise BadInput(f"{typed[:40]!r} is no number of pieces", field="quantity", value=typed[:40])
    return int(plain)


def problem_words(seen: Visit, error: ShopkeeperError) -> str:
    """Why a change was refused, in the shopper's language."""
    name = error.field if error.field in _PROBLEMS else "other"
    if name == "quantity" and isinstance(error, BadInput):
        return str(seen.t("cart_problem.pieces", most=MAX_PIECES))
    return str(seen.t(f"cart_problem.{name}"))


def page(seen: Visit, notice: Notice | None = None, *, status: int = 200) -> Response:
    """The cart as a page."""
    quote = seen.shop.checkout.quote(seen.who)
    if notice is None and any(line.price_changed for line in quote.lines):
        notice = Notice("warn", str(seen.t("cart.prices_changed")))
    empty = not quote.lines
    context = CartContext(
        t=seen.t,
        url=seen.url,
        fmt=seen.fmt,
        frame=seen.frame(str(seen.t("cart.title")), indexable=False),
        notice=notice,
        lines=bought_lines(quote, seen),
        codes=tuple(CodeLine(one.code, explain_coupon(one).get(seen.lang), one.state == "applied") for one in quote.coupons),
        sums=sums(quote, seen),
        total=None if empty else quote.total,
        buyable=quote.buyable,
        popular=popular_row(seen) if empty else None,
        form_token=seen.form_token,
    )
    return seen.page("cart.html", context, status=status)


def bought_lines(quote: Quote, seen: Visit) -> tuple[BoughtLine, ...]:
    """The lines of a quote as they are shown."""
    try:
        products = seen.shop.database.products.get([line.product_id for line in quote.lines])
    except Unavailable:
        products = {}
    return tuple(_bought(line, products.get(line.product_id), seen) for line in quote.lines)


def _bought(line: QuoteLine, product: Product | None, seen: Visit) -> BoughtLine:
    variant = next((one for one in product.variants if one.id == line.variant_id), None) if product is not None else None
    own = next(filter(None, map(seen.url.picture, variant.images)), "") if variant is not None else ""
    shown = product is not None and line.fault != "gone"
    return BoughtLine(
        href=seen.url("product", id=line.product_id, query=[("variant", line.variant_id)]) if shown else "",
        title=line.title.get(seen.lang) or str(seen.t("cart.gone")),
        options=" · ".join(option.get(seen.lang) for option in line.options),
        picture=own or (first_picture(product, seen) if product is not None and shown else ""),
        product_id=line.product_id,
        variant_id=line.variant_id,
        quantity=line.quantity,
        most=min(MAX_PIECES, line.available) if line.available is not None else MAX_PIECES,
        unit_price=line.unit_price,
        was=line.list_price if line.list_price != line.unit_price else None,
        gross=line.gross,
        paid=line.paid,
        told=tuple(one.get(seen.lang) for one in explain_line(line)),
        faulty=line.fault is not None,
    )


def sums(quote: Quote, seen: Visit) -> tuple[SumLine, ...]:
    """What stands between the goods and the total."""
    if not quote.lines:
        return ()
    lines = [SumLine(str(seen.t("cart.goods")), quote.goods)]
    lines += [SumLine(part.name.get(seen.lang), part.amount, minus=True) for part in quote.discounts]
    if quote.delivery is not None:
        lines.append(SumLine(explain_delivery(quote.delivery).get(seen.lang), quote.delivery.paid))
    return tuple(lines)
