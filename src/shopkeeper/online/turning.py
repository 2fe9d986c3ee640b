"""Dials of an experiment's arm, as they turn a request. Each dial of `experiments.dials` is read here and nowhere else."""

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from shopkeeper.recommend.request import Recommender, RecommendRequest
from shopkeeper.search.request import SearchRequest


def turned_search(request: SearchRequest, dials: Mapping[str, str], *, personalisation: float) -> SearchRequest:
    """The request under `dials`; `personalisation` is the shop's own strength, which holds where neither request nor dials name one."""
    if request.personalisation is not None:
        return request
    dial = dials.get("personalisation")
    return replace(request, personalisation=personalisation if dial is None else float(dial))


def asks_for_its_own(request: SearchRequest, dials: Mapping[str, str]) -> bool:
    """True where the request itself says what a dial would turn: then it is no part of the experiment."""
    return request.personalisation is not None and "personalisation" in dials


def turned_recommendation(request: RecommendRequest, dials: Mapping[str, str]) -> RecommendRequest:
    """The request under `dials`."""
    model = dials.get("model")
    return request if model is None else replace(request, model=cast(Recommender, model))
