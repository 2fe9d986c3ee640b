"""What a merchant is told: every code in both languages, with the same values, and nothing that import raises without a code."""

import ast
import pickle
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import shopkeeper
from shopkeeper.kit.wordings import Told, code_of, plain_values, say, told, wordings

SOURCE = Path(shopkeeper.__file__).parent
IMPORT_ROOMS = (
    *sorted((SOURCE / "catalog").rglob("*.py")),
    *(SOURCE / "orders" / f"{name}.py" for name in ("derive", "documents", "lines", "order_map", "reading", "service")),
    *(SOURCE / "domain" / f"{name}.py" for name in ("ids", "money", "order", "policy", "product", "review", "texts")),
    *(SOURCE / "adapters" / "storage" / f"{name}.py" for name in ("offers", "orders", "rows")),
    SOURCE / "api" / "operations.py",
)


def names(wording: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(wording) if name is not None}


def calls(path: Path, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node


def codes_in(node: ast.expr) -> list[str]:
    """The literal codes that the expression may be: a text, or one of two."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    return [*codes_in(node.body), *codes_in(node.orelse)] if isinstance(node, ast.IfExp) else []


def test_every_code_has_both_wordings_that_name_the_same_values() -> None:
    assert len(wordings()) > 100
    for code, wording in wordings().items():
        assert set(wording) == {"zh", "en"}, code
        assert wording["zh"] and wording["en"], code
        assert names(wording["zh"]) == names(wording["en"]), code


def test_every_code_that_is_raised_is_known_and_gets_its_values() -> None:
    used: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        for call in (*calls(path, "told"), *calls(path, "_faults")):
            for code in codes_in(call.args[0]):
                assert code in wordings(), f"{path.name}:{call.lineno} {code}"
                used.add(code)
                if all(word.arg for word in call.keywords):
                    assert {word.arg for word in call.keywords} == names(wordings()[code]["en"]), f"{path.name}:{call.lineno} {code}"
    unused = {code for code in wordings() if not code.startswith(("summary.", "a."))} - used
    assert not unused


def test_nothing_in_the_rooms_of_import_is_raised_without_a_code() -> None:
    bare = [
        f"{path.name}:{call.lineno}"
        for path in IMPORT_ROOMS
        for call in calls(path, "BadInput")
        for text in (call.args[0], *(word.value for word in call.keywords if word.arg == "hint"))
        if isinstance(text, ast.Constant | ast.JoinedStr)
    ]
    assert bare == []


def test_a_told_is_its_english_text_and_says_itself_in_chinese() -> None:
    text = told("wrong_type", found=told("a.number"), wanted=told("a.text"))
    assert text == "is a number, not a text"
    assert say(text.code, text.values, "zh") == say(text.code, plain_values(text), "zh") == "类型是 数字，应为 文字"
    assert (code_of(text), code_of("plain")) == ("wrong_type", "")


def test_it_survives_a_pickle_and_refuses_what_does_not_fit() -> None:
    again = pickle.loads(pickle.dumps(told("below_zero", value="-3")))
    assert isinstance(again, Told) and (again, again.code, again.values) == ("'-3' is below zero", "below_zero", {"value": "-3"})
    with pytest.raises(KeyError):
        told("no_such_code")
    with pytest.raises(KeyError):
        told("below_zero")
