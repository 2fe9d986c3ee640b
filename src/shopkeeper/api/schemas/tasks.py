"""Accepted work and its report."""

from typing import Literal

from pydantic import Field

from shopkeeper.api.schemas.common import Shown
from shopkeeper.catalog.document_fields import moment_text
from shopkeeper.domain.task import Task, TaskState


class RejectOut(Shown):
    """One row that did not land. `line` counts from 1 (in a batch: the operation); 0 is the whole file."""

    line: int
    field: str
    value: str
    reason: str


class TaskOut(Shown):
    """A task. It is kept on disk from the moment it is accepted, and goes on after a restart."""

    id: str
    kind: str
    source: str
    state: Literal["queued", "running", "done", "failed"]
    created: str
    finished: str | None
    counts: dict[str, int]
    rejects: list[RejectOut] = Field(description="The first of them; all are at /v1/tasks/{id}/rejects.")
    error: str


class TaskList(Shown):
    """The newest tasks, newest first."""

    tasks: list[TaskOut]


class Accepted(Shown):
    """The promise of a 202: it will be done, even if the server dies now."""

    task_id: str
    state: TaskState


def task_json(task: Task) -> dict[str, object]:
    """The fields of `TaskOut`."""
    return {
        "id": task.id,
        "kind": task.kind,
        "source": task.source,
        "state": task.state,
        "created": moment_text(task.created),
        "finished": None if task.finished is None else moment_text(task.finished),
        "counts": dict(task.counts),
        "rejects": [{"line": one.line, "field": one.field, "value": one.value, "reason": one.reason} for one in task.rejects],
        "error": task.error,
    }
