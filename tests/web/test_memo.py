"""Answers are kept for a while, and no longer."""

from datetime import timedelta

from shopkeeper.web.memo import Memo
from tests.conftest import NOON


def test_an_answer_is_made_once_while_it_is_fresh_and_again_afterwards():
    made: list[int] = []

    def make() -> int:
        made.append(len(made))
        return made[-1]

    memo: Memo[int] = Memo(timedelta(minutes=1))
    assert [memo.get("a", make, NOON + timedelta(seconds=at)) for at in (0, 59, 60, 61)] == [0, 0, 1, 1]
    assert memo.get("b", make, NOON) == 2


def test_an_answer_of_nothing_is_an_answer_too():
    memo: Memo[str] = Memo(timedelta(minutes=1))
    assert memo.get("a", lambda: "", NOON) == ""
    assert memo.get("a", lambda: "late", NOON) == ""
