"""Experiment: what is tried on whom, and what it is judged by."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, get_args

from shopkeeper.domain.ids import ExperimentId, check_id
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import BadInput, Refused

Goal = Literal["clicked", "bought"]
"""What counts for a shopper: to have chosen something from a list of the experiment's surfaces, or to have bought from one (by last click)."""
GOALS: Final[tuple[Goal, ...]] = get_args(Goal)
State = Literal["draft", "running", "stopped"]
MAX_ARMS: Final = 8


@dataclass(frozen=True, slots=True)
class Arm:
    """One way of doing it. `weight` is its share relative to the other arms'; `settings` are the dials (see `experiments.dials`) that it turns."""

    key: str
    weight: float = 1.0
    settings: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        check_id(self.key, field="key")
        if not 0 < self.weight <= 1_000:
            raise BadInput(f"{self.weight} is out of range", field="weight", value=self.weight, hint="Use a number above 0, such as 1.")


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment. The first arm is the control. `traffic` is the share of shoppers who take part; `salt` decides who gets what, and never changes.

    `window_days` after first seeing a list of the experiment a shopper's outcome is final and counts.
    """

    id: ExperimentId
    name: LocalizedText
    surfaces: tuple[str, ...]
    arms: tuple[Arm, ...]
    goal: Goal
    created: datetime
    salt: str
    traffic: float = 1.0
    window_days: float = 1.0
    state: State = "draft"
    started: datetime | None = None
    stopped: datetime | None = None
    winner: str = ""

    def __post_init__(self) -> None:
        check_id(self.id, field="id")
        if not self.name:
            raise BadInput("is empty", field="name", value="")
        if not self.surfaces:
            raise BadInput("is empty", field="surfaces", value=(), hint="Name what is tried, such as search or recommended_for_you.")
        if not 2 <= len(self.arms) <= MAX_ARMS:
            raise BadInput(f"has {len(self.arms)} arms", field="arms", value=len(self.arms), hint=f"An experiment has 2 to {MAX_ARMS} arms.")
        if len({arm.key for arm in self.arms}) < len(self.arms):
            raise BadInput("has two arms of one name", field="arms", value=[arm.key for arm in self.arms])
        if self.goal not in GOALS:
            raise BadInput(f"{self.goal!r} is not a goal", field="goal", value=self.goal, hint=f"Known: {', '.join(GOALS)}.")
        if not 0 < self.traffic <= 1:
            raise BadInput(f"{self.traffic} is out of range", field="traffic", value=self.traffic, hint="Use a share above 0, up to 1.")
        if not 0 < self.window_days <= 60:
            raise BadInput(f"{self.window_days} is out of range", field="window_days", value=self.window_days, hint="Use up to 60 days.")

    @property
    def control(self) -> Arm:
        """What the others are compared with."""
        return self.arms[0]

    @property
    def shares(self) -> tuple[float, ...]:
        """Each arm's share of those who take part."""
        whole = sum(arm.weight for arm in self.arms)
        return tuple(arm.weight / whole for arm in self.arms)

    def start(self, at: datetime) -> "Experiment":
        """The experiment, running from `at` on; `Refused` (409) unless it is a draft."""
        if self.state != "draft":
            raise Refused(f"the experiment {self.id!r} was started before", status=409, hint="Make a new one: its shoppers are drawn anew.")
        return replace(self, state="running", started=at)

    def stop(self, at: datetime, *, winner: str = "") -> "Experiment":
        """The experiment, over at `at`; `winner` is the arm that is served from now on ("" = the control).

        Where the clock was put back behind its beginning, it is over in the moment in which it began.
        """
        if self.state != "running":
            raise Refused(f"the experiment {self.id!r} does not run", status=409)
        if winner and winner not in {arm.key for arm in self.arms}:
            raise BadInput(f"{winner!r} is not an arm", field="winner", value=winner, hint=f"Arms: {', '.join(arm.key for arm in self.arms)}.")
        return replace(self, state="stopped", stopped=at if self.started is None else max(at, self.started), winner=winner)
