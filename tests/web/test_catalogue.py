"""The catalogue in the console: every product, hidden ones too, found, sorted, and told why it is not shown."""

import csv
import io

import pytest

from tests.web.conftest import Pages
from tests.web.markup import Page
from tests.web.test_console import sign_in


@pytest.fixture
def merchant(pages: Pages) -> Pages:
    sign_in(pages)
    return pages


def listed(pages: Pages, **asked: str) -> Page:
    return Page(pages.http.get("/console/catalogue", params=asked, headers={"accept-language": "en"}).text)


def names(page: Page) -> list[str]:
    return [" ".join(one.text.split()) for one in page.all("a") if "tbody" in one.inside]


def test_it_counts_all_and_what_shoppers_see(merchant: Pages):
    assert listed(merchant).texts("p", class_="answer") == ["60 products now: 59 shown to shoppers, 58 of them can be bought."]


@pytest.mark.parametrize(("state", "found"), [("hidden", ["Hidden"]), ("sold_out", ["Porcelain cup no. 5"]), ("not_sold_here", [])])
def test_a_state_is_a_filter(merchant: Pages, state: str, found: list[str]):
    assert names(listed(merchant, state=state)) == found


def test_a_hidden_product_is_found_by_name_and_by_id(merchant: Pages):
    assert names(listed(merchant, q="Hidd")) == names(listed(merchant, q="hidden")) == ["Hidden"]


def test_the_sheet_says_why(merchant: Pages):
    assert "says that it is hidden" in listed(merchant, open="hidden").one("aside").text
    assert "no version can be bought" in listed(merchant, open="cup-05").one("aside").text
    assert "It is shown, and can be bought." in listed(merchant, open="cup-01").one("aside").text
    assert listed(merchant, open="no such").all("aside") == []


def test_a_click_on_a_head_sorts_and_another_turns_it_round(merchant: Pages):
    page = listed(merchant)
    head = next(one for one in page.all("a") if "thead" in one.inside and "Price" in one.text)
    assert head.attributes["href"] == "/console/catalogue?sort=-price"
    assert names(listed(merchant, sort="-price"))[:2] == ["Yixing teapot", "Porcelain cup no. 56"]
    assert listed(merchant, sort="-price").all("th", aria_sort="descending")
    assert "Cup" in names(listed(merchant, sort="price"))[1]  # the hidden product has no price at all and comes first


def test_columns_can_be_chosen_and_stay_chosen(merchant: Pages):
    page = Page(merchant.http.get("/console/catalogue?col=id&col=price", headers={"accept-language": "en"}).text)
    assert page.texts("th", scope="col") == ["Id", "Price"]
    assert "col=id&col=price" in next(one for one in page.all("a") if "thead" in one.inside).attributes["href"]


def test_pages_lead_on_and_back(merchant: Pages):
    first, second = listed(merchant), listed(merchant, page="2")
    assert len(names(first)) == 50 and len(names(second)) == 10
    assert [one.attributes["href"] for one in first.all("a", rel="next")] == ["/console/catalogue?page=2"]
    assert [one.attributes["href"] for one in second.all("a", rel="prev")] == ["/console/catalogue"]


def test_the_csv_has_every_row_and_runs_no_formula(merchant: Pages):
    answer = merchant.http.get("/console/catalogue", params={"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 60
    assert {row["id"]: row["price"] for row in rows}["cup-01"] == "11.00"


@pytest.mark.parametrize(
    "asked", [{"sort": "nonsense"}, {"page": "-1"}, {"page": "9" * 30}, {"state": "x"}, {"col": "x"}, {"q": '"'}, {"open": "\x00"}]
)
def test_an_address_that_makes_no_sense_is_no_fault(merchant: Pages, asked: dict[str, str]):
    assert merchant.http.get("/console/catalogue", params=asked).status_code == 200


def test_a_chart_goes_home_as_svg_and_as_csv(merchant: Pages):
    svg, table = (merchant.http.get(f"/console/charts/revenue.{form}") for form in ("svg", "csv"))
    assert svg.headers["content-type"].startswith("image/svg+xml") and svg.text.startswith("<?xml")
    assert len(table.text.splitlines()) == 15  # a head and fourteen days
    assert merchant.http.get("/console/charts/nonsense.svg").status_code == merchant.http.get("/console/charts/revenue.exe").status_code == 404
