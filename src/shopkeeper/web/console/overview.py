"""The overview: what today brought against the same weekday, the way that it took, and how far the shop is from its feed to its first search."""

from typing import TYPE_CHECKING, Final

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shopkeeper.domain.money import Currency, Money, exponent_of
from shopkeeper.errors import NotFound
from shopkeeper.ports.artifacts import Artifact, ArtifactKind
from shopkeeper.web.charts import Chart, Measure, Series, bar_chart, line_chart, sparkline
from shopkeeper.web.charts.export import svg_file
from shopkeeper.web.console.contexts import ChartPart, Figure, OverviewContext, Step
from shopkeeper.web.console.desk import NO_STORE, Desk
from shopkeeper.web.console.figures import WINDOW, Days, days_of, since
from shopkeeper.web.console.rail import first_page

if TYPE_CHECKING:
    from shopkeeper.bootstrap import Shop

CHARTS: Final = ("revenue", "orders", "sold")
_MOST_SOLD: Final = 8


def overview(at: Desk, _request: Request) -> Response:
    """`GET /console`; whoever may not see reports is led to the first page that is open."""
    if not at.may("see_reports"):
        return RedirectResponse(first_page(at), status_code=303, headers=NO_STORE)
    days = days_for(at)
    steps = first_run(at.shop, at)
    left = sum(not step.done for step in steps)
    context = OverviewContext(
        t=at.t,
        url=at.url,
        fmt=at.fmt,
        frame=at.frame(str(at.t("rail.console")), place="console"),
        answer=_answer(at, days, left),
        figures=sales_figures(at, days) if days else (),
        charts=tuple(chart_part(at, days, name) for name in CHARTS) if days else (),
        holdings=holdings(at.shop, at),
        steps=steps,
        steps_left=left,
    )
    return at.page("console/overview.html", context)


def days_for(at: Desk) -> Days:
    """The shop's sales by day, at most a minute old."""
    shop = at.shop
    return at.console.days.get(shop.id, lambda: days_of(shop.database.orders.scan(since=since(at.now)), shop.currency, at.now), at.now)


def _answer(at: Desk, days: Days, left: int) -> str:
    if not days:
        return str(at.t("overview.answer_open", n=left) if left else at.t("overview.answer_quiet"))
    key = "more" if days.revenue[days.today] > days.revenue_week_ago else "less" if days.revenue[days.today] < days.revenue_week_ago else "same"
    return str(
        at.t(
            f"overview.answer_{key}",
            n=days.orders[days.today],
            revenue=money(at, days.revenue[days.today]),
            before=money(at, days.revenue_week_ago),
            weekday=at.t(f"weekday.{days.today.isoweekday()}"),
        )
    )


def money(at: Desk, minor: float) -> str:
    """An amount in the shop's currency."""
    return at.fmt.money(Money(round(minor), Currency(at.shop.currency)))


def sales_figures(at: Desk, days: Days) -> tuple[Figure, ...]:
    """Today's figures, each with what it was at this hour a week ago and the line of the window."""
    t = at.t

    def line(name: str, values: list[float]) -> Markup:
        return sparkline(values, str(t("overview.line", name=t(f"overview.{name}"), n=WINDOW.days)))

    revenue, orders = days.revenue[days.today], days.orders[days.today]
    average, average_ago = revenue / orders if orders else 0, days.revenue_week_ago / days.orders_week_ago if days.orders_week_ago else 0
    per_order = [days.revenue[day] / days.orders[day] if days.orders[day] else 0.0 for day in days.window]

    def against(before: str) -> str:
        return str(t("overview.against", before=before, weekday=t(f"weekday.{days.today.isoweekday()}")))

    return (
        Figure(
            str(t("overview.revenue")), money(at, revenue), against(money(at, days.revenue_week_ago)), "#revenue",
            line("revenue", [float(days.revenue[day]) for day in days.window]),
        ),
        Figure(
            str(t("overview.orders_today")), at.fmt.number(orders), against(at.fmt.number(days.orders_week_ago)), "#orders",
            line("orders_today", [float(days.orders[day]) for day in days.window]),
        ),
        Figure(
            str(t("overview.average")), money(at, average) if orders else "–", against(money(at, average_ago) if days.orders_week_ago else "–"), "",
            line("average", per_order),
        ),
    )  # fmt: skip


def chart_part(at: Desk, days: Days, name: str) -> ChartPart:
    """A chart of the overview with its title and the ways to take it home."""
    chart = chart_of(at, days, name)
    svg, csv = (at.url("console_chart", name=name, form=form) for form in ("svg", "csv"))
    return ChartPart(str(at.t(f"overview.chart_{name}", n=WINDOW.days)), chart, svg, csv, "" if chart is not None else str(at.t("charts.none")))


def chart_of(at: Desk, days: Days, name: str) -> Chart | None:
    """One of `CHARTS`; None where there is nothing to draw."""
    t = at.t
    if name == "sold":
        most = days.sold.most_common(_MOST_SOLD)
        products = at.shop.database.products.get([product for product, _ in most])
        named = [(products[id_].title.get(at.lang) if id_ in products else id_, float(count)) for id_, count in most]
        return bar_chart(named, Measure(str(t("overview.pieces")), at.lang, at.fmt.number)) if named else None
    digits = 10 ** exponent_of(Currency(at.shop.currency)) if name == "revenue" else 1
    counted = days.revenue if name == "revenue" else days.orders
    write = (lambda value: money(at, value * digits)) if name == "revenue" else at.fmt.number
    now = [(day, counted[day] / digits) for day in days.window]
    before = [(day, counted[day - WINDOW] / digits) for day in days.window]
    label = str(t("overview.revenue_series" if name == "revenue" else "overview.orders"))
    series = [Series(str(t("overview.these")), now), Series(str(t("overview.those_before")), before, quiet=True)]
    return line_chart(series, Measure(label, at.lang, write))


def chart_file(at: Desk, request: Request) -> Response:
    """`GET /console/charts/{name}.svg|csv`"""
    name, form = request.path_params["name"], request.path_params["form"]
    chart = chart_of(at, days_for(at), name) if name in CHARTS and form in ("svg", "csv") else None
    if chart is None:
        raise NotFound("there is no such chart", field="name", value=name)
    headers = {**NO_STORE, "Content-Disposition": f'attachment; filename="{name}.{form}"'}
    if form == "csv":
        return Response(chart.csv(), media_type="text/csv; charset=utf-8", headers=headers)
    return Response(svg_file(chart, str(at.t(f"overview.chart_{name}", n=WINDOW.days))), media_type="image/svg+xml", headers=headers)


def holdings(shop: "Shop", at: Desk) -> tuple[Figure, ...]:
    """What the shop holds now, each number with the place where it can be seen."""
    t, number = at.t, at.fmt.number
    columns = shop.search.columns()
    listed, sellable = int(columns.listed().sum()), int(columns.servable().sum())
    now = str(t("overview.now"))
    return (
        Figure(str(t("overview.products")), number(listed), now, at.url("console_catalogue", query=[("state", "shown")])),
        Figure(str(t("overview.sellable")), number(sellable), now, at.url("console_catalogue", query=[("state", "sellable")])),
        Figure(str(t("overview.orders")), number(shop.database.orders.count()), str(t("overview.all_time")), ""),
        Figure(str(t("overview.reviews")), number(shop.database.reviews.count()), str(t("overview.all_time")), ""),
        Figure(str(t("overview.policies")), number(len({page.id for page in shop.database.policies.all()})), now, at.storefront("policies")),
    )


def first_run(shop: "Shop", at: Desk) -> tuple[Step, ...]:
    """From a feed to a first search, in the order in which a shop needs them."""
    t = at.t
    products = int(shop.search.columns().listed().sum())
    orders, reviews = shop.database.orders.count(), shop.database.reviews.count()
    policies = len(shop.database.policies.all())

    def step(name: str, *, done: bool, state: str, href: str = "", command: str = "") -> Step:
        action = str(t(f"steps.{name}_action")) if href else ""
        return Step(str(t(f"steps.{name}")), state, done, href, action, "" if done else command)

    def count(name: str, n: int) -> str:
        return str(t(f"steps.{name}_state", n=n) if n else t(f"steps.{name}_none"))

    index, model = artifact_words(shop, "search", at), artifact_words(shop, "recommend", at)
    feeds = at.url("console_imports") if at.may("import") else ""
    return (
        step("feed", done=products > 0, state=count("feed", products), href=feeds, command="shopkeeper import products FEED"),
        step("index", done=index[0], state=index[1], command="shopkeeper train"),
        step("search", done=products > 0, state=str(t("steps.search_state")), href=at.storefront("search") if products else ""),
        step("orders", done=orders > 0, state=count("orders", orders), command="shopkeeper import orders FILE"),
        step("fit", done=model[0], state=model[1], command="shopkeeper train"),
        step("reviews", done=reviews > 0, state=count("reviews", reviews), command="shopkeeper import reviews FILE"),
        step("policies", done=policies > 0, state=count("policies", policies), command="shopkeeper import policies FOLDER"),
    )


def artifact_words(shop: "Shop", kind: ArtifactKind, at: Desk) -> tuple[bool, str]:
    """(is there one, since when in words)."""
    artifact: Artifact | None = shop.artifacts.current(kind)
    if artifact is None:
        return False, str(at.t("steps.artifact_none"))
    return True, str(at.t("steps.artifact_state", moment=at.fmt.minute(artifact.created)))
