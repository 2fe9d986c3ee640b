"""Experiments in words: what an arm does, how a share and a difference are written, what a result means."""

from collections.abc import Iterable
from typing import Final

from shopkeeper.domain.experiment import Arm, Experiment
from shopkeeper.experiments.checks import MISMATCH_BELOW
from shopkeeper.experiments.dials import DIALS
from shopkeeper.experiments.intervals import Difference, Measured, around
from shopkeeper.experiments.results import ExperimentResult
from shopkeeper.experiments.verdict import Verdict
from shopkeeper.web.console.contexts import TaskState, Tone
from shopkeeper.web.console.desk import Desk

STATES: Final[dict[str, tuple[Tone, str]]] = {"draft": ("info", "circle"), "running": ("good", "clock"), "stopped": ("info", "check")}


def share(at: Desk, value: float) -> str:
    """A share of 1 in percent."""
    return f"{at.fmt.number(100 * value, 1)}%"


def points(at: Desk, value: float) -> str:
    """A difference of shares in points of a hundred, with its sign."""
    sign = "+" if value >= 0 else "−"
    return str(at.t("trying.points", value=f"{sign}{at.fmt.number(abs(100 * value), 1)}"))


def interval(at: Desk, measured: Measured) -> str:
    """The interval around an arm's own rate, or that there are too few shoppers for one."""
    low, high = around(measured)
    return f"{share(at, low)} – {share(at, high)}" if high - low < 1 else str(at.t("trying.too_few"))


def lies(at: Desk, one: Difference) -> str:
    """How far an arm lies from the control, with the interval."""
    if not one.enough:
        return str(at.t("trying.too_few"))
    return str(at.t("trying.between", estimate=points(at, one.estimate), low=points(at, one.low), high=points(at, one.high)))


def state_of(at: Desk, experiment: Experiment) -> TaskState:
    """The experiment's state in words."""
    tone, icon = STATES[experiment.state]
    return TaskState(str(at.t(f"experiment_state.{experiment.state}")), tone, icon, experiment.state == "running")


def places(at: Desk, surfaces: Iterable[str]) -> str:
    """The places in which something is tried."""
    return str(at.t("list.comma")).join(str(at.t(f"surface.{surface}")) for surface in surfaces)


def letter(key: str) -> str:
    """An arm's name as people read it: `a` is A."""
    return key.upper() if len(key) == 1 else key


def turned(at: Desk, arm: Arm) -> str:
    """What the arm does: its dials, or that everything stays as it is."""
    if not arm.settings:
        return str(at.t("trying.as_it_is"))
    return str(at.t("list.comma")).join(f"{dial_name(at, name)}: {dial_value(at, written)}" for name, written in arm.settings)


def dial_name(at: Desk, name: str) -> str:
    """What a dial is called."""
    return DIALS[name].label.get(at.lang) if name in DIALS else name


def dial_value(at: Desk, written: str) -> str:
    """What a dial is turned to: a choice in words, a number as it is."""
    key = f"dial_choice.{written}"
    return str(at.t(key)) if key in at.t else written


def meaning(at: Desk, experiment: Experiment, result: ExperimentResult, found: Verdict) -> str:
    """The verdict as a sentence with its figures."""
    arm = next((one for one in result.arms if one.key == found.arm), None)
    difference = arm.against.get(experiment.goal) if arm is not None else None
    about = {"goal": at.t(f"goal.{experiment.goal}"), "control": letter(experiment.control.key), "n": result.units}
    if difference is not None:
        about |= {"arm": letter(found.arm), "difference": lies(at, difference)}
    if found.answer == "mismatch":
        about |= {"meant": _split(at, experiment.shares), "got": _split(at, _got(result)), "p": p_text(at, result.sample_ratio_p)}
    if found.answer in ("undecided", "same"):
        about |= {"difference": "; ".join(f"{letter(one.key)} {lies(at, one.against[experiment.goal])}" for one in result.arms[1:])}
    return str(at.t(f"verdict.{found.answer}", **about))


def p_text(at: Desk, value: float) -> str:
    """A p-value as it is printed: three places, and a bound below them."""
    return "<0.001" if value < MISMATCH_BELOW / 10 else at.fmt.number(value, 3)


def _got(result: ExperimentResult) -> tuple[float, ...]:
    came = [arm.units + arm.pending for arm in result.arms]
    return tuple(one / sum(came) for one in came)


def _split(at: Desk, shares: Iterable[float]) -> str:
    return " : ".join(share(at, one) for one in shares)
