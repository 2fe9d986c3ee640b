"""The settings of one shop: `current()` for whoever follows them, `change` and `restore` for whoever edits them.

A snapshot is remembered by its version. This process sees its own change at once; others ask the store which version is newest every
`LOOK_EVERY_S`, so a change is in force everywhere within a second.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import zip_longest
from typing import Final

from shopkeeper.domain.audit import Change
from shopkeeper.domain.preferences import PREFERENCES, Preferences, PreferenceVersion, Value, preference
from shopkeeper.errors import NotFound, Refused, Unavailable
from shopkeeper.ports.stores import PreferenceStore

LOOK_EVERY_S: Final = 0.5


class ShopPreferences:
    """Safe to call from many threads. `ticks` gives seconds that never go back."""

    def __init__(self, store: PreferenceStore, *, clock: Callable[[], datetime], ticks: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._ticks = ticks
        self._lock = threading.Lock()
        self._snapshot: Preferences | None = None
        self._looked = 0.0

    def current(self) -> Preferences:
        """The settings in force: a few hundred nanoseconds between two looks. A store that does not answer leaves the last ones in force."""
        snapshot = self._snapshot
        if snapshot is not None and self._ticks() - self._looked < LOOK_EVERY_S:
            return snapshot
        looked = self._ticks()
        try:
            newest = self._store.newest()
            if snapshot is None or newest != snapshot.version:
                snapshot = self._read(newest)
        except Unavailable:
            if snapshot is None:
                raise
        with self._lock:
            if self._snapshot is None or snapshot.version >= self._snapshot.version:
                self._snapshot = snapshot
            self._looked = max(self._looked, looked)
            return self._snapshot

    def change(self, values: Mapping[str, object], *, who: str, version: int | None = None) -> tuple[Preferences, tuple[Change, ...]]:
        """Set `values` by key as a new version; returns the settings and what changed, which may be nothing (then there is no new version).

        BadInput for an unknown key or a value out of bounds, naming it: nothing is set then. `Refused` (409) where the settings are no longer in
        `version`, the one that the caller has seen (None = whatever it is).
        """
        checked = {key: preference(key).check(value) for key, value in values.items()}
        before = self._latest()
        if version is not None and version != before.version:
            raise Refused(
                f"The settings are in version {before.version}, not {version}.",
                status=409,
                field="version",
                value=version,
                hint="Read them again, and send the change once more.",
            )
        return self._write(before, {key: before.value(key) for key in PREFERENCES} | checked, who=who)

    def restore(self, version: int, *, who: str) -> tuple[Preferences, tuple[Change, ...]]:
        """Set everything as it was in `version` (0 = all defaults), as a new version; NotFound if there was none such."""
        old = self._read(version)
        before = self._latest()
        return self._write(before, {key: old.value(key) for key in PREFERENCES}, who=who)

    def history(self, *, limit: int = 50) -> list[tuple[PreferenceVersion, tuple[Change, ...]]]:
        """The newest versions, newest first, each with what it changed."""
        versions = self._store.history(limit=limit + 1)
        pairs = zip_longest(versions, versions[1:])
        return [
            (new, changes_between(Preferences.of(dict(old.values) if old else {}, 0), Preferences.of(dict(new.values), 0)))
            for new, old in list(pairs)[:limit]
        ]

    def _latest(self) -> Preferences:
        return self._read(self._store.newest())

    def _read(self, version: int) -> Preferences:
        if version == 0:
            return Preferences()
        kept = self._store.get(version)
        if kept is None:
            raise NotFound(f"There is no version {version} of the settings.", field="version", value=version)
        return Preferences.of(dict(kept.values), version)

    def _write(self, before: Preferences, values: Mapping[str, Value], *, who: str) -> tuple[Preferences, tuple[Change, ...]]:
        after = Preferences.of(values, before.version + 1)
        changes = changes_between(before, after)
        if not changes:
            return before, ()
        kept = tuple((key, after.value(key)) for key, about in PREFERENCES.items() if after.value(key) != about.default)
        self._store.add(PreferenceVersion(after.version, self._clock(), who, kept))
        with self._lock:
            self._snapshot = after
            self._looked = self._ticks()
        return after, changes


def changes_between(before: Preferences, after: Preferences) -> tuple[Change, ...]:
    """What differs, by key, in the order of the tree."""
    return tuple(Change(key, str(before.value(key)), str(after.value(key))) for key in PREFERENCES if before.value(key) != after.value(key))
