"""Accepted work and its report."""

from typing import Literal

from pydantic import Field

from shopkeeper.api.schemas.common import Shown
from shopkeeper.catalog.document_fields import moment_text
from shopkeeper.catalog.rejects import error_in, reason_in
from shopkeeper.domain.task import Reject, Task, TaskState
from shopkeeper.domain.texts import Lang


class RejectOut(Shown):
    """What is told of one row. `line` counts from 1 (in a batch: the operation); 0 is the whole file."""

    line: int
    field: str
    value: str
    reason: str = Field(description="In the language of Accept-Language: zh or en.")
    code: str = Field(description="The reason's stable name; empty where it has none.")


class TaskOut(Shown):
    """A task. It is kept on disk from the moment it is accepted, and goes on after a restart."""

    id: str
    kind: str
    source: str
    state: Literal["queued", "running", "done", "failed"]
    created: str
    finished: str | None
    counts: dict[str, int]
    rejects: list[RejectOut] = Field(description="The first rows that did not land; all are at /v1/tasks/{id}/rejects.")
    notices: list[RejectOut] = Field(
        description="The first rows that landed but are not listed, and why; `counts.not_listed` says how many there are."
    )
    error: str


class TaskList(Shown):
    """The newest tasks, newest first."""

    tasks: list[TaskOut]


class Accepted(Shown):
    """The promise of a 202: it will be done, even if the server dies now."""

    task_id: str
    state: TaskState


def task_json(task: Task, lang: Lang = "en") -> dict[str, object]:
    """The fields of `TaskOut`, reasons in `lang`."""
    return {
        "id": task.id,
        "kind": task.kind,
        "source": task.source,
        "state": task.state,
        "created": moment_text(task.created),
        "finished": None if task.finished is None else moment_text(task.finished),
        "counts": dict(task.counts),
        "rejects": [_row(one, lang) for one in task.rejects],
        "notices": [_row(one, lang) for one in task.notices],
        "error": error_in(task.faults, lang),
    }


def _row(one: Reject, lang: Lang) -> dict[str, object]:
    return {"line": one.line, "field": one.field, "value": one.value, "reason": reason_in(one, lang), "code": one.code}
