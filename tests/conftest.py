"""Fixtures that every room's tests may use."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
"""The moment at which tests that need a clock take place."""


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data sets; a test that needs it skips where it is not set, and fails in CI, where it must be."""
    named = os.environ.get("SHOPKEEPER_DATA")
    if named and Path(named).is_dir():
        return Path(named)
    if os.environ.get("CI"):
        pytest.fail(f"SHOPKEEPER_DATA must name the folder of data sets in CI; it is {named!r}")
    pytest.skip("SHOPKEEPER_DATA names no folder of data sets")
