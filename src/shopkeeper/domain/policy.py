"""Policy: a page of the shop's rules (delivery, returns, warranty, a FAQ) in one language."""

from dataclasses import dataclass

from shopkeeper.domain.ids import PolicyId, check_id
from shopkeeper.domain.texts import Lang
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

MAX_POLICY = 500_000


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy or FAQ page; `body` is Markdown, split into passages by whoever retrieves from it."""

    id: PolicyId
    lang: Lang
    title: str
    body: str
    kind: str = "policy"

    def __post_init__(self) -> None:
        check_id(self.id, field="policy_id")
        if not self.title.strip():
            raise BadInput(told("empty"), field="title", value="", hint=told("hint.heading"))
        if not self.body.strip():
            raise BadInput(told("empty"), field="body", value="")
        if len(self.body) > MAX_POLICY:
            raise BadInput(told("too_many_characters", count=len(self.body), limit=MAX_POLICY), field="body", value=self.body[:80])
