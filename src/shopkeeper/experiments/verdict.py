"""What an experiment's result means, as one of a few answers that a page puts into words."""

from dataclasses import dataclass
from typing import Literal

from shopkeeper.domain.experiment import Experiment
from shopkeeper.experiments.results import ExperimentResult

Answer = Literal["draft", "nobody", "mismatch", "few", "same", "differs", "undecided", "better", "worse"]
"""draft: not started; nobody: no list was shown under it yet; mismatch: not to be trusted; few: too few shoppers to say anything.

Of an A/A experiment (its arms do the same) same: not told apart, as it should be; differs: told apart, so something is wrong.
undecided: no difference was found (so far); better: an arm beats the control; worse: none does, and at least one is surely worse.
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer; `arm` is the one that it is about (the best, or the surely worst)."""

    answer: Answer
    arm: str = ""


def is_a_a(experiment: Experiment) -> bool:
    """True if all arms turn the same dials: then there is nothing to find but a fault."""
    return len({arm.settings for arm in experiment.arms}) == 1


def verdict(experiment: Experiment, result: ExperimentResult) -> Verdict:
    """What `result` says by the experiment's goal."""
    if experiment.state == "draft":
        return Verdict("draft")
    if not any(arm.lists for arm in result.arms):
        return Verdict("nobody")
    if not result.trusted:
        return Verdict("mismatch")
    found = [(arm.key, arm.against[experiment.goal]) for arm in result.arms[1:]]
    if not any(one.enough for _, one in found):
        return Verdict("few")
    decided = [(key, one) for key, one in found if one.decided]
    if is_a_a(experiment):
        return Verdict("differs", decided[0][0]) if decided else Verdict("same")
    if not decided:
        return Verdict("undecided")
    best, difference = max(decided, key=lambda pair: pair[1].estimate)
    if difference.estimate > 0:
        return Verdict("better", best)
    return Verdict("worse", min(decided, key=lambda pair: pair[1].estimate)[0])
