"""Artifacts: what the offline jobs publish and the online side opens. Immutable folders, one current version per kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, Protocol

ArtifactKind = Literal["search", "recommend"]
ARTIFACT_KINDS: Final[tuple[ArtifactKind, ...]] = ("search", "recommend")


@dataclass(frozen=True, slots=True)
class Artifact:
    """A published version. `path` is its folder, never written to again; `facts` say what went in and what was measured."""

    kind: ArtifactKind
    version: str
    path: Path
    created: datetime
    facts: Mapping[str, object]


class ArtifactStore(Protocol):
    """Versions of each kind, apart per shop."""

    def publish(self, kind: ArtifactKind, write: Callable[[Path], Mapping[str, object]]) -> Artifact:
        """Call `write(folder)` on an empty staging folder, then make it the current version in one atomic step.

        `write` returns the manifest's facts (inputs with sha256, data window, metrics). If it raises, or the process dies, or the disk is
        full, the version before stays current and whole, and the leftovers are swept at the next publish.
        """
        ...

    def current(self, kind: ArtifactKind) -> Artifact | None:
        """The current version, or None before the first. Raises `Broken`, naming the file, if it fails its manifest's checksums."""
        ...

    def last_sound(self, kind: ArtifactKind) -> Artifact | None:
        """The newest version, at or before the current one, that passes its checksums: the way on after `current` said `Broken`."""
        ...

    def versions(self, kind: ArtifactKind) -> list[Artifact]:
        """All versions on disk, newest first."""
        ...

    def rollback(self, kind: ArtifactKind, version: str | None = None) -> Artifact:
        """Make `version` (None = the one before the current) current again; `NotFound` if there is none."""
        ...

    def prune(self, kind: ArtifactKind, *, keep: int) -> int:
        """Remove all but the newest `keep` versions, never the current; returns how many went."""
        ...
