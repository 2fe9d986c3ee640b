"""What each role may do: one table, enforced by every route of the console, which declares the permission that it needs."""

from typing import Final, Literal

from shopkeeper.domain.account import Role

Permission = Literal[
    "see_reports",
    "see_catalogue",
    "see_shoppers",
    "see_orders",
    "see_settings",
    "see_audit",
    "serve_orders",
    "edit_rules",
    "edit_experiments",
    "edit_settings",
    "import",
    "manage_accounts",
    "own_account",
]

_READS: Final = frozenset[Permission]({"see_reports", "see_catalogue", "see_settings", "see_audit", "own_account"})
_MANAGES: Final = _READS | frozenset[Permission]({"see_orders", "see_shoppers", "edit_rules", "edit_experiments", "edit_settings", "import"})

GRANTED: Final[dict[Role, frozenset[Permission]]] = {
    "owner": _MANAGES | frozenset[Permission]({"serve_orders", "manage_accounts"}),
    "manager": _MANAGES,
    "analyst": _READS,  # totals of everything, but nothing of a single shopper: no orders, no shoppers
    "support": frozenset({"see_orders", "see_shoppers", "serve_orders", "see_catalogue", "own_account"}),
}


def may(role: Role, permission: Permission) -> bool:
    """True if `role` is granted `permission`."""
    return permission in GRANTED[role]
