"""The shop's settings, for admins: read, change, history, back."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from shopkeeper.api.caller import Admin, Caller
from shopkeeper.api.recording import record
from shopkeeper.api.replies import json_reply
from shopkeeper.api.schemas.settings import RestoreIn, SettingsHistory, SettingsIn, SettingsOut, settings_json, version_json
from shopkeeper.domain.audit import Change
from shopkeeper.domain.preferences import Preferences

router = APIRouter(tags=["Settings"])


@router.get("/v1/settings", response_model=SettingsOut, summary="Read the settings", operation_id="getSettings")
def get_settings(caller: Admin) -> Response:
    """Every setting with its value, default, bounds, name and help in both languages."""
    return json_reply(settings_json(caller.shop.preferences.current()))


@router.patch("/v1/settings", response_model=SettingsOut, summary="Change settings", operation_id="changeSettings")
def change_settings(request: Request, caller: Admin, asked: SettingsIn) -> Response:
    """Set some settings as a new version, in force everywhere within a second. One that cannot be set leaves all as they were."""
    after, changes = caller.shop.preferences.change(asked.values, who=f"key {caller.key.id}", version=asked.version)
    return _changed(request, caller, after, changes)


@router.get("/v1/settings/history", response_model=SettingsHistory, summary="List the versions of the settings", operation_id="settingsHistory")
def settings_history(caller: Admin, limit: Annotated[int, Query(ge=1, le=500)] = 50) -> Response:
    """Who changed what and when, newest first."""
    return json_reply({"versions": [version_json(version, changes) for version, changes in caller.shop.preferences.history(limit=limit)]})


@router.post("/v1/settings/restore", response_model=SettingsOut, summary="Go back to a version of the settings", operation_id="restoreSettings")
def restore_settings(request: Request, caller: Admin, asked: RestoreIn) -> Response:
    """Everything as it was in `version`, as a new version: going back can itself be undone."""
    after, changes = caller.shop.preferences.restore(asked.version, who=f"key {caller.key.id}")
    return _changed(request, caller, after, changes)


def _changed(request: Request, caller: Caller, after: Preferences, changes: tuple[Change, ...]) -> Response:
    if changes:
        sides: list[Mapping[str, object]] = [{one.name: getattr(one, side) for one in changes} for side in ("before", "after")]
        record(request, caller, "settings.change", f"version {after.version}", before=sides[0], after=sides[1])
    return json_reply(settings_json(after))
