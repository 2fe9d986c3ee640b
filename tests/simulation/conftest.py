"""One small demo shop for all tests of this room: it takes some seconds to make and is never changed."""

from datetime import UTC, datetime

import pytest

from shopkeeper.simulation.shop import DemoShop, demo_shop

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def shop() -> DemoShop:
    return demo_shop(now=NOW, size=320)
