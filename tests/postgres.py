"""A real PostgreSQL for tests, from a wheel: one server a session, one schema a shop.

Take the fixtures into a room's conftest with `from tests.postgres import postgres, postgres_url`.
"""

import subprocess
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from shopkeeper.domain.ids import ShopId


class Postgres:
    """A running server; `url` is its database `postgres`, as its owner."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says so where XDG_RUNTIME_DIR is not set, as in a container
            from pgserver.postgres_server import get_server

        self._folder = folder
        self._server = get_server(folder, cleanup_mode="delete")
        self.url = self._server.get_uri()
        # a test's data need not outlive a power cut, so the disk is not waited for; it must outlive a `stop`, so commits do reach the log
        for setting in ("fsync", "full_page_writes"):
            self.execute(f"ALTER SYSTEM SET {setting} = off")
        self.execute("ALTER SYSTEM SET max_connections = 200")
        self.restart()

    def execute(self, statement: str, *arguments: object) -> list[tuple[object, ...]]:
        """Rows that the statement returns, on a connection of its own."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), arguments or None)
            return cursor.fetchall() if cursor.description else []

    def stop(self) -> None:
        """Take the server away as a crash would: connections are cut."""
        self._control("stop", "-m", "immediate")

    def start(self) -> None:
        """Bring it back, at the same address."""
        self._control("start", "-l", str(self._folder / "log"), "-o", f'-h "" -k {self._server.get_postmaster_info().socket_dir}')

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Stop the server and remove its data."""
        self.stop()  # the wheel's own way waits for a checkpoint that nobody needs
        self._server.cleanup()

    def _control(self, *arguments: str) -> None:
        from pgserver._commands import POSTGRES_BIN_PATH

        command = [str(POSTGRES_BIN_PATH / "pg_ctl"), "-w", "-D", str(self._folder), *arguments]
        # not to a pipe: the server would inherit it, and reading it would wait for the server's end
        with Path("/dev/null").open("w") as nowhere:
            subprocess.run(command, check=True, cwd=self._folder, user=self._server.system_user, timeout=30, stdout=nowhere, stderr=nowhere)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The session's server."""
    server = Postgres(Path(tempfile.mkdtemp(prefix="shopkeeper-pg-")))
    yield server
    server.close()


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """A database on the session's server; every shop in it has a schema of its own, so a test takes a `fresh_shop`."""
    name = f"t{uuid.uuid4().hex[:12]}"
    postgres.execute(f"CREATE DATABASE {name}")
    yield postgres.url.replace("/postgres?", f"/{name}?")
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")


def fresh_shop() -> ShopId:
    """A shop id that no other test uses."""
    return ShopId(f"s{uuid.uuid4().hex[:12]}")
