"""The shop's pages of rules, as Markdown in `pages/`, one file per page and language."""

from importlib.resources import files
from typing import Final

from shopkeeper.domain.ids import PolicyId
from shopkeeper.domain.policy import Policy
from shopkeeper.domain.texts import LANGS, Lang

PAGES: Final = ("shipping", "returns", "warranty", "payment", "privacy", "faq")


def policies() -> tuple[Policy, ...]:
    """Return every page in both languages; the title is the page's first heading, the body what follows."""
    return tuple(_page(name, lang) for name in PAGES for lang in LANGS)


def _page(name: str, lang: Lang) -> Policy:
    text = (files("shopkeeper.simulation") / "pages" / f"{name}.{lang}.md").read_text("utf-8")
    heading, _, body = text.partition("\n")
    kind = "faq" if name == "faq" else "policy"
    return Policy(id=PolicyId(name), lang=lang, title=heading.lstrip("# ").strip(), body=body.strip(), kind=kind)


def rules() -> str:
    """Return the shop's rules as a document (TOML) that says in data what the pages say in words."""
    return (files("shopkeeper.simulation") / "rules.toml").read_text("utf-8")
