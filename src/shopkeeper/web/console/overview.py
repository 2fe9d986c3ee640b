"""The overview: how far the shop is, from its feed to its first search."""

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from shopkeeper.ports.artifacts import Artifact, ArtifactKind
from shopkeeper.web.console.contexts import Figure, OverviewContext, Step
from shopkeeper.web.console.desk import Console, Desk, desk, to_the_door

if TYPE_CHECKING:
    from shopkeeper.bootstrap import Shop


def overview(console: Console, request: Request) -> Response:
    """`GET /console`"""
    at = desk(console, request)
    if at.shop is None:
        return to_the_door(at)
    steps = first_run(at.shop, at)
    left = sum(not step.done for step in steps)
    context = OverviewContext(
        t=at.t,
        url=at.url,
        fmt=at.fmt,
        frame=at.frame(str(at.t("rail.console")), place="console"),
        answer=str(at.t("overview.answer_open", n=left) if left else at.t("overview.answer_done")),
        figures=figures(at.shop, at),
        steps=steps,
    )
    return at.page("console/overview.html", context)


def figures(shop: "Shop", at: Desk) -> tuple[Figure, ...]:
    """What the shop holds now, each number with the place where it can be seen."""
    t, number = at.t, at.fmt.number
    columns = shop.search.columns()
    listed, sellable = int(columns.listed().sum()), int(columns.servable().sum())
    now = str(t("overview.now"))
    return (
        Figure(str(t("overview.products")), number(listed), now, at.storefront("search")),
        Figure(str(t("overview.sellable")), number(sellable), now, at.storefront("search", query=[("stock", "yes")])),
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
    return (
        step("feed", done=products > 0, state=count("feed", products), href=at.url("console_imports"), command="shopkeeper import products FEED"),
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
