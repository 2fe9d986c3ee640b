"""Addresses are made in one place, and lead nowhere else."""

import pytest

from shopkeeper.web.assets import assets, by_hashed_name
from shopkeeper.web.urls import Urls, local_path


def test_an_id_of_any_kind_stays_one_segment():
    assert Urls()("product", id="a/b c?#%") == "/p/a%2Fb%20c%3F%23%25"


def test_a_shop_that_is_not_the_default_has_its_own_prefix_and_shares_files_and_console():
    url = Urls("/root", "/s/other")
    assert url("search", query=[("q", "a&b")]) == "/root/s/other/search?q=a%26b"
    assert url("console_imports") == "/root/console/imports"
    assert url("asset", name="site.css").startswith("/root/static/site.")


@pytest.mark.parametrize(
    ("image", "src"),
    [
        ("https://cdn.example/a.jpg", "https://cdn.example/a.jpg"),
        ("/media/cup 1.svg", "/media/cup%201.svg"),
        ("cup.svg", "/media/cup.svg"),
        ("javascript:alert(1)", ""),
        ("data:image/png;base64,AAAA", ""),
        ("//evil.example/a.png", ""),
        ("", ""),
    ],
)
def test_a_picture_is_on_the_web_or_in_the_media_folder(image: str, src: str):
    assert Urls().picture(image) == src


@pytest.mark.parametrize("raw", ["//evil.example", "/\\evil.example", "https://evil.example", "", "evil", "/a\nb", "/a\\b"])
def test_a_way_back_that_could_lead_elsewhere_is_not_taken(raw: str):
    assert local_path(raw, default="/home") == "/home"


def test_a_way_back_on_this_server_is_taken():
    assert local_path("/search?q=茶", default="/") == "/search?q=茶"


def test_every_static_file_is_found_under_its_hashed_name():
    for name, asset in assets().items():
        assert by_hashed_name()[asset.hashed] is asset
        assert asset.hashed != name and asset.name == name
