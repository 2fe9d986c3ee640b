"""Experiments of one shop: made, started, stopped, asked at every request, judged whenever somebody looks."""

import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final

from shopkeeper.domain.experiment import Arm, Experiment, Goal
from shopkeeper.domain.ids import ExperimentId, ShopperId
from shopkeeper.domain.shown_list import SURFACES
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import BadInput, NotFound
from shopkeeper.events.attribution import ListOutcome
from shopkeeper.experiments.assignment import arm_of, held_out, running_on
from shopkeeper.experiments.dials import check_arms, merged
from shopkeeper.experiments.results import ExperimentResult, result_of, written_arms
from shopkeeper.ports.stores import ExperimentStore

STALE_AFTER_S: Final = 1.0
"""Another process's start or stop is followed within a second."""

Outcomes = Callable[[datetime, datetime], Iterable[ListOutcome]]
"""The outcomes of lists shown in a stretch of time, bots left out."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """What a request gets: the dials that are turned, and the arms as the shown list notes them."""

    dials: Mapping[str, str]
    arm: str = "default"


class ExperimentService:
    """Experiments; `hold_out` says which share of shoppers gets none of them."""

    def __init__(self, store: ExperimentStore, outcomes: Outcomes, *, hold_out: Callable[[], float], clock: Callable[[], datetime]) -> None:
        self._store = store
        self._outcomes = outcomes
        self._hold_out = hold_out
        self._clock = clock
        self._lock = threading.Lock()
        self._read: tuple[float, list[Experiment]] = (-1.0, [])

    def create(
        self,
        experiment_id: ExperimentId,
        *,
        name: LocalizedText,
        surfaces: tuple[str, ...],
        arms: tuple[Arm, ...],
        goal: Goal = "clicked",
        traffic: float = 1.0,
        window_days: float = 1.0,
    ) -> Experiment:
        """A new draft. `BadInput` names what makes no sense, `Refused` (409) an id that is taken."""
        for surface in surfaces:
            if surface not in SURFACES:
                raise BadInput(f"{surface!r} is not a surface", field="surfaces", value=surface, hint=f"Known: {', '.join(SURFACES)}.")
        draft = Experiment(
            experiment_id, name, surfaces, arms, goal, self._clock(), salt=secrets.token_hex(8), traffic=traffic, window_days=window_days
        )
        check_arms(draft)
        self._store.save(draft, expected=None)
        return draft

    def start(self, experiment_id: ExperimentId) -> Experiment:
        """Run the draft from now on; `Refused` (409) unless it is one."""
        return self._move(self.get(experiment_id), lambda one: one.start(self._clock()))

    def stop(self, experiment_id: ExperimentId, *, winner: str = "") -> Experiment:
        """End it; everybody gets `winner` from now on, the control where it is empty."""
        return self._move(self.get(experiment_id), lambda one: one.stop(self._clock(), winner=winner))

    def get(self, experiment_id: ExperimentId) -> Experiment:
        """The experiment; `NotFound` if there is none."""
        found = self._store.get(experiment_id)
        if found is None:
            raise NotFound(f"there is no experiment {experiment_id!r}", field="id", value=experiment_id)
        return found

    def all(self) -> list[Experiment]:
        """Every experiment, newest first."""
        return self._store.all()

    def result(self, experiment_id: ExperimentId) -> ExperimentResult:
        """What came of it up to now."""
        experiment = self.get(experiment_id)
        now = self._clock()
        outcomes = () if experiment.started is None else self._outcomes(experiment.started, now)
        return result_of(experiment, outcomes, now=now)

    def treatment(self, surface: str, person: ShopperId | None) -> Treatment:
        """What `person` gets on `surface`: the winners of past experiments and the arms of running ones; who is held out gets neither."""
        everything = self._current()
        won = [_settings(one, one.winner) for one in everything if one.state == "stopped" and one.winner and surface in one.surfaces]
        if person is not None and held_out(person, self._hold_out()):
            return Treatment({})
        if person is None:
            return Treatment(merged(won))
        arms = [(one, arm) for one in running_on(everything, surface) if (arm := arm_of(one, person)) is not None]
        dials = merged([*(arm.settings for _, arm in arms), *won])
        return Treatment(dials, written_arms({one.id: arm.key for one, arm in arms}))

    def _move(self, experiment: Experiment, change: Callable[[Experiment], Experiment]) -> Experiment:
        moved = change(experiment)
        self._store.save(moved, expected=experiment.state)
        with self._lock:
            self._read = (-1.0, [])
        return moved

    def _current(self) -> list[Experiment]:
        with self._lock:
            until, found = self._read
        if monotonic() >= until:
            found = self._store.all()
            with self._lock:
                self._read = (monotonic() + STALE_AFTER_S, found)
        return found


def _settings(experiment: Experiment, key: str) -> tuple[tuple[str, str], ...]:
    return next(arm.settings for arm in experiment.arms if arm.key == key)
