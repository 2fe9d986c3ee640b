"""What came of an experiment: each shopper counts once, by what they did within the window after first seeing one of its lists."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shopkeeper.domain.experiment import Experiment
from shopkeeper.domain.ids import ShopperId
from shopkeeper.events.attribution import ListOutcome
from shopkeeper.experiments.assignment import arm_of
from shopkeeper.experiments.checks import MISMATCH_BELOW, sample_ratio_p
from shopkeeper.experiments.intervals import Difference, Tally, difference


@dataclass(frozen=True, slots=True)
class ArmResult:
    """One arm: shoppers with a final outcome, those whose window is still open, and the lists that they saw. `against` None for the control."""

    key: str
    tally: Tally
    pending: int
    lists: int
    clicked_lists: int
    revenue: Mapping[str, int]
    against: Difference | None


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
    tallies = {key: _tally(experiment, persons, window, now) for key, persons in seen.items()}
    shares = experiment.shares
    control = experiment.control.key
    results = []
    for place, arm in enumerate(experiment.arms):
        tally, pending = tallies[arm.key]
        two = shares[0] + shares[place]
        against = None if place == 0 else difference(tally, tallies[control][0], arm_share=shares[place] / two, control_share=shares[0] / two)
        lists = [outcome for outcomes in seen[arm.key].values() for outcome in outcomes]
        results.append(ArmResult(arm.key, tally, pending, len(lists), sum(bool(one.clicks) for one in lists), _revenue(lists), against))
    return ExperimentResult(now, tuple(results), sample_ratio_p([len(seen[arm.key]) for arm in experiment.arms], shares))


def arms_of(written: str) -> dict[str, str]:
    """The arms that a list was shown under, from its `arm`: `search-dial=half;rows=control`."""
    return dict(part.split("=", 1) for part in written.split(";") if "=" in part)


def written_arms(arms: Mapping[str, str]) -> str:
    """How a list notes the arms that it was shown under; "default" where no experiment took part."""
    return ";".join(f"{experiment}={arm}" for experiment, arm in sorted(arms.items())) or "default"


def _tally(experiment: Experiment, persons: Mapping[ShopperId, list[ListOutcome]], window: timedelta, now: datetime) -> tuple[Tally, int]:
    units = successes = pending = 0
    for outcomes in persons.values():
        ends = min(outcome.logged.shown.shown for outcome in outcomes) + window
        if ends > now:
            pending += 1
            continue
        units += 1
        successes += any(_reached(experiment, outcome, ends) for outcome in outcomes)
    return Tally(units, successes), pending


def _reached(experiment: Experiment, outcome: ListOutcome, ends: datetime) -> bool:
    if experiment.goal == "clicked":
        return any(click.at <= ends for click in outcome.clicks)
    return any(purchase.how == "last_click" and purchase.at <= ends for purchase in outcome.purchases)


def _revenue(lists: Iterable[ListOutcome]) -> dict[str, int]:
    total: dict[str, int] = defaultdict(int)
    for outcome in lists:
        for purchase in outcome.purchases:
            if purchase.how == "last_click" and purchase.revenue is not None:
                total[purchase.revenue.currency] += purchase.revenue.minor
    return dict(total)
