"""The only wiring: Settings -> adapters -> App. Nothing else imports an adapter, and nothing is built on import.

`wiring` opens an installation; `maintenance` looks after its databases and files; `measuring` gives benches the engines that the product serves.
"""

from shopkeeper.bootstrap.wiring import App, Shop, build, claim_databases, create_shop, invite_owner

__all__ = ["App", "Shop", "build", "claim_databases", "create_shop", "invite_owner"]
