"""Accepted work is on disk whole or not at all."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shopkeeper.api.spool import Entry, Mark, Spool
from shopkeeper.errors import Unavailable
from shopkeeper.jobs.imports import new_task_id

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


def accept(spool: Spool, body: bytes = b"{}\n", *, minute: int = 0) -> Entry:
    task = new_task_id(NOON.replace(minute=minute))
    return spool.accept("products.batch", "test", lambda out: out.write(body), task=task, promise=lambda: None, suffix=".jsonl", options={"a": "b"})


def test_what_was_accepted_waits_in_the_order_of_acceptance(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    late, early = accept(spool, b"late", minute=2), accept(spool, b"early", minute=1)
    waiting = Spool(tmp_path / "spool").waiting()
    assert [entry.id for entry in waiting] == [early.id, late.id]
    assert waiting[0] == early
    assert waiting[0].body.read_bytes() == b"early"
    assert waiting[0].body.suffix == ".jsonl"


def test_the_promise_is_recorded_before_anyone_can_see_the_work(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    seen: list[int] = []
    spool.accept("k", "s", lambda _: None, task=new_task_id(NOON), promise=lambda: seen.append(len(spool.waiting())))
    assert seen == [0]
    assert len(spool.waiting()) == 1


def test_a_promise_that_cannot_be_recorded_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail() -> None:
        raise Unavailable("the database is locked")

    with pytest.raises(Unavailable):
        Spool(tmp_path).accept("k", "s", lambda _: None, task=new_task_id(NOON), promise=fail)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_and_leaves_nothing_behind(tmp_path: Path) -> None:
    def write(out: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(Unavailable, match="No space left"):
        Spool(tmp_path).accept("k", "s", write, task=new_task_id(NOON), promise=lambda: None)
    assert list(tmp_path.iterdir()) == []


def test_half_written_entries_are_not_seen_and_are_swept_when_nobody_can_be_writing(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    fresh, old = tmp_path / ".20260314T1", tmp_path / ".20260314T0"
    for folder in (fresh, old):
        folder.mkdir()
    os.utime(old, (0, 0))
    spool.sweep()
    assert spool.waiting() == []
    assert fresh.exists()
    assert not old.exists()


def test_marks_survive_the_process(tmp_path: Path) -> None:
    entry = accept(Spool(tmp_path))
    assert Spool(tmp_path).mark(entry) == Mark()
    Spool(tmp_path).set_mark(entry, Mark(done=500, begun=1, counts={"inserted": 500}, rejects_bytes=12))
    assert Spool(tmp_path).mark(entry) == Mark(done=500, begun=1, counts={"inserted": 500}, rejects_bytes=12)


def test_one_process_works_a_spool_and_another_takes_over_when_it_is_gone(tmp_path: Path) -> None:
    first = Spool(tmp_path).try_claim()
    assert first is not None
    assert Spool(tmp_path).try_claim() is None
    os.close(first)  # what the kernel does for a process that dies
    second = Spool(tmp_path).try_claim()
    assert second is not None
    os.close(second)


def test_a_removed_entry_is_gone(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.remove(accept(spool))
    assert spool.waiting() == []
