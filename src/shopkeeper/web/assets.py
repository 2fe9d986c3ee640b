"""Static files under names that carry a hash of their content, so that a browser may keep them for a year."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "static"
TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served; `name` is `site.css`, `hashed` is `site.1f3a9c02b1d4.css`."""

    name: str
    hashed: str
    content: bytes
    content_type: str


@cache
def assets() -> Mapping[str, Asset]:
    """Every static file by its plain name, read once."""
    found = {}
    for path in sorted(FOLDER.iterdir()):
        if path.suffix in TYPES:
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()[:12]
            found[path.name] = Asset(path.name, f"{path.stem}.{digest}{path.suffix}", content, TYPES[path.suffix])
    return found


@cache
def by_hashed_name() -> Mapping[str, Asset]:
    """The same files by their hashed name, which is what a URL holds."""
    return {asset.hashed: asset for asset in assets().values()}
