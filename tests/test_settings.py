from pathlib import Path

import pytest

from shopkeeper.errors import BadInput, NotFound
from shopkeeper.settings import load_settings

GOOD = """
home = "var"
default_shop = "tea"
[server]
port = 9000
[shops.tea]
name = { zh = "茶铺", en = "Tea house" }
[shops.lamps]
languages = ["en"]
currency = "USD"
"""


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    path = tmp_path / "shopkeeper.toml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_the_tree_is_read_with_defaults_for_what_is_left_out(settings_file: Path) -> None:
    settings = load_settings(settings_file, {})
    assert settings.server.port == 9000
    assert settings.server.host == "127.0.0.1"
    assert settings.shops["tea"].languages == ("zh", "en")
    assert settings.shops["tea"].title.get("zh") == "茶铺"
    assert settings.home == settings_file.parent / "var"


def test_the_environment_overlays_the_file(settings_file: Path) -> None:
    settings = load_settings(settings_file, {"SHOPKEEPER_SERVER__PORT": "9100", "DATABASE_URL": "postgresql://db/shop", "PATH": "/bin"})
    assert settings.server.port == 9100
    assert settings.database_url == "postgresql://db/shop"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("hom = 'x'", "hom"),
        ("[server]\nprt = 1", "server.prt"),
        ("[server]\nport = 99999", "99999"),
        ("[database]\nurl = 'mysql://x'", "database.url"),
        ("[shops.tea]\ncurrency = 'yuan'", "shops.tea.currency"),
        ("[shops.Tea]", "Tea"),
        ("[shops.tea]\nname = { fr = 'x' }", "fr"),
        ("[shops.tea]\nlanguages = ['zh', 'zh']", "once"),
        ("default_shop = 'tea'", "tea"),
        ("home = ]", "line 1"),
    ],
)
def test_a_fault_is_refused_by_name(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "shopkeeper.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        load_settings(path, {})
    assert named in str(refused.value)
    assert str(path) in str(refused.value)


def test_an_unknown_environment_variable_of_ours_is_refused(settings_file: Path) -> None:
    with pytest.raises(BadInput, match="prt"):
        load_settings(settings_file, {"SHOPKEEPER_SERVER__PRT": "1"})


def test_variables_that_other_parts_read_are_left_alone(settings_file: Path) -> None:
    assert load_settings(settings_file, {"SHOPKEEPER_DATA": "/data", "SHOPKEEPER_MODELS": "/models"}).server.port == 9000


def test_a_missing_file_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="shopkeeper init"):
        load_settings(tmp_path / "shopkeeper.toml", {})


def test_a_shop_that_is_not_there_is_refused_with_those_that_are(settings_file: Path) -> None:
    settings = load_settings(settings_file, {})
    assert settings.shop(None) == "tea"
    with pytest.raises(NotFound, match="tea, lamps"):
        settings.shop("shoes")


def test_shops_share_neither_folder_nor_sqlite_file(settings_file: Path) -> None:
    settings = load_settings(settings_file, {})
    tea, lamps = settings.shop("tea"), settings.shop("lamps")
    assert settings.shop_folder(tea) != settings.shop_folder(lamps)
    assert settings.database_url == f"sqlite:///{settings.home}/shops/{{shop}}/shop.db"
