"""Every route of the console, with the permission that it needs: none is reached without, and a test reads this table.

A page of the console is a plain function: `(at, request)` for GET, `(at, request, form)` for POST. Here it is wrapped: no session leads to the
door, a role without the permission is refused, a form without its token is refused, and only then the function runs, in a thread.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from shopkeeper.access.permissions import Permission
from shopkeeper.web.console import (
    accounts,
    audit,
    catalogue,
    door,
    events,
    experiment_form,
    experiments,
    find,
    imports,
    one_order,
    orders,
    overview,
    own_account,
    preferences,
)
from shopkeeper.web.console.desk import NO_STORE, Console, Desk, desk, doorstep

MAX_FIELDS: Final = 300

Shown = Callable[[Desk, Request], Response]
Sent = Callable[[Desk, Request, FormData], Response]


@dataclass(frozen=True, slots=True)
class Page:
    """A GET: its path below /console, the function, and what it needs."""

    path: str
    show: Shown
    needs: Permission


@dataclass(frozen=True, slots=True)
class Form:
    """A POST: likewise; `limit` bytes where its body may be larger than usual."""

    path: str
    send: Sent
    needs: Permission
    limit: int | None = None


PAGES: Final = (
    Page("/catalogue", catalogue.catalogue, "see_catalogue"),
    Page("/orders", orders.orders, "see_orders"),
    Page("/orders/{id:path}", one_order.order, "see_orders"),
    Page("/imports", imports.imports, "import"),
    Page("/imports/{id}", imports.report, "import"),
    Page("/imports/{id}/rejects.{form:str}", imports.rejects, "import"),
    Page("/charts/{name}.{form:str}", overview.chart_file, "see_reports"),
    Page("/experiments", experiments.experiments, "see_reports"),
    Page("/experiments/new", experiment_form.new, "edit_experiments"),
    Page("/experiments/{id}", experiments.experiment, "see_reports"),
    Page("/experiments/{id}/start", experiments.start_page, "edit_experiments"),
    Page("/experiments/{id}/stop", experiments.stop_page, "edit_experiments"),
    Page("/experiments/{id}/{name}.{form:str}", experiments.chart_file, "see_reports"),
    Page("/events", events.events, "see_reports"),
    Page("/settings", preferences.preferences, "see_settings"),
    Page("/settings/history", preferences.history, "see_settings"),
    Page("/accounts", accounts.accounts, "manage_accounts"),
    Page("/audit", audit.audit, "see_audit"),
    Page("/find", find.find, "own_account"),
    Page("/market", door.choose_market, "own_account"),
    Page("/account", own_account.own_account, "own_account"),
    Page("", overview.overview, "own_account"),  # leads on whoever may not see reports
)
FORMS: Final = (
    Form("/orders/{id:path}", one_order.act, "serve_orders"),
    Form("/imports", imports.upload, "import", limit=imports.UPLOAD_LIMIT_BYTES),
    Form("/experiments", experiment_form.create, "edit_experiments"),
    Form("/experiments/{id}/start", experiments.start, "edit_experiments"),
    Form("/experiments/{id}/stop", experiments.stop, "edit_experiments"),
    Form("/settings", preferences.save, "edit_settings"),
    Form("/settings/restore", preferences.restore, "edit_settings"),
    Form("/accounts", accounts.invite, "manage_accounts"),
    Form("/accounts/{id}", accounts.change, "manage_accounts"),
    Form("/account/password", own_account.change_password, "own_account"),
    Form("/account/sign-out-everywhere", own_account.sign_out_everywhere, "own_account"),
    Form("/sign-out", door.sign_out, "own_account"),
)
"""Beside these there is only the door itself: signing in, and setting a first password."""


def routes(console: Console) -> list[Route]:
    """The console's routes for Starlette."""
    doors = [
        Route("/console/sign-in", _at_the_door(console, door.sign_in), methods=["GET"]),
        Route("/console/sign-in", _form_at_the_door(console, door.try_to_sign_in), methods=["POST"]),
        Route("/console/set-up", _at_the_door(console, door.set_up), methods=["GET"]),
        Route("/console/set-up", _form_at_the_door(console, door.try_to_set_up), methods=["POST"]),
    ]
    shown = [Route(f"/console{page.path}", _shown(console, page), methods=["GET"]) for page in PAGES]
    sent = [
        Route(f"/console{form.path}", _sent(console, form), methods=["POST"], max_body_size=form.limit)
        if form.limit is not None
        else Route(f"/console{form.path}", _sent(console, form), methods=["POST"])
        for form in FORMS
    ]
    return [*doors, *shown, *sent]


def _shown(console: Console, page: Page) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        at = desk(console, request)
        if at is None:
            return to_the_door(console, request)
        at.check(page.needs)
        return page.show(at, request)

    return answer


def _sent(console: Console, form: Form) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        at = await run_in_threadpool(desk, console, request)
        if at is None:
            return to_the_door(console, request)
        at.check(form.needs)
        async with request.form(max_files=1, max_fields=MAX_FIELDS) as fields:
            at.check_form(str(fields.get("form_token", "")))
            return await run_in_threadpool(form.send, at, request, fields)

    return answer


def _at_the_door(console: Console, show: Callable[[Console, Request], Response]) -> Callable[[Request], Response]:
    return lambda request: show(console, request)


def _form_at_the_door(console: Console, send: Callable[[Console, Request, FormData], Response]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=20) as fields:
            return await run_in_threadpool(send, console, request, fields)

    return answer


def to_the_door(console: Console, request: Request) -> Response:
    """Where one who is not signed in is sent, to come back afterwards."""
    at = doorstep(console, request)
    return RedirectResponse(at.url("console_sign_in", query=[("back", at.here)]), status_code=303, headers=NO_STORE)
