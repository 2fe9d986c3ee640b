"""Fixtures that every room's tests may use."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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


CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET_CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    """One Chromium for all tests of a process: Playwright runs once in each."""
    from playwright.sync_api import sync_playwright

    found = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    if found is None:
        reason = "no Chromium on this machine: scripts/ensure-chromium says how to get one"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=QUIET_CHROMIUM)
        yield browser
        browser.close()
