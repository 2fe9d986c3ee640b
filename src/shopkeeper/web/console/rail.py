"""The left rail: every capability that has a page, in groups; each person sees what the role may open. A new page is a line here."""

from typing import TYPE_CHECKING, Final

from shopkeeper.access.permissions import Permission
from shopkeeper.web.console.contexts import RailGroup
from shopkeeper.web.contexts import Link

if TYPE_CHECKING:
    from shopkeeper.web.console.desk import Desk

GROUPS: Final[tuple[tuple[str, tuple[tuple[str, str, Permission], ...]], ...]] = (
    ("shop", (("console", "overview", "see_reports"), ("console_catalogue", "box", "see_catalogue"), ("console_imports", "import", "import"))),
    ("selling", (("console_orders", "parcel", "see_orders"),)),
    ("seen", (("console_events", "pulse", "see_reports"),)),
    ("trying", (("console_experiments", "flask", "see_reports"),)),
    (
        "installation",
        (
            ("console_settings", "dials", "see_settings"),
            ("console_accounts", "people", "manage_accounts"),
            ("console_audit", "history", "see_audit"),
        ),
    ),
)
"""(group, ((page, icon, the permission that its route needs), …))."""


def rail(at: "Desk", place: str) -> tuple[RailGroup, ...]:
    """The rail as `at` may see it, `place` marked."""
    groups = []
    for group, pages in GROUPS:
        links = tuple((icon, Link(at.url(page), str(at.t(f"rail.{page}")), page == place)) for page, icon, needs in pages if at.may(needs))
        if links:
            groups.append(RailGroup(str(at.t(f"rail_group.{group}")), links))
    return tuple(groups)


def first_page(at: "Desk") -> str:
    """The address of the first page that `at` may open."""
    return next(link.href for group in rail(at, "") for _, link in group.links)
