"""The benches that start a real server: nothing acknowledged is lost when it is killed, and the load is answered."""

from shopkeeper.bootstrap import measuring
from shopkeeper.evaluation import events, faults
from shopkeeper.evaluation.report import BenchRequest


def test_five_kills_lose_and_double_nothing_that_was_acknowledged() -> None:
    (row,) = faults.run(BenchRequest(data=()), list_events=measuring.list_events, kills=5).rows
    assert (row.metrics["lost"], row.metrics["doubled"]) == (0, 0)
    assert row.metrics["events"] > 50
    assert row.metrics["writes"] > 5


def test_the_bench_of_events_counts_what_was_acknowledged_beside_its_peer() -> None:
    outcome = events.run(BenchRequest(data=(), peers=True), seconds=1.0)
    assert [(row.role, row.slice) for row in outcome.rows] == [("ours", "single"), ("ours", "batch-100"), ("peer", "single"), ("peer", "batch-100")]
    for row in outcome.rows:
        assert row.metrics["refused"] == 0
        if row.slice == "single":
            assert row.metrics["events_per_second"] > 0
            assert row.metrics["p95_ms"] >= row.metrics["p50_ms"] > 0
