"""Progress of long work, told as it goes: a bar in the terminal, a line in a log, a task's counts."""

from typing import Protocol


class Progress(Protocol):
    """Receives how far a piece of work is."""

    def step(self, name: str, done: int, total: int | None) -> None:
        """`done` units of the step `name` are finished, of `total` (None = not known). Called at most a few times a second."""
        ...


class Silent:
    """A Progress that tells nobody."""

    def step(self, name: str, done: int, total: int | None) -> None:
        """Do nothing."""
