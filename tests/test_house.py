"""The house is as it is drawn in pyproject.toml; the import contracts themselves run in `make lint`."""

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
MACHINE_ROOMS = {"cli", "api", "web", "bootstrap", "settings", "adapters", "jobs", "evaluation", "training", "nets", "errors", "kit"} | {
    "__main__",
    "__init__",
}
"""Rooms that may know a database, an index, a web framework or a tensor library, or that are below all of them."""


def contract(name: str) -> dict:
    return next(contract for contract in CONTRACTS if contract["id"] == name)


def rooms_on_disk() -> set[str]:
    folder = ROOT / "src" / "shopkeeper"
    return {path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}


def test_every_capability_that_is_built_is_kept_from_the_machinery() -> None:
    named = {module.removeprefix("shopkeeper.") for module in contract("capabilities-know-no-machinery")["source_modules"]}
    assert named == rooms_on_disk() - MACHINE_ROOMS


def test_every_room_has_a_floor() -> None:
    drawn = set(re.findall(r"[a-z_]+", " ".join(contract("tower")["layers"])))
    assert rooms_on_disk() - {"__main__", "__init__"} <= drawn


def test_every_room_has_a_caption() -> None:
    for path in (ROOT / "src" / "shopkeeper").rglob("__init__.py"):
        assert path.read_text(encoding="utf-8").startswith('"""') or path.parent.name == "shopkeeper", f"{path.relative_to(ROOT)} has no caption"


def test_no_module_and_no_function_has_grown_past_reading() -> None:
    for path in (ROOT / "src").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 450, f"{path.relative_to(ROOT)} has {text.count(chr(10))} lines: look for the seam"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                length = (node.end_lineno or 0) - node.lineno + 1
                assert length <= 80, f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has {length} lines: look for the seam"
