"""Backup and restore, from every database into every database."""

import json
import random
import re
import sqlite3
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from shopkeeper.adapters.artifacts import FolderArtifacts
from shopkeeper.adapters.storage import SqlShopDatabase, backup, claim_server, current_version, migrate, restore
from shopkeeper.adapters.storage.places import SqliteFile, locate
from shopkeeper.adapters.storage.schema import VERSIONS
from shopkeeper.domain.api_key import ApiKey
from shopkeeper.domain.ids import EventId, KeyId, ListId, ProductId, ShopperId, TaskId
from shopkeeper.domain.shopper import Consent
from shopkeeper.domain.task import Reject, Task
from shopkeeper.errors import BadInput, Broken, Refused, ShopkeeperError, Unavailable
from shopkeeper.ports.events import SealedEvent, SealedList
from shopkeeper.ports.shoppers import Pseudonym
from tests.contracts.conftest import Home
from tests.contracts.shop_values import NOON, order, policy, product, review
from tests.postgres import fresh_shop

PROJECT = Path(__file__).parents[2]


@pytest.fixture(params=["sqlite", "postgres"])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """Another empty place for a shop."""
    url = f"sqlite:///{tmp_path}/other" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    return Home(request.param, url, fresh_shop())


def fill(database: SqlShopDatabase) -> None:
    database.products.put([product(f"p{n}", title=f"杯子 {n} 🍵\x00") for n in range(600)])
    database.products.put([product("p3", price=9)])
    database.products.delete([ProductId("p4"), ProductId("p5")])
    database.orders.put([order(f"o{n}", customer=f"c{n % 7}" if n % 2 else None) for n in range(30)])
    database.reviews.put([review(f"r{n}", text="很好 💯") for n in range(30)])
    database.policies.put([policy("returns", "zh"), policy("returns", "en")])
    database.keys.add(ApiKey(KeyId("k1"), "管理", "admin", "0" * 64, NOON, origins=("https://a.example",), revoked=NOON))
    database.shoppers.enlist([Pseudonym("user", "anna"), Pseudonym("visitor", "phone")], NOON)
    database.shoppers.merge(ShopperId(2), ShopperId(1), NOON)
    database.shoppers.consent(ShopperId(1), [Consent("analytics", True, NOON, "banner")])
    database.events.append([SealedEvent(EventId(f"e{n}"), ShopperId(1), "search", NOON, NOON, bytes(range(256))) for n in range(30)])
    database.lists.append([SealedList(ListId("l1"), None, "search", NOON, b"\xff\x00")])
    database.tasks.save(Task(TaskId("t1"), "import", "feed.xml", "done", NOON, NOON, (("inserted", 1),), (Reject(1, "price", "x", "y"),)))


def everything(database: SqlShopDatabase) -> list[object]:
    return [
        list(database.products.changes()),
        database.products.revision(),
        list(database.orders.scan()),
        list(database.reviews.scan()),
        database.policies.all(),
        database.keys.all(),
        database.tasks.recent(),
        list(database.events.scan()),
        list(database.lists.scan()),
        database.shoppers.person(ShopperId(2)),
        database.shoppers.consents([ShopperId(1)]),
    ]


def index_of(content: bytes) -> Callable[[Path], Mapping[str, object]]:
    def write(folder: Path) -> Mapping[str, object]:
        (folder / "rows").mkdir()
        (folder / "rows" / "index.bin").write_bytes(content)
        return {"products": 3}

    return write


def rewrite(source: Path, target: Path, change: Callable[[dict[str, bytes], dict[str, Any]], None]) -> Path:
    """A backup that differs from `source` as `change` makes it: of its entries by name, and its manifest."""
    with zipfile.ZipFile(source) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(entries.pop("manifest.json"))
    change(entries, manifest)
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
        archive.writestr("manifest.json", json.dumps(manifest))
    return target


class TestThereAndBack:
    def test_everything_comes_back_in_either_database(self, home: Home, other: Home, tmp_path: Path) -> None:
        artifacts, pictures = FolderArtifacts(tmp_path / "artifacts"), tmp_path / "media"
        pictures.mkdir()
        (pictures / "杯.svg").write_bytes(b"<svg/>")
        artifacts.publish("search", index_of(b"old"))
        artifacts.publish("search", index_of(b"new"))
        with home.migrated().open() as database:
            fill(database)
            before = everything(database)
            written = backup(home.url, home.shop, tmp_path / "b.zip", artifacts=artifacts, folders={"media": pictures}, clock=lambda: NOON)
        assert written.rows["products"] == 600
        assert written.created == NOON

        there, media = FolderArtifacts(tmp_path / "there"), tmp_path / "their media"
        assert restore(tmp_path / "b.zip", other.url, other.shop, artifacts=there, folders={"media": media}) == written
        with other.open() as database:
            assert everything(database) == before
            assert database.products.put([product("p0", title="new")]).updated == 1  # its counter goes on
            assert database.products.revision() == 604
            assert database.shoppers.enlist([Pseudonym("user", "bert")], NOON) == {Pseudonym("user", "bert"): 3}
        current = there.current("search")
        assert current is not None
        assert (current.path / "rows" / "index.bin").read_bytes() == b"new"
        assert current.facts["products"] == 3
        assert there.current("recommend") is None
        assert (media / "杯.svg").read_bytes() == b"<svg/>"

    def test_the_file_can_be_read_with_common_tools(self, home: Home, tmp_path: Path) -> None:
        with home.migrated().open() as database:
            database.policies.put([policy("returns")])
        backup(home.url, home.shop, tmp_path / "b.zip")
        with zipfile.ZipFile(tmp_path / "b.zip") as archive:
            row = json.loads(archive.read("database/policies.jsonl"))
            assert json.loads(row["document"])["body"] == "Within 14 days."
            assert json.loads(archive.read("manifest.json"))["schema"] == VERSIONS[-1]
        assert (tmp_path / "b.zip").stat().st_mode & 0o077 == 0  # customers' orders are in it

    def test_progress_is_told_to_the_last_row(self, home: Home, tmp_path: Path) -> None:
        told: dict[str, tuple[int, int | None]] = {}

        class Steps:
            def step(self, name: str, done: int, total: int | None) -> None:
                told[name] = (done, total)

        with home.migrated().open() as database:
            database.orders.put([order(f"o{n}") for n in range(1_234)])
        backup(home.url, home.shop, tmp_path / "b.zip", progress=Steps())
        assert told["orders"] == (1_234, 1_234)
        told.clear()
        restore(tmp_path / "b.zip", home.url, home.shop, replace=True, progress=Steps())
        assert told["orders"] == (1_234, 1_234)


class TestWhileServed:
    def test_a_backup_beside_a_writer_is_one_moment_of_it(self, home: Home, tmp_path: Path) -> None:
        stop, faults = threading.Event(), list[BaseException]()

        def write() -> None:  # product first, order second: an order in the backup without its price there would be two moments
            try:
                with home.open() as database:
                    n = 1
                    while not stop.is_set():
                        database.products.put([product(item, price=n) for item in ("first", "last")])
                        database.orders.put([order(f"{n:06d}")])
                        n += 1
            except BaseException as fault:
                faults.append(fault)

        with home.migrated().open() as database:
            database.products.put([product(f"p{n}") for n in range(600)])
        writer = threading.Thread(target=write)
        with claim_server(home.url, [home.shop], port=8000):
            writer.start()
            try:
                for n in range(3):
                    time.sleep(0.1)
                    backup(home.url, home.shop, tmp_path / f"{n}.zip")
            finally:
                stop.set()
                writer.join()
        assert faults == []
        counts = []
        for n in range(3):
            restore(tmp_path / f"{n}.zip", home.url, home.shop, replace=True)
            with home.open(read_only=True) as database:
                prices = [
                    found.variants[0].offers[0].price.minor // 100
                    for found in database.products.get([ProductId("first"), ProductId("last")]).values()
                ]
                count = database.orders.count()
                assert prices == [prices[0]] * 2
                assert prices[0] - 1 <= count <= prices[0]
                counts.append(count)
        assert counts == sorted(counts)
        assert counts[0] < counts[-1]


class TestRefusals:
    @pytest.fixture
    def saved(self, home: Home, tmp_path: Path) -> Path:
        """A backup; the shop has changed since."""
        with home.migrated().open() as database:
            database.products.put([product("mug"), product("cup")])
            backup(home.url, home.shop, tmp_path / "b.zip")
            database.products.put([product("mug", title="Newer")])
        return tmp_path / "b.zip"

    def assert_untouched(self, home: Home) -> None:
        with home.open() as database:
            assert [(change.id, change.revision) for change in database.products.changes()] == [("cup", 2), ("mug", 3)]

    def test_a_file_that_exists_is_not_overwritten(self, home: Home, saved: Path) -> None:
        before = saved.read_bytes()
        with pytest.raises(Refused, match=r"b\.zip exists"):
            backup(home.url, home.shop, saved)
        assert saved.read_bytes() == before

    def test_a_shop_that_holds_something_is_replaced_only_when_asked(self, home: Home, saved: Path) -> None:
        with pytest.raises(Refused, match=r"holds 2 products.*--replace"):
            restore(saved, home.url, home.shop)
        self.assert_untouched(home)
        restore(saved, home.url, home.shop, replace=True)
        with home.open() as database:
            assert [(change.id, change.revision) for change in database.products.changes()] == [("mug", 1), ("cup", 2)]

    def test_what_was_computed_from_the_old_data_is_removed(self, home: Home, saved: Path, tmp_path: Path) -> None:
        (tmp_path / "live").mkdir()
        (tmp_path / "live" / "delta.bin").write_bytes(b"of revision 3")
        restore(saved, home.url, home.shop, replace=True, derived=[tmp_path / "live"])
        assert not (tmp_path / "live").exists()

    def test_an_artifact_that_the_backup_lacks_is_served_no_longer(self, home: Home, saved: Path, tmp_path: Path) -> None:
        artifacts = FolderArtifacts(tmp_path / "artifacts")
        made = artifacts.publish("search", index_of(b"of revision 3"))
        restore(saved, home.url, home.shop, artifacts=artifacts, replace=True)
        assert artifacts.current("search") is None
        assert artifacts.rollback("search") == made  # it is still there, should someone want it

    @pytest.mark.parametrize(
        ("damage", "said"),
        [
            (lambda whole: whole[: len(whole) // 2], "is not a backup, or only a part"),
            (lambda _: b"", "is not a backup, or only a part"),
            (lambda _: b"product,price\n" * 100, "is not a backup, or only a part"),
            (lambda whole: whole[:80] + bytes([whole[80] ^ 0xFF]) + whole[81:], "is damaged"),
        ],
        ids=["half", "empty", "another file", "one byte"],
    )
    def test_a_damaged_backup_is_told_and_the_shop_is_as_it_was(self, home: Home, saved: Path, damage: Callable[[bytes], bytes], said: str) -> None:
        saved.write_bytes(damage(saved.read_bytes()))
        with pytest.raises(ShopkeeperError, match=said):
            restore(saved, home.url, home.shop, replace=True)
        self.assert_untouched(home)

    def test_rows_other_than_those_written_are_told(self, home: Home, saved: Path, tmp_path: Path) -> None:
        def add_a_key(entries: dict[str, bytes], manifest: dict[str, Any]) -> None:
            entries["database/api_keys.jsonl"] += b'{"id": "intruder"}\n'

        with pytest.raises(Broken, match=r"api_keys\.jsonl is not what was written"):
            restore(rewrite(saved, tmp_path / "c.zip", add_a_key), home.url, home.shop, replace=True)
        self.assert_untouched(home)

    def test_a_name_that_leads_outside_is_refused(self, home: Home, saved: Path, tmp_path: Path) -> None:
        def escape(entries: dict[str, bytes], manifest: dict[str, Any]) -> None:
            entries["folders/media/../../evil"] = b""
            manifest["entries"]["folders/media/../../evil"] = {
                "bytes": 0,
                "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            }

        with pytest.raises(BadInput, match="not a backup of Shopkeeper"):
            restore(rewrite(saved, tmp_path / "c.zip", escape), home.url, home.shop, replace=True, folders={"media": tmp_path / "media"})
        assert not (tmp_path / "evil").exists()

    @pytest.mark.parametrize("key", ["schema", "format"])
    def test_a_backup_of_a_newer_program_is_refused(self, home: Home, saved: Path, tmp_path: Path, key: str) -> None:
        def newer(entries: dict[str, bytes], manifest: dict[str, Any]) -> None:
            manifest[key] = "9999" if key == "schema" else 2

        with pytest.raises(Refused, match=r"Install the newer Shopkeeper"):
            restore(rewrite(saved, tmp_path / "c.zip", newer), home.url, home.shop, replace=True)
        self.assert_untouched(home)

    def test_a_backup_of_an_older_schema_is_brought_up_to_date(self, other: Home, saved: Path, tmp_path: Path) -> None:
        def older(entries: dict[str, bytes], manifest: dict[str, Any]) -> None:
            manifest["schema"] = "0001"
            first = {"about", "counters", "products", "orders", "reviews", "policies"}
            for table in set(manifest["tables"]) - first:
                del entries[f"database/{table}.jsonl"], manifest["entries"][f"database/{table}.jsonl"], manifest["tables"][table]

        restore(rewrite(saved, tmp_path / "c.zip", older), other.url, other.shop)
        assert current_version(other.url, other.shop) == VERSIONS[-1]
        with other.open() as database:
            assert database.products.revision() == 2
            assert database.keys.all() == []

    @pytest.mark.usefixtures("saved")
    def test_a_restore_that_fails_on_the_way_leaves_shop_and_artifacts_as_they_were(self, home: Home, tmp_path: Path) -> None:
        artifacts = FolderArtifacts(tmp_path / "artifacts")
        artifacts.publish("search", index_of(b"served"))
        backup(home.url, home.shop, tmp_path / "d.zip", artifacts=artifacts)
        now = artifacts.publish("search", index_of(b"newer"))

        def miscount(entries: dict[str, bytes], manifest: dict[str, Any]) -> None:
            manifest["tables"]["reviews"] = 7

        with pytest.raises(Broken, match="has 0 of 7 rows of reviews"):
            restore(rewrite(tmp_path / "d.zip", tmp_path / "c.zip", miscount), home.url, home.shop, artifacts=artifacts, replace=True)
        self.assert_untouched(home)
        assert artifacts.current("search") == now

    def test_a_folder_that_does_not_exist_is_told(self, home: Home, tmp_path: Path) -> None:
        home.migrated()
        with pytest.raises(BadInput, match="There is no folder"):
            backup(home.url, home.shop, tmp_path / "nowhere" / "b.zip")
        with pytest.raises(BadInput, match="There is no file"):
            restore(tmp_path / "nothing.zip", home.url, home.shop)


class TestSqlite:
    @pytest.fixture
    def home(self, tmp_path: Path) -> Home:
        home = Home("sqlite", f"sqlite:///{tmp_path}/data", fresh_shop()).migrated()
        with home.open() as database:
            noise = random.Random(7)  # does not pack
            database.products.put([product(f"p{n}", extras=(("feed:raw", noise.randbytes(3_000).hex()),)) for n in range(500)])
        return home

    def test_a_served_shop_is_not_restored_over(self, home: Home, tmp_path: Path) -> None:
        backup(home.url, home.shop, tmp_path / "b.zip")
        with claim_server(home.url, [home.shop], port=8000), pytest.raises(Refused, match=r"port 8000\).*cannot restore it"):
            restore(tmp_path / "b.zip", home.url, home.shop, replace=True)

    def test_a_damaged_database_is_set_aside_and_replaced(self, home: Home, tmp_path: Path) -> None:
        backup(home.url, home.shop, tmp_path / "b.zip")
        place = locate(home.url, home.shop)
        assert isinstance(place, SqliteFile)
        place.path.write_bytes(b"no database " * 1_000)
        with pytest.raises(Refused, match=r"is not a SQLite database.*--replace"):
            restore(tmp_path / "b.zip", home.url, home.shop)
        restore(tmp_path / "b.zip", home.url, home.shop, replace=True)
        with home.open() as database:
            assert database.products.revision() == 500
        (aside,) = place.path.parent.glob("*.damaged-*.db")
        assert aside.read_bytes() == b"no database " * 1_000

    def test_a_killed_backup_leaves_nothing_under_the_name_and_the_next_one_cleans_up(self, home: Home, tmp_path: Path) -> None:
        program = """
import sys
from pathlib import Path
from shopkeeper.adapters.storage import backup
backup(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
"""
        target = tmp_path / "out" / "b.zip"
        target.parent.mkdir()
        with subprocess.Popen([sys.executable, "-c", program, home.url, home.shop, str(target)], cwd=PROJECT) as writer:
            while not list(target.parent.iterdir()) and writer.poll() is None:
                time.sleep(0.001)
            writer.kill()
        assert writer.returncode == -9
        assert not target.exists()
        assert [path.name.endswith(".partial") for path in target.parent.iterdir()] == [True]
        backup(home.url, home.shop, target)
        assert list(target.parent.iterdir()) == [target]

    def test_a_full_disk_is_told_and_no_part_is_left(self, home: Home, tmp_path: Path) -> None:
        program = """
import resource, sys
from pathlib import Path
from shopkeeper.adapters.storage import backup
from shopkeeper.errors import Unavailable
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    backup(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
except Unavailable as told:
    print(told)
"""
        (tmp_path / "out").mkdir()
        target = tmp_path / "out" / "b.zip"
        told = subprocess.run(
            [sys.executable, "-c", program, home.url, home.shop, str(target)], check=True, capture_output=True, text=True, cwd=PROJECT
        )
        assert "could not be written: File too large" in told.stdout
        assert list(target.parent.iterdir()) == []

    def test_a_killed_restore_leaves_the_shop_as_it_was(self, home: Home, tmp_path: Path) -> None:
        backup(home.url, home.shop, tmp_path / "b.zip")
        with home.open() as database:
            database.products.put([product("p0", title="Newer")])
        place = locate(home.url, home.shop)
        assert isinstance(place, SqliteFile)
        program = """
import os, sys
from pathlib import Path
from shopkeeper.adapters.storage import restore
class Killer:
    def step(self, name, done, total):
        if name == "products":
            os.kill(os.getpid(), 9)
restore(Path(sys.argv[3]), sys.argv[1], sys.argv[2], replace=True, progress=Killer())
"""
        killed = subprocess.run([sys.executable, "-c", program, home.url, home.shop, str(tmp_path / "b.zip")], check=False, cwd=PROJECT)
        assert killed.returncode == -9
        with home.open() as database:
            assert database.products.revision() == 501
            assert len(list(database.products.changes())) == 500
        with sqlite3.connect(place.path) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()

    def test_nothing_to_back_up_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(Unavailable, match=re.escape("no shop in it yet")):
            backup(f"sqlite:///{tmp_path}/empty", fresh_shop(), tmp_path / "b.zip")
        migrate(f"sqlite:///{tmp_path}/old", shop := fresh_shop(), "0001")
        with pytest.raises(Unavailable, match="shopkeeper migrate"):
            backup(f"sqlite:///{tmp_path}/old", shop, tmp_path / "b.zip")
        assert not (tmp_path / "b.zip").exists()
