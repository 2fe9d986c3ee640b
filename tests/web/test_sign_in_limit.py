"""Guessing keys is slow. In a file of its own, because it uses up the patience that it tests."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from shopkeeper.access.guessing import PER_ADDRESS
from shopkeeper.web.app import pages as pages_of
from tests.web.conftest import Pages
from tests.web.test_console import form_of


def refuse(*_: object, **__: object):
    raise AssertionError("nothing is uploaded here")


@pytest.fixture
def door(installation: Pages) -> Iterator[TestClient]:
    with TestClient(pages_of(installation.app, refuse), follow_redirects=False, headers={"accept-language": "en"}) as http:
        yield http


def knock(door: TestClient, key: str):
    return door.post("/console/sign-in", data={"key": key, "form_token": form_of(door.get("/console/sign-in"))})


def test_after_a_few_wrong_keys_even_the_right_one_has_to_wait(door: TestClient, installation: Pages):
    statuses = [knock(door, "sk_demo_wrong").status_code for _ in range(PER_ADDRESS + 1)]
    assert statuses == [401] * PER_ADDRESS + [429]
    answer = knock(door, installation.admin)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "Wait a minute" in answer.text


def test_right_keys_use_up_nothing(door: TestClient, installation: Pages):
    for _ in range(PER_ADDRESS + 2):
        door.cookies.clear()
        assert knock(door, installation.admin).status_code == 303
