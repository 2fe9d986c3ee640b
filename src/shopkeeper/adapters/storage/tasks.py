"""Tasks and their reports in a table."""

from dataclasses import astuple
from typing import Any, cast

import orjson
from sqlalchemy import Connection, select

from shopkeeper.adapters.storage.engine import Connections
from shopkeeper.adapters.storage.rows import encode, findable, from_micros, storable, to_micros, upsert
from shopkeeper.adapters.storage.schema import tasks
from shopkeeper.adapters.storage.webhooks import post
from shopkeeper.domain.ids import TaskId
from shopkeeper.domain.task import Reject, Task, TaskState
from shopkeeper.webhooks.messages import task_finished


class SqlTaskStore:
    """`ports.stores.TaskStore` on SQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def save(self, task: Task) -> None:
        """Insert or replace the task by id."""
        document, _, _ = encode(_task_to_json, task, named=f"task {task.id}")
        id_ = storable(task.id, field="task.id")
        row = {"id": id_, "created": to_micros(task.created), "state": task.state, "document": document}

        def work(connection: Connection) -> None:
            before = connection.scalar(select(tasks.c.state).where(tasks.c.id == id_))
            upsert(connection, tasks, [row])
            post(connection, task_finished(before, task))

        self._connections.write(work)

    def get(self, task_id: TaskId) -> Task | None:
        """The task with its first rejects, or None."""
        if not findable([task_id]):
            return None
        with self._connections.read() as connection:
            document = connection.scalar(select(tasks.c.document).where(tasks.c.id == task_id))
        return None if document is None else _task_from_json(document)

    def recent(self, *, limit: int = 50) -> list[Task]:
        """The newest tasks, newest first."""
        newest = select(tasks.c.document).order_by(tasks.c.created.desc(), tasks.c.id.desc()).limit(limit)
        with self._connections.read() as connection:
            return [_task_from_json(document) for document in connection.scalars(newest)]


def _task_to_json(task: Task) -> bytes:
    return orjson.dumps(
        {
            "id": task.id,
            "kind": task.kind,
            "source": task.source,
            "state": task.state,
            "created": to_micros(task.created),
            "finished": None if task.finished is None else to_micros(task.finished),
            "counts": task.counts,
            "rejects": [astuple(reject) for reject in task.rejects],
            "notices": [astuple(notice) for notice in task.notices],
            "faults": [astuple(fault) for fault in task.faults],
        }
    )


def _task_from_json(raw: str) -> Task:
    document: dict[str, Any] = orjson.loads(raw)
    return Task(
        id=TaskId(document["id"]),
        kind=document["kind"],
        source=document["source"],
        state=cast(TaskState, document["state"]),
        created=from_micros(document["created"]),
        finished=None if document["finished"] is None else from_micros(document["finished"]),
        counts=tuple((name, number) for name, number in document["counts"]),
        rejects=tuple(Reject(*reject) for reject in document["rejects"]),
        notices=tuple(Reject(*notice) for notice in document.get("notices", ())),
        faults=tuple(Reject(*fault) for fault in document.get("faults", ())) or _old_error(document),
    )


def _old_error(document: dict[str, Any]) -> tuple[Reject, ...]:
    """The error of a task from before errors had codes."""
    return (Reject(0, "", "", document["error"]),) if document.get("error") else ()
