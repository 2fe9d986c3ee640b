"""The visitor's orders: the list, one order with its way, and cancelling, returning and exchanging in two steps."""

from collections.abc import Callable, Mapping
from typing import cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shopkeeper.domain.ids import OrderId, VariantId
from shopkeeper.domain.money import written
from shopkeeper.domain.placed_order import RETURN_REASONS, OrderReturn, PlacedLine, PlacedOrder, ReturnReason
from shopkeeper.domain.product import Product
from shopkeeper.errors import BadInput, Refused
from shopkeeper.orders.aftercare import Action, Cancel, ExchangePieces, ReturnPieces
from shopkeeper.orders.desk import Proposal
from shopkeeper.orders.explain import STATUS_WORDS, explain_discount
from shopkeeper.orders.refusals import RuleRefused
from shopkeeper.web.buying_contexts import (
    BackLine,
    BoughtLine,
    ConfirmContext,
    Notice,
    Option,
    OrderCard,
    OrderContext,
    OrdersContext,
)
from shopkeeper.web.contexts import Link
from shopkeeper.web.order_parts import TONES, country_name, line_name, stages, sums
from shopkeeper.web.site import Site, Visit, visit
from shopkeeper.web.storefront.cards import first_picture
from shopkeeper.web.storefront.cart import NO_STORE, checked, fields, pieces


def orders(site: Site, request: Request) -> Response:
    """`GET /orders`"""
    seen = visit(site, request)
    found = seen.shop.desk.of(seen.who) if not seen.visitor.fresh else []
    context = OrdersContext(
        seen.t, seen.url, seen.fmt, seen.frame(str(seen.t("orders.title")), indexable=False), tuple(_card(order, seen) for order in found)
    )
    return seen.page("orders.html", context)


def order(site: Site, request: Request) -> Response:
    """`GET /orders/{id}`, for the visitor who placed it."""
    seen = visit(site, request)
    notice = None
    for name in ("placed", "done"):
        if request.query_params.get(name) == "yes":
            notice = Notice("good", str(seen.t(f"order.{name}")))
    return page(seen, _own(seen, request), notice)


async def cancel(site: Site, request: Request) -> Response:
    """`POST /orders/{id}/cancel`"""
    return await acted(site, request, "order_cancel", lambda _: Cancel())


async def send_back(site: Site, request: Request) -> Response:
    """`POST /orders/{id}/return`"""
    return await acted(
        site, request, "order_return", lambda form: ReturnPieces(pieces(form.get("line", "")), pieces(form.get("quantity", "")), _reason(form))
    )


async def exchange(site: Site, request: Request) -> Response:
    """`POST /orders/{id}/exchange`; `swap` names the line and the version that is wanted."""

    def read(form: Mapping[str, str]) -> Action:
        line, _, variant = form.get("swap", "").partition(":")
        return ExchangePieces(pieces(line), pieces(form.get("quantity", "")), VariantId(variant), _reason(form))

    return await acted(site, request, "order_exchange", read)


async def acted(site: Site, request: Request, name: str, read: Callable[[Mapping[str, str]], Action]) -> Response:
    """First the page that says what it would mean, then, with its token, the doing; a refusal is told on the order's page, with its rule."""
    form = await fields(request)

    def run() -> Response:
        seen = checked(site, request, form)
        found = _own(seen, request)
        try:
            action = read(form)
            if form.get("token"):
                seen.shop.desk.confirm(found.id, action, form["token"], seen.who)
                return RedirectResponse(seen.url("order", id=found.id, query=[("done", "yes")]), status_code=303, headers=NO_STORE)
            return _confirm(seen, found, seen.shop.desk.propose(found.id, action, seen.who), name, form)
        except RuleRefused as refused:
            link = Link(seen.url("policy", id=refused.policy), str(seen.t("order.read_rule"))) if refused.policy else None
            return page(seen, found, Notice("bad", refused.told.get(seen.lang), link), status=409)
        except (BadInput, Refused) as error:
            words = "order.too_many" if error.field == "quantity" else "order.changed"
            return page(seen, found, Notice("bad", str(seen.t(words))), status=error.status)

    return await run_in_threadpool(run)


def _own(seen: Visit, request: Request) -> PlacedOrder:
    return seen.shop.desk.get(OrderId(request.path_params["id"]), seen.who)


def _reason(form: Mapping[str, str]) -> ReturnReason:
    given = form.get("reason", "")
    if given not in RETURN_REASONS:
        raise BadInput(f"{given[:40]!r} is no reason", field="reason", value=given[:40])
    return cast(ReturnReason, given)


def _confirm(seen: Visit, found: PlacedOrder, proposal: Proposal, name: str, form: Mapping[str, str]) -> Response:
    action = proposal.action
    what = str(seen.t("confirm.whole_order", number=found.id))
    if isinstance(action, ReturnPieces | ExchangePieces):
        line = found.line(action.line)
        what = f"{line.title.get(seen.lang) if line is not None else ''} × {action.quantity}"
    carried = [(key, value) for key, value in form.items() if key in ("line", "quantity", "reason", "swap")]
    heading = str(seen.t(f"confirm.{name}"))
    context = ConfirmContext(
        t=seen.t,
        url=seen.url,
        fmt=seen.fmt,
        frame=seen.frame(heading, indexable=False),
        heading=heading,
        what=what,
        told=tuple(one.get(seen.lang) for one in proposal.told()),
        button=str(seen.t(f"confirm.{name}_do")),
        action=seen.url(name, id=found.id),
        carried=(*carried, ("token", proposal.token)),
        back=seen.url("order", id=found.id),
        policy=Link(seen.url("policy", id=proposal.policy), str(seen.t("order.read_rule"))) if proposal.policy else None,
        form_token=seen.form_token,
    )
    return seen.page("confirm.html", context)


def page(seen: Visit, found: PlacedOrder, notice: Notice | None, *, status: int = 200) -> Response:
    """An order as a page."""
    rules = seen.shop.rules.of(found.rules)
    products = seen.shop.database.products.get([line.product_id for line in found.lines])
    cancel_refused, can_cancel = None, True
    try:
        seen.shop.desk.propose(found.id, Cancel(), seen.who)
    except RuleRefused as refused:
        can_cancel = False
        link = Link(seen.url("policy", id=refused.policy), str(seen.t("order.read_rule"))) if refused.policy else None
        cancel_refused = Notice("info", refused.told.get(seen.lang), link)
    back_allowed = found.status == "delivered" and any(line.left for line in found.lines)
    address = found.address
    where = () if address is None else (address.recipient, address.phone, *address.street.splitlines(), country_name(address.country, seen.t))
    context = OrderContext(
        t=seen.t,
        url=seen.url,
        fmt=seen.fmt,
        frame=seen.frame(str(seen.t("order.title", number=found.id)), indexable=False),
        notice=notice,
        number=found.id,
        placed=found.placed,
        status=STATUS_WORDS[found.status].get(seen.lang),
        stages=stages(found, seen.t, seen.lang),
        lines=tuple(_line(line, products.get(line.product_id), seen) for line in found.lines if line.quantity),
        sums=sums(found, seen.t, seen.lang),
        total=found.total,
        refunded=found.refunded if found.refunded.minor else None,
        address=where,
        delivery=found.delivery_name.get(seen.lang),
        payment=str(seen.t(f"payment.{found.payment}")),
        back=_back(found, seen),
        can_cancel=can_cancel,
        cancel_refused=cancel_refused if found.status in ("packed", "shipped") else None,
        can_return=back_allowed,
        returnable=tuple(_named(line, seen) for line in found.lines if line.left),
        exchangeable=_swaps(found, products, seen) if back_allowed else (),
        most=max((line.left for line in found.lines), default=1),
        reasons=_reasons(("changed_mind", "wrong_size", "faulty", "wrong_item", "late"), seen),
        exchange_reasons=_reasons(("changed_mind", "wrong_size", "faulty", "wrong_item"), seen),
        return_page=Link(seen.url("policy", id=rules.return_policy), str(seen.t("order.read_rule"))) if rules.return_policy else None,
        form_token=seen.form_token,
    )
    return seen.page("order.html", context, status=status)


def _card(found: PlacedOrder, seen: Visit) -> OrderCard:
    titles = [line.title.get(seen.lang) for line in found.lines if line.quantity]
    named = str(seen.t("list.comma")).join(titles[:2])
    if len(titles) > 2:
        named = str(seen.t("orders.more", names=named, n=len(titles) - 2))
    status = STATUS_WORDS[found.status].get(seen.lang)
    return OrderCard(seen.url("order", id=found.id), found.id, found.placed, status, TONES[found.status], found.total, named)


def _line(line: PlacedLine, product: Product | None, seen: Visit) -> BoughtLine:
    there = product is not None and product.status == "active"
    states = [str(seen.t("order.returned", n=line.returned))] if line.returned else []
    states += [str(seen.t("order.exchanged_for"))] if line.replaces is not None else []
    return BoughtLine(
        href=seen.url("product", id=line.product_id) if there else "",
        title=line.title.get(seen.lang),
        options=" · ".join(option.get(seen.lang) for option in line.options),
        picture=first_picture(product, seen) if product is not None and there else "",
        product_id=line.product_id,
        variant_id=line.variant_id,
        quantity=line.quantity,
        most=line.left,
        unit_price=line.unit_price,
        was=None,
        gross=line.unit_price.times(line.quantity),
        paid=line.paid,
        told=tuple(explain_discount(part).get(seen.lang) for part in line.discounts),
        number=line.number,
        state=str(seen.t("list.comma")).join(states),
    )


def _back(found: PlacedOrder, seen: Visit) -> tuple[BackLine, ...]:
    lines = []
    for one in (*found.returns, *found.exchanges):
        line = found.line(one.line)
        title = line.title.get(seen.lang) if line is not None else ""
        arrived = one.received is not None
        if isinstance(one, OrderReturn):
            state = str(seen.t("order.return_done" if arrived else "order.return_open", refund=written(one.refund)))
        else:
            state = str(seen.t("order.exchange_done" if arrived else "order.exchange_open"))
        lines.append(BackLine(one.id, f"{title} × {one.quantity}", state, one.asked, "good" if arrived else "info"))
    return tuple(lines)


def _named(line: PlacedLine, seen: Visit) -> Option:
    return Option(str(line.number), f"{line_name(line, seen.lang)} × {line.left}", chosen=False)


def _swaps(found: PlacedOrder, products: Mapping, seen: Visit) -> tuple[Option, ...]:
    """The other versions that lines could be exchanged for; whether they really can, the rules say when one is chosen."""
    swaps = []
    for line in found.lines:
        product: Product | None = products.get(line.product_id)
        if not line.left or product is None or product.status != "active":
            continue
        mine = " · ".join(option.get(seen.lang) for option in line.options)
        for variant in product.variants:
            offer = variant.offer(found.market)
            if variant.id == line.variant_id or offer is None or not offer.buyable or offer.price_at(seen.now) != line.unit_price:
                continue
            other = " · ".join(label.shown(seen.lang) for _, label in variant.options) or variant.id
            swaps.append(Option(f"{line.number}:{variant.id}", f"{line.title.get(seen.lang)}: {mine} → {other}", chosen=False))
    return tuple(swaps)


def _reasons(names: tuple[ReturnReason, ...], seen: Visit) -> tuple[Option, ...]:
    return tuple(Option(name, str(seen.t(f"reason.{name}")), chosen=False) for name in names)
