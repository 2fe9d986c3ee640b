"""A page of our search in the shape of Algolia's replies, as InstantSearch's widgets read it."""

from collections.abc import Mapping
from html import escape, unescape
from math import ceil
from typing import Any, Final
from urllib.parse import urlencode

import orjson

from shopkeeper.api.algolia_query import AlgoliaQuery
from shopkeeper.domain.texts import Lang
from shopkeeper.search.request import Facet, Hit, SearchPage

_ESCAPED_BY_CLIENT: Final = "__ais-highlight__"
"""The tag by which InstantSearch says that it escapes highlights itself."""

_STEP: Final = " > "


def search_result(asked: AlgoliaQuery, page: SearchPage) -> dict[str, Any]:
    """One element of `results`."""
    by_name = {facet.name: facet for facet in page.facets}
    hits = [_hit(asked, hit) for hit in page.hits[: asked.limit]]
    return {
        "hits": hits,
        "nbHits": page.total,
        "page": asked.page,
        "nbPages": ceil(page.total / asked.limit) if asked.limit else 0,
        "hitsPerPage": asked.limit,
        "offset": asked.offset,
        "length": len(hits),
        "exhaustive": {"nbHits": True, "facetsCount": True, "typo": True},
        "exhaustiveNbHits": True,
        "exhaustiveFacetsCount": True,
        "facets": _facets(asked, by_name),
        "facets_stats": {
            name: {"min": facet.low, "max": facet.high}
            for name, ours, _ in _named(asked, by_name)
            if (facet := by_name.get(ours)) is not None and facet.low is not None and facet.high is not None
        },
        "query": asked.query,
        "queryAfterRemoval": page.understood or None,
        "params": _encoded(asked.params),
        "index": asked.index,
        "queryID": page.shown.id,
        "processingTimeMS": max(1, round(page.seconds * 1e3)),
    }


def facet_result(asked: AlgoliaQuery, page: SearchPage) -> dict[str, Any]:
    """One element of `results` for a search among the values of a facet."""
    name = asked.facet_search or ""
    values = _facets(asked, {facet.name: facet for facet in page.facets}).get(name, {})
    wanted = asked.facet_query.casefold()
    found = [(value, count) for value, count in values.items() if wanted in value.casefold()][: asked.max_facet_hits]
    hits = [{"value": value, "highlighted": _marked(value, wanted, asked), "count": count} for value, count in found]
    return {"facetHits": hits, "exhaustiveFacetsCount": True, "processingTimeMS": max(1, round(page.seconds * 1e3))}


def _named(asked: AlgoliaQuery, by_name: Mapping[str, Facet]) -> list[tuple[str, str, int | None]]:
    if any(ours == "*" for _, ours, _ in asked.facets):
        return [(name, name, None) for name in by_name]
    return list(asked.facets)


def _facets(asked: AlgoliaQuery, by_name: Mapping[str, Facet]) -> dict[str, dict[str, int]]:
    """Counts by shown value: filters find a value by its shown name too. A level of a category path has the paths of that depth."""
    told: dict[str, dict[str, int]] = {}
    for name, ours, depth in _named(asked, by_name):
        facet = by_name.get(ours)
        if facet is None:
            continue
        values = [value for value in facet.values if depth is None or value.label.count(_STEP) == depth]
        counts: dict[str, int] = {}
        for value in values[: asked.max_values]:
            counts[value.label] = counts.get(value.label, 0) + value.count
        told[name] = counts
    return told


def _hit(asked: AlgoliaQuery, hit: Hit) -> dict[str, Any]:
    record = _record(hit, asked.lang)
    highlights = dict(hit.highlights)
    plain = {name: record[name] for name in ("title", "description", "brand") if record.get(name)}
    told = {name: value for name, value in record.items() if asked.retrieve is None or name in asked.retrieve}
    told["objectID"] = hit.product.id
    told["_highlightResult"] = {name: _highlight(highlights.get(name), text, asked) for name, text in plain.items()}
    if asked.snippets:
        snippets = {name: _highlight(highlights.get(name), plain[name][:300], asked) for name in asked.snippets if name in plain}
        told["_snippetResult"] = {
            name: {"value": shown["value"], "matchLevel": "none" if shown["matchLevel"] == "none" else "full"} for name, shown in snippets.items()
        }
    return told


def _record(hit: Hit, lang: Lang) -> dict[str, Any]:
    """The product as a flat record. Prices are in whole units, as filters and range widgets of front ends want them."""
    product = hit.product
    paths = [[label.shown(lang) for label in path] for path in product.categories]
    levels: dict[str, list[str]] = {}
    for path in paths:
        for depth in range(len(path)):
            step = _STEP.join(path[: depth + 1])
            at = levels.setdefault(f"lvl{depth}", [])
            if step not in at:
                at.append(step)
    record: dict[str, Any] = {name: [label.shown(lang) for label in labels] for name, labels in product.attributes}
    return record | {
        "title": product.title.get(lang),
        "description": product.description.get(lang),
        "brand": None if product.brand is None else product.brand.shown(lang),
        "category": [_STEP.join(path) for path in paths],
        "categories": levels,
        "image": product.images[0] if product.images else "",
        "images": product.images,
        "url": product.link,
        "price": None if hit.price is None else float(hit.price.amount),
        "currency": None if hit.price is None else hit.price.currency,
        "in_stock": hit.buyable,
        "rating": product.rating,
        "rating_count": product.rating_count,
        "tags": product.tags,
    }


def _highlight(html: str | None, plain: str, asked: AlgoliaQuery) -> dict[str, Any]:
    """Our `<mark>` HTML with the tags that were asked for; unescaped where the client says that it will escape."""
    ours = html if html is not None else escape(plain)
    matched = "<mark>" in ours
    opened, closed = "\x02", "\x03"  # cannot stand in a text of ours, so unescaping cannot make a tag out of words
    text = ours.replace("<mark>", opened).replace("</mark>", closed)
    if asked.pre_tag == _ESCAPED_BY_CLIENT:
        text = unescape(text)
    value = text.replace(opened, asked.pre_tag).replace(closed, asked.post_tag)
    words = [part.partition("</mark>")[0] for part in ours.split("<mark>")[1:]]
    return {
        "value": value,
        "matchLevel": "none" if not matched else "full",
        "fullyHighlighted": matched and ours.startswith("<mark>") and ours.endswith("</mark>") and len(words) == 1,
        "matchedWords": [unescape(word) for word in words],
    }


def _marked(value: str, wanted: str, asked: AlgoliaQuery) -> str:
    at = value.casefold().find(wanted) if wanted else -1
    kept = (lambda text: text) if asked.pre_tag == _ESCAPED_BY_CLIENT else escape
    if at < 0:
        return kept(value)
    end = at + len(wanted)
    return f"{kept(value[:at])}{asked.pre_tag}{kept(value[at:end])}{asked.post_tag}{kept(value[end:])}"


def _encoded(params: Mapping[str, Any]) -> str:
    flat = {name: value if isinstance(value, str) else orjson.dumps(value).decode() for name, value in params.items() if name != "indexName"}
    return urlencode(flat, errors="replace")
