"""Who gets which arm: a hash of the experiment's salt and the person, so that it is the same on every device, process and day without being stored.

BLAKE2b stands in for a coin: over salts its output is uniform, so the arms of two experiments are independent of each other.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

from shopkeeper.domain.experiment import Arm, Experiment
from shopkeeper.domain.ids import ShopperId

HOLD_OUT_SALT: Final = "hold-out"
"""The hold-out is drawn once for all experiments: who is in it gets the shop as it would be without any of them."""


def chance(salt: str, person: ShopperId, *, purpose: str = "arm") -> float:
    """A number in [0, 1) that is fixed for (salt, person, purpose)."""
    digest = hashlib.blake2b(f"{salt}\0{purpose}\0{person}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def held_out(person: ShopperId, share: float, *, shop_salt: str = "") -> bool:
    """True if `person` is in the hold-out of that `share` of shoppers."""
    return chance(HOLD_OUT_SALT + shop_salt, person, purpose="hold-out") < share


def arm_of(experiment: Experiment, person: ShopperId) -> Arm | None:
    """The arm that `person` gets while the experiment runs; None for who takes no part."""
    if chance(experiment.salt, person, purpose="traffic") >= experiment.traffic:
        return None
    drawn = chance(experiment.salt, person)
    reached = 0.0
    for arm, share in zip(experiment.arms, experiment.shares, strict=True):
        reached += share
        if drawn < reached:
            return arm
    return experiment.arms[-1]  # the shares' sum may end a rounding below 1


def running_on(experiments: Iterable[Experiment], surface: str) -> list[Experiment]:
    """Those of `experiments` that run on `surface`, in the order in which they started."""
    running = [one for one in experiments if one.state == "running" and surface in one.surfaces]
    return sorted(running, key=lambda one: (one.started is None, one.started, one.id))
