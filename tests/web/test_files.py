"""Static files and pictures."""

from pathlib import Path

import pytest

from shopkeeper.web.assets import assets
from shopkeeper.web.files import inside
from tests.web.conftest import DRAWING, Pages


@pytest.mark.parametrize("name", ["tokens.css", "site.css", "console.css", "site.js", "htmx-2.0.11.min.js", "seal.svg"])
def test_a_static_file_is_kept_for_a_year_under_the_hash_of_its_content(pages: Pages, name: str):
    answer = pages.http.get(f"/static/{assets()[name].hashed}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.content == assets()[name].content
    assert pages.http.get(f"/static/{name}").status_code == 404


def test_a_picture_is_served_with_its_type_and_a_drawing_may_do_nothing(pages: Pages):
    answer = pages.http.get("/media/pot.svg")
    assert (answer.status_code, answer.text) == (200, DRAWING)
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "max-age=3600" in answer.headers["cache-control"]
    again = pages.http.get("/media/pot.svg", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code in (200, 304)


@pytest.mark.parametrize(
    "path", ["notes.txt", "none.svg", "../secret.svg", "%2e%2e/secret.svg", "..%2fsecret.svg", "%2fetc%2fpasswd", "", "a%00b.svg"]
)
def test_nothing_but_the_folders_own_pictures_is_served(pages: Pages, path: str):
    assert pages.http.get(f"/media/{path}").status_code == 404


def test_each_shop_has_its_own_pictures(pages: Pages):
    assert pages.http.get("/s/other/media/pot.svg").status_code == 404


def test_a_link_that_points_out_of_the_folder_is_not_followed(tmp_path: Path):
    folder = tmp_path / "media"
    folder.mkdir()
    (tmp_path / "outside.svg").write_text("x")
    (folder / "link.svg").symlink_to(tmp_path / "outside.svg")
    (folder / "inside.svg").write_text("x")
    assert inside(folder, "link.svg") is None
    assert inside(folder, "inside.svg") == (folder / "inside.svg").resolve()
