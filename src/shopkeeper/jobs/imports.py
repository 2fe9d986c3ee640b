"""An import is a task: whoever brings the file, its report can be read afterwards, on the console or through the API."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from shopkeeper.catalog.rejects import RejectSink, reject_file, rejected
from shopkeeper.catalog.report import ImportReport
from shopkeeper.domain.ids import TaskId
from shopkeeper.domain.task import Task
from shopkeeper.errors import ShopkeeperError
from shopkeeper.ports.stores import TaskStore

ImportKind = Literal["products", "orders", "events", "reviews", "policies", "promotions"]


_MOMENT: Final = "%Y%m%dT%H%M%S%f"


def new_task_id(now: datetime, *, after: TaskId | None = None) -> TaskId:
    """A fresh id; ids sort by time, and behind `after` even where the clock was put back meanwhile."""
    moment = f"{now:{_MOMENT}}"
    if after is not None and moment <= (last := after.partition("-")[0]):
        moment = f"{datetime.strptime(last, _MOMENT) + timedelta(microseconds=1):{_MOMENT}}"
    return TaskId(f"{moment}-{secrets.token_hex(4)}")


@dataclass(frozen=True, slots=True)
class ImportLog:
    """The imports of one shop. The whole reject file of each is kept in `rejects_folder`, named after its task."""

    tasks: TaskStore
    rejects_folder: Path
    clock: Callable[[], datetime]

    def record(self, kind: ImportKind, source: str, read: Callable[[RejectSink], ImportReport]) -> tuple[Task, ImportReport]:
        """Run `read` and keep its outcome as a task; returns both. What the file as a whole is refused for is recorded, and raised."""
        began = self.clock()
        task = Task(new_task_id(began), f"{kind}.import", source, "running", began)
        self.tasks.save(task)
        try:
            self.rejects_folder.mkdir(parents=True, exist_ok=True)
            with reject_file(self.rejects_file(task.id)) as rejects:
                report = read(rejects)
        except ShopkeeperError as error:
            self.tasks.save(replace(task, state="failed", finished=self.clock(), faults=(rejected(0, error, field=""),)))
            raise
        state = "failed" if report.faults else "done"
        if report.dry_run:
            task = replace(task, source=f"{source} (dry run)")
        kept = {"counts": report.counts(), "rejects": tuple(report.first_rejects), "notices": tuple(report.first_not_listed), "faults": report.faults}
        task = replace(task, state=state, finished=self.clock(), **kept)
        self.tasks.save(task)
        return task, report

    def rejects_file(self, task: TaskId) -> Path:
        """The whole reject file of a task."""
        return self.rejects_folder / f"{task}.jsonl"
