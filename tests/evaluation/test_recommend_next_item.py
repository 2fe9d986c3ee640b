import json

import numpy as np
import pytest

from shopkeeper.errors import BadInput
from shopkeeper.evaluation import next_item, recommend_systems
from shopkeeper.evaluation.datasets.sequences import NextItemSet, as_served, read_sequences, validation, without_last
from shopkeeper.evaluation.next_item import System
from shopkeeper.evaluation.recommend import predict_recommend, run
from shopkeeper.evaluation.report import BenchRequest, Ranked

SHOPPERS, FAMILIES, STEPS = 240, 6, 10


@pytest.fixture
def folder(tmp_path):
    """Shoppers walk along one of six chains of ten items, with a stray item now and then: what comes next can be learned."""
    write_chains(tmp_path / "Chains.txt", lambda item: item)
    return tmp_path


def write_chains(path, rename):
    rng = np.random.default_rng(5)
    lines = []
    for shopper in range(1, SHOPPERS + 1):
        family, start, length = rng.integers(FAMILIES), rng.integers(3), rng.integers(5, 8)
        items = [family * STEPS + step for step in range(start, start + length)]
        if rng.random() < 0.3:
            items[rng.integers(length)] = rng.integers(FAMILIES * STEPS)
        lines.append(f"{shopper} " + " ".join(str(rename(int(item)) + 1) for item in dict.fromkeys(items)))
    path.write_text("\n".join(lines) + "\n")


class Sink:
    """Keeps what was scored."""

    def __init__(self):
        self.rows = []

    def ranked(self, row):
        self.rows.append(row)


def by_system(outcome, dataset="Chains"):
    return {row.system: row for row in outcome.rows if row.dataset == dataset and row.slice == "all"}


def small(histories, targets, *, items=4):
    """A data set of numbered items, for scores made by hand."""
    return NextItemSet(
        "hand",
        tuple("abcdefgh"[:items]),
        (np.array([0, 1], np.int32),),
        tuple(f"case-{number}" for number in range(len(targets))),
        tuple(np.array(history, np.int32) for history in histories),
        np.array(targets),
    )


def scoring(*scores):
    return System("hand", "peer", lambda _batch: np.array(scores, dtype=float), batch=len(scores))


class TestProtocol:
    def test_the_rank_counts_items_that_score_as_high(self):
        data = small([[0]], [2])
        assert next_item.rank_all(scoring([9, 5, 5, 5]), data).ranks.tolist() == [3]
        assert next_item.rank_all(scoring([9, 4, 5, 1]), data).ranks.tolist() == [1]

    def test_items_of_the_history_are_out_of_the_race(self):
        done = next_item.rank_all(scoring([9, 8, 1, 2]), small([[0, 1]], [3]))
        assert done.ranks.tolist() == [1]
        assert done.lists[0, :3].tolist() == [3, 2, -1]

    def test_a_system_that_scores_nothing_gets_nothing(self):
        assert next_item.rank_all(scoring([0, 0, 0, 0]), small([[0]], [2])).ranks.tolist() == [3]

    def test_a_target_from_the_history_is_missed_by_everybody(self):
        assert next_item.rank_all(scoring([9, 1, 1, 1]), small([[0]], [0])).ranks.tolist() == [4]

    def test_rankings_that_were_given_score_as_they_stand(self):
        done = next_item.ranks_of_lists(small([[0], [0], [0]], [2, 2, 2]), {"case-0": ["a", "b", "c"], "case-1": ["d"]})
        assert done.ranks.tolist() == [2, 4, 4]

    def test_stages_show_no_stage_its_own_future(self, folder):
        source = read_sequences(folder / "Chains.txt")
        whole = source.sequences[0].tolist()
        test, valid, served = without_last(source), validation(source), as_served(source)
        assert (test.fit[0].tolist(), test.histories[0].tolist(), test.targets[0]) == (whole[:-2], whole[:-1], whole[-1])
        assert (valid.fit[0].tolist(), valid.histories[0].tolist(), valid.targets[0]) == (whole[:-2], whole[:-2], whole[-2])
        assert (served.fit[0].tolist(), served.histories[0].tolist(), served.targets[0]) == (whole[:-1], whole[:-1], whole[-1])


class TestBench:
    def test_ours_learns_what_comes_next_and_peers_stand_beside(self, folder):
        outcome = run(BenchRequest([folder], peers=True))
        systems = by_system(outcome)
        assert outcome.ours == "shopkeeper"
        assert systems["shopkeeper"].role == "ours"
        assert set(systems) == {
            "shopkeeper", "popularity", "item-knn", "user-knn", "last-item", "items together only", "items next only",
            "neighbours 100, rows of 50", "neighbours 100, whole rows", "neighbours 50, rows of 200", "neighbours 200, rows of 200",
            "dense, all pairs", "dense, cut to rows of 200", "dense, cut to rows of 50",
        }  # fmt: skip
        ours = systems["shopkeeper"].metrics
        assert ours["ndcg@10"] > 1.5 * systems["popularity"].metrics["ndcg@10"]
        assert {"recall@10", "recall@5", "coverage", "fit_seconds", "p50_ms", "p95_ms", "model_mb"} <= set(ours)
        low, high = systems["shopkeeper"].intervals["ndcg@10"]
        assert low < ours["ndcg@10"] < high
        assert any("shopkeeper - popularity" in note for note in outcome.notes)

    def test_the_served_fit_is_a_data_set_of_its_own(self, folder):
        outcome = run(BenchRequest([folder / "Chains.txt"]))
        assert {row.dataset for row in outcome.rows} == {"Chains", "Chains/served"}

    def test_the_names_of_the_items_do_not_matter(self, tmp_path):
        figures = []
        for seed in (1, 2):
            shuffled = np.random.default_rng(seed).permutation(FAMILIES * STEPS)
            (tmp_path / str(seed)).mkdir()
            write_chains(tmp_path / str(seed) / "Chains.txt", lambda item, shuffled=shuffled: int(shuffled[item]))
            outcome = run(BenchRequest([tmp_path / str(seed)], peers=True))
            figures.append({(row.dataset, row.system, row.slice): (row.n, row.metrics["ndcg@10"], row.metrics["recall@10"]) for row in outcome.rows})
        assert figures[0].keys() == figures[1].keys()
        for key, figure in figures[0].items():
            # user-kNN cuts among equally near shoppers, by the order of lines; all else is equal to the last digit
            assert figures[1][key] == pytest.approx(figure, abs=1e-9), key

    def test_what_was_scored_can_be_scored_again(self, folder):
        sink = Sink()
        outcome = run(BenchRequest([folder], predictions=sink))
        given = [Ranked(row.dataset, row.case, row.ranked, "again") for row in sink.rows if row.dataset == "Chains"]
        assert len(given) == SHOPPERS
        again = by_system(run(BenchRequest([folder], peers_from=given)))["again"]
        assert again.metrics["ndcg@10"] == pytest.approx(by_system(outcome)["shopkeeper"].metrics["ndcg@10"])

    def test_slices_are_parts_of_the_whole(self, folder):
        rows = {row.slice: row.n for row in run(BenchRequest([folder])).rows if row.dataset == "Chains"}
        assert rows["all"] == SHOPPERS
        assert sum(rows.get(name, 0) for name in ("short", "medium", "long")) == SHOPPERS


class TestData:
    def test_a_folder_of_folders_is_searched(self, folder, tmp_path_factory):
        root = tmp_path_factory.mktemp("root")
        (root / "notes").mkdir()
        (root / "notes" / "readme.txt").write_text("These are words.\n")
        folder.rename(root / "sets")
        assert {row.dataset for row in run(BenchRequest([root])).rows} == {"Chains", "Chains/served"}

    def test_a_folder_without_a_known_set_is_refused_by_name(self, tmp_path):
        with pytest.raises(BadInput, match="no data set that this bench knows"):
            run(BenchRequest([tmp_path]))

    def test_no_path_at_all_is_refused(self):
        with pytest.raises(BadInput, match="--data"):
            run(BenchRequest([]))

    def test_a_broken_line_is_named(self, tmp_path):
        (tmp_path / "Broken.txt").write_text("1 4 5 6\n2\n")
        with pytest.raises(BadInput, match=r"Broken\.txt:2"):
            run(BenchRequest([tmp_path / "Broken.txt"]))

    def test_an_empty_file_is_refused(self, tmp_path):
        (tmp_path / "Empty.txt").write_text("\n")
        with pytest.raises(BadInput, match="no sequence"):
            run(BenchRequest([tmp_path / "Empty.txt"]))

    def test_items_are_numbered_regardless_of_where_they_stand(self, tmp_path):
        (tmp_path / "One.txt").write_text("1 a b c\n2 d e f\n")
        (tmp_path / "Two.txt").write_text("1 f e d\n2 c b a\n")
        assert read_sequences(tmp_path / "One.txt").items == read_sequences(tmp_path / "Two.txt").items


class TestPredict:
    def test_each_line_gets_twenty_next_items_outside_its_history(self, folder, tmp_path):
        out = tmp_path / "out.jsonl"
        assert predict_recommend(folder, out) == SHOPPERS
        rows = [json.loads(line) for line in out.read_text().splitlines()]
        histories = {line.split()[0]: line.split()[1:] for line in (folder / "Chains.txt").read_text().splitlines()}
        assert [row["case"] for row in rows] == list(histories)
        for row in rows:
            assert row["dataset"] == "Chains"
            assert len(set(row["ranked"])) == 20
            assert not set(row["ranked"]) & set(histories[row["case"]])

    def test_the_next_of_the_chain_leads(self, folder, tmp_path):
        lines = (folder / "Chains.txt").read_text().splitlines()
        chains = [[int(item) - 1 for item in line.split()[1:]] for line in lines]
        predict_recommend(folder, tmp_path / "out.jsonl")
        ranked = [[int(item) - 1 for item in json.loads(line)["ranked"]] for line in (tmp_path / "out.jsonl").read_text().splitlines()]
        straight = [place for place, chain in enumerate(chains) if np.ptp(chain) == len(chain) - 1 and chain[-1] % STEPS < STEPS - 1]
        hits = np.mean([chains[place][-1] + 1 in ranked[place][:3] for place in straight])
        assert hits > 0.8

    def test_words_and_one_item_lines_are_fine(self, tmp_path):
        (tmp_path / "Few.txt").write_text("u1 a\nu2 a b\n")
        predict_recommend(tmp_path / "Few.txt", tmp_path / "out.jsonl")
        assert [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()] == [
            {"dataset": "Few", "case": "u1", "ranked": ["b"]},
            {"dataset": "Few", "case": "u2", "ranked": []},
        ]

    def test_a_folder_without_sequences_is_refused(self, tmp_path):
        with pytest.raises(BadInput, match="sequences"):
            predict_recommend(tmp_path, tmp_path / "out.jsonl")


def test_the_dense_ablation_and_the_served_form_agree_closely(folder):
    outcome = by_system(run(BenchRequest([folder], peers=True)))
    assert outcome["dense, all pairs"].metrics["ndcg@10"] == pytest.approx(outcome["shopkeeper"].metrics["ndcg@10"], abs=0.05)
    # there are fewer items than a row holds, so the cut leaves every weight that speaks for something
    assert outcome["dense, cut to rows of 200"].metrics["ndcg@10"] == pytest.approx(outcome["dense, all pairs"].metrics["ndcg@10"], abs=0.05)
    assert outcome["dense, cut to rows of 50"].metrics["model_mb"] <= outcome["dense, cut to rows of 200"].metrics["model_mb"]


@pytest.mark.data
def test_beauty_reaches_what_the_published_models_reach(data_dir):
    file = data_dir / "amazon_sequences" / "Beauty.txt"
    data = without_last(read_sequences(file))
    system, _, _ = recommend_systems.ours(recommend_systems.histories_of(data.items, data.fit))
    ranks = next_item.rank_all(system, data).ranks
    assert np.where(ranks <= 10, 1 / np.log2(ranks + 1), 0).mean() >= 0.0545
