"""Who gets which arm is fixed, fair and independent."""

from collections import Counter

import pytest

from shopkeeper.domain.experiment import Arm, Experiment
from shopkeeper.domain.ids import ExperimentId, ShopperId
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import BadInput, Refused
from shopkeeper.experiments.assignment import arm_of, held_out, running_on
from shopkeeper.experiments.dials import check_arms, merged
from shopkeeper.experiments.results import arms_of, written_arms
from tests.conftest import NOON

PEOPLE = [ShopperId(number) for number in range(20_000)]


def experiment(name: str = "one", *, arms: tuple[Arm, ...] = (Arm("control"), Arm("half")), **rest: object) -> Experiment:
    fields = {"surfaces": ("search",), "goal": "clicked", "created": NOON, "salt": f"salt-{name}"} | rest
    return Experiment(ExperimentId(name), LocalizedText(en=name), arms=arms, **fields)  # pyright: ignore[reportArgumentType]


def share(count: int) -> float:
    return count / len(PEOPLE)


def test_a_person_keeps_an_arm_and_the_arms_get_their_shares() -> None:
    weighted = experiment(arms=(Arm("control", 2), Arm("a"), Arm("b")))
    given = [arm_of(weighted, person) for person in PEOPLE]
    assert given == [arm_of(weighted, person) for person in PEOPLE]
    counts = Counter(arm.key for arm in given if arm is not None)
    # four standard deviations of a share of 20,000
    assert share(counts["control"]) == pytest.approx(0.5, abs=0.0142)
    assert share(counts["a"]) == pytest.approx(0.25, abs=0.0123)


def test_traffic_limits_who_takes_part() -> None:
    tenth = experiment(traffic=0.1)
    assert share(sum(arm_of(tenth, person) is not None for person in PEOPLE)) == pytest.approx(0.1, abs=0.0085)


def test_two_experiments_and_the_hold_out_are_independent() -> None:
    one, two = experiment("one"), experiment("two")
    both = Counter((arm_of(one, person), arm_of(two, person)) for person in PEOPLE)
    assert all(share(count) == pytest.approx(0.25, abs=0.0123) for count in both.values())
    held = [person for person in PEOPLE if held_out(person, 0.2)]
    assert share(len(held)) == pytest.approx(0.2, abs=0.0114)
    control = sum(arm_of(one, person) == one.control for person in held) / len(held)
    assert control == pytest.approx(0.5, abs=0.032)


def test_only_running_experiments_of_the_surface_count_first_started_first() -> None:
    late = experiment("late").start(NOON.replace(hour=13))
    early = experiment("early").start(NOON)
    others = [experiment("draft"), experiment("rows", surfaces=("similar",)).start(NOON), experiment("over").start(NOON).stop(NOON)]
    assert running_on([late, *others, early], "search") == [early, late]


def test_a_list_notes_its_arms_and_they_are_read_again() -> None:
    assert written_arms({"b": "half", "a": "control"}) == "a=control;b=half"
    assert arms_of("a=control;b=half") == {"a": "control", "b": "half"}
    assert (written_arms({}), arms_of("default")) == ("default", {})


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ((("colour", "red"),), "'colour' is not a dial"),
        ((("personalisation", "2"),), "2 is not between 0 and 1"),
        ((("personalisation", "much"),), "'much' is not a number"),
        ((("model", "popularity"),), "'model' is not read on search"),
    ],
)
def test_an_arm_cannot_turn_what_is_not_there(settings: tuple[tuple[str, str], ...], said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        check_arms(experiment(arms=(Arm("control"), Arm("new", 1, settings))))
    assert caught.value.field == f"arms[1].settings.{settings[0][0]}"


def test_the_experiment_that_came_first_keeps_its_dial() -> None:
    assert merged([(("personalisation", "0.5"),), (("personalisation", "1"), ("model", "fitted"))]) == {"personalisation": "0.5", "model": "fitted"}


def test_states_go_one_way() -> None:
    draft = experiment()
    running = draft.start(NOON)
    with pytest.raises(Refused, match="started before"):
        running.start(NOON)
    with pytest.raises(Refused, match="does not run"):
        draft.stop(NOON)
    with pytest.raises(BadInput, match="'best' is not an arm"):
        running.stop(NOON, winner="best")
    assert running.stop(NOON, winner="half").winner == "half"


@pytest.mark.parametrize(
    ("change", "field"),
    [({"arms": (Arm("a"),)}, "arms"), ({"arms": (Arm("a"), Arm("a"))}, "arms"), ({"traffic": 0}, "traffic"), ({"surfaces": ()}, "surfaces")],
)
def test_an_experiment_that_makes_no_sense_is_refused(change: dict[str, object], field: str) -> None:
    with pytest.raises(BadInput) as caught:
        experiment(**change)  # pyright: ignore[reportArgumentType]
    assert caught.value.field == field
