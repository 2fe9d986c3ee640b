"""An existing InstantSearch front end keeps working: the real client, from another origin, against our server."""

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import RunningShop

HERE = Path(__file__).parent / "instantsearch"


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def front_end(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The origin of a page with the real client, installed by npm from its lock file."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not on this machine, so the real InstantSearch client cannot be installed")
    folder = tmp_path_factory.mktemp("front-end")
    for name in ("package.json", "package-lock.json", ".npmrc", "page.html"):
        shutil.copy(HERE / name, folder / name)
    done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = f"npm ci failed: {done.stderr[-500:]}"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.browser
def test_the_real_client_searches_refines_and_pages(running_shop: RunningShop, chromium: Browser, front_end: str) -> None:
    printed = running_shop.cli("keys", "add", "front end", "--scope", "public", "--origin", front_end)
    token = re.search(r"sk_\S+", printed)
    assert token is not None
    page = chromium.new_page()
    page.goto(f"{front_end}/page.html?port={running_shop.port}&key={token.group()}")
    hits = page.locator(".hit")
    expect(hits).to_have_count(8)
    page.get_by_role("searchbox").fill("tea")
    expect(hits.first.locator("mark")).to_have_text(re.compile("tea", re.IGNORECASE))
    brand = page.locator("#brands .ais-RefinementList-item").first
    wanted = int(brand.locator(".ais-RefinementList-count").inner_text())
    brand.locator("input").check()
    expect(page.locator("#brands .ais-RefinementList-item--selected")).to_have_count(1)
    expect(hits).to_have_count(min(wanted, 8))
    page.close()
