"""What machine a figure was measured on, and how fast it was at that moment."""

import os
import platform
import time
from collections.abc import Mapping
from pathlib import Path

CALIBRATION_S = 1.0


def machine() -> Mapping[str, object]:
    """CPU model and flags, cores, memory, load, and `calibration`: loops of plain Python per second, so that two runs can be compared."""
    info = _cpuinfo()
    return {
        "cpu": info.get("model name", platform.processor() or platform.machine()),
        "flags": sorted(info.get("flags", "").split()),
        "cores": os.cpu_count() or 1,
        "memory_mb": _memory_mb(),
        "load": [round(value, 2) for value in os.getloadavg()],
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "calibration_loops_per_second": _calibrate(),
    }


def _cpuinfo() -> dict[str, str]:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return {}
    first = text.split("\n\n", 1)[0]
    pairs = (line.partition(":") for line in first.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _memory_mb() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    except (ValueError, OSError):
        return 0


def _calibrate() -> int:
    end = time.perf_counter() + CALIBRATION_S
    loops = 0
    while time.perf_counter() < end:
        sum(range(1_000))
        loops += 1
    return round(loops / CALIBRATION_S)
