"""Both languages say the same things, every key is used, and whatever is filled in is escaped."""

import re
from pathlib import Path

import pytest

from shopkeeper.domain.texts import LANGS
from shopkeeper.web.words import FOLDER, Words, words

WEB = FOLDER.parent
SOURCES = {path: path.read_text("utf-8") for folder in ("templates", "storefront", "console", ".") for path in WEB.glob(f"{folder}/**/*.[ph][yt]*")}
LITERAL = re.compile(r"""\bt\(\s*"([\w.-]+)"(?=\s*[,)])""")
MADE = re.compile(r'f"([a-z_]+\.[\w.-]*)\{')
MENTIONED = re.compile(r'"((?:[a-z_]+)\.(?:[\w-]+))"')
PLACEHOLDER = re.compile(r"\{(\w*)\}")


def forms(wording: object) -> list[str]:
    return [wording] if isinstance(wording, str) else list(wording.values())  # type: ignore[attr-defined]  # a table of plural forms


def test_both_languages_have_the_same_keys():
    assert words("zh").wordings.keys() == words("en").wordings.keys()


@pytest.mark.parametrize("key", sorted(words("en").wordings))
def test_both_languages_fill_in_the_same_names(key: str):
    names = {lang: [set(PLACEHOLDER.findall(form)) for form in forms(words(lang).wordings[key])] for lang in LANGS}
    assert names["zh"][-1] == names["en"][-1]
    assert names["en"][0] <= names["en"][-1]  # "the newest review" need not say that it is one


@pytest.mark.parametrize("lang", LANGS)
def test_no_text_is_empty_and_none_says_oops(lang):
    for key, wording in words(lang).wordings.items():
        for form in forms(wording):
            assert key in ("list.comma", "list.colon") or form.strip() == form != "", key
            assert "oops" not in form.lower(), key


def test_every_key_that_a_page_asks_for_exists():
    asked = {(path.name, key) for path, text in SOURCES.items() for key in LITERAL.findall(text)}
    assert len(asked) > 100
    assert [(name, key) for name, key in sorted(asked) if key not in words("en")] == []


def test_every_key_is_asked_for_somewhere():
    everything = "\n".join(SOURCES.values())
    asked = set(LITERAL.findall(everything)) | set(MENTIONED.findall(everything))
    prefixes = tuple(MADE.findall(everything))
    unused = [key for key in words("en").wordings if key not in asked and not key.startswith(prefixes)]
    assert unused == []


def test_a_name_that_is_filled_in_is_escaped():
    assert words("en")("empty.heading", query="<b>&") == "Nothing found for “&lt;b&gt;&amp;”"


@pytest.mark.parametrize(("n", "text"), [(0, "0 products"), (1, "1 product"), (2, "2 products"), (12_345, "12,345 products")])
def test_english_tells_one_from_many_and_groups_thousands(n: int, text: str):
    assert words("en")("products.count", n=n) == text


def test_chinese_has_one_form():
    assert words("zh")("products.count", n=1) == "1 件商品"


def test_an_unknown_key_fails_loudly():
    with pytest.raises(KeyError):
        words("en")("no.such.key")


def test_a_name_that_is_missing_fails_loudly():
    with pytest.raises(KeyError):
        Words("en", {"greeting": "Hello {name}"})("greeting")


def test_the_glossary_names_each_term_once():
    rows = [line.split("|")[1:3] for line in (FOLDER / "glossary.md").read_text("utf-8").splitlines() if line.startswith("| ")][1:]
    english = [row[0].strip() for row in rows]
    assert len(english) == len(set(english)) > 20


def test_the_sources_that_are_searched_are_all_there():
    assert {path.suffix for path in SOURCES} == {".py", ".html"}
    assert Path(WEB / "templates" / "home.html") in SOURCES
