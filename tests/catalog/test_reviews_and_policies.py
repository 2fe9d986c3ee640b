"""Reviews from tables and JSON Lines, policies from Markdown."""

from datetime import UTC, datetime

import pytest

from shopkeeper.catalog.documents import review_to_json
from shopkeeper.catalog.report import ImportOptions
from shopkeeper.errors import BadInput
from tests.catalog.feeds import FakeShop

CSV = """id,product_id,rating,text,written
r1,cup,5,很好用,2026-01-31T10:00:00Z
r2,cup,9,Too good,2026-01-31T10:00:00Z
r1,cup,4,Again,2026-01-31T10:00:00Z
r3,cup,,Fine,31.01.2026 10:00
r4,cup,4,Fine,03/04/2026
"""


def test_reviews_by_columns_called_as_our_fields(shop: FakeShop) -> None:
    report = shop.service.import_reviews(shop.feed(CSV), rejects=shop.rejects.append)
    assert (report.inserted, report.rejects) == (2, 3)
    assert [(line, field) for line, field, _ in shop.told()] == [(3, "rating"), (4, "id"), (6, "written")]
    assert shop.reviews.rows["r1"].lang == "zh" and shop.reviews.rows["r3"].lang == "en"
    assert shop.reviews.rows["r3"].written == datetime(2026, 1, 31, 10, tzinfo=UTC)
    assert shop.service.import_reviews(shop.feed(CSV)).unchanged == 2
    rehearsed = shop.service.import_reviews(shop.feed(CSV.replace("很好用", "太好用") + "r5,cup,4,New,2026-01-31\n"), ImportOptions(dry_run=True))
    assert (rehearsed.inserted, rehearsed.updated, rehearsed.unchanged, len(shop.reviews.rows)) == (1, 1, 1, 2)


def test_reviews_without_ids_get_the_same_ones_each_time(shop: FakeShop) -> None:
    mapping = shop.feed('[review]\nproduct_id = "item"\ntext = "body"\nwritten = "day"\n', "map.toml")
    feed = shop.feed("item,body,day\ncup,Fine,2026-01-31\ncup,Good,2026-01-31\n")
    assert shop.service.import_reviews(feed, ImportOptions(column_map=mapping)).inserted == 2
    assert shop.service.import_reviews(feed, ImportOptions(column_map=mapping)).unchanged == 2


def test_reviews_in_our_own_json_lines(shop: FakeShop) -> None:
    shop.service.import_reviews(shop.feed(CSV))
    lines = b"\n".join(map(review_to_json, shop.reviews.scan()))
    other = FakeShop(shop.folder)
    assert other.service.import_reviews(shop.feed(lines + b"\n{}\n")).inserted == 2
    assert other.reviews.rows == shop.reviews.rows


def test_a_table_without_the_needed_columns_is_refused(shop: FakeShop) -> None:
    with pytest.raises(BadInput, match="product_id"):
        shop.service.import_reviews(shop.feed("id,text\nr1,Fine\n"))


def test_policies_of_a_folder(shop: FakeShop) -> None:
    folder = shop.folder / "policies"
    folder.mkdir()
    (folder / "returns.zh.md").write_text("# 退货\n\n三十天内。\n", encoding="utf-8")
    (folder / "returns.en.md").write_text("# Returns\n\nThirty days.\n", encoding="utf-8")
    (folder / "faq.md").write_text("---\nid: sizes\ntitle: 尺码\nkind: faq\n---\n怎么选尺码？\n", encoding="gb18030")
    (folder / "empty.md").write_text("\n", encoding="utf-8")
    (folder / "broken.md").write_text("---\nauthor: me\n---\n# X\n", encoding="utf-8")
    (folder / "logo.png").write_bytes(b"\x89PNG")
    report = shop.service.import_policies(folder, rejects=shop.rejects.append)
    assert report.inserted == 3 and report.rejects == 2
    assert {key: (page.title, page.kind) for key, page in shop.policies.rows.items()} == {
        ("returns", "zh"): ("退货", "policy"),
        ("returns", "en"): ("Returns", "policy"),
        ("sizes", "zh"): ("尺码", "faq"),
    }
    assert {(reject.part, reject.code) for reject in shop.rejects} == {("empty.md", "empty"), ("broken.md", "unknown_field")}
    assert all(reject.reason.endswith(f"(in {reject.part})") for reject in shop.rejects)


def test_a_dry_run_of_policies_writes_nothing(shop: FakeShop) -> None:
    page = shop.feed("# Returns\n\nThirty days.\n", "returns.md")
    assert shop.service.import_policies(page, ImportOptions(dry_run=True)).inserted == 1
    assert not shop.policies.rows
