"""Files that are damaged, hostile or just odd: a clear answer each, and nothing lost that was good."""

import gzip
import io
import os
import zipfile
from pathlib import Path

import orjson
import pytest

from shopkeeper.catalog import feed
from shopkeeper.catalog.rejects import error_in, reason_in, reject_file
from shopkeeper.catalog.report import ImportOptions
from shopkeeper.domain.product import Market
from shopkeeper.domain.task import Reject
from shopkeeper.errors import BadInput
from tests.catalog.feeds import FakeShop, same_import

CHINESE = "id\ttitle\tprice\n" + "".join(f"p{n}\t连衣裙第{n}款，简单大方\t9.90 CNY\n" for n in range(30))


def line(id: str, title: str = "Cup") -> str:
    return '{"id":"%s","title":{"en":"%s"},"variants":[{"id":"%s","offers":[{"price":"1.00 EUR"}]}]}\n' % (id, title, id)  # noqa: UP031 - braces


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_the_encoding_is_found_out(shop: FakeShop, encoding: str) -> None:
    report = shop.load(CHINESE.encode(encoding))
    assert report.inserted == 30 and not shop.rejects
    assert shop.by_id()["p7"].title.zh == "连衣裙第7款，简单大方"


def test_chinese_far_from_the_beginning_is_still_told(shop: FakeShop) -> None:
    ascii_rows = "".join(f"a{n}\tPlain {'x' * 200}\t1 EUR\n" for n in range(5_300))
    shop.load(("id\ttitle\tprice\n" + ascii_rows + "z\t连衣裙，简单大方\t1 EUR\n").encode("gb18030"), ImportOptions(batch_size=5_000))
    assert shop.by_id()["z"].title.zh == "连衣裙，简单大方"


def test_rows_of_another_encoding_fail_alone(shop: FakeShop) -> None:
    rows = [f"p{n}\t连衣裙\t1 EUR\n".encode("gb18030" if n in (3, 7) else "utf-8") for n in range(10)]
    report = shop.load(b"id\ttitle\tprice\n" + b"".join(rows))
    assert report.inserted == 8
    assert [(line, field) for line, field, _ in shop.told()] == [(5, "title"), (9, "title")]
    assert "encoding" in shop.rejects[0].reason and "UTF-8" in shop.rejects[0].reason


def test_control_characters_are_dropped_and_nul_never_arrives(shop: FakeShop) -> None:
    shop.load("id\ttitle\tprice\na\tCu\x00p\x07 \x1b[31m\t1 EUR\n")
    assert shop.by_id()["a"].title.en == "Cup [31m"
    shop.load('{"id":"b","title":{"en":"C\\u0000up"},"variants":[{"id":"b"}]}\n')
    assert shop.by_id()["b"].title.en == "Cup"


def test_line_ends_of_every_kind_are_the_same(tmp_path: Path) -> None:
    same_import(tmp_path, CHINESE, lambda raw: raw.replace(b"\n", b"\r\n"), lambda raw: raw.replace(b"\n", b"\n\n"), lambda raw: raw.rstrip())


def test_a_line_of_ten_megabytes_costs_itself(shop: FakeShop) -> None:
    shop.load(line("a") + line("big", "x" * 10_000_000) + line("c"))
    assert list(shop.by_id()) == ["a", "c"]
    assert [number for number, _, _ in shop.told()] == [2]
    assert len(shop.rejects[0].row) <= 10_000


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        ("{", "row"),
        ("[1]", "row"),
        ('{"id":"x","titel":{"en":"X"},"variants":[{"id":"x"}]}', "title"),
        ('{"id":" x","title":{"en":"X"},"variants":[{"id":"x"}]}', "id"),
        ('{"id":"x","title":{"en":"X"},"variants":[]}', "variants"),
        ('{"id":"x","title":{"en":"X"},"variants":[{"id":"x","offers":[{"price":"-3.00 EUR"}]}]}', "variants[0].offers[0].price"),
        ('{"id":5,"title":{"en":"X"},"variants":[{"id":"x"}]}', "id"),
        ('{"deleted":true}', "id"),
    ],
)
def test_a_broken_line_costs_itself(shop: FakeShop, broken: str, field: str) -> None:
    shop.load(line("a") + broken + "\n" + line("b"))
    assert list(shop.by_id()) == ["a", "b"]
    assert [(number, named) for number, named, _ in shop.told()] == [(2, field)]


def test_a_zip_bomb_is_stopped(shop: FakeShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "FREE_BYTES", 1_000_000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("feed.jsonl", line("a") + " " * 30_000_000)
    report = shop.load(packed.getvalue())
    assert "zip bomb" in report.error and list(shop.by_id()) == ["a"]
    report = FakeShop(shop.folder).load(gzip.compress((line("a") + " " * 30_000_000).encode()))
    assert "zip bomb" in report.error


def test_a_torn_gzip_lands_what_came_before_and_says_so(shop: FakeShop) -> None:
    rows = "".join(line(f"p{n}", os.urandom(40).hex()) for n in range(5_000))
    packed = gzip.compress(rows.encode())
    report = shop.load(packed[: len(packed) // 2], ImportOptions(batch_size=100, delete_missing=True))
    assert "damaged" in report.error and 500 < report.inserted < 5_000
    assert report.deleted == 0 and "end" in report.not_deleted


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04rubbish", "cannot be opened"),
        (b"\x1f\x8brubbish", "damaged"),
        (b"PAR1rubbish", "Parquet"),
        (b"name;colour\nCup;red\n", "name, colour"),
        (b"<doc><x/></doc>", "neither RSS nor Atom"),
        (b'{"sku": 1}\n{"sku": 2}\n', "--map"),
        (b"just some words", "just some words"),
    ],
)
def test_a_file_that_is_no_feed_is_refused_in_one_sentence(shop: FakeShop, content: bytes, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        shop.load(content)
    assert said in str(caught.value)
    assert shop.products.writes == 0


def test_a_spreadsheet_and_a_missing_file_are_named(shop: FakeShop) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
    with pytest.raises(BadInput, match="Save it as CSV"):
        shop.load(packed.getvalue())
    with pytest.raises(BadInput, match="does not exist"):
        shop.service.import_products(shop.folder / "none.txt")


def test_the_parts_of_an_archive_are_one_feed(shop: FakeShop) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("b.jsonl", line("b") + line("a"))
        archive.writestr("a.jsonl", line("a"))
        archive.writestr("__MACOSX/a.jsonl", "rubbish")
    report = shop.load(packed.getvalue())
    assert (report.inserted, report.rejects) == (2, 1)
    assert "(in b.jsonl)" in shop.rejects[0].reason


def test_the_reject_file_keeps_row_and_reason(shop: FakeShop, tmp_path: Path) -> None:
    path = tmp_path / "rejects.jsonl"
    with reject_file(path) as rejects:
        shop.service.import_products(shop.feed("id\ttitle\tprice\na\tA\t1,5 EUR\nb\tB\t2 EUR\n"), rejects=rejects)
    (kept,) = map(orjson.loads, path.read_text(encoding="utf-8").splitlines())
    assert kept == {
        "line": 2,
        "field": "price",
        "value": "1,5 EUR",
        "reason": "'1,5 EUR' has a decimal comma. Write it as \"1.5 EUR\".",
        "row": "a\tA\t1,5 EUR",
        "code": "decimal_comma",
        "hint": "hint.price_as",
        "values": {"written": "1,5 EUR", "meant": "1.5 EUR"},
        "part": "",
    }
    assert reason_in(Reject(**kept), "zh") == '“1,5 EUR”用逗号作小数点。请写成 "1.5 EUR"。'


def test_a_reason_is_said_in_chinese_down_to_the_kind_of_value_and_the_part(shop: FakeShop) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.jsonl", '{"id":5,"title":{"en":"X"},"variants":[{"id":"x"}]}\n')
        archive.writestr("b.jsonl", line("b"))
    shop.load(packed.getvalue())
    (reject,) = shop.rejects
    assert reason_in(reject, "en") == reject.reason == "is a number, not a text (in a.jsonl)"
    assert reason_in(reject, "zh") == "类型是 数字，应为 文字（在 a.jsonl 中）"


def test_a_torn_file_is_told_in_both_languages(shop: FakeShop) -> None:
    packed = gzip.compress("".join(line(f"p{n}", os.urandom(40).hex()) for n in range(5_000)).encode())
    report = shop.load(packed[: len(packed) // 2], ImportOptions(delete_missing=True))
    assert [fault.code for fault in report.faults] == ["damaged", "not_to_the_end"]
    assert error_in(report.faults, "zh").startswith("feed.dat: 已损坏：")
    assert error_in(report.faults, "zh").endswith("文件没有读到末尾，因此不能判断哪些商品缺失。")


class TestOneCurrencyAMarket:
    def feed(self, *prices: str) -> str:
        return "id\ttitle\tprice\n" + "".join(f"p{n}\tCup {n}\t{price}\n" for n, price in enumerate(prices))

    def test_a_product_in_another_currency_is_kept_and_told(self, shop: FakeShop) -> None:
        report = shop.load(self.feed("9 EUR", "9 CNY", "8 CNY"))
        assert (report.inserted, report.rejects, report.not_listed) == (3, 0, 1)
        (notice,) = report.first_not_listed
        assert (notice.line, notice.value, notice.code) == (2, "p0", "other_currency")
        assert notice.reason == "is kept but not listed, because its price is in EUR while market 'default' sells in CNY"
        assert reason_in(notice, "zh") == "已保存但不会上架：价格是 EUR，而市场“default”以 CNY 出售"
        assert dict(report.counts())["not_listed"] == 1

    def test_what_is_stored_decides_and_an_unchanged_row_is_told_again(self, shop: FakeShop) -> None:
        shop.load(self.feed("9 CNY", "8 CNY", "7 CNY"))
        for _ in range(2):
            assert shop.load("id\ttitle\tprice\nq0\tA\t9 EUR\nq1\tB\t9 EUR\n").not_listed == 2

    def test_other_markets_have_their_own_currency(self, shop: FakeShop) -> None:
        shop.load(self.feed("9 CNY"))
        assert shop.load(self.feed("9 USD"), ImportOptions(market=Market("us"))).not_listed == 0
