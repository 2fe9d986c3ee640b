"""What the terminal shows: tables, and progress as bars (or, where nobody watches, as a line now and then)."""

import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from shopkeeper.domain.texts import Lang
from shopkeeper.ports.progress import Progress as ProgressPort

PIPE_WIDTH = 200
"""Where nobody watches (a pipe, a log) a table may be this wide, so that its cells stay on one line."""
console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else PIPE_WIDTH)
PLAIN_EVERY_S = 10.0
"""Without a terminal (CI, a log file) a step is told at most this often."""


def terminal_lang() -> Lang:
    """The language of the terminal, as LC_ALL, LC_MESSAGES or LANG name it: Chinese, else English."""
    named = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return "zh" if named.lower().startswith("zh") else "en"


class _Bars:
    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def step(self, name: str, done: int, total: int | None) -> None:
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(name, total=total)
        self._bars.update(self._tasks[name], completed=done, total=total)


class _Lines:
    def __init__(self) -> None:
        self._told: dict[str, float] = {}

    def step(self, name: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        finished = total is not None and done >= total
        if finished or now - self._told.get(name, -PLAIN_EVERY_S) >= PLAIN_EVERY_S:
            self._told[name] = now
            sys.stderr.write(f"{name}: {done}{f' of {total}' if total else ''}\n")


@contextmanager
def progress() -> Iterator[ProgressPort]:
    """A progress that shows on standard error while the block runs."""
    bars = Console(stderr=True)
    if not bars.is_terminal:
        yield _Lines()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=bars) as shown:
        yield _Bars(shown)


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under column heads; numbers to the right."""
    table = Table(title=title, title_justify="left", header_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    lines = [tuple(row) for row in rows]
    for position, column in enumerate(columns):
        numeric = all(isinstance(line[position], (int, float)) for line in lines) and bool(lines)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold", no_wrap=position == 0)
    for line in lines:
        table.add_row(*(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in line))
    console.print(table)
