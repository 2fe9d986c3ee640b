import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_reference_says_what_the_code_says() -> None:
    done = subprocess.run([sys.executable, str(ROOT / "scripts" / "reference.py"), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_decision_names_its_check() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    assert len(pages) >= 7
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for heading in ("## Context", "## Decision", "## Alternatives", "## The check that guards it"):
            assert heading in text, f"{page.name} has no {heading!r}"


def test_links_between_pages_lead_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"


def test_every_file_that_the_tour_names_is_there() -> None:
    named = re.findall(r"\*\*`([\w/.…]+)`\*\*", (ROOT / "docs" / "tour.md").read_text(encoding="utf-8"))
    assert len(named) > 25
    for name in named:
        assert (ROOT / "src" / "shopkeeper" / name.rstrip("…")).exists(), f"docs/tour.md names {name}"
