"""A shop's truth on SQLite (a file per shop) or PostgreSQL (a schema per shop), by one implementation on SQLAlchemy Core."""

from shopkeeper.adapters.storage.backup import BackupReport, backup, restore
from shopkeeper.adapters.storage.database import SqlShopDatabase, open_shop_database
from shopkeeper.adapters.storage.server_lock import Holder, claim_server, server_of
from shopkeeper.adapters.storage.versions import current_version, downgrade, migrate, migration_sql

__all__ = [
    "BackupReport",
    "Holder",
    "SqlShopDatabase",
    "backup",
    "claim_server",
    "current_version",
    "downgrade",
    "migrate",
    "migration_sql",
    "open_shop_database",
    "restore",
    "server_of",
]
