"""Experiments move one step at a time, and flags stay as they were set, on every database."""

from datetime import UTC, datetime, timedelta

import pytest

from shopkeeper.adapters.storage import SqlShopDatabase
from shopkeeper.domain.experiment import Arm, Experiment
from shopkeeper.domain.ids import ExperimentId, ShopperId
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import Refused
from shopkeeper.ports.shoppers import BotFlag

T0 = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
ARMS = (Arm("control"), Arm("half", 2.5, (("personalisation", "0.5"),)))
DRAFT = Experiment(ExperimentId("dial"), LocalizedText(zh="个性化", en="Dial"), ("search",), ARMS, "bought", T0, "s", traffic=0.5, window_days=7)


class TestExperiments:
    def test_what_is_saved_comes_back_newest_first(self, database: SqlShopDatabase) -> None:
        running = Experiment(ExperimentId("b"), LocalizedText(en="b"), ("search",), ARMS, "clicked", T0 + timedelta(days=1), "t").start(T0)
        database.experiments.save(DRAFT, expected=None)
        database.experiments.save(running, expected=None)
        assert database.experiments.get(ExperimentId("dial")) == DRAFT
        assert database.experiments.get(ExperimentId("no\0")) is None
        assert database.experiments.all() == [running, DRAFT]

    def test_only_one_of_two_changes_to_one_state_lands(self, database: SqlShopDatabase) -> None:
        database.experiments.save(DRAFT, expected=None)
        with pytest.raises(Refused, match="is there already"):
            database.experiments.save(DRAFT, expected=None)
        database.experiments.save(DRAFT.start(T0), expected="draft")
        with pytest.raises(Refused, match="'draft' any more") as refused:
            database.experiments.save(DRAFT.start(T0 + timedelta(hours=1)), expected="draft")
        assert refused.value.status == 409
        assert database.experiments.all() == [DRAFT.start(T0)]


class TestBotFlags:
    def test_the_first_flag_stays_and_a_lifted_one_is_not_set_again(self, database: SqlShopDatabase) -> None:
        one, two = (BotFlag(ShopperId(number), T0 + timedelta(hours=number), "rate", "90 a minute") for number in (1, 2))
        assert database.bots.flag([one, two, one]) == 2
        assert database.bots.flag([BotFlag(ShopperId(1), T0, "agent", "curl")]) == 0
        assert database.bots.flagged() == {1, 2}
        assert database.bots.all() == [two, one]
        assert database.bots.lift(ShopperId(1), T0)
        assert not database.bots.lift(ShopperId(1), T0)
        assert database.bots.flag([one]) == 0
        assert database.bots.flagged() == {2}
        assert database.bots.all(limit=5)[1].lifted == T0
