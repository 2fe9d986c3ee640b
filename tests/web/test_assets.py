"""The pages stay light: limits on style sheets, scripts, and on what a first visit loads."""

import gzip

from shopkeeper.web.assets import FOLDER, assets

VENDORED = "htmx-"


def lines(name: str) -> int:
    return len((FOLDER / name).read_text("utf-8").splitlines())


def test_all_style_sheets_together_have_at_most_800_lines():
    assert sum(lines(name) for name in assets() if name.endswith(".css")) <= 800


def test_no_script_of_ours_has_more_than_200_lines():
    own = [name for name in assets() if name.endswith(".js") and not name.startswith(VENDORED)]
    assert own and all(lines(name) <= 200 for name in own)


def test_what_was_written_by_others_carries_its_licence():
    for name in assets():
        if name.startswith(VENDORED) and name.endswith(".js"):
            licence = (FOLDER / name.replace(".min.js", ".LICENSE.txt")).read_text("utf-8")
            assert "Zero-Clause BSD" in licence and "htmx 2.0.11" in licence


def test_no_asset_asks_another_server_for_anything():
    for name, asset in assets().items():
        if name.endswith((".css", ".js")) and not name.startswith(VENDORED):
            assert b"//" not in asset.content.replace(b"// ", b"") and b"@import" not in asset.content, name


def test_the_scripts_and_sheets_of_the_storefront_fit_into_twelve_kilobytes():
    assert sum(len(gzip.compress(assets()[name].content)) for name in ("tokens.css", "site.css", "site.js")) < 12_000
