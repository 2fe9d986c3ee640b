"""Who changed what: the log, newest first, by person, by kind of change and by day."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from shopkeeper.domain.audit import AuditEntry, AuditQuery
from shopkeeper.domain.preferences import PREFERENCES
from shopkeeper.web.console.contexts import AuditContext
from shopkeeper.web.console.desk import Desk
from shopkeeper.web.console.tables import Asked, Cell, Cells, Column, Field, csv_answer, table

WHAT: Final = (
    "settings.change",
    "experiment.create",
    "experiment.start",
    "experiment.stop",
    "import.upload",
    "order.advance",
    "order.receive",
    "key.mint",
    "key.revoke",
    "account.invite",
    "account.set_up",
    "account.role",
    "account.reset",
    "account.password",
    "account.disable",
    "account.enable",
    "account.sign_out_everywhere",
    "webhook.add",
    "webhook.change",
    "webhook.delete",
    "webhook.rotate",
    "webhook.redeliver",
)
"""What is written down, each with its words under `audit_what`; a kind that is not here shows its own name."""

LISTED: Final = 1_000
"""Entries that the page looks through, newest first; the CSV has all."""


def audit(at: Desk, request: Request) -> Response:
    """`GET /console/audit?who=&what=&since=&until=`, also `format=csv`."""
    head = _columns(at)
    asked = Asked.of(request, head, at.url("console_audit"), default="-when")
    query = AuditQuery(
        who=asked.value("who"), what=asked.value("what"), since=_day(asked.value("since")), until=_day(asked.value("until"), after=1), limit=LISTED
    )
    if asked.csv:
        return csv_answer("who-changed-what", head, (_cells(at, entry) for entry in _everything(at, query)))
    entries = at.shop.audit.find(query)
    full = len(entries) < LISTED
    shown = table(
        asked,
        head,
        [_cells(at, entry) for entry in entries],
        caption=str(at.t("audit.caption")),
        empty=str(at.t("audit.none_found" if any(asked.value(name) for name in ("who", "what", "since", "until")) else "audit.none")),
        fields=_fields(at, asked),
        state="full" if full else "partial",
        message="" if full else str(at.t("audit.partial", n=LISTED)),
    )
    frame = at.frame(str(at.t("rail.console_audit")), place="console_audit")
    context = AuditContext(at.t, at.url, at.fmt, frame, _answer(at, entries), shown)
    return at.page("console/audit.html", context)


def _columns(at: Desk) -> tuple[Column, ...]:
    t = at.t
    return (
        Column("when", str(t("audit.when"))),
        Column("who", str(t("audit.who"))),
        Column("what", str(t("audit.what"))),
        Column("target", str(t("audit.target"))),
        Column("changes", str(t("audit.changes")), sortable=False),
        Column("address", str(t("audit.address")), shown=False),
        Column("request", str(t("audit.request")), sortable=False, shown=False),
    )


def _fields(at: Desk, asked: Asked) -> tuple[Field, ...]:
    t = at.t
    choices = (("", str(t("audit.anything"))), *((name, what_words(name, at)) for name in WHAT))
    return (
        Field("who", str(t("audit.who")), asked.value("who")),
        Field("what", str(t("audit.what")), asked.value("what"), choices, "select"),
        Field("since", str(t("audit.since")), asked.value("since"), kind="date"),
        Field("until", str(t("audit.until")), asked.value("until"), kind="date"),
    )


def what_words(what: str, at: Desk) -> str:
    """What was done, in words."""
    key = f"audit_what.{what.replace('.', '_')}"
    return str(at.t(key)) if key in at.t else what


def _day(raw: str, *, after: int = 0) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(raw) + timedelta(days=after), datetime.min.time(), UTC)
    except (ValueError, OverflowError):
        return None


def _everything(at: Desk, query: AuditQuery) -> Iterator[AuditEntry]:
    after = ""
    while page := at.shop.audit.find(AuditQuery(query.who, query.what, query.since, query.until, after, LISTED)):
        yield from page
        after = page[-1].id


def _answer(at: Desk, entries: list[AuditEntry]) -> str:
    if not entries:
        return str(at.t("audit.answer_none"))
    newest = entries[0]
    days = at.shop.preferences.current().privacy.audit_days
    return str(at.t("audit.answer", who=newest.who, what=what_words(newest.what, at), when=at.fmt.minute(newest.at), days=days))


def _cells(at: Desk, entry: AuditEntry) -> Cells:
    names = {one.name: PREFERENCES[one.name].label.get(at.lang) if one.name in PREFERENCES else one.name for one in entry.changes}
    changes = "; ".join(f"{names[one.name]}: {one.before or '–'} → {one.after or '–'}" for one in entry.changes)
    return {
        "when": Cell(at.fmt.minute(entry.at), order=entry.at.isoformat()),
        "who": Cell(entry.who),
        "what": Cell(what_words(entry.what, at)),
        "target": Cell(entry.target),
        "changes": Cell(changes),
        "address": Cell(entry.address),
        "request": Cell(entry.request_id),
    }
