"""Each shopper counts once, under the arm that was really shown, when the window is over."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shopkeeper.domain.experiment import Arm, Experiment
from shopkeeper.domain.ids import ExperimentId, ListId, ProductId, ShopperId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.shown_list import ShownList
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.events.attribution import Click, ListOutcome, Purchase
from shopkeeper.events.shown import LoggedList
from shopkeeper.experiments.assignment import arm_of
from shopkeeper.experiments.intervals import Difference, Tally
from shopkeeper.experiments.ratio import Ratio
from shopkeeper.experiments.results import ArmResult, ExperimentResult, result_of
from shopkeeper.experiments.verdict import Verdict, verdict
from tests.conftest import NOON

TRIED = Experiment(ExperimentId("x"), LocalizedText(en="x"), ("search",), (Arm("control"), Arm("new")), "clicked", NOON, "s", window_days=1).start(
    NOON
)
LATER = NOON + timedelta(days=3)


def persons(arm: str, count: int) -> list[ShopperId]:
    chosen = [ShopperId(n) for n in range(1_000) if (got := arm_of(TRIED, ShopperId(n))) is not None and got.key == arm]
    return chosen[:count]


def saw(person: ShopperId | None, *, arm: str, hours: float = 1, clicked_after: float | None = None, bought: int = 0) -> ListOutcome:
    moment = NOON + timedelta(hours=hours)
    shown = ShownList(ListId(f"{person}-{hours}"), moment, "search", (ProductId("a"),), "p", (1.0,), arm=f"other=b;x={arm}")
    outcome = ListOutcome(LoggedList(person, shown), person)
    if clicked_after is not None:
        outcome.clicks.append(Click(ProductId("a"), 0, moment + timedelta(hours=clicked_after)))
    if bought:
        outcome.purchases.append(Purchase(ProductId("a"), 0, 1, Money(bought, Currency("CNY")), "last_click", moment))
    return outcome


def test_a_shopper_counts_once_by_what_was_done_within_the_window() -> None:
    one, two, three = persons("new", 3)
    outcomes = [
        saw(one, arm="new", clicked_after=1),
        saw(one, arm="new", hours=2, clicked_after=1, bought=700),
        saw(two, arm="new", clicked_after=25),  # too late
        saw(three, arm="new", hours=60, clicked_after=1),  # its window is open
        saw(None, arm="new", clicked_after=1),
    ]
    control, new = result_of(TRIED, outcomes, now=LATER).arms
    assert (new.measures["clicked"], new.measures["bought"], new.pending) == (Tally(2, 1), Tally(2, 1), 1)
    # of the two whose window is over: three lists, two of them clicked in time
    assert new.measures["ctr"] == Ratio.of([(2, 2), (0, 1)])
    assert (new.lists, new.clicked_lists) == (4, 4)
    assert new.revenue == {"CNY": 700}
    assert (control.units, control.against) == (0, {})


def test_a_list_that_was_shown_under_another_arm_or_outside_of_the_run_says_nothing() -> None:
    (one,) = persons("new", 1)
    before, after = saw(one, arm="new", hours=-1), saw(one, arm="new", hours=30)
    stopped = TRIED.stop(NOON + timedelta(hours=24))
    result = result_of(stopped, [before, saw(one, arm="control"), after], now=LATER)
    assert [arm.lists for arm in result.arms] == [0, 0]


def test_a_lopsided_experiment_is_not_trusted() -> None:
    outcomes = [saw(person, arm="new") for person in persons("new", 60)] + [saw(person, arm="control") for person in persons("control", 10)]
    assert not result_of(TRIED, outcomes, now=LATER).trusted
    assert result_of(TRIED, [], now=LATER).trusted


def told(estimate: float, half: float, *, lists: int = 9, sample_ratio: float = 1.0, enough: bool = True) -> ExperimentResult:
    """A result whose second arm differs by `estimate` ± `half` in clicks."""
    found = Difference(estimate, estimate - half, estimate + half, 0.5, enough)
    control, new = (ArmResult(key, {"clicked": Tally(500, 50)}, 0, lists, 0, {}, {}) for key in ("control", "new"))
    return ExperimentResult(LATER, (control, replace(new, against={"clicked": found})), sample_ratio)


TURNED = replace(TRIED, arms=(Arm("control"), Arm("new", settings=(("personalisation", "1"),))))


@pytest.mark.parametrize(
    ("experiment", "result", "answer"),
    [
        (replace(TURNED, state="draft"), told(0.2, 0.1), Verdict("draft")),
        (TURNED, told(0.2, 0.1, lists=0), Verdict("nobody")),
        (TURNED, told(0.2, 0.1, sample_ratio=0.001), Verdict("mismatch")),
        (TURNED, told(0.2, 0.1, enough=False), Verdict("few")),
        (TURNED, told(0.05, 0.1), Verdict("undecided")),
        (TURNED, told(0.2, 0.1), Verdict("better", "new")),
        (TURNED, told(-0.2, 0.1), Verdict("worse", "new")),
        (TRIED, told(0.05, 0.1), Verdict("same")),
        (TRIED, told(0.2, 0.1), Verdict("differs", "new")),
    ],
)
def test_the_verdict_is_the_first_answer_that_holds(experiment: Experiment, result: ExperimentResult, answer: Verdict) -> None:
    assert verdict(experiment, result) == answer
