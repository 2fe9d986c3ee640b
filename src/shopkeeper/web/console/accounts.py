"""Who may sign in: accounts with their roles; inviting, resetting and disabling them. For owners."""

from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shopkeeper.domain.account import ROLES, Account
from shopkeeper.domain.ids import AccountId
from shopkeeper.errors import BadInput, NotFound, Refused
from shopkeeper.web.console.contexts import AccountsContext, AccountSheet
from shopkeeper.web.console.desk import NO_STORE, Desk
from shopkeeper.web.console.tables import Asked, Cell, Cells, Column, csv_answer, sorted_rows, table

ACTIONS: Final = ("role", "reset", "disable", "enable")


def accounts(at: Desk, request: Request) -> Response:
    """`GET /console/accounts?open=`"""
    return _page(at, request)


def invite(at: Desk, request: Request, form: FormData) -> Response:
    """`POST /console/accounts`: makes an account and shows, this once, the link by which its owner sets a password."""
    try:
        account, code = at.shop.accounts.invite(str(form.get("name", "")), str(form.get("role", "")))
    except BadInput:
        return _page(at, request, problem="accounts.bad_name", status=422)
    except Refused:
        return _page(at, request, problem="accounts.taken", status=409)
    at.record("account.invite", account.name, after={"role": account.role})
    return _page(at, request, invited=account, code=code)


def change(at: Desk, request: Request, form: FormData) -> Response:
    """`POST /console/accounts/{id}`: `do` says what: another role, a new password link, out, or in again."""
    account = at.shop.accounts.get(AccountId(request.path_params["id"]))
    do = str(form.get("do", ""))
    if account is None or do not in ACTIONS:
        raise NotFound("there is no such account", field="id", value=request.path_params["id"])
    try:
        if do == "reset":
            account, code = at.shop.accounts.reset(account.id)
            at.record("account.reset", account.name)
            return _page(at, request, invited=account, code=code)
        _apply(at, account, do, str(form.get("role", "")))
    except Refused:
        return _page(at, request, problem="accounts.last_owner", status=409)
    return RedirectResponse(at.url("console_accounts"), status_code=303, headers=NO_STORE)


def _apply(at: Desk, account: Account, do: str, role: str) -> None:
    if do == "role":
        after = at.shop.accounts.set_role(account.id, role)
        at.record("account.role", account.name, before={"role": account.role}, after={"role": after.role})
    elif do == "disable":
        at.shop.accounts.disable(account.id)
        at.record("account.disable", account.name)
    else:
        at.shop.accounts.enable(account.id)
        at.record("account.enable", account.name)


def _page(at: Desk, request: Request, *, invited: Account | None = None, code: str = "", problem: str = "", status: int = 200) -> Response:
    t = at.t
    head = (
        Column("name", str(t("accounts.name"))),
        Column("role", str(t("accounts.role"))),
        Column("state", str(t("accounts.state"))),
        Column("created", str(t("accounts.created"))),
    )
    asked = Asked.of(request, head, at.url("console_accounts"), default="name")
    everyone = at.shop.accounts.all()
    rows = [_cells(at, account, asked) for account in everyone]
    if asked.csv:
        return csv_answer("accounts", head, sorted_rows(asked, rows))
    opened = next((account for account in everyone if account.id == asked.value("open")), None)
    link = str(request.url.replace(path=at.url("console_set_up"), query=f"code={code}")) if code else ""
    context = AccountsContext(
        t=t,
        url=at.url,
        fmt=at.fmt,
        frame=at.frame(str(t("rail.console_accounts")), place="console_accounts"),
        answer=_answer(at, everyone),
        problem=str(t(problem)) if problem else "",
        invited=invited.name if invited is not None else "",
        link=link,
        roles=tuple((role, str(t(f"role.{role}")), str(t(f"role_may.{role}"))) for role in ROLES),
        table=table(asked, head, rows, caption=str(t("accounts.caption")), empty=str(t("accounts.none"))),
        sheet=AccountSheet(opened.id, opened.name, opened.role, opened.active, asked("open")) if opened is not None else None,
    )
    return at.page("console/accounts.html", context, status=status)


def _answer(at: Desk, everyone: list[Account]) -> str:
    active = sum(account.active and account.password_hash != "" for account in everyone)
    waiting = sum(account.active and account.password_hash == "" for account in everyone)
    return str(at.t("accounts.answer", n=active, waiting=waiting) if everyone else at.t("accounts.answer_none"))


def _cells(at: Desk, account: Account, asked: Asked) -> Cells:
    state = "disabled" if not account.active else "active" if account.password_hash else "invited"
    tone, icon = {"disabled": ("info", "circle"), "active": ("good", "check"), "invited": ("warn", "clock")}[state]
    return {
        "name": Cell(account.name, asked(open=account.id) + "#sheet"),
        "role": Cell(str(at.t(f"role.{account.role}")), order=ROLES.index(account.role)),
        "state": Cell(str(at.t(f"account_state.{state}")), tone=tone, icon=icon),
        "created": Cell(at.fmt.day(account.created), order=account.created.isoformat()),
    }
