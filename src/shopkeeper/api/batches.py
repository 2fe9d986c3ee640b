"""Batches: work that is accepted with a 202 is on disk first, is done by one process, and ends in a report."""

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

import orjson
import structlog

from shopkeeper.api.idempotency import forget_old_replies
from shopkeeper.api.meters import Meters
from shopkeeper.api.spool import Entry, Spool
from shopkeeper.api.work import REJECTS, WORK, Ended
from shopkeeper.bootstrap import App, Shop
from shopkeeper.catalog.rejects import rejected
from shopkeeper.domain.ids import ShopId, TaskId
from shopkeeper.domain.task import Reject, Task
from shopkeeper.errors import ShopkeeperError, Unavailable
from shopkeeper.jobs.imports import new_task_id
from shopkeeper.kit.wordings import told

LOOK_EVERY_S: Final = 0.5
"""How long work that another worker accepted waits at most."""

RETRY_S: Final = 2.0
MAX_BEGUN: Final = 3
"""Work that took its process down this often is given up, so that one poisonous file cannot keep a shop from ever starting."""

KEPT_REJECTS: Final = 100
KEPT_REPORTS: Final = 200
_HOUSEKEEPING_S: Final = 3600.0
_LOST_AFTER: Final = timedelta(minutes=2)
log = structlog.get_logger("shopkeeper.api")


@dataclass(slots=True)
class _Progress:
    """Keeps a task's row up to date, at most once a second, and ends the work when the server stops."""

    save: Callable[[int], None]
    stopping: threading.Event
    saved: float = field(default_factory=time.monotonic)

    def step(self, name: str, done: int, total: int | None) -> None:  # noqa: ARG002 - the signature of ports.progress
        if self.stopping.is_set():
            raise _Stopped
        if time.monotonic() - self.saved >= 1:
            self.saved = time.monotonic()
            self.save(done)


class _Stopped(Exception):
    """The server is stopping; the work goes on at the next start."""


class Batches:
    """The accepted work of all shops; one thread per server process, of which one process at a time works a shop's spool."""

    def __init__(self, app: App, meters: Meters, *, written: Callable[[], None], clock: Callable[[], datetime]) -> None:
        self._app = app
        self._meters = meters
        self._written = written
        self._clock = clock
        self._spools = {shop.id: Spool(shop.spool) for shop in app.shops.values()}
        self._claims: dict[ShopId, int] = {}
        self._begun: set[TaskId] = set()
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def accept(
        self,
        shop: Shop,
        kind: str,
        source: str,
        write: Callable[[BinaryIO], object],
        *,
        suffix: str = "",
        options: Mapping[str, str] | None = None,
    ) -> Task:
        """Return the queued task once the work is safely on disk and will be done, whatever happens."""
        now = self._clock()
        waiting = self._spools[shop.id].waiting()
        task = Task(new_task_id(now, after=waiting[-1].id if waiting else None), kind, source, "queued", now)
        self._spools[shop.id].accept(
            kind, source, write, task=task.id, promise=lambda: shop.database.tasks.save(task), suffix=suffix, options=options
        )
        self._woken.set()
        return task

    def start(self) -> None:
        """Begin to work, with what an earlier process left."""
        self._thread = threading.Thread(target=self._run, name="batches", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Return once the work has paused; what is not done goes on at the next start."""
        self._stopping.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join()
        while self._claims:
            os.close(self._claims.popitem()[1])

    def _run(self) -> None:
        kept = -_HOUSEKEEPING_S
        while not self._stopping.is_set():
            tidy = time.monotonic() - kept >= _HOUSEKEEPING_S
            for shop in self._app.shops.values():
                with _complaints(shop):
                    if self._claim(shop):
                        self._work(shop)
                        if tidy:
                            self._housekeep(shop)
            if tidy:
                kept = time.monotonic()
            self._woken.wait(LOOK_EVERY_S)
            self._woken.clear()

    def _claim(self, shop: Shop) -> bool:
        if shop.id not in self._claims:
            handle = self._spools[shop.id].try_claim()
            if handle is None:
                return False
            self._claims[shop.id] = handle
            self._spools[shop.id].sweep()
            self._close_lost(shop)
        return True

    def _close_lost(self, shop: Shop) -> None:
        """End tasks whose process died before it had promised anything: nobody ever got a 202 for them."""
        waiting = {entry.id for entry in self._spools[shop.id].waiting()}
        for task in shop.database.tasks.recent(limit=200):
            lost = task.kind in WORK and task.state in ("queued", "running") and task.id not in waiting
            if lost and self._clock() - task.created > _LOST_AFTER:
                shop.database.tasks.save(replace(task, state="failed", finished=self._clock(), faults=_faults("died_before_acceptance")))

    def _work(self, shop: Shop) -> None:
        spool = self._spools[shop.id]
        while waiting := spool.waiting():
            self._meters.waiting(shop.id, len(waiting))
            for entry in waiting:
                if self._stopping.is_set():
                    return
                try:
                    self._do(shop, spool, entry)
                except _Stopped:
                    return
                except Unavailable as error:
                    # The order of acceptance is kept: what comes later waits too.
                    log.warning("work waits", shop=shop.id, task=entry.id, detail=str(error))
                    self._stopping.wait(RETRY_S)
                    return
        self._meters.waiting(shop.id, 0)

    def _do(self, shop: Shop, spool: Spool, entry: Entry) -> None:
        task = shop.database.tasks.get(entry.id) or Task(entry.id, entry.kind, entry.source, "queued", self._clock())
        if task.state in ("done", "failed"):  # the process died between the report and the removal
            spool.remove(entry)
            return
        mark = spool.mark(entry)
        if entry.id not in self._begun:
            self._begun.add(entry.id)
            mark = replace(mark, begun=mark.begun + 1)
            spool.set_mark(entry, mark)
        running = replace(task, state="running")
        shop.database.tasks.save(running)
        progress = _Progress(lambda done: shop.database.tasks.save(replace(running, counts=(("done", done),))), self._stopping)
        if mark.begun > MAX_BEGUN:
            ended, state = Ended(tuple(mark.counts.items()), _faults("given_up", times=MAX_BEGUN)), "failed"
        else:
            ended, state = self._outcome(shop, spool, entry, progress)
        kept = entry.folder / REJECTS
        rejects = _first_rejects(kept)
        if kept.is_file():
            shop.imports.rejects_folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(kept, shop.imports.rejects_file(entry.id))
        report = {"counts": ended.counts, "rejects": rejects, "notices": ended.notices, "faults": ended.faults}
        shop.database.tasks.save(replace(running, state=state, finished=self._clock(), **report))
        spool.remove(entry)
        self._meters.task(entry.kind, state)
        self._written()
        log.info("task ended", shop=shop.id, task=entry.id, kind=entry.kind, state=state, counts=dict(ended.counts))

    def _outcome(self, shop: Shop, spool: Spool, entry: Entry, progress: _Progress) -> tuple[Ended, str]:
        try:
            ended = WORK[entry.kind](shop, spool, entry, progress)
        except (Unavailable, _Stopped):
            raise
        except ShopkeeperError as error:
            return Ended(tuple(spool.mark(entry).counts.items()), (rejected(0, error, field=""),)), "failed"
        except Exception:
            log.exception("task failed", shop=shop.id, task=entry.id, kind=entry.kind)
            return Ended(tuple(spool.mark(entry).counts.items()), _faults("our_failure", task=entry.id)), "failed"
        return ended, "failed" if ended.faults else "done"

    def _housekeep(self, shop: Shop) -> None:
        shop.checkout.release_unpaid()
        shop.checkout.tell()
        forget_old_replies(shop.folder)
        shop.audit.forget_old()
        shop.webhooks.forget_old()
        reports = sorted(shop.imports.rejects_folder.glob("*.jsonl"))
        for path in reports[:-KEPT_REPORTS]:
            path.unlink(missing_ok=True)
        if shop.rolls_by_itself:
            rolled = shop.roll_events()
            if rolled.events or rolled.dropped:
                log.info("events rolled", shop=shop.id, events=rolled.events, dropped=rolled.dropped)


def _faults(code: str, **values: object) -> tuple[Reject, ...]:
    return (rejected(0, Unavailable(told(code, **values)), field=""),)


def _first_rejects(report: Path) -> tuple[Reject, ...]:
    if not report.is_file():
        return ()
    with report.open("rb") as lines:
        return tuple(Reject(**orjson.loads(line)) for _, line in zip(range(KEPT_REJECTS), lines, strict=False))


@contextlib.contextmanager
def _complaints(shop: Shop) -> Iterator[None]:
    """Whatever goes wrong with one shop's work must not end the thread that works for all."""
    try:
        yield
    except Exception as error:
        log.warning("work stopped", shop=shop.id, detail=str(error), exc_info=not isinstance(error, ShopkeeperError))
        time.sleep(RETRY_S)
