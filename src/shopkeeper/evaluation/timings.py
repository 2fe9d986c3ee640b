"""Percentiles of how long calls take, and what a process holds in memory."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

ASKED: Final = 300
WARM_UP: Final = 20

Figures = dict[str, dict[str, float]]
"""Slice → metrics."""


def percentiles(ask: Callable[[int], object], *, warm_up: int = WARM_UP, asked: int = ASKED) -> dict[str, float]:
    """Call `ask` with 0, 1, 2, …; return percentiles in milliseconds over all calls but the first `warm_up`, and the processor's time of a call."""
    for number in range(warm_up):
        ask(number)
    seconds = np.empty(asked)
    cpu = time.thread_time()
    for place in range(asked):
        began = time.perf_counter()
        ask(warm_up + place)
        seconds[place] = time.perf_counter() - began
    cpu = time.thread_time() - cpu
    p50, p95, p99 = np.percentile(seconds * 1000, (50, 95, 99))
    return {"p50_ms": float(p50), "p95_ms": float(p95), "p99_ms": float(p99), "mean_cpu_ms": cpu * 1000 / asked}


def resident_mb() -> float:
    """Memory of this process that is in use now, mapped files included, in MB (10^6 bytes)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
