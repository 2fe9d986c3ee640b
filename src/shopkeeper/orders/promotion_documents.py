"""Promotions as JSON documents: the lines that are imported, what is kept, and what the API shows.

{"id": "autumn", "name": {"zh": "秋季九折", "en": "10 % off in autumn"}, "kind": "percentage", "basis_points": 1000,
 "conditions": {"starts": "2026-09-01T00:00:00Z", "ends": "2026-12-01T00:00:00Z", "min_spend": "200.00 CNY", "categories": ["tea"]}}
"""

from dataclasses import fields
from typing import Any, Final, cast

import orjson

from shopkeeper.catalog.document_fields import (
    Document,
    flag,
    load_object,
    localized,
    moment,
    moment_text,
    money,
    money_text,
    one_of,
    refuse_unknown,
    text,
    texts,
    under,
    whole,
    wrong_type,
)
from shopkeeper.domain.ids import ProductId, PromotionId
from shopkeeper.domain.product import Market
from shopkeeper.domain.promotion import PROMOTION_KINDS, STACKINGS, Conditions, Promotion, PromotionKind, Stacking, folded_code
from shopkeeper.errors import BadInput

PROMOTION_KEYS: Final = frozenset(field.name for field in fields(Promotion))
_CONDITION_KEYS: Final = frozenset(field.name for field in fields(Conditions))


def promotion_to_document(promotion: Promotion) -> dict[str, Any]:
    """The promotion as a JSON object; what is empty is left out."""
    document: dict[str, Any] = {
        "id": promotion.id,
        "name": dict(promotion.name),
        "kind": promotion.kind,
        "basis_points": promotion.basis_points,
        "amount": None if promotion.amount is None else money_text(promotion.amount),
        "buy": promotion.buy,
        "get": promotion.get,
        "code": promotion.code,
        "stacking": promotion.stacking if promotion.stacking != "combinable" else "",
        "conditions": _conditions_out(promotion.conditions),
        "active": False if not promotion.active else None,
    }
    return {key: value for key, value in document.items() if (value is not None and value not in (0, "", {})) or value is False}


def promotion_to_json(promotion: Promotion) -> bytes:
    """The promotion's document as one line of JSON."""
    return orjson.dumps(promotion_to_document(promotion))


def promotion_from_json(raw: bytes | str) -> Promotion:
    """The promotion in a document; `BadInput` names the field that cannot be read."""
    return promotion_from_document(load_object(raw, what="promotion"))


def promotion_from_document(document: Document) -> Promotion:
    """The promotion in a JSON object; see `promotion_from_json`."""
    refuse_unknown(document, PROMOTION_KEYS)
    conditions = document.get("conditions", {})
    if type(conditions) is not dict:
        raise wrong_type(conditions, "an object", field="conditions")
    try:
        read = _conditions_in(conditions)
    except BadInput as fault:
        raise under("conditions", fault) from None
    kind = one_of(document, "kind", PROMOTION_KINDS)
    if kind is None:
        raise BadInput("is missing", field="kind", hint=f"Use one of {', '.join(PROMOTION_KINDS)}.")
    points = whole(document, "basis_points")
    return Promotion(
        id=PromotionId(text(document, "id")),
        name=localized(document, "name"),
        kind=cast(PromotionKind, kind),
        basis_points=(10_000 if kind == "buy_x_get_y" else 0) if points is None else points,
        amount=money(document, "amount"),
        buy=whole(document, "buy") or 0,
        get=whole(document, "get") or 0,
        code=folded_code(text(document, "code")),
        stacking=cast(Stacking, one_of(document, "stacking", STACKINGS) or "combinable"),
        conditions=read,
        active=flag(document, "active") if "active" in document else True,
    )


def _conditions_out(conditions: Conditions) -> dict[str, Any]:
    document: dict[str, Any] = {
        "starts": None if conditions.starts is None else moment_text(conditions.starts),
        "ends": None if conditions.ends is None else moment_text(conditions.ends),
        "min_spend": None if conditions.min_spend is None else money_text(conditions.min_spend),
        "products": list(conditions.products) or None,
        "categories": list(conditions.categories) or None,
        "brands": list(conditions.brands) or None,
        "markets": list(conditions.markets) or None,
        "first_order": True if conditions.first_order else None,
        "per_shopper": conditions.per_shopper,
        "total": conditions.total,
    }
    return {key: value for key, value in document.items() if value is not None}


def _conditions_in(document: dict[str, Any]) -> Conditions:
    refuse_unknown(document, _CONDITION_KEYS)
    return Conditions(
        starts=moment(document, "starts"),
        ends=moment(document, "ends"),
        min_spend=money(document, "min_spend"),
        products=tuple(ProductId(one) for one in texts(document, "products")),
        categories=texts(document, "categories"),
        brands=texts(document, "brands"),
        markets=tuple(Market(one) for one in texts(document, "markets")),
        first_order=flag(document, "first_order"),
        per_shopper=whole(document, "per_shopper"),
        total=whole(document, "total"),
    )
