"""What every ShopDatabase must do as a whole: shops apart, versions, what happens when the database is locked or gone."""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from shopkeeper.adapters.storage import current_version, downgrade, migrate, migration_sql, open_shop_database
from shopkeeper.adapters.storage import versions as versions_module
from shopkeeper.adapters.storage.engine import Connections
from shopkeeper.adapters.storage.places import SqliteFile, locate
from shopkeeper.adapters.storage.schema import VERSIONS, metadata
from shopkeeper.domain.api_key import ApiKey
from shopkeeper.domain.ids import KeyId, ProductId, ShopId
from shopkeeper.errors import BadInput, Broken, Refused, Unavailable
from tests.contracts.conftest import Home
from tests.contracts.shop_values import NOON, order, policy, product, review
from tests.postgres import Postgres, fresh_shop

KEY = ApiKey(KeyId("k1"), "admin", "admin", "0" * 64, NOON)


@contextmanager
def held_for_writing(home: Home) -> Iterator[None]:
    """Another program's transaction that has written to the catalogue and does not end."""
    place = locate(home.url, home.shop)
    if isinstance(place, SqliteFile):
        program = (
            "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN IMMEDIATE'); print(flush=True); input()"
        )
        with subprocess.Popen([sys.executable, "-c", program, str(place.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
            assert other.stdout is not None
            other.stdout.readline()
            yield
            other.kill()
    else:
        with psycopg.connect(home.url, options=f"-c search_path={place.schema}") as connection:
            connection.execute("UPDATE counters SET value = value")
            yield


class TestShopsApart:
    def test_a_shop_never_sees_anothers_rows(self, home: Home) -> None:
        other = Home(home.kind, home.url, fresh_shop())
        with home.migrated().open() as mine, other.migrated().open() as theirs:
            mine.products.put([product("mug")])
            mine.orders.put([order("1", customer="ann")])
            mine.reviews.put([review("1")])
            mine.policies.put([policy("returns")])
            mine.keys.add(KEY)
            assert theirs.products.get([ProductId("mug")]) == {}
            assert theirs.products.revision() == 0
            assert (theirs.orders.count(), theirs.reviews.count(), theirs.policies.all(), theirs.keys.get(KEY.id)) == (0, 0, [], None)
            theirs.products.put([product("mug", title="Theirs")])
            assert mine.products.get([ProductId("mug")])[ProductId("mug")].title.en == "Mug"

    def test_a_database_that_is_another_shops_is_refused(self, home: Home) -> None:
        other = Home(home.kind, home.url, fresh_shop()).migrated()
        other.run(f"UPDATE about SET value = '{home.shop}' WHERE name = 'shop'")
        with pytest.raises(Refused, match=f"belongs to the shop '{home.shop}', not to '{other.shop}'"):
            other.open()

    @pytest.mark.parametrize("shop", ["", "Demo", "../x", "a-b", "a" * 32, "public;drop"])
    def test_a_shop_id_that_could_leave_its_folder_or_schema_is_refused(self, home: Home, shop: str) -> None:
        with pytest.raises(BadInput, match="cannot name a shop"):
            migrate(home.url, ShopId(shop))


class TestVersions:
    def test_an_empty_place_has_no_version_and_cannot_be_opened(self, home: Home) -> None:
        assert current_version(home.url, home.shop) is None
        with pytest.raises(Unavailable, match=r"no shop in it yet.*shopkeeper migrate"):
            home.open()

    def test_migrating_twice_is_migrating_once(self, home: Home) -> None:
        assert migrate(home.url, home.shop) == VERSIONS[-1]
        assert migrate(home.url, home.shop) == VERSIONS[-1]
        assert migrate(home.url, home.shop, "0001") == VERSIONS[-1]  # an upgrade never goes down
        assert current_version(home.url, home.shop) == VERSIONS[-1]

    def test_an_older_database_says_to_migrate(self, home: Home) -> None:
        migrate(home.url, home.shop, "0001")
        with pytest.raises(Unavailable, match=rf"is in version 0001; this program needs {VERSIONS[-1]}.*shopkeeper migrate"):
            home.open()

    def test_a_newer_database_is_left_alone(self, home: Home) -> None:
        home.migrated().run("UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(Refused, match="version 9999, newer than this program knows") as refused:
            home.open()
        assert refused.value.status == 409
        for move in (migrate, lambda url, shop: downgrade(url, shop, "base")):
            with pytest.raises(Refused, match="version 9999"):
                move(home.url, home.shop)

    def test_down_and_up_keeps_the_shops_own_data(self, home: Home) -> None:
        with home.migrated().open() as database:
            database.products.put([product("mug"), product("cup")])
            database.products.delete([ProductId("cup")])
            database.orders.put([order("1")])
            database.keys.add(KEY)
        assert downgrade(home.url, home.shop, "0001") == "0001"
        assert migrate(home.url, home.shop) == VERSIONS[-1]
        with home.open() as database:
            assert [(change.id, change.revision, change.product) for change in database.products.changes()] == [
                ("mug", 1, product("mug")),
                ("cup", 3, None),
            ]
            assert list(database.orders.scan()) == [order("1")]
            assert database.keys.all() == []  # what 0002 brought went with it

    def test_reviews_of_an_older_version_are_given_the_stars_that_they_have(self, home: Home) -> None:
        written = [
            replace(review("a", text="Pours\x00 well"), rating=4.5, lang="zh"),
            replace(review("b", text=""), rating=2),
            replace(review("c", text="", item="mug"), rating=None, title="No stars"),
        ]
        with home.migrated().open() as database:
            database.reviews.put(written)
        downgrade(home.url, home.shop, "0011")
        migrate(home.url, home.shop)
        with home.open() as database:
            assert list(database.reviews.scan()) == written
            assert database.reviews.stars_of_product(ProductId("mug")) == {5: 1, 2: 1, None: 1}
            found = database.reviews.of_product(ProductId("mug"), reader="en")
            assert [one.id for one in found] == ["c", "a", "b"]

    def test_all_the_way_down_leaves_an_empty_place_that_can_be_used_again(self, home: Home) -> None:
        with home.migrated().open() as database:
            database.products.put([product("mug")])
        assert downgrade(home.url, home.shop, "base") is None
        assert current_version(home.url, home.shop) is None
        with home.migrated().open() as database:
            assert database.products.revision() == 0
            assert database.products.put([product("mug")]).inserted == 1

    def test_a_version_that_does_not_exist_is_refused_with_those_that_do(self, home: Home) -> None:
        with pytest.raises(BadInput, match=rf"'0815' is not a version.*{', '.join(VERSIONS)}, head"):
            migrate(home.url, home.shop, "0815")

    def test_a_migration_that_fails_changes_nothing(self, home: Home) -> None:
        migrate(home.url, home.shop, "0001")
        home.run("CREATE TABLE tasks (id TEXT)")  # stands in the way of the second table of 0002
        with pytest.raises(Broken, match="tasks"):
            migrate(home.url, home.shop)
        assert current_version(home.url, home.shop) == "0001"
        home.run("DROP TABLE tasks")
        assert migrate(home.url, home.shop) == VERSIONS[-1]

    def test_the_migrated_tables_are_those_that_the_code_uses(self, home: Home) -> None:
        connections = Connections(locate(home.migrated().url, home.shop))
        with connections.read() as connection:
            assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata) == []
        connections.close()

    def test_the_versions_that_the_code_names_are_those_of_the_migrations(self) -> None:
        scripts = ScriptDirectory(str(Path(versions_module.__file__).with_name("migrations")))
        assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == VERSIONS

    def test_the_migrations_can_be_printed_as_sql_and_run_by_hand(self, home: Home) -> None:
        schema = "" if home.kind == "sqlite" else f"CREATE SCHEMA shop_{home.shop};"
        home.run(schema + migration_sql(home.url, home.shop, target="0001"))
        assert current_version(home.url, home.shop) == "0001"
        home.run(migration_sql(home.url, home.shop, since="0001"))
        with home.open() as database:
            database.products.put([product("mug")])
            assert database.products.revision() == 1

    def test_two_that_migrate_at_once_both_find_it_migrated(self, home: Home) -> None:
        outcomes: list[str] = []

        def run() -> None:
            for _ in range(100):
                try:
                    outcomes.append(migrate(home.url, home.shop))
                except Refused:  # SQLite: the other one is at it
                    time.sleep(0.05)
                else:
                    return

        threads = [threading.Thread(target=run) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outcomes == [VERSIONS[-1]] * 3


class TestReadOnly:
    def test_reading_works_and_writing_is_refused(self, home: Home) -> None:
        with home.migrated().open() as database:
            database.products.put([product("mug")])
        with home.open(read_only=True) as database:
            assert list(database.products.get([ProductId("mug")])) == ["mug"]
            for write in (lambda: database.products.put([product("cup")]), lambda: database.keys.add(KEY), lambda: database.orders.put([order("1")])):
                with pytest.raises(Refused, match="opened for reading only"):
                    write()

    def test_nothing_in_the_file_changes(self, tmp_path: Path) -> None:
        home = Home("sqlite", f"sqlite:///{tmp_path}", fresh_shop()).migrated()
        with home.open() as database:
            database.products.put([product("mug")])
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        with home.open(read_only=True) as database:
            assert database.products.revision() == 1
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.suffix == ".db"} == {f"{home.shop}.db": before[f"{home.shop}.db"]}

    def test_it_sees_what_a_writer_commits_meanwhile(self, home: Home) -> None:
        with home.migrated().open() as writer, home.open(read_only=True) as reader:
            writer.products.put([product("mug")])
            assert reader.products.revision() == 1
            writer.products.put([product("cup")])
            assert reader.products.revision() == 2


class TestTrouble:
    def test_a_write_waits_for_another_programs_and_then_says_so(self, home: Home) -> None:
        with open_shop_database(home.migrated().url, home.shop, busy_timeout_s=0.3) as database, held_for_writing(home):
            begun = time.monotonic()
            with pytest.raises(Unavailable, match=r"is locked by another.*Try again"):
                database.products.put([product("mug")])
            assert 0.2 < time.monotonic() - begun < 3
            assert database.products.revision() == 0  # reading goes on

    def test_a_write_lands_when_the_other_program_ends_in_time(self, home: Home) -> None:
        with home.migrated().open() as database:
            held = held_for_writing(home)
            held.__enter__()
            timer = threading.Timer(0.3, held.__exit__, (None, None, None))
            timer.start()
            assert database.products.put([product("mug")]).inserted == 1
            timer.join()

    def test_a_table_that_someone_removed_is_told_with_the_way_out(self, home: Home) -> None:
        with home.migrated().open() as database:
            home.run("DROP TABLE reviews")
            with pytest.raises(Unavailable, match=r"lacks a table.*shopkeeper migrate"):
                database.reviews.count()


class TestSqlite:
    @pytest.fixture
    def home(self, tmp_path: Path) -> Home:
        return Home("sqlite", f"sqlite:///{tmp_path}/{{shop}}/shop.db", fresh_shop())

    def test_one_file_for_every_shop_is_refused_with_the_form_that_works(self, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match=r"every shop needs its own.*\{shop\}\.db"):
            migrate(f"sqlite:///{tmp_path}/shop.db", ShopId("demo"))

    def test_every_commit_waits_for_the_disk(self, home: Home) -> None:
        connections = Connections(locate(home.migrated().url, home.shop))
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        assert connections.write(lambda c: [c.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas]) == ["wal", 2, 1, 5000]
        connections.close()

    def test_a_file_that_is_no_database_is_told(self, home: Home) -> None:
        place = locate(home.migrated().url, home.shop)
        assert isinstance(place, SqliteFile)
        place.path.write_bytes(b"not a database, but long enough to be taken for one " * 100)
        with pytest.raises(Broken, match=r"is not a SQLite database.*restore"):
            home.open()

    def test_a_file_that_vanished_is_not_made_anew(self, home: Home) -> None:
        place = locate(home.migrated().url, home.shop)
        assert isinstance(place, SqliteFile)
        place.path.unlink()
        with pytest.raises(Unavailable, match="no shop in it yet"):
            home.open()
        assert not place.path.exists()

    def test_a_full_disk_is_told_and_what_was_there_stays(self, home: Home) -> None:
        with home.migrated().open() as database:
            database.products.put([product("mug")])
        program = """
import resource, sys
from shopkeeper.adapters.storage import open_shop_database
from shopkeeper.errors import Unavailable
from tests.contracts.shop_values import product
with open_shop_database(sys.argv[1], sys.argv[2]) as database:
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
    try:
        database.products.put([product(f"p{n}", extras=(("feed:raw", "x" * 10_000),)) for n in range(200)])
    except Unavailable as told:
        print(told)
"""
        told = subprocess.run(
            [sys.executable, "-c", program, home.url, home.shop], check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2]
        )
        assert "disk" in told.stdout, told
        with home.open() as database:
            assert [change.id for change in database.products.changes()] == ["mug"]
            assert database.products.put([product("cup")]).inserted == 1

    def test_acknowledged_writes_survive_a_kill(self, home: Home) -> None:
        home.migrated()
        program = """
import sys
from shopkeeper.adapters.storage import open_shop_database
from tests.contracts.shop_values import product
with open_shop_database(sys.argv[1], sys.argv[2]) as database:
    for n in range(100_000):
        database.products.put([product(f"p{n}-{m}") for m in range(20)])
        print(n, flush=True)
"""
        with subprocess.Popen(
            [sys.executable, "-c", program, home.url, home.shop], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        ) as writer:
            assert writer.stdout is not None
            acknowledged = [int(writer.stdout.readline()) for _ in range(15)]
            writer.kill()
            acknowledged += [int(line) for line in writer.stdout if line.endswith("\n")]
        with home.open() as database:
            ids = {change.id for change in database.products.changes()}
        assert {f"p{n}-{m}" for n in acknowledged for m in range(20)} <= ids
        assert len(ids) % 20 == 0  # and of the last one, all or nothing

    def test_many_threads_write_one_after_the_other(self, home: Home) -> None:
        with home.migrated().open() as database:
            threads = [threading.Thread(target=lambda n=n: [database.products.put([product(f"p{n}-{m}")]) for m in range(10)]) for n in range(12)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert database.products.revision() == 120


class TestPostgres:
    @pytest.fixture
    def home(self, postgres_url: str) -> Home:
        return Home("postgres", postgres_url, fresh_shop())

    def test_a_server_that_goes_away_is_told_and_comes_back(self, home: Home, postgres: Postgres) -> None:
        with home.migrated().open() as database:
            database.products.put([product("mug")])
            postgres.stop()
            try:
                for call in (database.products.revision, lambda: database.products.put([product("cup")]), home.open):
                    with pytest.raises(Unavailable, match=r"does not answer.*check that the server runs"):
                        call()
            finally:
                postgres.start()
            assert database.products.put([product("cup")]).inserted == 1
            assert database.products.revision() == 2

    def test_connections_that_were_cut_while_idle_are_replaced_unnoticed(self, home: Home, postgres: Postgres) -> None:
        with home.migrated().open() as database:
            database.products.put([product("mug")])
            postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL")
            assert database.products.revision() == 1

    def test_a_server_that_never_was_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(Unavailable, match="does not answer"):
            migrate(f"postgresql://nobody@/shop?host={tmp_path}", ShopId("demo"))

    def test_a_database_that_does_not_exist_says_how_to_make_it(self, home: Home) -> None:
        missing = re.sub(r"/\w+\?", "/nowhere?", home.url)
        with pytest.raises(Unavailable, match=r"does not exist on that server.*createdb"):
            migrate(missing, home.shop)

    def test_the_password_is_never_told(self, tmp_path: Path) -> None:
        with pytest.raises(Unavailable) as told:
            migrate(f"postgresql://ann:s3cret@/shop?host={tmp_path}", ShopId("demo"))
        assert "s3cret" not in str(told.value)

    def test_two_that_put_the_same_rows_in_opposite_order_do_not_deadlock(self, home: Home) -> None:
        faults: list[BaseException] = []

        def run(database_home: Home, *, backwards: bool) -> None:
            try:
                with database_home.open() as database:
                    for n in range(15):
                        orders = [order(f"o{m}", customer=f"c{n}{backwards}") for m in range(60)]
                        database.orders.put(orders[::-1] if backwards else orders)
                        database.reviews.put([review(item, text=f"{n}{backwards}") for item in ("1", "2", "3")][:: -1 if backwards else 1])
            except BaseException as fault:
                faults.append(fault)

        home.migrated()
        threads = [threading.Thread(target=run, args=(home,), kwargs={"backwards": backwards}) for backwards in (False, True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert faults == []


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://localhost/shop", "'mysql' is not a database we know"),
        ("nonsense", "is not a database URL"),
        ("sqlite://", "names no folder"),
        ("sqlite:///:memory:", "names no folder"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_with_those_that_can(url: str, said: str) -> None:
    with pytest.raises(BadInput, match=f"{said}.*sqlite:////folder"):
        open_shop_database(url, ShopId("demo"))
