"""A backup holds the rolled events and no key; a restored one forgets again whom the shop had erased since."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shopkeeper import bootstrap
from shopkeeper.bootstrap import Shop, maintenance
from shopkeeper.domain.event import Event
from shopkeeper.domain.ids import EventId, ShopId
from shopkeeper.domain.shopper import Identity
from shopkeeper.errors import BadInput, Refused
from shopkeeper.ports.progress import Silent
from shopkeeper.settings import Settings, ShopSettings

MAIN = ShopId("main")
ANNA, BERT, NEW = (Identity("user", name) for name in ("anna", "bert", "newcomer"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "home", shops={MAIN: ShopSettings()})
    bootstrap.create_shop(settings, MAIN)
    return settings


def did(shop: Shop, who: Identity, *, days_ago: int) -> None:
    occurred = datetime.now(UTC) - timedelta(days=days_ago)
    shop.intake.keep([Event(EventId(f"{who.value}-{days_ago}"), "search", occurred, who)])


def erase(shop: Shop, who: Identity) -> None:
    number = shop.events.find(who)
    assert number is not None
    now = datetime.now(UTC)
    shop.database.vault.destroy([number], now)
    shop.database.shoppers.erase([number], now)
    shop.database.events.forget([number])
    shop.events.forget_keys([number])


def seen(shop: Shop) -> list[str]:
    return [one.event.id for one in shop.events.scan()]


def test_a_restored_backup_forgets_again_and_takes_newcomers(settings: Settings, tmp_path: Path) -> None:
    with bootstrap.build(settings) as app:
        shop = app.shop()
        for who in (ANNA, BERT):
            did(shop, who, days_ago=5)
            did(shop, who, days_ago=0)
        assert shop.roll_events().events == 2
        maintenance.backup_shop(settings, MAIN, tmp_path / "b.zip", Silent())
        erase(shop, ANNA)
        did(shop, NEW, days_ago=0)
        erase(shop, NEW)
    maintenance.restore_shop(settings, MAIN, tmp_path / "b.zip", replace=True, progress=Silent())
    with bootstrap.build(settings) as app:
        shop = app.shop()
        assert seen(shop) == ["bert-5", "bert-0"]
        assert shop.events.find(ANNA) is None
        assert not any(one.shopper == 1 for one in shop.database.events.scan())
        did(shop, NEW, days_ago=0)
        did(shop, ANNA, days_ago=1)
        assert seen(shop) == ["bert-5", "anna-1", "bert-0", "newcomer-0"]


def test_without_the_vault_a_backup_is_unreadable_and_saved_keys_open_it_again(settings: Settings, tmp_path: Path) -> None:
    with bootstrap.build(settings) as app:
        did(app.shop(), ANNA, days_ago=5)
        did(app.shop(), BERT, days_ago=0)
        app.shop().roll_events()
        maintenance.backup_shop(settings, MAIN, tmp_path / "b.zip", Silent())
    assert maintenance.save_keys(settings, MAIN, tmp_path / "keys") == 3
    assert (tmp_path / "keys").stat().st_mode & 0o077 == 0
    with pytest.raises(Refused, match="exists"):
        maintenance.save_keys(settings, MAIN, tmp_path / "keys")
    elsewhere = settings.model_copy(update={"home": tmp_path / "elsewhere"})
    maintenance.restore_shop(elsewhere, MAIN, tmp_path / "b.zip", replace=False, progress=Silent())
    with bootstrap.build(elsewhere) as app:
        assert seen(app.shop()) == []
        assert len(list(app.shop().database.events.scan())) == 2
    assert maintenance.load_keys(elsewhere, MAIN, tmp_path / "keys") == 3
    with bootstrap.build(elsewhere) as app:
        assert seen(app.shop()) == ["anna-5", "bert-0"]


def test_a_destroyed_key_stays_destroyed_whatever_file_is_loaded(settings: Settings, tmp_path: Path) -> None:
    with bootstrap.build(settings) as app:
        did(app.shop(), ANNA, days_ago=0)
        maintenance.save_keys(settings, MAIN, tmp_path / "keys")
        erase(app.shop(), ANNA)
        assert maintenance.load_keys(settings, MAIN, tmp_path / "keys") == 0
        assert app.shop().database.vault.all() == {}
    (tmp_path / "bad").write_text('{"shopper": 1}')
    with pytest.raises(BadInput, match="no file of keys"):
        maintenance.load_keys(settings, MAIN, tmp_path / "bad")
