"""To whom and where a list is shown, and the answer that comes back with the list's id."""

import re
from dataclasses import dataclass, replace
from typing import Final, Generic, Literal, TypeVar

from shopkeeper.domain.ids import ListId, ShopperId
from shopkeeper.domain.shopper import Identity
from shopkeeper.domain.shown_list import ShownList
from shopkeeper.integrity.bots import is_program
from shopkeeper.shoppers.service import Standing

Reply = TypeVar("Reply")
Origin = Literal["api", "instantsearch", "storefront"]
Device = Literal["", "phone", "tablet", "desktop"]

_TABLET: Final = re.compile(r"ipad|tablet|kindle|silk/|android(?!.*mobile)", re.IGNORECASE)
_PHONE: Final = re.compile(r"mobi|iphone|ipod|android", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Showing:
    """One request for lists: who asks (`standing` None = nobody that may be known), with which User-Agent, on which page, through which door.

    Made once a request by `OnlineService.showing`, because whoever a person is and what they agreed to is read there.
    """

    standing: Standing | None = None
    agent: str = ""
    page: str = ""
    origin: Origin = "api"

    @property
    def who(self) -> Identity | None:
        """The identity that asks; None for nobody that may be known."""
        return None if self.standing is None else self.standing.who

    @property
    def counted(self) -> Identity | None:
        """Whose list it is in the log: only of those who agreed to `analytics`."""
        return self.standing.who if self.standing is not None and self.standing.allows("analytics") else None

    @property
    def person(self) -> ShopperId | None:
        """The person whom an experiment may draw: known, and agreed to `analytics`, without which nothing could be learned from them."""
        known = self.standing
        return known.person.id if known is not None and known.person is not None and known.allows("analytics") else None

    @property
    def device(self) -> Device:
        """What kind of device the User-Agent names; "" for a program and where it names none."""
        return device_of(self.agent)

    def on(self, page: str) -> "Showing":
        """The same request on `page` (home, product, cart …)."""
        return replace(self, page=page)


@dataclass(frozen=True, slots=True)
class Answered(Generic[Reply]):
    """A reply with the list as it was logged. Events that name `list_id` join to it."""

    reply: Reply
    shown: ShownList

    @property
    def list_id(self) -> ListId:
        """What events name to say where the shopper came from."""
        return self.shown.id


def device_of(agent: str) -> Device:
    """What kind of device a User-Agent names (RFC 9110, 10.1.5); "" for a program and an empty one."""
    if not agent or is_program(agent):
        return ""
    if _TABLET.search(agent):
        return "tablet"
    return "phone" if _PHONE.search(agent) else "desktop"
