"""The shop's settings."""

from typing import Literal

from pydantic import Field

from shopkeeper.api.schemas.common import Shown, Strict
from shopkeeper.catalog.document_fields import moment_text
from shopkeeper.domain.audit import Change
from shopkeeper.domain.preferences import PREFERENCES, Preference, Preferences, PreferenceVersion

Value = str | int | float


class SettingsIn(Strict):
    """A change of settings: all of `values` or none."""

    values: dict[str, Value] = Field(min_length=1, max_length=200, examples=[{"ranking.diversity": 0.3}])
    version: int | None = Field(default=None, ge=0, description="The version that you have read; 409 if it is no longer the newest.")


class RestoreIn(Strict):
    """Where to go back to."""

    version: int = Field(ge=0, le=2**62, description="The version to go back to; 0 = all defaults.")


class TextPair(Shown):
    """A text in both languages."""

    zh: str
    en: str


class ChoiceOut(Shown):
    """One of the values that a setting may have."""

    value: str
    label: TextPair


class SettingOut(Shown):
    """A setting: what it is now, what it may be, and how it is called."""

    key: str
    kind: Literal["text", "choice", "integer", "number", "money"]
    value: Value
    default: Value
    low: float | None = Field(description="The least number, for numbers and money (minor units).")
    high: float | None = Field(description="The largest number; for texts, the most characters.")
    choices: list[ChoiceOut]
    label: TextPair
    help: TextPair
    unit: TextPair


class SettingsOut(Shown):
    """All settings in force."""

    version: int
    settings: list[SettingOut]


class ChangeOut(Shown):
    """One setting that was changed."""

    key: str
    before: str
    after: str


class VersionOut(Shown):
    """A version of the settings: who made it, when, and what it changed."""

    version: int
    at: str
    who: str
    changes: list[ChangeOut]


class SettingsHistory(Shown):
    """The versions, newest first."""

    versions: list[VersionOut]


def settings_json(current: Preferences) -> dict[str, object]:
    """The fields of `SettingsOut`."""
    return {"version": current.version, "settings": [_setting(about, current) for about in PREFERENCES.values()]}


def _setting(about: Preference, current: Preferences) -> dict[str, object]:
    bounded = about.kind != "choice"
    return {
        "key": about.key,
        "kind": about.kind,
        "value": current.value(about.key),
        "default": about.default,
        "low": about.low if bounded and about.kind != "text" else None,
        "high": about.high if bounded else None,
        "choices": [{"value": value, "label": {"zh": name.zh, "en": name.en}} for value, name in about.choices],
        **{name: {"zh": text.zh, "en": text.en} for name, text in (("label", about.label), ("help", about.help), ("unit", about.unit))},
    }


def version_json(version: PreferenceVersion, changes: tuple[Change, ...]) -> dict[str, object]:
    """The fields of `VersionOut`."""
    told = [{"key": one.name, "before": one.before, "after": one.after} for one in changes]
    return {"version": version.version, "at": moment_text(version.at), "who": version.who, "changes": told}
