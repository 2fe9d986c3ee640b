"""Fixtures of the catalogue's tests."""

from pathlib import Path

import pytest

from tests.catalog.feeds import FakeShop


@pytest.fixture
def shop(tmp_path: Path) -> FakeShop:
    return FakeShop(tmp_path)
