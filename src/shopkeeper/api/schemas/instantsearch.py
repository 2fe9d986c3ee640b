"""Algolia's multi-query, as InstantSearch speaks it."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class AlgoliaRequest(BaseModel):
    """One query; its parameters spread out, in an object, or in an encoded string."""

    model_config = ConfigDict(extra="allow")

    indexName: str = Field(  # noqa: N815 - Algolia's name
        max_length=200, description="Any name; its ending chooses order and language, as `products_zh_price_asc`.", examples=["products"]
    )
    params: str | dict[str, Any] | None = None


class AlgoliaQueries(BaseModel):
    """The body of a multi-query."""

    model_config = ConfigDict(extra="allow")

    requests: list[AlgoliaRequest] = Field(min_length=1, max_length=50)


class AlgoliaResult(BaseModel):
    """One answer; for a search in the values of a facet it has `facetHits` instead of `hits`."""

    model_config = ConfigDict(extra="allow")

    processingTimeMS: int  # noqa: N815 - Algolia's name
    hits: list[dict[str, Any]] = Field(default=[])
    nbHits: int = 0  # noqa: N815 - Algolia's name
    page: int = 0
    nbPages: int = 0  # noqa: N815 - Algolia's name
    hitsPerPage: int = 0  # noqa: N815 - Algolia's name
    facets: dict[str, dict[str, int]] = Field(default={})
    facetHits: list[dict[str, Any]] = Field(default=[])  # noqa: N815 - Algolia's name
    query: str = ""
    params: str = ""


class AlgoliaResults(BaseModel):
    """The answers, in the order of the queries."""

    results: list[AlgoliaResult]
