"""Google Merchant feeds, TSV and XML."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopkeeper.catalog.report import ImportOptions
from shopkeeper.domain.money import Currency, Money
from shopkeeper.domain.texts import LocalizedText
from tests.catalog.feeds import FakeShop, round_trip
from tests.catalog.strategies import words

HEADER = "id\ttitle\tprice\tavailability\titem_group_id\tcolor\tbrand\n"


def tsv(*rows: str, header: str = HEADER) -> str:
    return header + "".join(f"{row}\n" for row in rows)


def rss(*items: str, head: str = "") -> str:
    return (
        f'<?xml version="1.0"?>\n<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0">{head}<channel>\n'
        + "\n".join(items)
        + "\n</channel></rss>"
    )


def item(id: str, title: str = "Cup", price: str = "9.90 EUR", more: str = "") -> str:
    return f"<item><g:id>{id}</g:id><title>{title}</title><g:price>{price}</g:price>{more}</item>"


class TestTsv:
    def test_a_row_becomes_a_product_of_one_variant(self, shop: FakeShop) -> None:
        report = shop.load(tsv("p1\t连衣裙\t99.00 CNY\tin stock\t\tred\tAcme"))
        (product,) = shop.products.all
        assert (report.format, report.inserted) == ("google-tsv", 1)
        assert product.title == LocalizedText(zh="连衣裙")
        assert product.brand is not None and product.brand.key == "Acme"
        assert [(name, label.key) for name, label in product.variants[0].options] == [("color", "red")]
        assert product.variants[0].offers[0].price == Money(9900, Currency("CNY"))

    def test_rows_of_one_group_become_variants_however_far_apart(self, shop: FakeShop) -> None:
        rows = ["a\tShirt\t9 EUR\t\tG\tred", *(f"x{n}\tOther\t1 EUR" for n in range(50)), "b\tShirt, blue\t8 EUR\t\tG\tblue"]
        shop.load(tsv(*rows), ImportOptions(batch_size=7))
        group = shop.by_id()["G"]
        assert [variant.id for variant in group.variants] == ["a", "b"]
        assert group.title.en == "Shirt"
        assert group.variants[1].extras == (("google:title", "Shirt, blue"),)
        assert len(shop.products.all) == 51

    def test_a_decimal_comma_a_negative_and_a_bare_amount_are_refused_and_the_rest_lands(self, shop: FakeShop) -> None:
        report = shop.load(tsv("a\tA\t12,50 EUR", "b\tB\t-3 EUR", "c\tC\t3", "d\tD\t3.001 EUR", "e\tE\tten EUR", "f\tF\t12.50 EUR"))
        assert list(shop.by_id()) == ["f"]
        assert report.rejects == 5
        assert shop.told() == [
            (2, "price", "12,50 EUR"),
            (3, "price", "-3 EUR"),
            (4, "price", "3"),
            (5, "price", "3.001 EUR"),
            (6, "price", "ten EUR"),
        ]
        assert shop.rejects[0].reason == "'12,50 EUR' has a decimal comma. Write it as \"12.50 EUR\"."

    def test_an_id_that_stands_twice_counts_once_and_names_the_first_line(self, shop: FakeShop) -> None:
        shop.load(tsv("a\tA\t1 EUR", "b\tB\t1 EUR", "a\tAgain\t2 EUR"))
        assert shop.by_id()["a"].title.en == "A"
        assert shop.told() == [(4, "id", "a")]
        assert "line 2" in shop.rejects[0].reason

    def test_one_bad_variant_does_not_cost_its_group(self, shop: FakeShop) -> None:
        shop.load(tsv("a\tA\tx\t\tG", "b\tB\t2 EUR\t\tG", "b\tB\t3 EUR\t\tG"))
        assert [variant.id for variant in shop.by_id()["G"].variants] == ["b"]
        assert [line for line, _, _ in shop.told()] == [2, 4]

    def test_a_quoted_cell_may_hold_lines_and_tabs_and_a_bare_quote_is_an_inch(self, shop: FakeShop) -> None:
        shop.load(tsv('a\t"Two\nlines\tand ""quotes"""\t1 EUR', 'b\t24" monitor\t1 EUR', "c\tC\t1 EUR"))
        titles = {id: product.title.en for id, product in shop.by_id().items()}
        assert titles == {"a": 'Two\nlines\tand "quotes"', "b": '24" monitor', "c": "C"}

    def test_a_quote_that_is_never_closed_costs_its_own_row_only(self, shop: FakeShop) -> None:
        rows = [f"p{n}\tCup\t1 EUR\t\t\t\t" for n in range(5)]
        report = shop.load(tsv(*rows, 'bad\t"Open\t1 EUR\t\t\t\t', *(f"q{n}\tCup\t1 EUR\t\t\t\t" for n in range(5)), 'z\t"Z"\t1 EUR\t\t\t\t'))
        assert report.inserted == 11
        assert [line for line, _, _ in shop.told()] == [7]

    def test_more_cells_than_columns_are_refused(self, shop: FakeShop) -> None:
        shop.load(tsv("a\tA\t1 EUR\t\t\t\t\textra", "b\tB\t1 EUR"))
        assert list(shop.by_id()) == ["b"] and shop.told()[0][:2] == (2, "row")

    @pytest.mark.parametrize("written", ["2026-02-24T11:07+0100/2026-03-16T11:07+0100", "2026-02-24T10:07Z/2026-03-16T10:07Z"])
    def test_a_sale_runs_in_its_span(self, shop: FakeShop, written: str) -> None:
        shop.load(f"id\ttitle\tprice\tsale_price\tsale_price_effective_date\na\tA\t9 EUR\t7 EUR\t{written}\n")
        offer = shop.by_id()["a"].variants[0].offers[0]
        assert offer.sale_price == Money(700, Currency("EUR"))
        assert offer.sale_starts is not None and offer.sale_starts.isoformat() == "2026-02-24T10:07:00+00:00"

    def test_columns_that_we_do_not_read_come_back(self, tmp_path: Path) -> None:
        shop = round_trip(tmp_path, "id\ttitle\tprice\tshipping\tmy column\na\tA\t9 EUR\tUS:CA:Ground:16.00 USD\tkept\n", "google-tsv")
        assert shop.by_id()["a"].variants[0].extras == (("google:my_column", "kept"), ("google:shipping", "US:CA:Ground:16.00 USD"))
        assert b"US:CA:Ground:16.00 USD" in shop.written("google-tsv")

    def test_product_types_details_and_labels_become_categories_and_attributes(self, tmp_path: Path) -> None:
        header = "id\ttitle\tprice\tproduct_type\tproduct_detail\tcustom_label_0\tadditional_image_link\timage_link\n"
        row = "a\tA\t9 EUR\tHome > Cups, Home > Sale\tGeneral:Weight:2 kg,:Care:wash\\, cold\twinter\thttps://s/b,c.jpg,https://s/d.jpg\thttps://s/a.jpg\n"
        product = round_trip(tmp_path, header + row, "google-tsv").by_id()["a"]
        assert [[label.key for label in path] for path in product.categories] == [["Home", "Cups"], ["Home", "Sale"]]
        assert [(name, labels[0].key) for name, labels in product.attributes] == [
            ("custom_label_0", "winter"),
            ("General: Weight", "2 kg"),
            ("Care", "wash, cold"),
        ]
        assert product.images == ("https://s/a.jpg", "https://s/b,c.jpg", "https://s/d.jpg")


class TestXml:
    def test_rss_and_atom_say_the_same(self, tmp_path: Path) -> None:
        atom = (
            '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"><entry><g:id>a</g:id><title>Cup</title>'
            '<link href="https://s/a"/><summary>Blue</summary><g:price>9.90 EUR</g:price></entry></feed>'
        )
        of_rss, of_atom = FakeShop(tmp_path), FakeShop(tmp_path)
        of_rss.load(rss(item("a", more="<link>https://s/a</link><description>Blue</description>")))
        of_atom.load(atom)
        assert of_atom.by_id() == of_rss.by_id()
        assert of_rss.by_id()["a"].link == "https://s/a"

    @pytest.mark.parametrize(
        ("broken", "reason"),
        [
            ("<item><g:id>b</g:id><title>x <b></title><g:price>1 EUR</g:price></item>", "mismatched tag"),
            ("<item><g:id>b</g:id><title>x &nbsp;</title><g:price>1 EUR</g:price></item>", "undefined entity"),
            ("<item><g:id>b</g:id><title>x</title><g:price>1 EUR</g:price>", "no end tag"),
            ("<item><g:id>b</g:id><title><![CDATA[x</title><g:price>1 EUR</g:price></item>", "never closes"),
            ("<item><g:id>b</g:id><!-- x <title>x</title></item>", "never closes"),
            ("<item><g:id>b</g:id><y:title>x</y:title></item>", "unbound prefix"),
        ],
    )
    def test_a_broken_item_costs_itself_and_is_named_by_its_line(self, shop: FakeShop, broken: str, reason: str) -> None:
        report = shop.load(rss(item("a"), item("aa"), broken, item("c"), item("d")))
        assert list(shop.by_id()) == ["a", "aa", "c", "d"]
        assert [reject.line for reject in shop.rejects] == [5]
        assert reason in shop.rejects[0].reason
        assert report.error == ""

    def test_a_broken_item_is_not_taken_for_missing(self, shop: FakeShop) -> None:
        shop.load(rss(item("a"), item("b")))
        report = shop.load(rss(item("a"), "<item><g:id>b</g:id><title>x <b></title></item>"), ImportOptions(delete_missing=True))
        assert (report.deleted, report.not_deleted) == (0, "")
        assert set(shop.by_id()) == {"a", "b"}

    def test_cdata_may_hold_an_end_tag(self, shop: FakeShop) -> None:
        shop.load(rss(item("a", title="<![CDATA[ </item> & <item> ]]>"), item("b")))
        assert {id: product.title.en for id, product in shop.by_id().items()} == {"a": "</item> & <item>", "b": "Cup"}

    @pytest.mark.parametrize("size", [60_000, 65_536, 70_000, 300_000])
    def test_items_may_lie_across_any_boundary_of_reading(self, shop: FakeShop, size: int) -> None:
        filler = item("big", more=f"<description>{'x' * min(size, 99_000)}</description>")
        shop.load(rss(*(item(f"p{n}", more=f"<g:mpn>{'m' * (size // 400)}</g:mpn>") for n in range(400)), filler, item("last")))
        assert len(shop.products.all) == 402 and not shop.rejects

    def test_a_description_of_five_megabytes_costs_its_own_row(self, shop: FakeShop) -> None:
        shop.load(rss(item("a"), item("big", more=f"<description>{'x' * 5_000_000}</description>"), item("c")))
        assert set(shop.by_id()) == {"a", "c"}
        assert shop.rejects[0].field == "description.en" and "5000000 characters" in shop.rejects[0].reason
        assert len(shop.rejects[0].row) <= 10_000

    def test_entities_are_not_expanded(self, shop: FakeShop) -> None:
        bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        with pytest.raises(Exception, match="document type"):
            shop.load(rss(item("a", title="&b;")).replace("?>\n", f"?>\n{bomb}\n", 1))
        assert shop.products.writes == 0

    def test_a_namespace_of_others_and_nested_attributes_come_back(self, tmp_path: Path) -> None:
        more = (
            "<g:shipping><g:country>DE</g:country><g:price>5 EUR</g:price></g:shipping>"
            "<g:shipping><g:price>6 EUR</g:price><g:country>AT</g:country></g:shipping><dc:creator>me</dc:creator>"
        )
        feed = rss(item("a", more=more)).replace('version="2.0"', 'version="2.0" xmlns:dc="urn:dc"')
        shop = round_trip(tmp_path, feed, "google-xml")
        assert dict(shop.by_id()["a"].variants[0].extras) == {
            "google:shipping": "DE:::5 EUR",
            "google:shipping(price:country)": "6 EUR:AT",
            "google:{urn:dc}creator": "me",
        }

    def test_the_declared_encoding_and_a_packed_file_are_read(self, shop: FakeShop) -> None:
        feed = rss(item("a", title="连衣裙，夏季新款")).replace('version="1.0"', 'version="1.0" encoding="GB2312"', 1)
        shop.load(gzip.compress(feed.encode("gb18030")))
        assert shop.by_id()["a"].title.zh == "连衣裙，夏季新款"


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"id": st.sampled_from("abcdef"), "title": words, "price": st.sampled_from(("1 EUR", "2.50 EUR", "1,0 EUR"))},
            optional={
                "item_group_id": st.sampled_from("GH"),
                "description": words,
                "brand": words,
                "color": words,
                "product_type": words.map(lambda word: f"{word} > {word}, {word} > b"),
                "product_detail": words,
                "quantity": st.sampled_from(("0", "7")),
                "sale_price": st.sampled_from(("0.50 EUR", "3 EUR")),
                "shipping_label": words,
                "my column": words,
                "pause": st.sampled_from(("all", "ads")),
            },
        ),
        min_size=1,
        max_size=6,
    )
)
def test_what_was_imported_comes_back_in_both_formats(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]]) -> None:
    folder = tmp_path_factory.mktemp("trip")
    columns = list(dict.fromkeys(name for row in rows for name in row))
    table = "\t".join(columns) + "\n" + "".join("\t".join(_cell(row.get(name, "")) for name in columns) + "\n" for row in rows)
    round_trip(folder, table, "google-tsv")
    first, second = FakeShop(folder), FakeShop(folder)
    first.load(table)
    second.load(first.written("google-xml"))
    third = FakeShop(folder)
    third.load(second.written("google-xml"))
    assert third.by_id() == second.by_id()


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
