"""Task: a piece of work that outlives its request, such as a batch of writes or an import, with its report."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as field_of
from datetime import datetime
from typing import Any, Literal

from shopkeeper.domain.ids import TaskId

TaskState = Literal["queued", "running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Reject:
    """What is to be told of one row: where it stood, which field, what value, why. `line` counts from 1; 0 = the whole file.

    `reason` is the whole sentence in English. `code`, `hint` and `values` say it in another language (`catalog.rejects.reason_in`); `code` is empty
    where the reason has none. `part` names the file where a feed has several.
    """

    line: int
    field: str
    value: str
    reason: str
    row: str = ""
    code: str = ""
    hint: str = ""
    values: Mapping[str, Any] = field_of(default_factory=dict, hash=False)
    part: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A task and how far it got. `counts` are (name, number) pairs such as ("inserted", 12).

    The first rejects are kept, all are counted; so are `notices`, rows that landed but of which the merchant should know something. `faults` say
    what ended the task early or kept it from doing all.
    """

    id: TaskId
    kind: str
    source: str
    state: TaskState
    created: datetime
    finished: datetime | None = None
    counts: tuple[tuple[str, int], ...] = ()
    rejects: tuple[Reject, ...] = ()
    notices: tuple[Reject, ...] = ()
    faults: tuple[Reject, ...] = ()

    @property
    def error(self) -> str:
        """What went wrong with the task as a whole, in English; empty if nothing did."""
        return "; ".join(f"{fault.field}: {fault.reason}" if fault.field else fault.reason for fault in self.faults)
