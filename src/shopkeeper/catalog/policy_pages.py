"""Policies and FAQs from Markdown files: a heading and a text, optionally with a front matter of `key: value` lines.

---
id: returns            # else the file's name, `returns` for returns.zh.md
lang: zh               # else the name's ending, else by script
title: 退换货政策        # else the first heading
kind: faq              # else policy
---
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final, cast

from shopkeeper.catalog.clean import clean_text
from shopkeeper.catalog.document_fields import refuse_unknown
from shopkeeper.catalog.feed import Feed, Part
from shopkeeper.catalog.language_of import lang_of
from shopkeeper.catalog.report import Bad, bad_row
from shopkeeper.catalog.text_lines import detect_encoding, open_text
from shopkeeper.domain.ids import PolicyId
from shopkeeper.domain.policy import MAX_POLICY, Policy
from shopkeeper.domain.texts import LANGS, Lang
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

SUFFIXES: Final = (".md", ".markdown", ".txt")
_KEYS: Final = frozenset(("id", "lang", "title", "kind"))
_HEADING: Final = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)


def read_policies(feed: Feed, *, lang: Lang | None, encoding: str | None) -> Iterator[Policy | Bad]:
    """The page of each Markdown file of the feed, or why it cannot be used; other files are passed over."""
    for part in feed.parts:
        if PurePosixPath(part.name).suffix.lower() not in SUFFIXES and len(feed.parts) > 1:
            continue
        try:
            yield _page(part, lang, encoding)
        except BadInput as fault:
            yield bad_row(0, fault, part=part.name, id=part.name)


def _page(part: Part, lang: Lang | None, encoding: str | None) -> Policy:
    with open_text(part, encoding or detect_encoding(part)) as text:
        content = text.read(MAX_POLICY * 2)
    matter, body = _front_matter(clean_text(content, field="body"))
    refuse_unknown(matter, _KEYS)
    stem = PurePosixPath(part.name).stem
    name, dot, ending = stem.rpartition(".")
    named = ending.lower() if dot and ending.lower() in LANGS else ""
    given = matter.get("lang", named)
    if given and given not in LANGS:
        raise BadInput(told("not_language", lang=given), field="lang", value=given, hint=told("hint.known", known=", ".join(LANGS)))
    heading = _HEADING.search(body)
    return Policy(
        id=PolicyId(matter.get("id") or (name if named else stem)),
        lang=cast(Lang, given) if given else lang_of(body, lang),
        title=matter.get("title") or (heading[1] if heading is not None else ""),
        body=body,
        kind=matter.get("kind", "policy"),
    )


def _front_matter(content: str) -> tuple[dict[str, str], str]:
    lines = content.split("\n")
    if lines[0].strip() != "---":
        return {}, content
    end = next((at for at, line in enumerate(lines[1:], 1) if line.strip() == "---"), None)
    if end is None:
        raise BadInput(told("front_matter_open"), field="body", value=content[:80], hint=told("hint.front_matter"))
    matter: dict[str, str] = {}
    for line in lines[1:end]:
        key, colon, value = line.partition(":")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not colon:
            raise BadInput(told("not_key_value", line=line), field="body", value=line)
        matter[key.strip()] = value.strip().strip("\"'")
    return matter, "\n".join(lines[end + 1 :]).strip()
