"""Algolia's search parameters, read into our search request.

Follows the parameters of Algolia's Search API reference that InstantSearch sends (query, page, hitsPerPage, offset, length, facets, filters,
facetFilters, numericFilters, tagFilters, maxValuesPerFacet, highlightPreTag, highlightPostTag, attributesToRetrieve, attributesToSnippet,
queryLanguages, facet, facetQuery, maxFacetHits, userToken: the visitor). Others are read and ignored: they tune an engine that is not this one.

An index name chooses order and language by its ending, as replicas do there: `products`, `products_price_asc`, `products_zh`, `products_zh_newest`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args
from urllib.parse import parse_qsl

import orjson

from shopkeeper.domain.texts import LANGS, Lang
from shopkeeper.errors import BadInput
from shopkeeper.language.script import detect_language
from shopkeeper.search.request import MAX_LIMIT, MAX_QUERY, Sort

MAX_FACET_VALUES: Final = 1_000
_LEVEL: Final = re.compile(r"(?P<facet>.+)\.lvl(?P<depth>[0-9])")
_NAMES: Final = {"_tags": "tag", "tags": "tag", "categories": "category", "hierarchicalCategories": "category", "objectID": "id"}
_NUMERIC: Final = re.compile(r"\s*(?P<name>.+?)\s*(?P<operator><=|>=|!=|<|>|=)\s*(?P<number>-?[0-9.]+)\s*")
_RANGE: Final = re.compile(r"\s*(?P<name>.+?)\s*:\s*(?P<low>-?[0-9.]+)\s+TO\s+(?P<high>-?[0-9.]+)\s*")


@dataclass(frozen=True, slots=True)
class AlgoliaQuery:
    """One query of a multi-query. `facets` are (name as it was asked, our facet, depth of a category path or None)."""

    index: str
    query: str
    lang: Lang
    sort: Sort
    filters: str
    facets: tuple[tuple[str, str, int | None], ...]
    limit: int
    offset: int
    page: int
    max_values: int
    pre_tag: str
    post_tag: str
    retrieve: frozenset[str] | None
    snippets: tuple[str, ...]
    facet_search: str | None
    facet_query: str
    max_facet_hits: int
    visitor: str | None
    params: Mapping[str, Any]


def read_query(request: Mapping[str, Any], *, place: str, languages: Sequence[Lang]) -> AlgoliaQuery:
    """The query in one element of `requests`; `BadInput` names the parameter under `place`."""
    params = _params(request, place)
    index = str(params.get("indexName", ""))
    sort, index_lang = _by_index(index)
    per_page = _count(params, "hitsPerPage", 20, MAX_LIMIT, place)
    page = _count(params, "page", 0, 100_000, place)
    offset, limit = page * per_page, per_page
    if params.get("length") is not None:
        offset, limit = _count(params, "offset", 0, 100_000, place), _count(params, "length", per_page, MAX_LIMIT, place)
    query = _text(params, "query", place)
    if len(query) > MAX_QUERY:
        raise BadInput(f"has {len(query)} characters; at most {MAX_QUERY}", field=f"{place}.query", value=query[:80])
    retrieve = [str(name) for name in _listed(params.get("attributesToRetrieve", ["*"]))]
    return AlgoliaQuery(
        index=index,
        query=query,
        lang=_language(params) or index_lang or _spoken(query, languages),
        sort=sort,
        filters=_filters(params, place),
        facets=tuple(_facet(str(name)) for name in _listed(params.get("facets", []))),
        limit=limit,
        offset=offset,
        page=page,
        max_values=_count(params, "maxValuesPerFacet", 100, MAX_FACET_VALUES, place),
        pre_tag=str(params.get("highlightPreTag", "<em>")),
        post_tag=str(params.get("highlightPostTag", "</em>")),
        retrieve=None if "*" in retrieve else frozenset(retrieve),
        snippets=tuple(str(name).partition(":")[0] for name in _listed(params.get("attributesToSnippet", []))),
        facet_search=_text(params, "facet", place) if params.get("type") == "facet" else None,
        facet_query=_text(params, "facetQuery", place),
        max_facet_hits=_count(params, "maxFacetHits", 10, 100, place),
        visitor=_text(params, "userToken", place) or None,
        params=params,
    )


def quoted(text: str) -> str:
    """`text` as one value of the filter language, whatever stands in it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def facet_condition(raw: str, *, place: str) -> str:
    """One facet filter (`brand:Sony`, `brand:-Sony`, `categories.lvl1:A > B`) in the filter language."""
    name, colon, value = raw.partition(":")
    if not colon or not name:
        raise BadInput(f"{raw[:80]!r} is not facet:value", field=place, value=raw[:80])
    negated = value.startswith("-") or name.startswith("-")
    value = value.removeprefix("-").removeprefix("\\")
    condition = f"{_our_name(name.removeprefix('-'))}:{quoted(value)}"
    return f"NOT {condition}" if negated else condition


def numeric_condition(raw: str, *, place: str) -> str:
    """One numeric filter (`price>=10`, `price:10 TO 20`) in the filter language."""
    if match := _RANGE.fullmatch(raw):
        return f"{_our_name(match['name'])}:{match['low']}..{match['high']}"
    if match := _NUMERIC.fullmatch(raw):
        return f"{_our_name(match['name'])} {match['operator']} {match['number']}"
    raise BadInput(f"{raw[:80]!r} is not a numeric filter", field=place, value=raw[:80], hint="Write it as price>=10 or price:10 TO 20.")


def _params(request: Mapping[str, Any], place: str) -> dict[str, Any]:
    """The parameters of a query, which clients send in an encoded string, in an object, or spread out beside the index name."""
    nested = request.get("params")
    spread = {name: value for name, value in request.items() if name != "params"}
    if nested is None:
        return spread
    if isinstance(nested, str):
        return spread | dict(parse_qsl(nested, keep_blank_values=True, max_num_fields=200))
    if isinstance(nested, dict):
        return spread | nested
    raise BadInput("is neither a string nor an object", field=f"{place}.params", value=str(nested)[:80])


def _filters(params: Mapping[str, Any], place: str) -> str:
    """All conditions as one expression; each group in brackets, so that no operator of one reaches into another."""
    parts = [f"({own})"] if (own := _text(params, "filters", place).strip()) else []
    for name, build in (("facetFilters", facet_condition), ("numericFilters", numeric_condition)):
        where = f"{place}.{name}"
        parts += _grouped(params.get(name), lambda raw, build=build, where=where: build(raw, place=where), where)
    parts += _grouped(params.get("tagFilters"), lambda raw: f"tag:{quoted(raw)}", f"{place}.tagFilters")
    return " AND ".join(parts)


def _grouped(value: object, build: Any, place: str) -> list[str]:
    """Algolia's nested lists: the outer one means AND, an inner one OR."""
    parts = []
    for item in _listed(value if value is not None else []):
        members = item if isinstance(item, list) else [item]
        if not all(isinstance(member, str) for member in members):
            raise BadInput("is not a list of texts, or of lists of texts", field=place, value=str(item)[:80])
        if members:
            parts.append("(" + " OR ".join(build(member) for member in members) + ")")
    return parts


def _listed(value: object) -> list[Any]:
    """A list as it was sent: a JSON list, the text of one, `a,b`, or a single value."""
    if isinstance(value, list):
        return value
    if not isinstance(value, str):
        return [value]
    if value.startswith("["):
        try:
            return list(orjson.loads(value))
        except orjson.JSONDecodeError:
            return [value]
    return [part for part in value.split(",") if part]


def _facet(name: str) -> tuple[str, str, int | None]:
    match = _LEVEL.fullmatch(name)
    base = name if match is None else match["facet"]
    return name, _NAMES.get(base, base), None if match is None else int(match["depth"])


def _our_name(name: str) -> str:
    """The field as the filter language knows it, quoted where it is not a plain word."""
    ours = _facet(name.strip())[1]
    return ours if re.fullmatch(r"\w+", ours) else quoted(ours)


def _by_index(index: str) -> tuple[Sort, Lang | None]:
    sort: Sort = "relevance"
    for known in get_args(Sort):
        if index.endswith(f"_{known}"):
            sort, index = known, index.removesuffix(f"_{known}")
    return sort, next((known for known in LANGS if index.endswith(f"_{known}")), None)


def _spoken(query: str, languages: Sequence[Lang]) -> Lang:
    spoken = detect_language(query)
    return spoken if spoken is not None and spoken in languages else languages[0]


def _language(params: Mapping[str, Any]) -> Lang | None:
    for name in ("queryLanguages", "naturalLanguages"):
        for asked in _listed(params.get(name, [])):
            if asked in LANGS:
                return asked
    return None


def _text(params: Mapping[str, Any], name: str, place: str) -> str:
    value = params.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadInput("is not a text", field=f"{place}.{name}", value=str(value)[:80])
    return value


def _count(params: Mapping[str, Any], name: str, default: int, most: int, place: str) -> int:
    value = params.get(name)
    if value is None:
        return default
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise BadInput("is not a whole number", field=f"{place}.{name}", value=str(value)[:80]) from None
    if not 0 <= number <= most:
        raise BadInput(f"{number} is out of range", field=f"{place}.{name}", value=str(number)[:80], hint=f"Use 0 to {most}.")
    return number
