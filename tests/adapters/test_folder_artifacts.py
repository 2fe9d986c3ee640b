"""Artifacts in folders, where they hurt: kills at any moment, full disks, several processes, damaged pointers."""

import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from shopkeeper.adapters.artifacts import FolderArtifacts
from shopkeeper.errors import Broken, Unavailable

PROJECT = Path(__file__).parents[2]

# Publishes one version after the other, each of 40 files that all say its number; tells each one that is published.
PUBLISHER = """
import sys
from pathlib import Path
from shopkeeper.adapters.artifacts import FolderArtifacts
store = FolderArtifacts(Path(sys.argv[1]))
def write(folder, n):
    for part in range(40):
        (folder / f"{part:02d}.txt").write_text(f"{n} " * 2_000)
    return {"n": n}
for n in range(int(sys.argv[2]), 1_000_000):
    store.publish("search", lambda folder: write(folder, n))
    print(n, flush=True)
"""


def holding(content: bytes) -> Callable[[Path], Mapping[str, object]]:
    def write(folder: Path) -> Mapping[str, object]:
        (folder / "index.bin").write_bytes(content)
        return {}

    return write


def content(store: FolderArtifacts) -> bytes:
    current = store.current("search")
    assert current is not None
    return (current.path / "index.bin").read_bytes()


def leftovers(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "search").glob(".*") if path.name != ".lock")


def test_after_a_kill_at_any_moment_a_whole_version_is_current(tmp_path: Path) -> None:
    acknowledged, rounds = -1, random.Random(7)
    for _ in range(6):
        command = [sys.executable, "-c", PUBLISHER, str(tmp_path), str(acknowledged + 1)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as publisher:
            assert publisher.stdout is not None
            acknowledged = max(acknowledged, int(publisher.stdout.readline()))
            time.sleep(rounds.uniform(0, 0.05))
            publisher.kill()
            acknowledged = max([acknowledged, *(int(line) for line in publisher.stdout if line.endswith("\n"))])
        current = FolderArtifacts(tmp_path).current("search")  # a new process's view: every checksum is compared
        assert current is not None
        n = current.facts["n"]
        assert n in (acknowledged, acknowledged + 1)  # the one that was under way may have made it before it could say so
        assert {path.read_text() for path in current.path.glob("*.txt")} == {f"{n} " * 2_000}
        acknowledged = int(str(n))
    store = FolderArtifacts(tmp_path)
    store.publish("search", holding(b"after"))
    assert leftovers(tmp_path) == []
    assert store.prune("search", keep=1) > 0
    assert len(store.versions("search")) == 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = os.geteuid() == 0 and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], check=False, capture_output=True)
    if not mounted or mounted.returncode != 0:
        pytest.skip("mounting a small disk needs root and the right to mount; the test with a limit on file sizes runs everywhere")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_on_a_full_disk_the_old_version_serves_on_and_nothing_is_left(small_disk: Path) -> None:
    store = FolderArtifacts(small_disk / "artifacts")
    store.publish("search", holding(b"old"))
    with pytest.raises(Unavailable, match=r"No room for the artifact.*Free some space; the old version serves on"):
        store.publish("search", holding(b"new" * 1_000_000))
    assert content(FolderArtifacts(small_disk / "artifacts")) == b"old"
    assert leftovers(small_disk / "artifacts") == []
    store.publish("search", holding(b"new" * 100_000))  # there is room again
    assert content(store) == b"new" * 100_000


def test_a_disk_that_is_full_only_when_the_pointer_is_written_leaves_the_old_version(small_disk: Path) -> None:
    store = FolderArtifacts(small_disk / "artifacts")
    store.publish("search", holding(b"old"))

    def fill_up(folder: Path) -> Mapping[str, object]:
        (folder / "index.bin").write_bytes(b"new")
        with (small_disk / "ballast").open("wb", buffering=0) as ballast:
            for step in (65_536, 4_096):
                with pytest.raises(OSError, match="No space left"):
                    while True:
                        ballast.write(bytes(step))
        return {}

    with pytest.raises(Unavailable, match="No room"):
        store.publish("search", fill_up)
    assert content(FolderArtifacts(small_disk / "artifacts")) == b"old"
    assert len(store.versions("search")) == 1
    (small_disk / "ballast").unlink()
    store.publish("search", holding(b"new"))
    assert content(store) == b"new"
    assert leftovers(small_disk / "artifacts") == []


def test_a_limit_on_file_sizes_is_told_as_no_room(tmp_path: Path) -> None:
    store = FolderArtifacts(tmp_path)
    store.publish("search", holding(b"old"))
    program = """
import resource, sys
from pathlib import Path
from shopkeeper.adapters.artifacts import FolderArtifacts
from shopkeeper.errors import Unavailable
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    FolderArtifacts(Path(sys.argv[1])).publish("search", lambda folder: (folder / "index.bin").write_bytes(bytes(200_000)) and {})
except Unavailable as told:
    print(told)
"""
    told = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, capture_output=True, text=True, cwd=PROJECT)
    assert "No room" in told.stdout
    assert content(FolderArtifacts(tmp_path)) == b"old"
    assert leftovers(tmp_path) == []


def test_an_error_that_a_native_writer_tells_only_in_words_is_understood(tmp_path: Path) -> None:
    store = FolderArtifacts(tmp_path)

    def write(folder: Path) -> Mapping[str, object]:
        raise ValueError("An IO error occurred: 'No space left on device (os error 28)'")

    with pytest.raises(Unavailable, match="No room"):
        store.publish("search", write)


def test_publishers_at_one_time_all_succeed_each_with_a_version_of_its_own(tmp_path: Path) -> None:
    published: list[str] = []
    together = threading.Barrier(6)

    def publish(n: int) -> None:
        store = FolderArtifacts(tmp_path)  # as another process would: nothing is shared but the folder

        def write(folder: Path) -> Mapping[str, object]:
            (folder / "index.bin").write_bytes(str(n).encode())
            together.wait(timeout=30)  # all of them are at it before any of them ends
            return {"n": n}

        published.append(store.publish("search", write).version)

    threads = [threading.Thread(target=publish, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store = FolderArtifacts(tmp_path)
    versions = store.versions("search")
    assert sorted(version.version for version in versions) == sorted(published)
    assert len(set(published)) == 6
    assert [(version.path / "index.bin").read_bytes() for version in versions] == [str(version.facts["n"]).encode() for version in versions]
    current = store.current("search")
    assert current is not None
    assert current.version == max(published)


def test_the_folder_of_a_living_publisher_is_not_swept(tmp_path: Path) -> None:
    store = FolderArtifacts(tmp_path)

    def slow(folder: Path) -> Mapping[str, object]:
        (folder / "index.bin").write_bytes(b"slow")
        FolderArtifacts(tmp_path).publish("search", holding(b"fast"))
        FolderArtifacts(tmp_path).prune("search", keep=1)
        return {}

    store.publish("search", slow)
    assert content(store) == b"slow"


def test_a_reader_beside_a_publisher_that_prunes_always_gets_a_whole_version(tmp_path: Path) -> None:
    store, stop = FolderArtifacts(tmp_path), threading.Event()
    store.publish("search", holding(b"first"))

    def publish() -> None:
        n = 0
        while not stop.is_set():
            store.publish("search", holding(f"version {n}".encode()))
            store.prune("search", keep=1)
            n += 1

    publisher = threading.Thread(target=publish)
    publisher.start()
    try:
        reader = FolderArtifacts(tmp_path)
        versions = set()
        while len(versions) < 10:
            current = reader.current("search")
            assert current is not None
            versions.add(current.version)
    finally:
        stop.set()
        publisher.join()


@pytest.mark.parametrize("pointer", [b"", b"../../etc", b"\xff\xfe", b"000009"])
def test_a_damaged_pointer_is_told_and_rollback_mends_it(tmp_path: Path, pointer: bytes) -> None:
    store = FolderArtifacts(tmp_path)
    store.publish("search", holding(b"one"))
    (tmp_path / "search" / "current").write_bytes(pointer)
    with pytest.raises(Broken, match=r"current does not name a version.*artifacts rollback"):
        store.current("search")
    assert store.last_sound("search") is not None
    store.rollback("search")
    assert content(store) == b"one"


@pytest.mark.parametrize("damage", [b"", b"{}", b'{"format": 1, "files": 3}', b'{"format": 99}'])
def test_a_damaged_or_newer_manifest_is_told(tmp_path: Path, damage: bytes) -> None:
    published = FolderArtifacts(tmp_path).publish("search", holding(b"one"))
    (published.path / "manifest.json").write_bytes(damage)
    with pytest.raises(Broken, match=r"manifest\.json is damaged|is in format 99; this program reads 1"):
        FolderArtifacts(tmp_path).current("search")


def test_a_version_that_was_removed_by_hand_is_told(tmp_path: Path) -> None:
    store = FolderArtifacts(tmp_path)
    shutil.rmtree(store.publish("search", holding(b"one")).path)
    with pytest.raises(Broken, match="is gone"):
        store.current("search")
    assert store.last_sound("search") is None


def test_a_link_in_an_artifact_is_refused(tmp_path: Path) -> None:
    def write(folder: Path) -> Mapping[str, object]:
        (folder / "index.bin").symlink_to("/etc/hostname")
        return {}

    with pytest.raises(Broken, match=r"link, index\.bin"):
        FolderArtifacts(tmp_path).publish("search", write)


def test_lock_files_that_a_reader_leaves_in_a_version_do_no_harm(tmp_path: Path) -> None:
    published = FolderArtifacts(tmp_path).publish("search", holding(b"one"))
    (published.path / ".reader.lock").touch()
    assert FolderArtifacts(tmp_path).current("search") == published


def test_a_version_that_is_held_is_not_pruned_meanwhile(tmp_path: Path) -> None:
    store = FolderArtifacts(tmp_path)
    one = store.publish("search", holding(b"one"))
    order: list[str] = []

    def replace() -> None:
        FolderArtifacts(tmp_path).publish("search", holding(b"two"))
        FolderArtifacts(tmp_path).prune("search", keep=1)
        order.append("pruned")

    pruner = threading.Thread(target=replace)
    with store.held("search") as current:
        assert current == one
        pruner.start()
        time.sleep(0.2)
        assert (one.path / "index.bin").read_bytes() == b"one"
        order.append("copied")
    pruner.join()
    assert order == ["copied", "pruned"]
    assert not one.path.exists()
