"""What a server needs goes away under load: the disk is full, the database is gone. It says so, loses nothing that it acknowledged, and recovers by
itself."""

import http.client
import itertools
import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pytest

from shopkeeper.bootstrap import measuring
from shopkeeper.evaluation.served import connected, make_shop, start
from tests.postgres import Postgres, postgres, postgres_url

__all__ = ["postgres", "postgres_url"]
SENDERS = 4
PATIENCE_S = 15.0


@dataclass
class Answers:
    """What came back: ids of events that were acknowledged, and every other answer as (status, content type, Retry-After, body)."""

    acknowledged: set[str] = field(default_factory=set)
    refused: list[tuple[int, str, str, bytes]] = field(default_factory=list)

    def refused_with(self, status: int) -> list[tuple[int, str, str, bytes]]:
        return [one for one in self.refused if one[0] == status]


@contextmanager
def served(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    server, port, _ = start(folder)
    try:
        yield server, port
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


@contextmanager
def load(port: int, key: str) -> Iterator[Answers]:
    """Senders that send one event after the other, each until it is acknowledged, as a careful front end does."""
    answers = Answers()
    ended = threading.Event()

    def send(number: int) -> None:
        for turn in itertools.count():
            name = f"s{number}-{turn}"
            body = orjson.dumps({"event_id": name, "name": "search", "visitor_id": f"v-{number}-{turn // 9}", "query": "tea " * 200})
            while not ended.is_set():
                status, kind, retry, said = ask(port, key, "POST", "/v1/events", body)
                if status == 202:
                    answers.acknowledged.add(name)
                    break
                answers.refused.append((status, kind, retry, said))
                time.sleep(0.02)
            if ended.is_set():
                return

    threads = [threading.Thread(target=send, args=(number,)) for number in range(SENDERS)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def ask(port: int, key: str, method: str, path: str, body: bytes | None = None) -> tuple[int, str, str, bytes]:
    """(status, content type, Retry-After, body); status 0 where the server did not answer at all."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Accept-Language": "en"}
    try:
        with connected(port, timeout=PATIENCE_S) as connection:
            connection.request(method, path, body=body, headers=headers if key else {"Accept-Language": "en"})
            answer = connection.getresponse()
            return answer.status, answer.getheader("content-type", ""), answer.getheader("retry-after", ""), answer.read()
    except (OSError, http.client.HTTPException) as error:
        return 0, "", "", repr(error).encode()


def eventually(holds: Callable[[], object], seconds: float = PATIENCE_S) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.05)
    return False


def more_than(answers: Answers, acknowledged: int) -> Callable[[], bool]:
    return lambda: len(answers.acknowledged) > acknowledged


def check_kept_once(folder: Path, answers: Answers) -> None:
    """Every acknowledged event is there, and none twice."""
    kept = Counter(measuring.list_events(folder))
    assert answers.acknowledged - kept.keys() == set()
    assert [name for name, times in kept.items() if times > 1] == []


def check_told(refused: list[tuple[int, str, str, bytes]], said: bytes) -> None:
    """All of `refused` are problems that say `said` and when to come again."""
    assert refused
    for status, kind, retry, body in refused:
        assert (status, kind, retry) == (503, "application/problem+json", "2"), body
        assert said in body, body


class TestAFullDisk:
    @pytest.fixture
    def disk(self, tmp_path: Path) -> Iterator[Path]:
        """A small file system of its own, everything of the installation on it, the server's log too."""
        disk = tmp_path / "disk"
        disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)]
        if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
            pytest.skip("a small disk can only be mounted by root; test_a_file_that_may_not_grow runs everywhere")
        yield disk
        subprocess.run(["umount", str(disk)], check=True)

    def test_refuses_events_loses_none_that_it_took_and_takes_them_again_when_there_is_room(self, disk: Path) -> None:
        key = make_shop(disk)
        with served(disk) as (server, port), load(port, key) as answers:
            assert eventually(more_than(answers, 50))
            fill(disk)
            assert eventually(lambda: len(answers.refused) > 20), "the disk never became full"
            assert ask(port, key, "GET", "/health")[0] == 200
            assert ask(port, "", "GET", "/")[0] == 200, "what is there can be read"
            (disk / "ballast").unlink()
            assert eventually(more_than(answers, len(answers.acknowledged) + 50)), answers.refused[-1]
            assert server.poll() is None
        check_told(answers.refused, b"is full")
        check_kept_once(disk, answers)

    def test_a_file_that_may_not_grow(self, tmp_path: Path) -> None:
        """The same with a limit on the size of files, which needs no root."""
        import resource

        key = make_shop(tmp_path)
        with served(tmp_path) as (server, port), load(port, key) as answers:
            assert eventually(more_than(answers, 20))
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
            assert eventually(lambda: len(answers.refused) > 20)
            assert ask(port, "", "GET", "/")[0] == 200
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            assert eventually(more_than(answers, len(answers.acknowledged) + 20)), answers.refused[-1]
            assert server.poll() is None
        check_told(answers.refused, b"disk")
        check_kept_once(tmp_path, answers)


def fill(disk: Path) -> None:
    """Leave no room at all on it."""
    with (disk / "ballast").open("wb", buffering=0) as ballast, suppress(OSError):
        for size in (65_536, 4_096):
            with suppress(OSError):
                while True:
                    ballast.write(b"\0" * size)


class TestPostgresGoingAway:
    AWAY_S = 3.0

    def test_is_told_loses_and_doubles_nothing_and_needs_no_restart(self, postgres: Postgres, postgres_url: str, tmp_path: Path) -> None:
        (tmp_path / "shopkeeper.toml").write_text(f'home = "data"\n\n[database]\nurl = "{postgres_url}"\n', "utf-8")
        key = make_shop(tmp_path)
        with served(tmp_path) as (server, port), load(port, key) as answers:
            assert eventually(more_than(answers, 50))
            postgres.stop()
            try:
                assert eventually(lambda: len(answers.refused) > 10)
                gone = time.monotonic()
                assert ask(port, key, "GET", "/health")[0] == 200, "the process lives"
                assert ask(port, key, "GET", "/ready")[0] == 503
                page = ask(port, "", "GET", "/")
                assert page[0] == 503 and b"<html" in page[3], "a page of the shop's own look that says so"
                assert b"Traceback" not in page[3] and b"psycopg" not in page[3]
                time.sleep(max(0.0, self.AWAY_S - (time.monotonic() - gone)))
            finally:
                postgres.start()
            back = time.monotonic()
            assert eventually(more_than(answers, len(answers.acknowledged) + 50)), answers.refused[-1]
            assert time.monotonic() - back < 5
            assert server.poll() is None
            assert ask(port, "", "GET", "/")[0] == 200
        check_told(answers.refused, b"does not answer")
        check_kept_once(tmp_path, answers)
