"""Keeps what is served up to date: the newest sound artifact, and on top of it everything that changed in the shop since."""

import json
import logging
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from shopkeeper.catalog.market_currency import stored_currencies
from shopkeeper.domain.ids import Revision
from shopkeeper.domain.product import Product
from shopkeeper.errors import Broken, ShopkeeperError
from shopkeeper.ports.artifacts import Artifact, ArtifactStore
from shopkeeper.ports.lexical import LexicalIndex, LexicalIndexes
from shopkeeper.ports.stores import ProductStore
from shopkeeper.ranking.columns import LiveColumns
from shopkeeper.search.build import FORMAT
from shopkeeper.search.fresh import FreshText
from shopkeeper.search.spelling import Spelling
from shopkeeper.search.suggest import Suggester
from shopkeeper.search.view import View

log = logging.getLogger(__name__)

POLL_S: Final = 0.2
"""How often the shop's revision is asked for; a change by another process is in the results after this and the time to apply it."""
CHANGES_AT_A_TIME: Final = 2_000
"""Changes between two published views, so that a large import is seen while it is followed."""


@dataclass(slots=True)
class _Opened:
    """An artifact with what came since; `text` None = no artifact yet, everything is fresh."""

    version: str
    revision: Revision
    text: LexicalIndex | None
    columns: LiveColumns
    fresh: FreshText
    spelling: Spelling
    suggester: Suggester

    def view(self) -> View:
        base = () if self.text is None else (self.text,)
        return View(self.version, self.revision, self.columns.read(), (*base, *self.fresh.indexes()), self.spelling, self.suggester)


class Follower:
    """One per process and shop. `view` is what a request reads; a thread follows the shop from the first `view` on until `close`."""

    def __init__(
        self, products: ProductStore, artifacts: ArtifactStore, lexical: LexicalIndexes, live_folder: Path, *, clock: Callable[[], datetime]
    ) -> None:
        self._products = products
        self._artifacts = artifacts
        self._lexical = lexical
        self._live_folder = live_folder
        self._clock = clock
        self._lock = threading.Lock()
        self._opened: _Opened | None = None
        self._view: View | None = None
        self._refused: str | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def view(self) -> View:
        """The present state, prices by the clock included."""
        if self._view is None:
            self.refresh()
        self._start()
        opened, view = self._opened, self._view
        assert opened is not None and view is not None, "refresh opens or raises"
        now = self._clock()
        if opened.columns.due(now):
            with self._lock:
                opened.columns.advance(now)
        return view

    def refresh(self) -> Revision:
        """Take in a newly published artifact and all changes up to now; returns the shop's revision that is served."""
        with self._lock:
            opened = self._newest()
            self._catch_up(opened)
            self._opened = opened
            self._view = opened.view()
            return opened.revision

    def close(self) -> None:
        """Stop following."""
        self._stop.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=5)
        self._thread = None

    def _start(self) -> None:
        if self._thread is None and not self._stop.is_set():
            with self._lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._follow, name="search-follower", daemon=True)
                    self._thread.start()

    def _follow(self) -> None:
        failed = False
        while not self._stop.wait(POLL_S):
            try:
                self._look()
                failed = False
            except ShopkeeperError as error:
                # what is served stays; said once per outage, not five times a second
                log.log(logging.DEBUG if failed else logging.WARNING, "search cannot follow the shop: %s", error)
                failed = True
            except Exception:
                log.log(logging.DEBUG if failed else logging.ERROR, "search stopped following the shop for a moment", exc_info=True)
                failed = True

    def _look(self) -> None:
        opened = self._opened
        if opened is None:
            return
        if self._products.revision() != opened.revision or self._published_version(opened) != opened.version:
            self.refresh()
        elif opened.columns.due(now := self._clock()):
            with self._lock:
                opened.columns.advance(now)

    def _published_version(self, opened: _Opened) -> str:
        artifact = self._sound_artifact()
        return opened.version if artifact is None or artifact.version == self._refused else artifact.version

    def _sound_artifact(self) -> Artifact | None:
        try:
            return self._artifacts.current("search")
        except Broken as error:
            if self._opened is not None and self._opened.version:
                return None
            log.warning("the current search artifact is damaged (%s); the last sound one is served", error)
            return self._artifacts.last_sound("search")

    def _newest(self) -> _Opened:
        """The artifact to serve, freshly opened if it is another than before."""
        artifact = self._sound_artifact()
        present = self._opened
        if present is not None and self._products.revision() < present.revision:
            log.warning("the shop's revision went back from %s: a backup was restored; search opens anew", present.revision)
            present = None
        if present is not None and (artifact is None or artifact.version in (present.version, self._refused)):
            return present
        if artifact is None:
            return self._without_artifact()
        try:
            return self._open(artifact)
        except Broken as error:
            log.warning("search artifact %s cannot be opened (%s); what was served before stays", artifact.version, error)
            self._refused = artifact.version
            return present if present is not None else self._without_artifact()

    def _without_artifact(self) -> _Opened:
        columns = LiveColumns.empty(self._clock(), stored_currencies(self._products))
        return _Opened("", Revision(0), None, columns, FreshText(self._lexical, None), Spelling.empty(), Suggester.empty())

    def _open(self, artifact: Artifact) -> _Opened:
        try:
            about = json.loads((artifact.path / "search.json").read_text(encoding="utf-8"))
            if about["format"] != FORMAT or about["engine"] != self._lexical.name:
                raise Broken(
                    f"it was built as {about['engine']} format {about['format']}, this is {self._lexical.name} format {FORMAT}",
                    hint="Run `shopkeeper train` to build it anew.",
                )
            revision = Revision(about["revision"])
        except (OSError, ValueError, KeyError) as error:
            raise Broken(f"search.json cannot be read ({error})", hint="Run `shopkeeper train` to build it anew.") from error
        text = self._lexical.open(artifact.path / "text")
        live = self._live_folder / artifact.version
        columns = LiveColumns.open(artifact.path / "columns", live, self._clock())
        if columns.newest_revision() > self._products.revision():
            # live values of a future that a restored backup has undone
            shutil.rmtree(live, ignore_errors=True)
            columns = LiveColumns.open(artifact.path / "columns", live, self._clock())
        opened = _Opened(
            artifact.version,
            revision,
            text,
            columns,
            FreshText(self._lexical, text),
            Spelling.open(artifact.path / "spelling"),
            Suggester.open(artifact.path / "suggest"),
        )
        _remove_others(self._live_folder, keep=artifact.version)
        return opened

    def _catch_up(self, opened: _Opened) -> None:
        now = self._clock()
        fresh: list[Product] = []
        try:
            for number, change in enumerate(self._products.changes(opened.revision), 1):
                if opened.columns.apply(change, now) == "new text" and change.product is not None:
                    fresh.append(change.product)
                opened.revision = change.revision
                if number % CHANGES_AT_A_TIME == 0:
                    opened.fresh.add(fresh)
                    fresh = []
                    self._show(opened)
        finally:
            # if the database fails half-way, what was taken in so far must still fit: a row per text
            opened.fresh.add(fresh)
        opened.columns.advance(now)

    def _show(self, opened: _Opened) -> None:
        """Let requests see how far a long catch-up is, unless another version is still being opened behind the served one."""
        if opened is self._opened:
            self._view = opened.view()


def _remove_others(live_folder: Path, *, keep: str) -> None:
    """Remove live values of older artifacts; whoever still maps them keeps them until it closes."""
    for folder in live_folder.iterdir() if live_folder.is_dir() else ():
        if folder.is_dir() and folder.name < keep:
            shutil.rmtree(folder, ignore_errors=True)
