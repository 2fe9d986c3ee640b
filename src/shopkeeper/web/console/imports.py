"""Bringing in a feed, and what came of it: counts, and every row that did not land with its line, field, value and reason."""

import csv
import io
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, BinaryIO, Final, get_args

import orjson
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from shopkeeper.catalog.rejects import error_in, reason_in, reject_line
from shopkeeper.catalog.report import FormatName
from shopkeeper.domain.ids import TaskId
from shopkeeper.domain.task import Reject, Task
from shopkeeper.domain.texts import LANGS, Lang
from shopkeeper.errors import NotFound
from shopkeeper.web.charts.chart import plain_cell
from shopkeeper.web.console.contexts import ImportContext, ImportsContext, RowLine, TaskState, Tone
from shopkeeper.web.console.desk import NO_STORE, Desk
from shopkeeper.web.console.tables import Asked, Cell, Cells, Column, Field, csv_answer, sorted_rows, table
from shopkeeper.web.contexts import Link

if TYPE_CHECKING:
    from shopkeeper.bootstrap import Shop

FORMATS: Final = tuple(name for name in get_args(FormatName) if name != "mapped")
"""What can be uploaded here; `mapped` needs a column map, which the command line takes."""

LOOKED_AT: Final = 500
"""The newest tasks of all kinds, among which the imports are listed."""

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


def imports(at: Desk, request: Request) -> Response:
    """`GET /console/imports`"""
    return _imports_page(at, request)


def upload(at: Desk, request: Request, form: FormData) -> Response:
    """`POST /console/imports`: keeps the file on disk, queues it like an upload to the API, and leads to its report."""
    feed = form.get("feed")
    if not isinstance(feed, UploadFile) or not feed.filename or not feed.size:
        return _imports_page(at, request, problem="upload.no_file", status=422)
    format_name, lang, currency = (str(form.get(name, "")) for name in ("format", "lang", "currency"))
    if format_name not in ("auto", *FORMATS) or lang not in ("", *LANGS):
        return _imports_page(at, request, problem="upload.no_format", status=422)
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        return _imports_page(at, request, problem="upload.no_currency", status=422)
    dry_run = form.get("dry_run") == "yes"
    options = {"kind": "products", "format": format_name, "currency": currency, "dry_run": "true" if dry_run else "false"}
    if lang:
        options["lang"] = lang
    name = PurePath(feed.filename.replace("\\", "/")).name[:120]

    def write(out: BinaryIO) -> None:
        feed.file.seek(0)
        shutil.copyfileobj(feed.file, out, 1 << 20)

    task = at.console.accept(at.shop, "products.import", name + DRY_RUN if dry_run else name, write, suffix=_suffix(name), options=options)
    at.record("import.upload", name, after=options | {"task": task.id})
    return RedirectResponse(at.url("console_import", id=task.id), status_code=303, headers=NO_STORE)


def _suffix(name: str) -> str:
    """The file's suffix (`.xml`, `.tsv.gz`), which says its format; nothing that could be more than that."""
    suffix = "".join(PurePath(name).suffixes[-2:]).lower()
    return suffix if len(suffix) <= 16 and suffix.replace(".", "").isalnum() and suffix.isascii() else ""


def _imports_page(at: Desk, request: Request, *, problem: str = "", status: int = 200) -> Response:
    t = at.t
    head = _columns(at)
    asked = Asked.of(request, head, at.url("console_imports"), default="-when")
    kind = asked.value("kind")
    tasks = [task for task in at.shop.database.tasks.recent(limit=LOOKED_AT) if _is_import(task)]
    kinds = sorted({task.kind for task in tasks})
    rows = [_cells(task, at) for task in tasks if kind in ("", task.kind)]
    if asked.csv:
        return csv_answer("imports", head, sorted_rows(asked, rows))
    choices = (("", str(t("imports.any_kind"))), *((name, kind_words(name, at)) for name in kinds))
    context = ImportsContext(
        t=t,
        url=at.url,
        fmt=at.fmt,
        frame=at.frame(str(t("rail.console_imports")), place="console_imports"),
        answer=_list_answer(tasks[0] if tasks else None, at),
        problem=str(t(problem)) if problem else "",
        formats=(("auto", str(t("format.auto"))), *((name, str(t(f"format.{name}"))) for name in FORMATS)),
        languages=(("", str(t("upload.language_auto"))), *((lang, str(t(f"language.{lang}"))) for lang in LANGS)),
        currency=at.shop.currency,
        limit=at.fmt.size(UPLOAD_LIMIT_BYTES),
        table=table(
            asked,
            head,
            rows,
            caption=str(t("imports.list")),
            empty=str(t("imports.none")),
            fields=(Field("kind", str(t("imports.kind")), kind, choices, "select"),) if len(kinds) > 1 else (),
        ),
    )
    return at.page("console/imports.html", context, status=status)


def _columns(at: Desk) -> tuple[Column, ...]:
    t = at.t
    return (
        Column("when", str(t("imports.when"))),
        Column("source", str(t("imports.source"))),
        Column("state", str(t("imports.state"))),
        Column("read", str(t("imports.read")), number=True),
        Column("landed", str(t("imports.landed")), number=True),
        Column("rejected", str(t("imports.rejected")), number=True),
    )


def _cells(task: Task, at: Desk) -> Cells:
    counts, state = dict(task.counts), state_words(task, at)
    rejected = counts.get("rejected", 0)
    read = counts.get("read", landed(task) + rejected)
    note = kind_words(task.kind, at) + (f"{at.t('list.comma')}{at.t('import.dry_run')}" if task.source.endswith(DRY_RUN) else "")
    return {
        "when": Cell(at.fmt.minute(task.created), order=task.created.isoformat()),
        "source": Cell(task.source.removesuffix(DRY_RUN) or task.id, at.url("console_import", id=task.id), note),
        "state": Cell(state.words, tone=state.tone, icon=state.icon),
        "read": Cell(at.fmt.number(read), order=read),
        "landed": Cell(at.fmt.number(landed(task)), order=landed(task)),
        "rejected": Cell(at.fmt.number(rejected), order=rejected),
    }


def landed(task: Task) -> int:
    """How many rows of the task are in the shop."""
    counts = dict(task.counts)
    return sum(counts.get(name, 0) for name in ("inserted", "updated", "unchanged", "patched"))


def _list_answer(newest: Task | None, at: Desk) -> str:
    if newest is None:
        return str(at.t("imports.answer_none"))
    rejected = dict(newest.counts).get("rejected", 0)
    if newest.state in ("queued", "running"):
        key = "running"
    elif newest.source.endswith(DRY_RUN):
        key = "dry_run"
    else:
        key = "rejected" if rejected else "clean"
    return str(at.t(f"imports.answer_{key}", n=landed(newest), source=newest.source.removesuffix(DRY_RUN) or newest.id, rejected=rejected))


def _is_import(task: Task) -> bool:
    return "import" in task.kind or task.kind.endswith(".batch")


def kind_words(kind: str, at: Desk) -> str:
    """What kind of work it was; one that has no words yet by its own name."""
    key = f"kind.{kind.replace('.', '_')}"
    return str(at.t(key)) if key in at.t else kind


def state_words(task: Task, at: Desk) -> TaskState:
    """How the task stands."""
    tone, icon = _STATES[task.state]
    if task.state == "done" and dict(task.counts).get("rejected"):
        return TaskState(str(at.t("task.done_with_rejects")), "warn", "alert")
    return TaskState(str(at.t(f"task.{task.state}")), tone, icon, running=task.state in ("queued", "running"))


def report(at: Desk, request: Request) -> Response:
    """`GET /console/imports/{id}`: one import; while it runs, the page looks again by itself."""
    task = _task(at.shop, request)
    source = task.source.removesuffix(DRY_RUN)
    running = task.state in ("queued", "running")
    refresh = REFRESH_S if running else 0
    rejected = dict(task.counts).get("rejected", len(task.rejects))
    context = ImportContext(
        t=at.t,
        url=at.url,
        fmt=at.fmt,
        frame=at.frame(str(at.t("import.heading", source=source)), place="console_imports", crumbs=(Link("", source, True),), refresh_s=refresh),
        source=source,
        dry_run=task.source.endswith(DRY_RUN),
        kind=kind_words(task.kind, at),
        state=state_words(task, at),
        answer=_answer(task, at),
        running=running,
        created=task.created,
        took_s=(task.finished - task.created).total_seconds() if task.finished is not None else None,
        counts=() if running else tuple((_count_words(name, at), number) for name, number in task.counts),
        error=error_in(task.faults, at.t.lang),
        notices=_rows(task.notices, at),
        not_listed=dict(task.counts).get("not_listed", len(task.notices)),
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
    if task.state == "queued":
        return str(at.t("import.answer_queued"))
    if task.state == "running":
        done = counts.get("done", 0)
        if task.kind == "products.import" and done:
            return str(at.t("import.answer_running_bytes", size=at.fmt.size(done)))
        return str(at.t("import.answer_running"))
    if task.state == "failed":
        return str(at.t("import.answer_failed", n=landed(task)))
    if task.source.endswith(DRY_RUN):
        return str(at.t("import.answer_dry_run", n=landed(task), rejected=counts.get("rejected", 0)))
    key = "import.answer_rejected" if counts.get("rejected") else "import.answer_clean"
    return str(at.t(key, n=landed(task), rejected=counts.get("rejected", 0)))


def _task(shop: "Shop", request: Request) -> Task:
    task_id = TaskId(request.path_params["id"])
    task = shop.database.tasks.get(task_id)
    if task is None:
        raise NotFound("no such import", field="id", value=task_id)
    return task


def rejects(at: Desk, request: Request) -> Response:
    """`GET /console/imports/{id}/rejects.csv|jsonl`: every row that did not land, to be mended and imported again."""
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
        writer.writerow((reject.line, *map(plain_cell, cells)))
        if buffer.tell() > 1 << 16:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def as_json_lines(rejects: Iterator[Reject]) -> Iterator[bytes]:
    """The rejects as JSON Lines, to the letter."""
    for reject in rejects:
        yield reject_line(reject)
