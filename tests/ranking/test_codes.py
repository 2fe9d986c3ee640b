"""Values by row: looked up by row number, in a segment that grows."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from shopkeeper.ranking.codes import CodePairs

VALUES = st.lists(st.sets(st.integers(0, 4), max_size=3), min_size=1, max_size=30)


def pairs_of(values: list[set[int]]) -> CodePairs:
    pairs = CodePairs.empty()
    for row, codes in enumerate(values):
        pairs.add(row, sorted(codes))
    return pairs


@settings(max_examples=100, deadline=None)
@given(VALUES, VALUES, st.data())
def test_the_codes_of_rows_are_theirs_before_and_after_more_rows_came(first: list[set[int]], later: list[set[int]], data: st.DataObject) -> None:
    pairs = pairs_of(first)
    wanted = sorted(data.draw(st.sets(st.integers(0, len(first) - 1))))
    expected = [code for row in wanted for code in sorted(first[row])]
    assert pairs.of(np.array(wanted, dtype=np.int32), len(first)).tolist() == expected
    for row, codes in enumerate(later, len(first)):
        pairs.add(row, sorted(codes))
    assert pairs.of(np.array(wanted, dtype=np.int32), len(first)).tolist() == expected
    every = np.arange(len(first) + len(later), dtype=np.int32)
    assert pairs.of(every, len(every)).tolist() == [code for codes in (*first, *later) for code in sorted(codes)]


def test_where_each_row_has_one_value_it_is_that_of_the_row() -> None:
    pairs = pairs_of([{3}, {1}, {4}, {1}])
    assert pairs.of(np.array([0, 2, 3], dtype=np.int32), 4).tolist() == [3, 4, 1]
    assert pairs.of(np.array([], dtype=np.int32), 4).tolist() == []
