"""Suggestions of the same catalogue are the same files, whatever order Python keeps its sets in."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

BUILD = """
import sys
from pathlib import Path
from shopkeeper.evaluation.synthetic import Catalogue
from shopkeeper.search.suggest import SuggestionBuilder

builder = SuggestionBuilder()
for row, product in enumerate(Catalogue(300).products()):
    builder.add(row, product, 0.0)
builder.save(Path(sys.argv[1]))
"""


def test_equals_are_kept_in_one_order(tmp_path: Path) -> None:
    digests = set()
    for seed in ("1", "2"):
        folder = tmp_path / seed
        subprocess.run([sys.executable, "-c", BUILD, str(folder)], env={**os.environ, "PYTHONHASHSEED": seed}, check=True)
        digests.add(hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.iterdir()))).hexdigest())
    assert len(digests) == 1
