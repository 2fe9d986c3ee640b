"""Accepted work: how far it is, what it did, what did not land."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import FileResponse, Response

from shopkeeper.api.caller import Caller, Writer
from shopkeeper.api.replies import json_reply, reader_lang
from shopkeeper.api.schemas.common import PathId
from shopkeeper.api.schemas.tasks import TaskList, TaskOut, task_json
from shopkeeper.domain.ids import TaskId
from shopkeeper.domain.task import Task
from shopkeeper.errors import NotFound

router = APIRouter(tags=["Tasks"])
Limit = Annotated[int, Query(ge=1, le=500)]


@router.get("/v1/tasks", response_model=TaskList, summary="List tasks", operation_id="listTasks")
def list_tasks(request: Request, caller: Writer, limit: Limit = 50) -> Response:
    """The newest tasks, newest first."""
    return json_reply({"tasks": [task_json(task, reader_lang(request)) for task in caller.shop.database.tasks.recent(limit=limit)]})


@router.get("/v1/tasks/{task_id}", response_model=TaskOut, summary="Get a task", operation_id="getTask")
def get_task(request: Request, caller: Writer, task_id: PathId) -> Response:
    """How far the work is; when it is done, what it did."""
    return json_reply(task_json(task_of(caller, task_id), reader_lang(request)))


@router.get(
    "/v1/tasks/{task_id}/rejects",
    response_class=Response,
    responses={
        200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}, "description": "Line, field, value, reason and row of each."}
    },
    summary="Download what did not land",
    operation_id="getRejects",
)
def get_rejects(caller: Writer, task_id: PathId) -> Response:
    """Every rejected row of a finished task as JSON Lines, to be mended and sent again. Kept for the newest 200 tasks."""
    task = task_of(caller, task_id)
    path = caller.shop.imports.rejects_file(task.id)
    if path.is_file():
        return FileResponse(path, media_type="application/x-ndjson", filename=f"rejects-{task.id}.jsonl")
    if task.state in ("queued", "running") or task.rejects:
        raise NotFound(f"there is no reject file for task {task_id!r}", field="task_id", value=task_id, hint=f"The task is {task.state}.")
    return Response(b"", media_type="application/x-ndjson")


def task_of(caller: Caller, task_id: str) -> Task:
    """The task; `NotFound` if this shop has none of that id."""
    task = caller.shop.database.tasks.get(TaskId(task_id))
    if task is None:
        raise NotFound(f"there is no task {task_id!r}", field="task_id", value=task_id)
    return task
