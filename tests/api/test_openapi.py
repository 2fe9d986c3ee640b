"""The description of the API: it changes only on purpose, and tells everything."""

from typing import Any

import orjson
import pytest

from tests.api.conftest import Installation
from tests.api.golden import GOLDEN, description


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    return orjson.loads(description())


def operations(told: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, operation) for path, methods in told["paths"].items() for method, operation in methods.items()]


def test_it_is_the_one_that_was_agreed_on() -> None:
    assert description() == GOLDEN.read_bytes(), "If the change is meant: python -m tests.api.golden, and read the difference."


def test_it_is_served_without_a_key(shop: Installation) -> None:
    assert shop.http.get("/openapi.json").json() == orjson.loads(GOLDEN.read_bytes())


def test_every_operation_has_a_summary_a_description_a_tag_and_a_name(told: dict[str, Any]) -> None:
    for path, method, operation in operations(told):
        for part in ("summary", "description", "tags", "operationId"):
            assert operation.get(part), f"{method} {path} has no {part}"
    names = [operation["operationId"] for _, _, operation in operations(told)]
    assert len(set(names)) == len(names)


def test_every_error_is_told_as_a_problem_document(told: dict[str, Any]) -> None:
    for path, method, operation in operations(told):
        for status, response in operation["responses"].items():
            if int(status) >= 400 and (path, status) != ("/ready", "503"):
                assert list(response["content"]) == ["application/problem+json"], f"{method} {path} {status}"


def test_every_route_of_the_api_asks_for_a_key(told: dict[str, Any]) -> None:
    for path, method, operation in operations(told):
        assert ("security" in operation) is path.startswith(("/v1", "/1/")), f"{method} {path}"


def test_every_reference_leads_somewhere(told: dict[str, Any]) -> None:
    schemas = told["components"]["schemas"]

    def walk(node: object) -> None:
        if isinstance(node, dict):
            target = node.get("$ref")
            if isinstance(target, str):
                assert target.removeprefix("#/components/schemas/") in schemas, target
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(told)
