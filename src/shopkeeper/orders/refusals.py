"""Refusals that a shopper can act on: which rule of the shop stands in the way and where it is written, or what about the price changed."""

from shopkeeper.domain.ids import PolicyId
from shopkeeper.domain.quote import Quote
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import Refused


class RuleRefused(Refused):
    """A rule of the shop does not allow it. `rule` names it in the rules document, `policy` the page that says it in words, `told` says it here."""

    def __init__(self, rule: str, told: LocalizedText, *, policy: PolicyId | None = None) -> None:
        super().__init__(told.en, status=409, field=rule)
        self.rule = rule
        self.told = told
        self.policy = policy


class QuoteRefused(Refused):
    """The order was not placed and nothing was charged: the cart no longer costs what the shopper agreed to, or a line cannot be bought.

    `quote` is what holds now; whoever agrees to its token may go on.
    """

    def __init__(self, message: str, quote: Quote, *, field: str, value: object = None, hint: str | None = None) -> None:
        super().__init__(message, status=409, field=field, value=value, hint=hint)
        self.quote = quote
