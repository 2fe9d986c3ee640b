"""Chorus in its published layout: `1.json.zip` … `4.json.zip` and `ratings.csv`, read by the column map beside this file."""

import zipfile
from pathlib import Path
from typing import Final

import orjson

MAP: Final = Path(__file__).with_name("chorus.toml")


def is_chorus(folder: Path) -> bool:
    """True if the folder holds the data set."""
    return (folder / "1.json.zip").is_file() and (folder / "ratings.csv").is_file()


def parse_only(folder: Path) -> int:
    """Parse every product and keep none; returns how many there are. The least that any import has to do."""
    count = 0
    for path in sorted(folder.glob("*.json.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                count += len(orjson.loads(archive.read(name)))
    return count
