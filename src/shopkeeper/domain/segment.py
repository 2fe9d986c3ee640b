"""Segment: shoppers that have something in common, by a rule that a person wrote or by what a clustering found."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NewType

from shopkeeper.domain.ids import check_id
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import BadInput

SegmentId = NewType("SegmentId", str)


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment as it was last computed. `rule` is the text of a rule, empty for a cluster; `traits` are a cluster's top (facet, key, share)."""

    id: SegmentId
    kind: Literal["rule", "cluster"]
    name: LocalizedText
    computed: datetime
    rule: str = ""
    traits: tuple[tuple[str, str, float], ...] = ()
    size: int = 0

    def __post_init__(self) -> None:
        check_id(self.id, field="segment.id")
        if not self.name:
            raise BadInput("is empty", field="segment.name", value="", hint="Name the segment in Chinese or English.")
        if (self.kind == "rule") != bool(self.rule):
            raise BadInput("a rule has a text and a cluster has none", field="segment.rule", value=self.rule)
