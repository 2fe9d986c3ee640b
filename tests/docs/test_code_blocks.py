"""Every `sh` and `python` block in the docs runs, file by file, in an empty folder. What cannot run (a server, make) is a `console` block.

A `sh postgres` block runs after the others of its page, in the same folder, with `DATABASE_URL` naming a database on a real server.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.postgres import postgres, postgres_url

__all__ = ["postgres", "postgres_url"]

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ON_POSTGRES = re.compile(r"^```sh postgres\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUNNABLE = [page for page in PAGES if BLOCK.search(page.read_text(encoding="utf-8"))]


def script_of(page: Path) -> str:
    """The page's blocks as one shell script that stops at the first failure; a Python block becomes a heredoc."""
    parts = ["set -eu"]
    for language, body in BLOCK.findall(page.read_text(encoding="utf-8")):
        parts.append(body if language == "sh" else f"python - <<'END_OF_PYTHON_BLOCK'\n{body}END_OF_PYTHON_BLOCK")
    return "\n".join(parts)


def ran(script: str, folder: Path, **settings: str) -> None:
    """Run the script in `folder` with the commands of this environment; it must end well."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(folder), "COLUMNS": "120"}
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(["sh", "-c", script], cwd=folder, env=environment | settings, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


def test_the_how_tos_have_blocks_that_run() -> None:
    assert {page.name for page in RUNNABLE} >= {page.name for page in (ROOT / "docs" / "how-to").glob("import-*.md")}


@pytest.mark.parametrize("page", RUNNABLE, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_code_blocks_of_a_page_run(page: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    ran(script_of(page), tmp_path)
    if blocks := ON_POSTGRES.findall(page.read_text(encoding="utf-8")):
        url = request.getfixturevalue("postgres_url")
        ran("\n".join(["set -eu", *blocks]), tmp_path, DATABASE_URL=url)
        with psycopg.connect(url) as connection:
            stored = connection.execute("SELECT count(*) FROM shop_lamps.products").fetchone()
        assert stored == (1,), "the blocks ran on another database"
