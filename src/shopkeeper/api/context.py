"""What the routes share within one server process."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from starlette.requests import Request

from shopkeeper.access.rate_limit import RateLimiter
from shopkeeper.api.batches import Batches
from shopkeeper.api.deliveries import Deliveries
from shopkeeper.api.follower import Follower
from shopkeeper.api.meters import Meters
from shopkeeper.bootstrap import App


@dataclass(frozen=True, slots=True)
class ApiContext:
    """The installation, and the threads and figures of this process."""

    installation: App
    meters: Meters
    follower: Follower
    batches: Batches
    deliveries: Deliveries
    visitors: RateLimiter
    clock: Callable[[], datetime]


def context_of(request: Request) -> ApiContext:
    """The context of the app that serves `request`."""
    return cast(ApiContext, request.app.state.api)
