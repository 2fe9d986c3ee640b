"""Policy: a page of the shop's rules (delivery, returns, warranty, a FAQ) in one language."""

from dataclasses import dataclass

from shopkeeper.domain.ids import PolicyId, check_id
from shopkeeper.domain.texts import Lang
from shopkeeper.errors import BadInput

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
            raise BadInput("is empty", field="title", value="", hint="Begin the page with a heading, or give a title in its front matter.")
        if not self.body.strip():
            raise BadInput("is empty", field="body", value="")
        if len(self.body) > MAX_POLICY:
            raise BadInput(f"has {len(self.body)} characters; at most {MAX_POLICY}", field="body", value=self.body[:80])
