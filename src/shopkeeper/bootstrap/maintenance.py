"""Looks after what an installation keeps: schema versions, backups, and whether all is well."""

import platform
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from shopkeeper.adapters.artifacts import FolderArtifacts
from shopkeeper.adapters.storage import SqlShopDatabase, backup, current_version, downgrade, migrate, open_shop_database, restore, server_of
from shopkeeper.catalog.market_currency import other_currencies, stored_currencies
from shopkeeper.domain.ids import Revision, ShopId
from shopkeeper.errors import ShopkeeperError
from shopkeeper.ports.artifacts import ARTIFACT_KINDS
from shopkeeper.ports.progress import Progress
from shopkeeper.ports.stores import ProductStore
from shopkeeper.settings import Settings

LOW_DISK = 2 * 2**30
"""Publishing an index of 100,000 products takes well under a gigabyte beside the version before."""


def migrate_shop(settings: Settings, shop: ShopId, *, to: str = "head") -> tuple[str | None, str | None]:
    """Move the shop's database to the schema version `to`; returns the versions before and after (None = empty)."""
    url = settings.database_url
    before = current_version(url, shop)
    settings.shop_folder(shop).mkdir(parents=True, exist_ok=True)
    after = migrate(url, shop, to) if _is_up(before, to) else downgrade(url, shop, to)
    return before, after


def _is_up(before: str | None, to: str) -> bool:
    return before is None or to == "head" or (to != "base" and to >= before)


SHOWN_PRODUCTS = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a diagnosis."""

    what: str
    state: Literal["well", "look", "bad"]
    detail: str
    advice: str = ""


def diagnose(settings: Settings, shops: Sequence[ShopId]) -> list[Finding]:
    """What was found about this installation; reads only, never raises for what it finds."""
    free = shutil.disk_usage(_existing(settings.home)).free
    advice = "Publishing an index may fail: free some space." if free < LOW_DISK else ""
    findings = [
        Finding("Python", "well", platform.python_version()),
        Finding("disk", "look" if advice else "well", f"{free / 2**30:.1f} GB free at {settings.home}", advice),
    ]
    for shop in shops:
        findings += _diagnose_shop(settings, shop)
    return findings


def _existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())


def _diagnose_shop(settings: Settings, shop: ShopId) -> list[Finding]:
    url = settings.database_url
    try:
        with open_shop_database(url, shop, read_only=True) as database:
            revision = database.products.revision()
            findings = [
                Finding(f"{shop} database", "well", f"{database.place}, schema {current_version(url, shop)}"),
                *_diagnose_currencies(shop, database.products),
                Finding(f"{shop} orders", "well" if database.orders.count() else "look", f"{database.orders.count():,} orders", ""),
            ]
    except ShopkeeperError as error:
        return [Finding(f"{shop} database", "bad", error.message, error.hint or "")]
    holder = server_of(url, shop)
    findings.append(Finding(f"{shop} server", "well", f"running: {holder}" if holder else "not running here"))
    return findings + _diagnose_artifacts(settings, shop, revision)


def _diagnose_currencies(shop: ShopId, products: ProductStore) -> list[Finding]:
    """Products that are kept but never listed, because their price is in another currency than their market's."""
    currencies = stored_currencies(products)
    unlisted = [change.id for change in products.changes() if change.product is not None and other_currencies(change.product, currencies)]
    what = f"{shop} currencies"
    sells = ", ".join(f"{market}: {currency}" for market, currency in currencies.items())
    if not unlisted:
        return [Finding(what, "well", sells)] if sells else []
    shown = ", ".join(unlisted[:SHOWN_PRODUCTS]) + (" …" if len(unlisted) > SHOWN_PRODUCTS else "")
    advice = "Give them a price in their market's currency, or a market of their own."
    return [Finding(what, "look", f"{len(unlisted):,} products are priced in another currency than their market ({sells}): {shown}", advice)]


def _diagnose_artifacts(settings: Settings, shop: ShopId, revision: Revision) -> list[Finding]:
    artifacts = FolderArtifacts(settings.shop_folder(shop) / "artifacts")
    findings = []
    for kind in ARTIFACT_KINDS:
        what = f"{shop} {kind} artifact"
        try:
            current = artifacts.current(kind)
        except ShopkeeperError as error:
            findings.append(Finding(what, "bad", error.message, "Run `shopkeeper artifacts rollback`, or `shopkeeper train`."))
            continue
        if current is None:
            findings.append(Finding(what, "look", "none yet", f"Run `shopkeeper train --shop {shop}`."))
        else:
            behind = f", {revision - int(str(current.facts['revision'])):,} changes since" if "revision" in current.facts else ""
            findings.append(Finding(what, "well", f"{current.version} of {current.created:%Y-%m-%d %H:%M} UTC{behind}"))
    return findings


def backup_shop(settings: Settings, shop: ShopId, out: Path, progress: Progress) -> None:
    """Write everything of the shop (rows, served artifacts, pictures) to one checked file; a server may run on."""
    folder = settings.shop_folder(shop)
    url = settings.database_url
    backup(url, shop, out, artifacts=FolderArtifacts(folder / "artifacts"), folders=_folders(folder), progress=progress)


def restore_shop(settings: Settings, shop: ShopId, file: Path, *, replace: bool, progress: Progress) -> None:
    """Put the contents of a backup into the shop, after checking them; what was computed from the rows that go is removed.

    Whoever was erased since the backup was taken is erased again.
    """
    folder = settings.shop_folder(shop)
    url = settings.database_url
    report = restore(
        file,
        url,
        shop,
        artifacts=FolderArtifacts(folder / "artifacts"),
        folders=_folders(folder),
        derived=[folder / "live"],
        replace=replace,
        progress=progress,
    )
    with open_shop_database(url, shop, segments=folder / "events") as database:
        _forget_again(database, report.created)


def _folders(folder: Path) -> dict[str, Path]:
    return {name: folder / name for name in ("media", "events")}


_WHILE_IT_WAS_TAKEN: Final = timedelta(hours=1)


def _forget_again(database: SqlShopDatabase, taken: datetime) -> None:
    """Erase from a restored shop whoever was erased after the backup was taken: the vault, which no backup holds, remembers them.

    Numbers that were given after the backup are not given again either: their keys, or the mark of a destroyed one, are in the vault still.
    """
    database.shoppers.skip_to(database.vault.highest())
    erased = database.vault.destroyed_since(taken - _WHILE_IT_WAS_TAKEN)
    if erased:
        database.shoppers.erase(erased, datetime.now(UTC))
        database.lists.forget(erased)
        database.events.forget(erased)
        database.events.compact(erased)


def save_keys(settings: Settings, shop: ShopId, out: Path) -> int:
    """Write the keys of the shop's shoppers to `out`, readable by the owner alone; returns how many. Whoever has them and a backup can read it."""
    with open_shop_database(settings.database_url, shop, read_only=True) as database:
        return database.vault.save(out)


def load_keys(settings: Settings, shop: ShopId, file: Path) -> int:
    """Put saved keys into a vault that lacks them; returns how many. A key that was destroyed stays destroyed."""
    with open_shop_database(settings.database_url, shop) as database:
        return database.vault.load(file)
