"""Writes docs/reference from the code and the golden API description. `python scripts/reference.py --check` compares instead; a test does."""

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import typer
from pydantic import BaseModel

import shopkeeper.metrics
import shopkeeper.ports
from shopkeeper.cli.main import app
from shopkeeper.settings import PREFIX, Settings, ShopSettings

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
HEAD = "<!-- Written by scripts/reference.py from the code; do not edit. -->\n"


def commands() -> str:
    """Every command with its arguments and options."""
    lines = [
        "# Commands",
        "",
        "`shopkeeper [--config FILE] COMMAND`. Exit codes: 0 done, 1 failed or found something, 2 unusable input, 130 interrupted.",
        "",
    ]
    for path, command in _leaves(typer.main.get_command(app), ()):
        lines += [f"## shopkeeper {' '.join(path)}", "", (command.help or "").strip(), ""]
        rows = [_parameter_row(parameter) for parameter in command.params if parameter.name != "help"]
        if rows:
            lines += ["| parameter | default | meaning |", "|---|---|---|", *rows, ""]
    return "\n".join(lines)


def _leaves(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    inner = getattr(command, "commands", None)
    if not inner:
        yield path, command
        return
    for name in sorted(inner):
        yield from _leaves(inner[name], (*path, name))


def _parameter_row(parameter: Any) -> str:
    names = ", ".join(f"`{name}`" for name in [*parameter.opts, *parameter.secondary_opts])
    if parameter.param_type_name == "argument":
        names = f"`{parameter.name.upper()}`"
    default = parameter.default
    shown = "required" if parameter.required else "" if default in (None, False, "", ()) else f"`{default}`"
    return f"| {names} | {shown} | {getattr(parameter, 'help', None) or ''} |"


def settings() -> str:
    """Every setting, with its environment variable."""
    lines = [
        "# Settings",
        "",
        "`shopkeeper.toml`, overlaid by the environment. An unknown key is refused by name.",
        "`DATABASE_URL` is another name for `SHOPKEEPER_DATABASE__URL`.",
        "",
        "| setting | environment | type | default |",
        "|---|---|---|---|",
    ]
    for path, field in _fields(Settings, ()):
        variable = PREFIX + "__".join(part.upper() for part in path)
        lines.append(f"| `{'.'.join(path)}` | `{variable}` | {_type(field.annotation)} | `{_default(field)}` |")
    lines += ["", "## [shops.ID]", "", inspect.getdoc(ShopSettings) or "", "", "| setting | type | default |", "|---|---|---|"]
    lines += [f"| `{name}` | {_type(field.annotation)} | `{_default(field)}` |" for name, field in ShopSettings.model_fields.items()]
    return "\n".join(lines) + "\n"


def _fields(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _fields(field.annotation, (*path, name))
        elif name != "shops":
            yield (*path, name), field


def _type(annotation: Any) -> str:
    named = isinstance(annotation, type) and not hasattr(annotation, "__args__")
    return (annotation.__name__ if named else str(annotation)).replace("|", "\\|").replace("typing.", "")


def _default(field: Any) -> str:
    return str(field.get_default(call_default_factory=True))


def ports() -> str:
    """Every port with its methods."""
    lines = [
        "# Ports",
        "",
        "What the capabilities need of the outside; an adapter fills each, and one contract suite in `tests/contracts` runs on all of them.",
        "",
    ]
    for module in _modules(shopkeeper.ports):
        for name, port in inspect.getmembers(module, inspect.isclass):
            if port.__module__ == module.__name__ and getattr(port, "_is_protocol", False):
                lines += [f"## {name} (`{module.__name__}`)", "", inspect.getdoc(port) or "", ""]
                lines += [
                    f"- `{method}{inspect.signature(function)}`: {_first_line(function)}"
                    for method, function in inspect.getmembers(port, inspect.isfunction)
                    if not method.startswith("_")
                ]
                lines.append("")
    return "\n".join(lines)


def metrics() -> str:
    """Every metric's function."""
    lines = ["# Metrics", "", "All are fractions of one unless the key says its unit; benches write these keys in lower case.", ""]
    for module in _modules(shopkeeper.metrics):
        lines += [f"## `{module.__name__}`", "", (inspect.getdoc(module) or "").splitlines()[0], ""]
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                lines += [f"### {name}", "", inspect.getdoc(function) or "", ""]
    return "\n".join(lines)


def api() -> str:
    """Every route of the HTTP API, from the golden description that a test compares with the running code."""
    described = orjson.loads((FOLDER.parents[1] / "tests" / "api" / "openapi.json").read_bytes())
    lines = [
        "# HTTP API",
        "",
        "The whole description, with every field, is served at `/openapi.json`. Send the key as `Authorization: Bearer sk_…` or `X-API-Key`.",
        "Errors are `application/problem+json` (RFC 9457) with the path of each field.",
        "",
        "| method | path | what it does |",
        "|---|---|---|",
    ]
    for path, methods in described["paths"].items():
        lines += [f"| {method.upper()} | `{path}` | {about.get('summary', '')} |" for method, about in methods.items()]
    return "\n".join(lines)


def _modules(package: Any) -> Iterator[Any]:
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda found: found.name):
        yield importlib.import_module(f"{package.__name__}.{found.name}")


def _first_line(function: Any) -> str:
    return (inspect.getdoc(function) or "").splitlines()[0]


PAGES = {"api.md": api, "commands.md": commands, "settings.md": settings, "ports.md": ports, "metrics.md": metrics}


def main() -> int:
    """Write the pages, or with --check name those that differ; returns the exit code."""
    stale = []
    for name, page in PAGES.items():
        text = f"{HEAD}{page().rstrip()}\n"
        path = FOLDER / name
        if "--check" in sys.argv:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(name)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if stale:
        sys.stderr.write(f"docs/reference is stale: {', '.join(stale)}. Run: python scripts/reference.py\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
