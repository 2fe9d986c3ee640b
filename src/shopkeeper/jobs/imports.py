"""Importing a file as a task: whoever brings it (the command line, the console, the API), its report can be read in one place afterwards."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from shopkeeper.catalog.rejects import RejectSink, reject_file
from shopkeeper.catalog.report import ImportOptions, ImportReport
from shopkeeper.catalog.service import CatalogService
from shopkeeper.domain.ids import TaskId
from shopkeeper.domain.task import Task
from shopkeeper.errors import ShopkeeperError
from shopkeeper.orders.service import OrderHistory
from shopkeeper.ports.progress import Progress
from shopkeeper.ports.stores import TaskStore

ImportKind = Literal["products", "orders", "reviews", "policies"]
IMPORT_KINDS: Final[tuple[ImportKind, ...]] = ("products", "orders", "reviews", "policies")


def new_task_id(now: datetime) -> TaskId:
    """A fresh id; ids sort by time."""
    return TaskId(f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}")


@dataclass(frozen=True, slots=True)
class Imports:
    """The imports of one shop. The whole reject file of each is kept in `rejects_folder`, named after its task."""

    catalog: CatalogService
    orders: OrderHistory
    tasks: TaskStore
    rejects_folder: Path
    clock: Callable[[], datetime]

    def run(self, kind: ImportKind, source: Path, options: ImportOptions, *, progress: Progress) -> tuple[Task, ImportReport]:
        """Import `source` and record the outcome as a task; returns both. What the file as a whole is refused for is raised, and recorded."""
        began = self.clock()
        task = Task(new_task_id(began), f"{kind}.import", source.name, "running", began)
        self.tasks.save(task)
        try:
            self.rejects_folder.mkdir(parents=True, exist_ok=True)
            with reject_file(self.rejects_file(task.id)) as rejects:
                report = self.read(kind, source, options, progress=progress, rejects=rejects)
        except ShopkeeperError as error:
            self.tasks.save(replace(task, state="failed", finished=self.clock(), error=str(error)))
            raise
        ended = "; ".join(part for part in (report.error, report.not_deleted) if part)
        state = "failed" if ended else "done"
        task = replace(task, state=state, finished=self.clock(), counts=report.counts(), rejects=tuple(report.first_rejects), error=ended)
        self.tasks.save(task)
        return task, report

    def read(self, kind: ImportKind, source: Path, options: ImportOptions, *, progress: Progress, rejects: RejectSink) -> ImportReport:
        """Import `source` without recording a task."""
        readers = {
            "products": self.catalog.import_products,
            "reviews": self.catalog.import_reviews,
            "policies": self.catalog.import_policies,
            "orders": self.orders.import_orders,
        }
        return readers[kind](source, options, progress=progress, rejects=rejects)

    def rejects_file(self, task: TaskId) -> Path:
        """The whole reject file of a task."""
        return self.rejects_folder / f"{task}.jsonl"
