"""One's own account: another password, and the way out everywhere."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shopkeeper.access.permissions import GRANTED
from shopkeeper.access.sessions import LASTS
from shopkeeper.errors import BadInput, NotFound
from shopkeeper.web.console.contexts import OwnAccountContext
from shopkeeper.web.console.desk import NO_STORE, Desk
from shopkeeper.web.console.door import out
from shopkeeper.web.console.session import SESSION_COOKIE, set_cookie


def own_account(at: Desk, request: Request) -> Response:
    """`GET /console/account`"""
    return _page(at, notice="own_account.changed" if request.query_params.get("changed") else "")


def change_password(at: Desk, request: Request, form: FormData) -> Response:
    """`POST /console/account/password`: ends every other session, and goes on in a new one."""
    if at.who.account is None:
        raise NotFound("an admin key has no password", field="account")
    address = at.step.address
    if not at.console.guessing.allowance(address).granted:
        return _page(at, problem="sign_in.too_often", status=429)
    old, new, again = (str(form.get(name, "")) for name in ("old", "password", "again"))
    if new != again:
        return _page(at, problem="set_up.differ", status=422)
    try:
        account = at.shop.accounts.change_password(at.who.account.id, old, new)
    except BadInput as error:
        if error.field == "old":
            at.console.guessing.failed(address)
        return _page(at, problem="own_account.wrong" if error.field == "old" else "set_up.weak", status=422)
    at.record("account.password", account.name)
    token = at.shop.sessions.begin("account", account.id, address=address)
    answer = RedirectResponse(at.url("console_account", query=[("changed", "1")]), status_code=303, headers=NO_STORE)
    set_cookie(answer, request, SESSION_COOKIE, f"{at.shop.id}.{token}", max_age=int(LASTS.total_seconds()))
    return answer


def sign_out_everywhere(at: Desk, request: Request, _form: FormData) -> Response:
    """`POST /console/account/sign-out-everywhere`: ends every session of this account or key, this one too."""
    at.shop.sessions.end_all(at.session.subject_id)
    at.record("account.sign_out_everywhere", at.who.name)
    return out(at, request)


def _page(at: Desk, *, problem: str = "", notice: str = "", status: int = 200) -> Response:
    title = str(at.t("own_account.title"))
    context = OwnAccountContext(
        t=at.t,
        url=at.url,
        fmt=at.fmt,
        frame=at.frame(title),
        answer=str(at.t("own_account.answer", name=at.who.name, role=at.t(f"role.{at.who.role}"))),
        problem=str(at.t(problem)) if problem else "",
        notice=str(at.t(notice)) if notice else "",
        since=at.session.created,
        may=tuple(str(at.t(f"permission.{one}")) for one in sorted(GRANTED[at.who.role] - {"own_account"})),
    )
    return at.page("console/account.html", context, status=status)
