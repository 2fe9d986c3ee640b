"""Arrays in files, mapped into memory: shared by every process that opens them, read from disk only where they are touched."""

from pathlib import Path
from typing import Literal

import numpy as np


def map_array(path: Path, mode: Literal["r", "r+", "c"] = "r") -> np.ndarray:
    """Return the array of a `.npy` file as a plain view of its map (each slice of a `np.memmap` costs microseconds more)."""
    return np.load(path, mmap_mode=mode).view(np.ndarray)
