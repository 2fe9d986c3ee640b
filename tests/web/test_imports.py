"""A feed goes in through the console: what landed, what did not, and why."""

import csv
import io
import json
import time

import pytest

from shopkeeper.catalog.documents import product_to_json
from shopkeeper.domain.ids import ProductId, TaskId, VariantId
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.product import Offer, Product, Variant
from shopkeeper.domain.task import Reject, Task
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.web.console.imports import as_csv
from tests.web.conftest import Pages
from tests.web.markup import Page
from tests.web.test_console import form_of, sign_in


def line(id: str, title: str = "Lamp") -> str:
    product = Product(ProductId(id), LocalizedText(en=title), (Variant(VariantId(id), offers=(Offer(Money(1_250, Currency("CNY"))),)),))
    return product_to_json(product).decode()


GOOD = [line(f"lamp-{number}") for number in range(3)]
FEED = "\n".join([*GOOD, "{ broken", line("lamp-minus").replace("12.50", "-3"), line("lamp-0", title="Twice")]) + "\n"


@pytest.fixture
def merchant(pages: Pages) -> Pages:
    sign_in(pages, pages.other_admin)
    return pages


def upload(pages: Pages, content: bytes | str, name: str = "lamps.jsonl", **fields: str):
    token = form_of(pages.http.get("/console/imports"))
    data = {"form_token": token, "format": "auto", "lang": "", "currency": "USD"} | fields
    return pages.http.post("/console/imports", data=data, files={"feed": (name, content)})


def finished(pages: Pages, address: str) -> Page:
    """The report once the import has ended."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        page = Page(pages.http.get(address, headers={"accept-language": "en"}).text)
        if not page.all("progress"):
            return page
        time.sleep(0.05)
    raise AssertionError("the import did not end in 20 s")


def test_good_rows_land_and_bad_rows_are_told_apart(merchant: Pages):
    answer = upload(merchant, FEED)
    assert answer.status_code == 303, answer.text
    report = finished(merchant, answer.headers["location"])
    assert report.texts("h1") == ["How did lamps.jsonl go?"]
    assert report.texts("p", class_="answer") == ["3 rows are in the shop; 3 could not be used."]
    rows = [one.text for one in report.all("td", class_="figure")]
    assert rows == ["4", "5", "6"]
    assert report.faults == []
    assert merchant.other.database.products.get([ProductId("lamp-0")])[ProductId("lamp-0")].title.en == "Lamp"


def test_every_reject_can_be_taken_home_as_json_lines_and_as_csv(merchant: Pages):
    address = upload(merchant, FEED).headers["location"]
    report = finished(merchant, address)
    links = [one.attributes["href"] for one in report.all("a") if "download" in one.attributes]
    assert links == [f"{address}/rejects.csv", f"{address}/rejects.jsonl"]
    rows = [json.loads(line) for line in merchant.http.get(links[1]).text.splitlines()]
    table = list(csv.DictReader(io.StringIO(merchant.http.get(links[0]).content.decode("utf-8-sig"))))
    assert [row["line"] for row in rows] == [4, 5, 6]
    assert [row["line"] for row in table] == ["4", "5", "6"]
    assert rows[0].keys() == {"line", "field", "value", "reason", "row", "code", "hint", "values", "part"}
    assert table[0].keys() == {"line", "field", "value", "reason", "row", "code"}
    assert merchant.http.get(links[0]).headers["content-disposition"].startswith("attachment")


def test_reasons_and_products_in_another_currency_are_told_in_the_language_of_the_console(merchant: Pages):
    feed = "id\ttitle\tprice\nn1\tA\t1 CNY\nn2\tB\t2 CNY\nn3\tC\t3 EUR\nn4\tD\t-3 CNY\n"
    address = upload(merchant, feed, name="money.tsv").headers["location"]
    finished(merchant, address)
    page = Page(merchant.http.get(address, headers={"accept-language": "zh"}).text)
    told = page.texts("td")
    assert "-3 CNY 小于零。请用 0 或更大的数。" in told
    assert "已保存但不会上架：价格是 EUR，而市场“default”以 CNY 出售" in told
    assert "哪些商品已保存但不会上架？" in page.texts("h2")


def test_a_dry_run_changes_nothing_and_says_so(merchant: Pages):
    report = finished(merchant, upload(merchant, line("ghost") + "\n", dry_run="yes").headers["location"])
    assert report.texts("p", class_="answer") == ["Nothing was changed. 1 row would land; 0 could not be used."]
    assert merchant.other.database.products.get([ProductId("ghost")]) == {}
    assert "dry run" in Page(merchant.http.get("/console/imports", headers={"accept-language": "en"}).text).one("table").text


def test_a_file_that_is_no_feed_at_all_fails_with_a_reason(merchant: Pages):
    report = finished(merchant, upload(merchant, b"\x00\x01\x02\x03" * 100, name="noise.bin").headers["location"])
    assert any("Failed" in text for text in report.texts("dd"))
    assert report.all("p", class_="notice")


def test_what_was_imported_can_be_found_by_shoppers_at_once(merchant: Pages):
    finished(merchant, upload(merchant, line("torch", title="Brass torch") + "\n").headers["location"])
    until = time.monotonic() + 5
    found: list[str] = []
    while found != ["Brass torch"]:
        assert time.monotonic() < until, found
        time.sleep(0.05)
        page = merchant.http.get("/s/other/search?q=torch", headers={"accept-language": "en"}).text
        found = Page(page).texts("span", class_="card-name")


def test_the_list_shows_each_import_with_its_counts(merchant: Pages):
    finished(merchant, upload(merchant, FEED, name="list.jsonl").headers["location"])
    page = Page(merchant.http.get("/console/imports", headers={"accept-language": "en"}).text)
    newest = page.texts("tr")[1]
    assert "list.jsonl" in newest and newest.endswith("633"), newest


@pytest.mark.parametrize(
    ("fields", "content", "words"),
    [
        ({}, b"", "No file was chosen"),
        ({"format": "docx"}, b"x", "This format or language is not known"),
        ({"lang": "fr"}, b"x", "This format or language is not known"),
        ({"currency": "usd"}, b"x", "three capital letters"),
    ],
)
def test_a_form_that_cannot_be_used_says_what_to_do(merchant: Pages, fields: dict[str, str], content: bytes, words: str):
    merchant.http.get("/language?to=en")
    answer = upload(merchant, content, **fields)
    assert answer.status_code == 422
    assert words in answer.text


def test_an_upload_without_the_sessions_token_is_refused(merchant: Pages):
    assert upload(merchant, FEED, form_token="x").status_code == 403


def test_an_upload_without_a_session_leads_to_the_door(pages: Pages):
    answer = pages.http.post("/console/imports", files={"feed": ("a.jsonl", b"x")})
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/console/sign-in")


def test_an_import_of_another_shop_does_not_exist(merchant: Pages):
    address = upload(merchant, FEED).headers["location"]
    finished(merchant, address)
    merchant.http.cookies.clear()
    sign_in(merchant)
    assert merchant.http.get(address).status_code == 404


def test_a_hostile_file_name_is_only_a_name(merchant: Pages):
    answer = upload(merchant, line("named") + "\n", name="../../<script>alert(1)</script>.jsonl")
    assert answer.status_code == 303
    finished(merchant, answer.headers["location"])
    assert "<script>alert" not in merchant.http.get(answer.headers["location"]).text


def test_an_upload_of_20_mb_is_taken_in(merchant: Pages):
    content = "\n".join(line(f"big-{number}") + " " * 90_000 for number in range(220))
    assert len(content) > 19_000_000
    assert upload(merchant, content, dry_run="yes").status_code == 303


def test_a_running_import_looks_again_by_itself_with_and_without_javascript(merchant: Pages):
    source = merchant.http.get("/console/imports").text
    assert "http-equiv" not in source
    task_id = "20260101T000000000000-waiting"  # no worker knows of it, so it stays as it is
    merchant.other.database.tasks.save(
        Task(TaskId(task_id), "products.import", "slow.xml", "running", merchant.app.clock(), counts=(("done", 12_300_000),))
    )
    page = Page(merchant.http.get(f"/console/imports/{task_id}", headers={"accept-language": "en"}).text)
    assert "12.3\u00a0MB are read so far. You may leave this page." in page.one("p", class_="answer").text
    refresh = page.one("meta", http_equiv="refresh")
    assert "noscript" in refresh.inside and refresh.attributes["content"] == "2"
    assert page.one("div", id="report").attributes["hx-trigger"] == "every 1s"
    assert any("htmx" in one.attributes.get("src", "") for one in page.all("script"))


def test_no_cell_of_the_csv_runs_as_a_formula():
    text = "".join(as_csv(iter([Reject(1, "=cmd", "+1", "-2", "@x"), Reject(2, "a", "b,c", 'd"e', "f")])))
    assert list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))[1:] == [
        ["1", "'=cmd", "'+1", "'-2", "'@x", ""],
        ["2", "a", "b,c", 'd"e', "f", ""],
    ]
