"""Feeds that an admin uploads."""

import re
import shutil
from pathlib import PurePath
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form, Request, UploadFile
from starlette.responses import Response

from shopkeeper.api.caller import Admin
from shopkeeper.api.context import context_of
from shopkeeper.api.recording import record
from shopkeeper.api.replies import json_reply, reader_lang
from shopkeeper.api.routes.tasks import Limit
from shopkeeper.api.schemas.common import LangCode
from shopkeeper.api.schemas.tasks import Accepted, TaskList, task_json
from shopkeeper.api.work import COLUMN_MAP
from shopkeeper.catalog.report import FormatName
from shopkeeper.errors import BadInput

router = APIRouter(tags=["Imports"])

_MAX_COLUMN_MAP: Final = 2**20
_SUFFIXES: Final = re.compile(r"(\.[a-z0-9]{1,8}){1,2}")
ImportFormat = Literal["auto", FormatName]
ImportKind = Literal["products", "reviews", "orders", "policies"]


@router.post("/v1/imports", status_code=202, response_model=Accepted, summary="Upload a feed", operation_id="importFeed")
def import_feed(
    request: Request,
    caller: Admin,
    file: UploadFile,
    kind: Annotated[ImportKind, Form()] = "products",
    format: Annotated[ImportFormat, Form(description="Told by the content where it is `auto`.")] = "auto",
    column_map: Annotated[UploadFile | None, Form(description="For `mapped`: which column is what.")] = None,
    lang: Annotated[LangCode | None, Form(description="For formats that do not say it.")] = None,
    currency: Annotated[str | None, Form(pattern="^[A-Z]{3}$", description="For formats that do not say it.")] = None,
    dry_run: Annotated[bool, Form(description="Report only; nothing is written.")] = False,
    delete_missing: Annotated[bool, Form(description="Products that the feed no longer names become tombstones.")] = False,
    derive_products: Annotated[bool, Form(description="For orders: what their lines say of products is put into the catalogue.")] = False,
    force: Annotated[bool, Form(description="Allow `delete_missing` for more than half of the shop.")] = False,
) -> Response:
    """A whole feed (up to 2 GB). Good rows land, bad rows are told by line, field and reason; the same file again changes nothing."""
    options = {"kind": kind, "format": format}
    flags = {"dry_run": dry_run, "delete_missing": delete_missing, "derive_products": derive_products, "force": force}
    options |= {name: "true" for name, on in flags.items() if on}
    options |= {name: value for name, value in (("lang", lang), ("currency", currency)) if value is not None}
    if column_map is not None:
        options[COLUMN_MAP] = _column_map(column_map)
    name = PurePath(file.filename or "upload").name[:200]
    suffix = "".join(PurePath(name.lower()).suffixes[-2:])
    task = context_of(request).batches.accept(
        caller.shop,
        f"{kind}.import",
        name,
        lambda out: shutil.copyfileobj(file.file, out, 2**20),
        suffix=suffix if _SUFFIXES.fullmatch(suffix) else "",
        options=options,
    )
    record(request, caller, "import.upload", name, after={**{key: value for key, value in options.items() if key != COLUMN_MAP}, "task": task.id})
    return json_reply({"task_id": task.id, "state": task.state}, status=202, headers={"Location": f"/v1/tasks/{task.id}"})


@router.get("/v1/imports", response_model=TaskList, summary="List imports", operation_id="listImports")
def list_imports(request: Request, caller: Admin, limit: Limit = 50) -> Response:
    """The newest uploads among the newest 500 tasks, newest first; each one's rejects are at /v1/tasks/{id}/rejects."""
    tasks = [task for task in caller.shop.database.tasks.recent(limit=500) if task.kind.endswith(".import")]
    return json_reply({"tasks": [task_json(task, reader_lang(request)) for task in tasks[:limit]]})


def _column_map(upload: UploadFile) -> str:
    raw = upload.file.read(_MAX_COLUMN_MAP + 1)
    if len(raw) > _MAX_COLUMN_MAP:
        raise BadInput("is larger than 1 MB", field="column_map")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"is not UTF-8: {error.reason} at byte {error.start}", field="column_map") from None
