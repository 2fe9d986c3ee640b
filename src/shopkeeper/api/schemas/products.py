"""Product documents and the operations of a batch. The documents themselves are read by `catalog.documents`; these models tell their shape."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from shopkeeper.api.schemas.common import MarketName, MoneyIn, Shown, Strict
from shopkeeper.domain.product import Availability
from shopkeeper.domain.texts import Lang
from shopkeeper.kit.wordings import say
from shopkeeper.ranking.listing import Listing

PriceText = Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)? [A-Z]{3}$", examples=["19.99 CNY"])]


class Wordings(Strict):
    """A text in one or both languages."""

    zh: str = ""
    en: str = ""


class LabelDocument(Strict):
    """A value with names; one without names is written as its bare key."""

    key: str = Field(min_length=1)
    zh: str = ""
    en: str = ""


LabelIn = str | LabelDocument


class OfferDocument(Strict):
    """What a variant costs in one market."""

    price: PriceText
    market: MarketName = "default"
    sale_price: PriceText | None = None
    sale_starts: str | None = Field(default=None, description="ISO 8601 with a time zone.")
    sale_ends: str | None = None
    availability: Availability = "in_stock"
    stock: int | None = Field(default=None, ge=0, description="Pieces; absent = not counted.")


class VariantDocument(Strict):
    """One buyable form of a product."""

    id: str = Field(min_length=1, max_length=200)
    options: dict[str, LabelIn] = Field(default={}, examples=[{"size": "M"}])
    offers: list[OfferDocument] = Field(default=[])
    gtin: str = ""
    mpn: str = ""
    images: list[str] = Field(default=[])
    extras: list[tuple[str, str]] = Field(default=[])


class ProductDocument(Strict):
    """A product, as in our JSON Lines format."""

    id: str = Field(min_length=1, max_length=200, examples=["p-1"])
    title: Wordings
    description: Wordings | None = None
    brand: LabelIn | None = None
    categories: list[list[LabelIn]] = Field(default=[], description="Paths from the root; the first is the main one.")
    attributes: dict[str, list[LabelIn]] = Field(default={})
    tags: list[str] = Field(default=[])
    images: list[str] = Field(default=[])
    link: str = ""
    status: Literal["active", "hidden"] = "active"
    created: str | None = None
    rating: float | None = Field(default=None, ge=0, le=5)
    rating_count: int = Field(default=0, ge=0)
    variants: list[VariantDocument] = Field(min_length=1, max_length=2_000)
    extras: list[tuple[str, str]] = Field(default=[], description="Columns of the feed that Shopkeeper keeps but does not read.")


PRODUCT_EXAMPLE = {
    "id": "p-1",
    "title": {"zh": "降噪耳机", "en": "Noise-cancelling headphones"},
    "brand": "Sonido",
    "categories": [["Audio", "Headphones"]],
    "attributes": {"colour": [{"key": "black", "zh": "黑色", "en": "black"}]},
    "variants": [{"id": "p-1-black", "offers": [{"price": "599.00 CNY", "sale_price": "499.00 CNY", "stock": 12}]}],
}


class ProductList(Shown):
    """A page of documents, in the order in which they last changed."""

    products: list[ProductDocument]
    next_cursor: str = Field(description="Empty on the last page.")


class OfferPatchIn(Strict):
    """A partial update of price and stock: what is absent stays as it is. `"sale_price": null` ends a sale."""

    variant_id: str | None = Field(default=None, min_length=1, max_length=200, description="Absent = every variant of the product.")
    market: MarketName = "default"
    price: MoneyIn | None = None
    sale_price: MoneyIn | None = Field(default=None, description="`null` ends the sale, its window with it; absent leaves it as it is.")
    sale_starts: AwareDatetime | None = Field(default=None, description="ISO 8601 with a time zone; `null` = since ever.")
    sale_ends: AwareDatetime | None = Field(default=None, description="ISO 8601 with a time zone; `null` = until further notice.")
    stock: Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)] | None = None
    availability: Availability | None = None


class UnlistedOut(Shown):
    """One reason why a product is not listed."""

    reason: Literal["deleted", "hidden", "no_offer", "other_currency", "sold_out", "not_indexed", "key_filter"]
    told: str


class ListingOut(Shown):
    """How a product stands in a market. What is sold out is found by search, but not recommended."""

    id: str
    searchable: bool
    recommended: bool
    reasons: list[UnlistedOut]


def listing_json(id: str, listing: Listing, lang: Lang) -> dict[str, object]:
    """The fields of `ListingOut`, reasons in `lang`."""
    reasons = [{"reason": one.reason, "told": say(one.told.code, one.told.values, lang)} for one in listing.reasons]
    return {"id": id, "searchable": listing.searchable, "recommended": listing.recommended, "reasons": reasons}


class Written(Shown):
    """What a write did."""

    id: str
    result: Literal["inserted", "updated", "unchanged"]


class PutOperation(Strict):
    """Insert or replace a whole product."""

    action: Literal["put"]
    product: ProductDocument


class PatchOperation(OfferPatchIn):
    """Update price and stock."""

    action: Literal["patch"]
    id: str = Field(min_length=1, max_length=200)


class DeleteOperation(Strict):
    """Delete a product."""

    action: Literal["delete"]
    id: str = Field(min_length=1, max_length=200)


class ProductBatch(Strict):
    """Up to 10,000 operations, done in their order; one that fails does not stop the others."""

    operations: list[Annotated[PutOperation | PatchOperation | DeleteOperation, Field(discriminator="action")]] = Field(
        min_length=1, max_length=10_000
    )
