"""Bringing in a feed, and what came of it: counts, and every row that did not land with its line, field, value and reason."""

import csv
import io
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, BinaryIO, Final, get_args

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from shopkeeper.catalog.rejects import error_in, reason_in, reject_line
from shopkeeper.catalog.report import FormatName
from shopkeeper.domain.ids import TaskId
from shopkeeper.domain.task import Reject, Task
from shopkeeper.domain.texts import LANGS, Lang
from shopkeeper.errors import NotFound
from shopkeeper.web.console.contexts import ImportContext, ImportLine, ImportsContext, RowLine, TaskState, Tone
from shopkeeper.web.console.desk import NO_STORE, Console, Desk, desk, to_the_door

if TYPE_CHECKING:
    from shopkeeper.bootstrap import Shop

FORMATS: Final = tuple(name for name in get_args(FormatName) if name != "mapped")
"""What can be uploaded here; `mapped` needs a column map, which the command line takes."""

LISTED: Final = 50
SHOWN_REJECTS: Final = 100
UPLOAD_LIMIT_BYTES: Final = 2 * 2**30
REFRESH_S: Final = 2
DRY_RUN: Final = " (dry run)"
"""Ends the source of a rehearsal, because a task has no other place to say that its counts are only what would happen."""

_STATES: Final[dict[str, tuple[Tone, str]]] = {
    "queued": ("info", "clock"),
    "running": ("info", "clock"),
    "done": ("good", "check"),
    "failed": ("bad", "alert"),
}


def imports(console: Console, request: Request) -> Response:
    """`GET /console/imports`"""
    at = desk(console, request)
    return _imports_page(at, at.shop) if at.shop is not None else to_the_door(at)


async def upload(console: Console, request: Request) -> Response:
    """`POST /console/imports`: keeps the file on disk, queues it like an upload to the API, and leads to its report."""
    at = await run_in_threadpool(desk, console, request)
    if at.shop is None:
        return to_the_door(at)
    async with request.form(max_files=1, max_fields=20) as form:
        at.check_form(str(form.get("form_token", "")))
        return await run_in_threadpool(_accept, at, at.shop, form)


def _accept(at: Desk, shop: "Shop", form: FormData) -> Response:
    feed = form.get("feed")
    if not isinstance(feed, UploadFile) or not feed.filename or not feed.size:
        return _imports_page(at, shop, problem="upload.no_file", status=422)
    format_name, lang, currency = (str(form.get(name, "")) for name in ("format", "lang", "currency"))
    if format_name not in ("auto", *FORMATS) or lang not in ("", *LANGS):
        return _imports_page(at, shop, problem="upload.no_format", status=422)
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        return _imports_page(at, shop, problem="upload.no_currency", status=422)
    dry_run = form.get("dry_run") == "yes"
    options = {"kind": "products", "format": format_name, "currency": currency, "dry_run": "true" if dry_run else "false"}
    if lang:
        options["lang"] = lang
    name = PurePath(feed.filename.replace("\\", "/")).name[:120]

    def write(out: BinaryIO) -> None:
        feed.file.seek(0)
        shutil.copyfileobj(feed.file, out, 1 << 20)

    task = at.console.accept(shop, "products.import", name + DRY_RUN if dry_run else name, write, suffix=_suffix(name), options=options)
    return RedirectResponse(at.url("console_import", id=task.id), status_code=303, headers=NO_STORE)


def _suffix(name: str) -> str:
    """The file's suffix (`.xml`, `.tsv.gz`), which says its format; nothing that could be more than that."""
    suffix = "".join(PurePath(name).suffixes[-2:]).lower()
    return suffix if len(suffix) <= 16 and suffix.replace(".", "").isalnum() and suffix.isascii() else ""


def _imports_page(at: Desk, shop: "Shop", *, problem: str = "", status: int = 200) -> Response:
    t = at.t
    tasks = [task for task in shop.database.tasks.recent(limit=200) if _is_import(task)][:LISTED]
    lines = tuple(_line(task, at) for task in tasks)
    context = ImportsContext(
        t=t,
        url=at.url,
        fmt=at.fmt,
        frame=at.frame(str(t("rail.console_imports")), place="console_imports"),
        answer=_list_answer(lines, at),
        problem=str(t(problem)) if problem else "",
        formats=(("auto", str(t("format.auto"))), *((name, str(t(f"format.{name}"))) for name in FORMATS)),
        languages=(("", str(t("upload.language_auto"))), *((lang, str(t(f"language.{lang}"))) for lang in LANGS)),
        currency=shop.currency,
        limit=at.fmt.size(UPLOAD_LIMIT_BYTES),
        imports=lines,
    )
    return at.page("console/imports.html", context, status=status)


def _list_answer(lines: tuple[ImportLine, ...], at: Desk) -> str:
    if not lines:
        return str(at.t("imports.answer_none"))
    newest = lines[0]
    if newest.state.running:
        key = "running"
    elif newest.dry_run:
        key = "dry_run"
    else:
        key = "rejected" if newest.rejected else "clean"
    return str(at.t(f"imports.answer_{key}", n=newest.landed, source=newest.source, rejected=newest.rejected))


def _is_import(task: Task) -> bool:
    return "import" in task.kind or task.kind.endswith(".batch")


def _line(task: Task, at: Desk) -> ImportLine:
    counts = dict(task.counts)
    landed = sum(counts.get(name, 0) for name in ("inserted", "updated", "unchanged", "patched"))
    return ImportLine(
        href=at.url("console_import", id=task.id),
        source=task.source.removesuffix(DRY_RUN) or task.id,
        dry_run=task.source.endswith(DRY_RUN),
        kind=kind_words(task, at),
        created=task.created,
        state=state_words(task, at),
        read=counts.get("read", landed + counts.get("rejected", 0)),
        landed=landed,
        rejected=counts.get("rejected", 0),
    )


def kind_words(task: Task, at: Desk) -> str:
    """What kind of work it was; one that has no words yet by its own name."""
    key = f"kind.{task.kind.replace('.', '_')}"
    return str(at.t(key)) if key in at.t else task.kind


def state_words(task: Task, at: Desk) -> TaskState:
    """How the task stands."""
    tone, icon = _STATES[task.state]
    if task.state == "done" and dict(task.counts).get("rejected"):
        return TaskState(str(at.t("task.done_with_rejects")), "warn", "alert")
    return TaskState(str(at.t(f"task.{task.state}")), tone, icon, running=task.state in ("queued", "running"))


def report(console: Console, request: Request) -> Response:
    """`GET /console/imports/{id}`: one import; while it runs, the page looks again by itself."""
    at = desk(console, request)
    if at.shop is None:
        return to_the_door(at)
    task = _task(at.shop, request)
    source = task.source.removesuffix(DRY_RUN)
    running = task.state in ("queued", "running")
    counts = dict(task.counts)
    rejected = counts.get("rejected", len(task.rejects))
    context = ImportContext(
        t=at.t,
        url=at.url,
        fmt=at.fmt,
        frame=at.frame(str(at.t("import.heading", source=source)), place="console_imports", refresh_s=REFRESH_S if running else 0),
        source=source,
        dry_run=task.source.endswith(DRY_RUN),
        kind=kind_words(task, at),
        state=state_words(task, at),
        answer=_answer(task, at),
        running=running,
        created=task.created,
        took_s=(task.finished - task.created).total_seconds() if task.finished is not None else None,
        counts=() if running else tuple((_count_words(name, at), number) for name, number in task.counts),
        error=error_in(task.faults, at.t.lang),
        notices=_rows(task.notices, at),
        not_listed=counts.get("not_listed", len(task.notices)),
        rejects=_rows(task.rejects[:SHOWN_REJECTS], at),
        rejected=max(rejected, len(task.rejects)),
        csv=at.url("console_rejects", id=task.id, form="csv"),
        json_lines=at.url("console_rejects", id=task.id, form="jsonl"),
    )
    return at.page("console/import.html", context)


def _rows(rows: Iterable[Reject], at: Desk) -> tuple[RowLine, ...]:
    return tuple(RowLine(row.line, row.field, row.value, reason_in(row, at.t.lang)) for row in rows)


def _count_words(name: str, at: Desk) -> str:
    key = f"counts.{name}"
    return str(at.t(key)) if key in at.t else name


def _answer(task: Task, at: Desk) -> str:
    counts = dict(task.counts)
    landed = sum(counts.get(name, 0) for name in ("inserted", "updated", "unchanged", "patched"))
    if task.state == "queued":
        return str(at.t("import.answer_queued"))
    if task.state == "running":
        done = counts.get("done", 0)
        if task.kind == "products.import" and done:
            return str(at.t("import.answer_running_bytes", size=at.fmt.size(done)))
        return str(at.t("import.answer_running"))
    if task.state == "failed":
        return str(at.t("import.answer_failed", n=landed))
    if task.source.endswith(DRY_RUN):
        return str(at.t("import.answer_dry_run", n=landed, rejected=counts.get("rejected", 0)))
    key = "import.answer_rejected" if counts.get("rejected") else "import.answer_clean"
    return str(at.t(key, n=landed, rejected=counts.get("rejected", 0)))


def _task(shop: "Shop", request: Request) -> Task:
    task_id = TaskId(request.path_params["id"])
    task = shop.database.tasks.get(task_id)
    if task is None:
        raise NotFound("no such import", field="id", value=task_id)
    return task


def rejects(console: Console, request: Request) -> Response:
    """`GET /console/imports/{id}/rejects.csv|jsonl`: every row that did not land, to be mended and imported again."""
    at = desk(console, request)
    if at.shop is None:
        return to_the_door(at)
    task = _task(at.shop, request)
    form = request.path_params["form"]
    found = every_reject(at.shop.imports.rejects_file(task.id), task)
    stream, media_type = (as_csv(found, at.t.lang), "text/csv; charset=utf-8") if form == "csv" else (as_json_lines(found), "application/x-ndjson")
    headers = {**NO_STORE, "Content-Disposition": f'attachment; filename="rejects-{task.id}.{form}"'}
    return StreamingResponse(stream, media_type=media_type, headers=headers)


def every_reject(path: Path, task: Task) -> Iterator[Reject]:
    """All rejects from the import's reject file; the first ones, which the task itself keeps, where that is gone."""
    if not path.is_file():
        yield from task.rejects
        return
    with path.open("rb") as lines:
        for line in lines:
            yield Reject(**orjson.loads(line))


def as_csv(rejects: Iterator[Reject], lang: Lang = "en") -> Iterator[str]:
    """The rejects as CSV for a spreadsheet, reasons in `lang`: with a byte order mark, and no cell that a spreadsheet would run as a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(("line", "field", "value", "reason", "row", "code"))
    for reject in rejects:
        cells = (reject.field, reject.value, reason_in(reject, lang), reject.row, reject.code)
        writer.writerow((reject.line, *map(_plain_cell, cells)))
        if buffer.tell() > 1 << 16:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _plain_cell(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def as_json_lines(rejects: Iterator[Reject]) -> Iterator[bytes]:
    """The rejects as JSON Lines, to the letter."""
    for reject in rejects:
        yield reject_line(reject)
