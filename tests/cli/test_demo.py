"""The demo command: makes the shop once, knows it again, and says what is missing when shoppers are to come."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from shopkeeper.cli.demo import KEY_FILE, PUBLIC_KEY_FILE, READY
from shopkeeper.events.documents import event_from_json


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "shopkeeper", *arguments], cwd=cwd, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    done = run("demo", "--size", "48", "--no-serve", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "48 products" in done.stdout and "events" in done.stdout
    return folder / "shopkeeper-demo"


def test_it_leaves_feeds_keys_and_what_the_shop_was_made_from(demo_folder: Path):
    feeds = demo_folder / "feeds"
    assert {path.name for path in feeds.iterdir()} == {
        "products.jsonl",
        "orders.jsonl",
        "reviews.jsonl",
        "events.jsonl",
        "promotions.jsonl",
        "policies",
    }
    made = json.loads((demo_folder / READY).read_text("utf-8"))
    assert made["size"] == 48 and made["seed"] == 7 and made["now"].endswith("+00:00")
    for name in (KEY_FILE, PUBLIC_KEY_FILE):
        assert (demo_folder / name).read_text("utf-8").startswith("sk_demo_")
        assert (demo_folder / name).stat().st_mode & 0o077 == 0, "nobody else reads a key"


def test_its_events_are_such_as_the_events_room_reads_and_hold_its_orders(demo_folder: Path):
    events = [event_from_json(line) for line in (demo_folder / "feeds" / "events.jsonl").read_bytes().splitlines()]
    orders = [json.loads(line) for line in (demo_folder / "feeds" / "orders.jsonl").read_bytes().splitlines()]
    assert len(events) > 2_000
    assert [event.order_id for event in events if event.name == "purchase"] == [order["id"] for order in orders]


def test_a_second_run_keeps_the_shop(demo_folder: Path):
    before = (demo_folder / READY).stat().st_mtime_ns
    done = run("demo", "--no-serve", cwd=demo_folder.parent)
    assert done.returncode == 0 and "demo shop is made" not in done.stdout
    assert (demo_folder / READY).stat().st_mtime_ns == before


def test_shoppers_without_a_shop_are_told_to_make_one(tmp_path: Path):
    done = run("demo", "--live", cwd=tmp_path)
    assert done.returncode == 2
    assert "there is no demo shop" in done.stderr and "`shopkeeper demo`" in done.stderr and "Traceback" not in done.stderr


def test_shoppers_of_a_shop_that_is_not_served_are_told_to_start_it(demo_folder: Path):
    done = run("demo", "--live", "--port", "9", "--visits", "1", cwd=demo_folder.parent)
    assert done.returncode == 1
    assert "nobody answers at http://127.0.0.1:9" in done.stderr and "Traceback" not in done.stderr
