"""What came of an experiment: each shopper counts once, by what they did within the window after first seeing one of its lists.

Three measures are told of every arm; the experiment's goal is the one that it is judged by. Lists and clicks of a shopper count up to the end of the
shopper's window too, so that what a shopper stands for is final when it enters, and the intervals hold however often one looks.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from shopkeeper.domain.experiment import Experiment
from shopkeeper.domain.ids import ShopperId
from shopkeeper.events.attribution import ListOutcome
from shopkeeper.experiments.assignment import arm_of
from shopkeeper.experiments.checks import MISMATCH_BELOW, sample_ratio_p
from shopkeeper.experiments.intervals import Difference, Measured, Tally, difference
from shopkeeper.experiments.ratio import Ratio

Measure = Literal["clicked", "bought", "ctr"]
"""clicked, bought: the share of shoppers who did so, as `domain.experiment.Goal`; ctr: the share of their lists that were clicked."""
MEASURES: Final[tuple[Measure, ...]] = get_args(Measure)


@dataclass(frozen=True, slots=True)
class ArmResult:
    """One arm: its measures over shoppers with a final outcome, how many windows are still open, and the lists that those shoppers saw.

    `against` holds, for each measure, how far it lies above the control's; it is empty for the control. Revenue is by last click.
    """

    key: str
    measures: Mapping[Measure, Measured]
    pending: int
    lists: int
    clicked_lists: int
    revenue: Mapping[str, int]
    against: Mapping[Measure, Difference]

    @property
    def units(self) -> int:
        """Shoppers with a final outcome."""
        return self.measures["clicked"].units


@dataclass(frozen=True, slots=True)
class ExperimentResult:
    """The experiment at `at`. `sample_ratio_p` below `MISMATCH_BELOW` means that no figure of it can be trusted."""

    at: datetime
    arms: tuple[ArmResult, ...]
    sample_ratio_p: float

    @property
    def trusted(self) -> bool:
        """False where the arms did not get the shares that were meant."""
        return self.sample_ratio_p >= MISMATCH_BELOW

    @property
    def units(self) -> int:
        """Shoppers with a final outcome, in all arms."""
        return sum(arm.units for arm in self.arms)


def result_of(experiment: Experiment, outcomes: Iterable[ListOutcome], *, now: datetime) -> ExperimentResult:
    """Judge the experiment by the lists of its surfaces that were shown while it ran; of bots they must be free already.

    A shopper's arm is drawn again from the hash, and a list counts only if it was really shown under that arm: one shown while the assignment was
    not known (no identity, another process's older state) says nothing about it.
    """
    window = timedelta(days=experiment.window_days)
    until = min(now, experiment.stopped or now)
    seen: dict[str, dict[ShopperId, list[ListOutcome]]] = {arm.key: defaultdict(list) for arm in experiment.arms}
    for outcome in outcomes:
        shown = outcome.logged.shown
        if outcome.person is None or shown.surface not in experiment.surfaces or experiment.started is None:
            continue
        if not experiment.started <= shown.shown < until:
            continue
        arm = arm_of(experiment, outcome.person)
        if arm is not None and arms_of(shown.arm).get(experiment.id) == arm.key:
            seen[arm.key][outcome.person].append(outcome)
    shares = experiment.shares
    measured = {arm.key: _measures(seen[arm.key], window, now) for arm in experiment.arms}
    control = measured[experiment.control.key][0]
    results = []
    for place, arm in enumerate(experiment.arms):
        measures, pending = measured[arm.key]
        against = {} if place == 0 else _against(measures, control, shares[place], shares[0], comparisons=len(shares) - 1)
        lists = [outcome for outcomes in seen[arm.key].values() for outcome in outcomes]
        results.append(ArmResult(arm.key, measures, pending, len(lists), sum(bool(one.clicks) for one in lists), _revenue(lists), against))
    return ExperimentResult(now, tuple(results), sample_ratio_p([len(seen[arm.key]) for arm in experiment.arms], shares))


def before(outcomes: Iterable[ListOutcome], surfaces: Collection[str], *, window_days: float, now: datetime) -> dict[Measure, Measured]:
    """What shoppers who saw lists of `surfaces` did within the window, whatever arm they saw: what an experiment there begins from."""
    seen: dict[ShopperId, list[ListOutcome]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.person is not None and outcome.logged.shown.surface in surfaces:
            seen[outcome.person].append(outcome)
    return _measures(seen, timedelta(days=window_days), now)[0]


def arms_of(written: str) -> dict[str, str]:
    """The arms that a list was shown under, from its `arm`: `search-dial=half;rows=control`."""
    return dict(part.split("=", 1) for part in written.split(";") if "=" in part)


def written_arms(arms: Mapping[str, str]) -> str:
    """How a list notes the arms that it was shown under; "default" where no experiment took part."""
    return ";".join(f"{experiment}={arm}" for experiment, arm in sorted(arms.items())) or "default"


def _measures(persons: Mapping[ShopperId, Sequence[ListOutcome]], window: timedelta, now: datetime) -> tuple[dict[Measure, Measured], int]:
    """The measures over those whose window is over, and how many there are whose is not."""
    clicked = bought = units = 0
    lists: list[tuple[float, float]] = []
    for outcomes in persons.values():
        ends = min(outcome.logged.shown.shown for outcome in outcomes) + window
        if ends > now:
            continue
        units += 1
        clicked += any(_clicked(outcome, ends) for outcome in outcomes)
        bought += any(purchase.how == "last_click" and purchase.at <= ends for outcome in outcomes for purchase in outcome.purchases)
        shown = [outcome for outcome in outcomes if outcome.logged.shown.items and outcome.logged.shown.shown <= ends]
        lists.append((sum(_clicked(outcome, ends) for outcome in shown), len(shown)))
    return {"clicked": Tally(units, clicked), "bought": Tally(units, bought), "ctr": Ratio.of(lists)}, len(persons) - units


def _clicked(outcome: ListOutcome, ends: datetime) -> bool:
    return any(click.at <= ends for click in outcome.clicks)


def _against(
    measures: Mapping[Measure, Measured], control: Mapping[Measure, Measured], share: float, control_share: float, *, comparisons: int
) -> dict[Measure, Difference]:
    two = share + control_share
    return {
        name: difference(one, control[name], arm_share=share / two, control_share=control_share / two, comparisons=comparisons)
        for name, one in measures.items()
    }


def _revenue(lists: Iterable[ListOutcome]) -> dict[str, int]:
    total: dict[str, int] = defaultdict(int)
    for outcome in lists:
        for purchase in outcome.purchases:
            if purchase.how == "last_click" and purchase.revenue is not None:
                total[purchase.revenue.currency] += purchase.revenue.minor
    return dict(total)
