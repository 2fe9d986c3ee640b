"""The first line that a machine with the wrong Python gets to read."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "scripts" / "check_python.py"


def check(*lines_before: str) -> subprocess.CompletedProcess[str]:
    script = "\n".join((*lines_before, SCRIPT.read_text(encoding="utf-8")))
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)


def test_an_older_python_is_told_its_version_and_what_to_run():
    found = check("import sys", "sys.version_info = (3, 10, 4)")
    assert found.returncode == 1
    assert found.stderr == "Shopkeeper needs Python 3.11 or newer; this is Python 3.10. Install it and run: make PYTHON=python3.11 demo\n"


def test_a_python_without_environments_is_told_which_package_is_missing():
    found = check("import sys", "sys.modules['venv'] = None")
    assert found.returncode == 1
    assert "apt-get install python3-venv" in found.stderr


def test_this_python_passes_without_a_word():
    found = check()
    assert (found.returncode, found.stderr) == (0, "")
