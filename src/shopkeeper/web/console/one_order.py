"""One order in the console: how it stands and came about, what the shop's rules allow, and what the shop does next, each in a way that a second
click cannot do twice."""

from collections.abc import Mapping
from typing import Final, cast, get_args

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shopkeeper.domain.ids import OrderId, PolicyId, ProductId
from shopkeeper.domain.money import Money
from shopkeeper.domain.order import Order
from shopkeeper.domain.placed_order import OrderReturn, OrderStatus, PlacedLine, PlacedOrder, ReturnReason
from shopkeeper.domain.product import Product
from shopkeeper.errors import BadInput, NotFound, Refused
from shopkeeper.orders.aftercare import Advance, Cancel, Receive, ReturnPieces, last_moment
from shopkeeper.orders.desk import Proposal
from shopkeeper.orders.explain import explain_discount, explain_placed
from shopkeeper.orders.lifecycle import NEXT
from shopkeeper.orders.refusals import RuleRefused
from shopkeeper.web.buying_contexts import Notice
from shopkeeper.web.console.desk import NO_STORE, Desk
from shopkeeper.web.console.order_contexts import (
    Allowed,
    BackWay,
    ConfirmationContext,
    HistoryLine,
    OneOrderContext,
    OrderedLine,
    PastOrderContext,
    ShopStep,
)
from shopkeeper.web.console.orders import shopper_words, status_state
from shopkeeper.web.contexts import Link
from shopkeeper.web.order_parts import country_name, line_name, stages, sums

RECEIVE: Final = "receive"
_ASKED_AGAIN: Final = frozenset({"paid", "cancelled", RECEIVE})
"""What moves money, or says that it has moved: the page asks again before it does it."""


def order(at: Desk, request: Request) -> Response:
    """`GET /console/orders/{id}`"""
    number = OrderId(request.path_params["id"])
    found = at.shop.database.placed.get(number)
    if found is not None:
        notice = Notice("good", str(at.t("one_order.done"))) if request.query_params.get("done") else None
        return _page(at, found, notice)
    past = at.shop.database.orders.get(number)
    if past is None:
        raise NotFound(f"there is no order {number!r}", field="order_id", value=number)
    return _past_page(at, past)


def act(at: Desk, request: Request, form: FormData) -> Response:
    """`POST /console/orders/{id}`: `do` is the next status, or `receive` with what came `back`. With a `token` it is done, without one asked."""
    found = at.shop.desk.get(OrderId(request.path_params["id"]))
    token = str(form.get("token", ""))
    try:
        action = _action(form)
        if not token:
            return _confirmation(at, found, at.shop.desk.propose(found.id, action))
        after = at.shop.desk.confirm(found.id, action, token)
    except Refused:
        return _page(at, at.shop.desk.get(found.id), Notice("bad", str(at.t("one_order.moved"))), status=409)
    if after.version != found.version:
        _record(at, found, after, action)
    return RedirectResponse(at.url("console_order", id=found.id, query=[("done", "1")]), status_code=303, headers=NO_STORE)


def _action(form: FormData) -> Advance | Receive:
    do = str(form.get("do", ""))
    if do == RECEIVE:
        return Receive(str(form.get("back", "")))
    if do not in get_args(OrderStatus):
        raise BadInput("is nothing that can be done with an order", field="do", value=do[:40])
    return Advance(cast(OrderStatus, do), " ".join(str(form.get("note", "")).split()))


def _record(at: Desk, before: PlacedOrder, after: PlacedOrder, action: Advance | Receive) -> None:
    refund = after.refunded.minor - before.refunded.minor
    money = {"refund": str(Money(refund, after.currency))} if refund else {}
    if isinstance(action, Receive):
        at.record("order.receive", after.id, after={"back": action.back, **money})
    else:
        noted = {"note": action.note} if action.note else {}
        at.record("order.advance", after.id, before={"status": before.status}, after={"status": after.status, **noted, **money})


def _confirmation(at: Desk, found: PlacedOrder, proposal: Proposal) -> Response:
    t, action = at.t, proposal.action
    name = RECEIVE if isinstance(action, Receive) else cast(Advance, action).to
    heading = t(f"one_order.ask_{name}", number=found.id)
    told = [t("one_order.paid_back", amount=at.fmt.money(proposal.refund))] if proposal.refund.minor else []
    told += [t("one_order.restocked", n=proposal.restocked)] if proposal.restocked else []
    told.append(t(f"one_order.ask_{name}_note"))
    carried = [("do", name), ("token", proposal.token)] + ([("back", action.back)] if isinstance(action, Receive) else [])
    context = ConfirmationContext(
        t=t,
        url=at.url,
        fmt=at.fmt,
        frame=at.frame(heading, place="console_orders", crumbs=(Link(at.url("console_order", id=found.id), found.id), Link("", str(heading), True))),
        heading=heading,
        what=_back_name(found, action.back, at) if isinstance(action, Receive) else t("one_order.whole", total=at.fmt.money(found.total)),
        told=tuple(told),
        note=str(t("one_order.note")) if isinstance(action, Advance) else "",
        button=str(t(f"one_order.do_{name}")),
        action=at.url("console_order", id=found.id),
        carried=tuple(carried),
        back=at.url("console_order", id=found.id),
    )
    return at.page("console/confirm.html", context)


def _back_name(found: PlacedOrder, back: str, at: Desk) -> str:
    one = next((one for one in (*found.returns, *found.exchanges) if one.id == back), None)
    line = found.line(one.line) if one is not None else None
    return "" if one is None or line is None else f"{line_name(line, at.lang)} × {one.quantity}"


def _page(at: Desk, found: PlacedOrder, notice: Notice | None, *, status: int = 200) -> Response:
    t = at.t
    rules = at.shop.rules.of(found.rules)
    products = at.shop.database.products.get([line.product_id for line in found.lines])
    pages = dict.fromkeys(page for page in (rules.cancel_policy, rules.return_policy, rules.exchange_policy) if page is not None)
    address = found.address
    where = () if address is None else (address.recipient, address.phone, *address.street.splitlines(), country_name(address.country, t))
    context = OneOrderContext(
        t=t,
        url=at.url,
        fmt=at.fmt,
        frame=at.frame(str(t("order.title", number=found.id)), place="console_orders", crumbs=(Link("", found.id, True),)),
        notice=notice,
        number=found.id,
        answer=_answer(at, found),
        state=status_state(found, at),
        stages=stages(found, t, at.lang),
        lines=tuple(_line(at, line, products) for line in found.lines if line.quantity),
        sums=sums(found, t, at.lang),
        total=found.total,
        explanation=explain_placed(found).get(at.lang),
        history=tuple(_happened(at, found, place) for place in reversed(range(len(found.steps)))),
        back=_ways_back(at, found),
        allowed=_allowed(at, found),
        rules=str(t("one_order.rules", n=found.rules) if found.rules else t("one_order.rules_built_in")),
        policies=tuple(Link(at.storefront("policy", id=page), _policy_name(at, page)) for page in pages),
        facts=_facts(at, found),
        shopper=Link("", shopper_words(found, at)),
        address=where,
        steps=_steps(at, found),
        can_serve=at.may("serve_orders"),
    )
    return at.page("console/order.html", context, status=status)


def _answer(at: Desk, found: PlacedOrder) -> str:
    if found.coming_back:
        return str(at.t("one_order.answer_back"))
    reached = found.moment(found.status) or found.placed
    return str(at.t(f"one_order.answer_{found.status}", total=at.fmt.money(found.total), moment=at.fmt.minute(reached)))


def _policy_name(at: Desk, page: PolicyId) -> str:
    found = [one for one in at.shop.database.policies.all() if one.id == page]
    return next((one.title for one in found if one.lang == at.lang), found[0].title if found else page)


def _facts(at: Desk, found: PlacedOrder) -> tuple[tuple[str, str], ...]:
    t = at.t
    facts = [
        (str(t("order_list.placed")), at.fmt.minute(found.placed)),
        (str(t("order.payment")), str(t(f"payment.{found.payment}"))),
        (str(t("order.delivery")), found.delivery_name.get(at.lang)),
    ]
    if found.refunded.minor:
        facts.append((str(t("order.paid_back")), at.fmt.money(found.refunded)))
    if found.promotions:
        facts.append((str(t("one_order.promotions")), str(t("list.comma")).join(found.promotions)))
    return tuple(facts)


def _line(at: Desk, line: PlacedLine, products: Mapping[ProductId, Product]) -> OrderedLine:
    href = at.url("console_catalogue", query=[("open", line.product_id)], anchor="sheet") if line.product_id in products else ""
    states = [str(at.t("order.returned", n=line.returned))] if line.returned else []
    states += [str(at.t("order.exchanged_for"))] if line.replaces is not None else []
    told = tuple(explain_discount(part).get(at.lang) for part in line.discounts)
    title = Link(href if at.may("see_catalogue") else "", line_name(line, at.lang))
    return OrderedLine(title, line.variant_id, line.quantity, line.unit_price, told, line.paid, str(at.t("list.comma")).join(states))


def _happened(at: Desk, found: PlacedOrder, place: int) -> HistoryLine:
    step = found.steps[place]
    refund = at.fmt.money(step.refund) if step.refund is not None and step.refund.minor else ""
    note = step.note
    if step.name.endswith(("_asked", "_received")) and (named := _back_name(found, step.note, at)):
        note = named
    return HistoryLine(step.at, str(at.t(f"order_step.{step.name}")), str(at.t(f"order_by.{step.by}")), note, refund)


def _ways_back(at: Desk, found: PlacedOrder) -> tuple[BackWay, ...]:
    ways = []
    for one in (*found.returns, *found.exchanges):
        arrived = one.received is not None
        kind = "return" if isinstance(one, OrderReturn) else "exchange"
        amount = at.fmt.money(one.refund) if isinstance(one, OrderReturn) else ""
        state = str(at.t(f"one_order.{kind}_{'done' if arrived else 'open'}", refund=amount))
        reason = str(at.t(f"reason.{one.reason}"))
        ways.append(BackWay(one.id, _back_name(found, one.id, at), reason, state, "good" if arrived else "warn", one.asked, not arrived))
    return tuple(ways)


def _allowed(at: Desk, found: PlacedOrder) -> tuple[Allowed, ...]:
    """What the shopper could ask for now, by the rules that held when the order was placed: the same functions that decide when they ask."""
    t, rules = at.t, at.shop.rules.of(found.rules)
    told = []
    if found.status not in ("delivered", "cancelled"):
        told.append(_rule(at, found, str(t("one_order.may_cancel")), Cancel(), str(t("one_order.may_cancel_yes"))))
    reasons: tuple[ReturnReason, ...] = ("changed_mind", "faulty")
    for line in found.lines:
        if not line.left or found.status != "delivered":
            continue
        for reason in reasons:
            until = last_moment(found, line, reason, rules)
            yes = str(t("one_order.may_until", day=at.fmt.day(until))) if until is not None else ""
            what = str(t("list.colon")).join((line_name(line, at.lang), str(t(f"one_order.may_return_{reason}"))))
            told.append(_rule(at, found, what, ReturnPieces(line.number, 1, reason), yes))
    return tuple(told)


def _rule(at: Desk, found: PlacedOrder, what: str, action: Cancel | ReturnPieces, yes: str) -> Allowed:
    try:
        at.shop.desk.propose(found.id, action)
    except RuleRefused as refused:
        return Allowed(what, False, refused.told.get(at.lang))
    return Allowed(what, True, yes)


def _steps(at: Desk, found: PlacedOrder) -> tuple[ShopStep, ...]:
    steps = []
    for to in NEXT[found.status]:
        token = "" if to in _ASKED_AGAIN else at.shop.desk.propose(found.id, Advance(to)).token
        steps.append(ShopStep(to, str(at.t(f"one_order.do_{to}")), token, to != "cancelled"))
    return tuple(steps)


def _past_page(at: Desk, past: Order) -> Response:
    t = at.t
    products = at.shop.database.products.get([line.product_id for line in past.lines])

    def name_of(id_: ProductId) -> str:
        return products[id_].title.get(at.lang) if id_ in products else id_

    def link_to(id_: ProductId) -> Link:
        seen = id_ in products and at.may("see_catalogue")
        return Link(at.url("console_catalogue", query=[("open", id_)], anchor="sheet") if seen else "", name_of(id_))

    lines = tuple(
        OrderedLine(
            link_to(line.product_id),
            line.variant_id or line.product_id,
            line.quantity,
            line.unit_price,
            (),
            line.unit_price.times(line.quantity),
            "",
        )
        for line in past.lines
    )
    back = tuple(HistoryLine(one.returned, f"{name_of(one.product_id)} × {one.quantity}", "", one.reason, "") for one in past.returns)
    facts = [
        (str(t("order_list.placed")), at.fmt.minute(past.placed)),
        (str(t("order_list.shopper")), past.customer_id or str(t("order_list.guest"))),
    ]
    if past.country:
        facts.append((str(t("order_list.country")), country_name(past.country, t)))
    context = PastOrderContext(
        t=t,
        url=at.url,
        fmt=at.fmt,
        frame=at.frame(str(t("order.title", number=past.id)), place="console_orders", crumbs=(Link("", past.id, True),)),
        number=past.id,
        answer=str(t("one_order.answer_past")),
        lines=lines,
        returns=back,
        facts=tuple(facts),
    )
    return at.page("console/past_order.html", context)
