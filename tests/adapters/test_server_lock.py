"""One server on a SQLite file: the second is refused by name, whoever only reads is not, and the dead hold nothing."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shopkeeper.adapters.storage import claim_server, downgrade, migrate, open_shop_database, server_of
from shopkeeper.domain.ids import ShopId
from shopkeeper.errors import Refused

PROJECT = Path(__file__).parents[2]
DEMO, OTHER = ShopId("demo"), ShopId("other")

SERVER = """
import ctypes, os, sys, time
from shopkeeper.adapters.storage import claim_server
with claim_server(sys.argv[1], ["demo"], port=8000):
    if "fork" in sys.argv:
        worker = os.fork()
    elif "spawn" in sys.argv:
        import subprocess
        worker = subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL).pid
    elif "unborn" in sys.argv:
        # forked behind Python's back and put to sleep: a child that has not come to run yet when its parent dies
        system = ctypes.PyDLL(None)
        worker = system.fork()
        if not worker:
            system.sleep(60)
    else:
        worker = 0
    if "fork" not in sys.argv or worker:
        print(worker, flush=True)
    time.sleep(60)
"""

LOOK = """
import sys
from shopkeeper.adapters.storage import server_of
holder = server_of(sys.argv[1], "demo")
print(0 if holder is None else holder.port)
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}"
    migrate(url, DEMO)
    migrate(url, OTHER)
    return url


@contextmanager
def server(url: str, *how: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Another server's process, and the pid of its worker (0 = none)."""
    with subprocess.Popen([sys.executable, "-c", SERVER, url, *how], stdout=subprocess.PIPE, text=True, cwd=PROJECT) as process:
        assert process.stdout is not None
        worker = int(process.stdout.readline())
        try:
            yield process, worker
        finally:
            process.kill()
            if worker:
                os.kill(worker, signal.SIGKILL)


def test_a_second_server_is_refused_naming_pid_and_port_of_the_first(url: str) -> None:
    with server(url) as (first, _):
        with (
            pytest.raises(Refused, match=rf"A server \(pid {first.pid}, port 8000\) already holds the shop 'demo'") as refused,
            claim_server(url, [DEMO], port=8001),
        ):
            pass
        assert refused.value.status == 409
        holder = server_of(url, DEMO)
        assert holder is not None
        assert (holder.pid, holder.port) == (first.pid, 8000)


def test_other_shops_of_the_folder_are_free_and_a_claim_of_several_is_all_or_nothing(url: str) -> None:
    with server(url):
        with pytest.raises(Refused, match="'demo'"), claim_server(url, [OTHER, DEMO], port=8001):
            pass
        assert server_of(url, OTHER) is None
        with claim_server(url, [OTHER], port=8001):
            assert server_of(url, OTHER) is not None


def test_a_claim_ends_with_its_block(url: str) -> None:
    with claim_server(url, [DEMO], port=8000):
        pass
    assert server_of(url, DEMO) is None
    with claim_server(url, [DEMO], port=8000):
        pass


@pytest.mark.parametrize("how", ["alone", "fork", "spawn", "unborn"])
def test_a_killed_server_holds_nothing_even_where_its_workers_live_on(url: str, how: str) -> None:
    with server(url, how) as (first, _):
        first.kill()
        first.wait()
        assert server_of(url, DEMO) is None
        with claim_server(url, [DEMO], port=8001):
            pass


def test_looking_who_serves_does_not_end_our_own_claim(url: str) -> None:
    with claim_server(url, [DEMO], port=8000):
        assert server_of(url, DEMO) is not None
        with pytest.raises(Refused, match="port 8000"), claim_server(url, [DEMO], port=8001):
            pass
        looked = subprocess.run([sys.executable, "-c", LOOK, url], capture_output=True, text=True, cwd=PROJECT, check=True)
        assert looked.stdout.strip() == "8000"
    assert server_of(url, DEMO) is None


def test_a_forked_child_holds_no_claim_and_cannot_end_its_parents(url: str) -> None:
    claim = claim_server(url, [DEMO], port=8000)
    with claim:
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                claim.__exit__(None, None, None)
            os._exit(0 if _port_of(url) == 8000 else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        looked = subprocess.run([sys.executable, "-c", LOOK, url], capture_output=True, text=True, cwd=PROJECT, check=True)
        assert looked.stdout.strip() == "8000"


def _port_of(url: str) -> int:
    holder = server_of(url, DEMO)
    return 0 if holder is None else holder.port


def test_whoever_reads_is_let_in_beside_a_server(url: str) -> None:
    with server(url), open_shop_database(url, DEMO, read_only=True) as database:
        assert database.products.revision() == 0


def test_the_tables_are_not_changed_under_a_server(url: str) -> None:
    with server(url):
        with pytest.raises(Refused, match=r"port 8000\) already holds.*cannot migrate it.*Stop it first"):
            migrate(url, DEMO)
        with pytest.raises(Refused, match="cannot migrate it"):
            downgrade(url, DEMO, "base")


def test_nothing_is_claimed_in_postgresql(tmp_path: Path) -> None:
    url = f"postgresql://nobody@/shop?host={tmp_path}"
    with claim_server(url, [DEMO], port=8000), claim_server(url, [DEMO], port=8001):
        assert server_of(url, DEMO) is None
