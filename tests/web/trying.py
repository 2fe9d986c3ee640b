"""Shoppers who take part in an experiment, as the logs would hold them."""

from datetime import datetime, timedelta

import numpy as np

from shopkeeper.bootstrap import Shop
from shopkeeper.domain.event import Event, EventItem
from shopkeeper.domain.experiment import Arm, Experiment, Goal, State
from shopkeeper.domain.ids import EventId, ExperimentId, ListId, ProductId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.shopper import Identity
from shopkeeper.domain.shown_list import ShownList
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.experiments.assignment import arm_of
from tests.conftest import NOON

STARTED = NOON - timedelta(days=5)
AS_IT_IS, PERSONAL = Arm("a"), Arm("b", settings=(("personalisation", "0.8"),))


def kept(
    shop: Shop,
    name: str,
    *,
    arms: tuple[Arm, ...] = (AS_IT_IS, PERSONAL),
    state: State = "running",
    goal: Goal = "clicked",
    started: datetime = STARTED,
) -> Experiment:
    """An experiment in the shop's store as if it had been started days ago."""
    experiment = Experiment(
        ExperimentId(name),
        LocalizedText(zh=f"实验 {name}", en=f"Trial {name}"),
        ("search", "category"),
        arms,
        goal,
        started,
        salt=f"salt-{name}",
        state=state,
        started=None if state == "draft" else started,
        stopped=NOON if state == "stopped" else None,
    )
    shop.database.experiments.save(experiment, expected=None)
    return experiment


def take_part(shop: Shop, experiment: Experiment, rates: dict[str, float], *, shoppers: int, share_lost: float = 0.0) -> dict[str, tuple[int, int]]:
    """Show each shopper one to three lists under the arm that is theirs, a click in each with their arm's rate, a purchase after every third click.

    `share_lost` of the last arm's shoppers leave no list. Returns how many shoppers each arm got, and how many of them clicked.
    """
    rng = np.random.default_rng(7)
    people = [Identity("visitor", f"{experiment.id}-{number}") for number in range(shoppers)]
    numbers = shop.events.numbers(people)
    counts = {arm.key: (0, 0) for arm in experiment.arms}
    events: list[Event] = []
    cup = EventItem(ProductId("cup-01"), price=Money(1_100, Currency("CNY")))
    for person in people:
        arm = arm_of(experiment, numbers[person])
        if arm is None or (arm == experiment.arms[-1] and rng.random() < share_lost):
            continue
        clicked = False
        for place in range(int(rng.integers(1, 4))):
            at = STARTED + timedelta(hours=1 + place, seconds=len(events))
            items = tuple(ProductId(f"cup-{number:02d}") for number in range(1, 4))
            shown = ShownList(
                ListId(f"{person.value}-{place}"), at, "search", items, "test", (1.0,) * 3, arm=f"{experiment.id}={arm.key}", query="cup"
            )
            shop.lists.add(shown, person)
            if rng.random() < rates[arm.key]:
                clicked = True
                names = ("select_item", "purchase") if len(events) % 3 == 0 else ("select_item",)
                for name in names:
                    later = at + timedelta(minutes=1 + len(name))
                    events.append(Event(EventId(f"{shown.id}-{name}"), name, later, person, (cup,), list_id=shown.id))  # type: ignore[arg-type]  # names
        units, clicks = counts[arm.key]
        counts[arm.key] = (units + 1, clicks + clicked)
    shop.lists.flush()
    shop.events.record(events)
    return counts
