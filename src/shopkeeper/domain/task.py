"""Task: a piece of work that outlives its request, such as a batch of writes or an import, with its report."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shopkeeper.domain.ids import TaskId

TaskState = Literal["queued", "running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that did not land: where it stood, which field, what value, why. `line` counts from 1; 0 = the whole file."""

    line: int
    field: str
    value: str
    reason: str
    row: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A task and how far it got. `counts` are (name, number) pairs such as ("inserted", 12); the first rejects are kept, all are counted."""

    id: TaskId
    kind: str
    source: str
    state: TaskState
    created: datetime
    finished: datetime | None = None
    counts: tuple[tuple[str, int], ...] = ()
    rejects: tuple[Reject, ...] = ()
    error: str = ""
