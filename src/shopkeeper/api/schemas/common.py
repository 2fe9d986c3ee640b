"""Parts that many requests and replies share."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from shopkeeper.catalog.document_fields import money_of
from shopkeeper.domain.money import MAX_MINOR, Currency, Money


class Strict(BaseModel):
    """What is sent to us: an unknown field is an error that names it, not a silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Shown(BaseModel):
    """What we send."""

    model_config = ConfigDict(frozen=True)


LangCode = Literal["zh", "en"]
MarketName = Annotated[
    str, Field(min_length=1, max_length=100, description="The price list; `default` where the shop has one.", examples=["default"])
]
PathId = Annotated[str, Field(min_length=1, max_length=200)]


class MoneyAmount(BaseModel):
    """A price in minor units (fen, cents; ISO 4217 says how many digits): 1999 CNY-fen are 19.99 yuan."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    minor: int = Field(ge=0, le=MAX_MINOR, strict=True, examples=[1999])
    currency: str = Field(pattern=r"^[A-Z]{3}$", examples=["CNY"])


def money(amount: MoneyAmount) -> Money:
    """The domain's Money."""
    return Money(amount.minor, Currency(amount.currency))


def money_json(price: Money | None) -> dict[str, object] | None:
    """Money as it is sent."""
    return None if price is None else {"minor": price.minor, "currency": price.currency}


def _from_text(value: object) -> object:
    if not isinstance(value, str):
        return value
    price = money_of(value)
    return {"minor": price.minor, "currency": price.currency}


MoneyIn = Annotated[
    MoneyAmount,
    BeforeValidator(_from_text, json_schema_input_type=MoneyAmount | str),
    Field(description='Minor units with currency, or the text of a product document such as `"19.99 CNY"`.'),
]


class FieldFault(Shown):
    """One thing that is wrong with what was sent."""

    field: str = Field(description="Where: a path such as `operations[3].product.title`.")
    message: str
    value: str | int | float | bool | None = Field(default=None, description="What stood there, cut to 200 characters.")


class Problem(Shown):
    """An error (RFC 9457)."""

    type: str = Field(examples=["urn:shopkeeper:problem:bad-input"])
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: list[FieldFault] = Field(default=[])
    message: str | None = Field(default=None, description="`detail` again, for Algolia's clients.")
    rule: str | None = Field(default=None, description="The shop's rule that does not allow it, such as `returns.days`.")
    policy_id: str | None = Field(default=None, description="The page of the shop's rules that says it in words.")
    told: dict[str, str] | None = Field(default=None, description="The refusal in words for a shopper, by language.")
    quote: dict[str, Any] | None = Field(default=None, description="With a refused order: what the cart costs now, as `QuoteOut`.")
