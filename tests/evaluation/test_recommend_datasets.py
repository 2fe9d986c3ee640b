from datetime import datetime

import polars as pl
import pytest

from shopkeeper.errors import BadInput
from shopkeeper.evaluation.datasets.online_retail import read_retail_baskets
from shopkeeper.evaluation.datasets.sequences import read_interactions, read_split_interactions
from shopkeeper.evaluation.recommend import run
from shopkeeper.evaluation.report import BenchRequest


def names(data, sequence):
    return [data.items[item] for item in sequence]


class TestInteractions:
    def test_rows_of_a_user_are_a_sequence_in_the_order_of_pos(self, tmp_path):
        table = pl.DataFrame({"user": [7, 8, 7, 7], "pos": [2, 0, 0, 1], "item": [30, 90, 10, 20]})
        table.write_parquet(tmp_path / "derived_interactions.parquet")
        data = read_interactions(tmp_path / "derived_interactions.parquet", "games")
        sequences = {case: names(data, sequence) for case, sequence in zip(data.cases, data.sequences, strict=True)}
        assert sequences == {"7": ["10", "20", "30"], "8": ["90"]}

    def test_a_table_without_items_is_refused(self, tmp_path):
        pl.DataFrame({"user": [1], "product": [2]}).write_parquet(tmp_path / "derived_interactions.parquet")
        with pytest.raises(BadInput, match="item"):
            read_interactions(tmp_path / "derived_interactions.parquet", "games")

    def test_the_files_own_split_is_kept_and_history_is_all_that_came_before(self, tmp_path):
        rows = ["user,pos,item,split", "A,0,5,train", "A,1,6,train", "A,2,7,valid", "A,3,8,test", "B,0,6,test", "B,1,5,test"]
        (tmp_path / "derived_Office_Products_interactions.csv").write_text("\n".join(rows))
        data = read_split_interactions(tmp_path / "derived_Office_Products_interactions.csv")
        cases = {
            case: (names(data, history), data.items[target]) for case, history, target in zip(data.cases, data.histories, data.targets, strict=True)
        }
        assert data.name == "Office"
        assert [names(data, sequence) for sequence in data.fit] == [["5", "6"]]
        assert cases == {"A:3": (["5", "6", "7"], "8"), "B:1": (["6"], "5")}


class TestRetail:
    @pytest.fixture
    def file(self, tmp_path):
        rows = [
            ("1", "85123a", 6, datetime(2011, 1, 1, 8), 2.5, 17.0, "UK", "A"),
            ("1", "85123A", 1, datetime(2011, 1, 1, 8), 2.5, 17.0, "UK", "A"),
            ("1", "71053", 6, datetime(2011, 1, 1, 8), 3.0, 17.0, "UK", "A"),
            ("C2", "71053", -6, datetime(2011, 1, 2, 8), 3.0, 17.0, "UK", "A"),
            ("3", "POST", 1, datetime(2011, 1, 3, 8), 18.0, 17.0, "UK", "A"),
            ("4", "71053", 1, datetime(2011, 1, 4, 8), 0.0, None, "UK", "A"),
            ("5", "22752", 2, datetime(2011, 1, 1, 7), 7.5, None, "UK", "A"),
        ]
        columns = ["InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country", "Description"]
        pl.DataFrame(rows, schema=columns, orient="row").write_parquet(tmp_path / "online_retail.parquet")
        return tmp_path / "online_retail.parquet"

    def test_only_goods_that_were_paid_for_are_bought(self, file):
        baskets = read_retail_baskets(file)
        orders = [sorted(baskets.ids[item] for item in baskets.items[baskets.offsets[b] : baskets.offsets[b + 1]]) for b in range(baskets.count)]
        assert orders == [["22752"], ["71053", "85123A"]]
        assert baskets.shoppers.tolist() == [-1, 0]
        assert baskets.days[1] == pytest.approx(datetime(2011, 1, 1).toordinal() - datetime(1970, 1, 1).toordinal() + 8 / 24)

    def test_another_table_is_refused(self, tmp_path):
        pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "online_retail.parquet")
        with pytest.raises(BadInput, match="Online Retail"):
            read_retail_baskets(tmp_path / "online_retail.parquet")


def test_a_shop_with_tastes_is_measured_by_a_time_split(tmp_path):
    rows = []
    for customer in range(60):
        family = customer % 4
        for visit, product in enumerate((0, 1, 2, 3)):
            code = f"{10000 + family * 10 + (product + customer // 4) % 5}"
            rows.append((f"{customer}{visit}", code, 1, datetime(2011, 1 + 2 * visit, 1 + customer % 27), 1.0, float(customer), "UK", "A"))
    columns = ["InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country", "Description"]
    pl.DataFrame(rows, schema=columns, orient="row").write_parquet(tmp_path / "online_retail.parquet")
    outcome = run(BenchRequest([tmp_path], peers=True))
    figures = {row.system: row.metrics["ndcg@10"] for row in outcome.rows if row.slice == "all"}
    assert set(figures) == {"shopkeeper", "popularity of 7 days", "popularity of 30 days", "item-knn"}
    assert figures["shopkeeper"] > figures["popularity of 7 days"]
    assert {row.slice for row in outcome.rows} <= {"all", "short", "long"}
