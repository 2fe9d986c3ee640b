"""The shop's settings: the form, its versions with what each changed, and the way back."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shopkeeper.domain.audit import Change
from shopkeeper.domain.money import Currency, exponent_of
from shopkeeper.domain.preferences import GROUPS, PREFERENCES, Preference, Preferences
from shopkeeper.errors import BadInput, Refused
from shopkeeper.web.console.contexts import Difference, HistoryContext, PreferencesContext, SettingField, SettingsVersion
from shopkeeper.web.console.desk import NO_STORE, Desk
from shopkeeper.web.contexts import Link

SHOWN: Final = 50


def preferences(at: Desk, request: Request) -> Response:
    """`GET /console/settings`"""
    return _form_page(at, notice="saved" if request.query_params.get("saved") else "")


def save(at: Desk, _request: Request, form: FormData) -> Response:
    """`POST /console/settings`: every setting at once; nothing is set unless all can be."""
    given = {key: str(form.get(key, "")) for key in PREFERENCES if key in form}
    faults: dict[str, str] = {}
    values: dict[str, object] = {}
    for key, raw in given.items():
        try:
            values[key] = _read(PREFERENCES[key], raw, at.shop.currency)
        except BadInput:
            faults[key] = _fault(at, PREFERENCES[key])
    if faults:
        return _form_page(at, given=given, faults=faults, status=422)
    version = str(form.get("version", ""))
    try:
        change(at, values, version=int(version) if version.isascii() and version.isdigit() else None)
    except Refused:
        return _form_page(at, problem="settings.meanwhile", status=409)
    return RedirectResponse(at.url("console_settings", query=[("saved", "1")]), status_code=303, headers=NO_STORE)


def change(at: Desk, values: Mapping[str, object], *, version: int | None) -> None:
    """Set `values` and write down what that changed."""
    after, changes = at.shop.preferences.change(values, who=at.who.name, version=version)
    _note(at, after, changes)


def restore(at: Desk, _request: Request, form: FormData) -> Response:
    """`POST /console/settings/restore`: everything as it was in `version`, as a new version."""
    version = str(form.get("version", ""))
    if not (version.isascii() and version.isdigit()):
        raise BadInput("is not a version", field="version", value=version[:20])
    after, changes = at.shop.preferences.restore(int(version), who=at.who.name)
    _note(at, after, changes)
    return RedirectResponse(at.url("console_settings_history"), status_code=303, headers=NO_STORE)


def _note(at: Desk, after: Preferences, changes: tuple[Change, ...]) -> None:
    if changes:
        before, now = ({one.name: getattr(one, side) for one in changes} for side in ("before", "after"))
        at.record("settings.change", f"version {after.version}", before=before, after=now)


def history(at: Desk, _request: Request) -> Response:
    """`GET /console/settings/history`"""
    current = at.shop.preferences.current().version
    versions = tuple(
        SettingsVersion(
            number=version.version,
            when=version.at,
            who=version.who,
            changes=tuple(_difference(at, one) for one in changes),
            current=version.version == current,
            back_to=version.version - 1 if version.version == current else version.version,
        )
        for version, changes in at.shop.preferences.history(limit=SHOWN)
    )
    key = "settings_history.answer" if versions else "settings_history.answer_none"
    context = HistoryContext(
        t=at.t,
        url=at.url,
        fmt=at.fmt,
        frame=at.frame(str(at.t("settings_history.title")), place="console_settings", crumbs=(Link("", str(at.t("settings_history.title")), True),)),
        answer=str(at.t(key, n=current)),
        versions=versions,
        can_edit=at.may("edit_settings"),
    )
    return at.page("console/settings_history.html", context)


def _difference(at: Desk, one: Change) -> Difference:
    about = PREFERENCES[one.name]
    return Difference(about.label.get(at.lang), *(_shown(at, about, raw) for raw in (one.before, one.after)))


def _shown(at: Desk, about: Preference, raw: str) -> str:
    """A value as people read it."""
    if about.kind == "choice":
        return next((name.get(at.lang) for value, name in about.choices if value == raw), raw)
    if about.kind == "text":
        return raw or str(at.t("settings.nothing"))
    text = _written(about, raw, at.shop.currency)
    unit = at.shop.currency if about.kind == "money" else about.unit.get(at.lang)
    return f"{text} {unit}" if unit else text


def _form_page(
    at: Desk,
    *,
    given: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    notice: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    current = at.shop.preferences.current()
    faults = faults or {}
    groups = tuple(
        (str(at.t(f"settings_group.{group}")), tuple(_field(at, key, current, given, faults) for key in PREFERENCES if key.startswith(f"{group}.")))
        for group in GROUPS
    )
    set_ = sum(current.value(key) != about.default for key, about in PREFERENCES.items())
    key = "settings.answer" if set_ else "settings.answer_default"
    problem = problem or ("settings.faulty" if faults else "")
    context = PreferencesContext(
        t=at.t,
        url=at.url,
        fmt=at.fmt,
        frame=at.frame(str(at.t("rail.console_settings")), place="console_settings"),
        answer=str(at.t(key, n=set_, of=len(PREFERENCES))),
        notice=str(at.t(f"settings.{notice}")) if notice else "",
        problem=str(at.t(problem, n=len(faults))) if problem else "",
        groups=groups,
        version=current.version,
        can_edit=at.may("edit_settings"),
    )
    return at.page("console/settings.html", context, status=status)


def _field(at: Desk, key: str, current: Preferences, given: Mapping[str, str] | None, faults: Mapping[str, str]) -> SettingField:
    about = PREFERENCES[key]
    money = about.kind == "money"
    return SettingField(
        key=key,
        kind=about.kind,
        label=about.label.get(at.lang),
        help=about.help.get(at.lang),
        value=given[key] if given is not None and key in given else _written(about, str(current.value(key)), at.shop.currency),
        default=_shown(at, about, str(about.default)),
        unit=at.shop.currency if money else about.unit.get(at.lang),
        low=_written(about, str(about.low), at.shop.currency),
        high=_written(about, str(about.high), at.shop.currency),
        step="any" if money else "0.05" if about.kind == "number" else "1",
        choices=tuple((value, name.get(at.lang)) for value, name in about.choices),
        problem=faults.get(key, ""),
    )


def _fault(at: Desk, about: Preference) -> str:
    if about.kind in ("text", "choice"):
        return str(at.t("settings.bad_text", high=f"{about.high:g}"))
    low, high = (_written(about, f"{bound:g}", at.shop.currency) for bound in (about.low, about.high))
    return str(at.t("settings.bad_number", low=low, high=high))


def _written(about: Preference, raw: str, currency: str) -> str:
    """A value as it stands in the form: money in units of the currency, everything else as it is."""
    if about.kind != "money":
        return raw
    return f"{Decimal(raw).scaleb(-exponent_of(Currency(currency))):f}"


def _read(about: Preference, raw: str, currency: str) -> object:
    if about.kind != "money":
        return about.read(raw)
    try:
        minor = Decimal(raw.strip()).scaleb(exponent_of(Currency(currency)))
        whole = int(minor) if minor == minor.to_integral_value() else -1
    except (InvalidOperation, ValueError, OverflowError):
        whole = -1
    return about.check(whole)
