"""Export and erasure of what is kept about a shopper here: events, lists, notes, segments; and certificates that can be checked."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from shopkeeper.catalog.document_fields import moment_text
from shopkeeper.domain.shown_list import ShownList
from shopkeeper.events.documents import event_to_document
from shopkeeper.events.log import EventLog
from shopkeeper.events.shown import ShownListLog
from shopkeeper.ports.events import EventStore, ListStore
from shopkeeper.ports.forgetting import Forgotten, Leaving
from shopkeeper.ports.shoppers import NoteStore, SegmentStore
from shopkeeper.shoppers.profile import Line
from shopkeeper.shoppers.service import ShopperService

EXPORTED_EVENTS: Final = 1_000_000
Documents = Mapping[str, list[dict[str, Any]]]


class EventsOfShoppers:
    """Events and shown lists."""

    def __init__(self, events: EventStore, lists: ListStore, log: EventLog, shown: ShownListLog) -> None:
        self._events = events
        self._lists = lists
        self._log = log
        self._shown = shown

    def export(self, leaving: Leaving) -> Documents:
        """Every event and list, oldest first."""
        found = self._log.of_shoppers(leaving.shoppers, limit=EXPORTED_EVENTS)
        lists = [_shown(one.shown) for one in self._shown.of_shoppers(leaving.shoppers)]
        return {"events": [event_to_document(one.event) for one in reversed(found)], "lists": lists}

    def forget(self, leaving: Leaving, at: datetime) -> Forgotten:
        """Remove the rows; their keys are destroyed by the caller, for the copies that nobody can reach."""
        del at
        self._shown.flush()  # a list that waits would be written under a new number, after all the others are gone
        return Forgotten({"events": self._events.forget(leaving.shoppers), "lists": self._lists.forget(leaving.shoppers)})


class ProfileOfShoppers:
    """Notes and segments; a profile itself is kept nowhere, it is made anew from the events each time."""

    def __init__(self, service: ShopperService, notes: NoteStore, segments: SegmentStore) -> None:
        self._service = service
        self._notes = notes
        self._segments = segments

    def export(self, leaving: Leaving) -> Documents:
        """The profile as it can be made now, the shopper's corrections, the segments that they are in."""
        person = self._service.person(leaving.names[0])
        if person is None:
            return {"profile": [], "corrections": [], "segments": []}
        said = [{"facet": one.facet, "key": one.key, "verdict": one.verdict, "at": moment_text(one.at)} for one in self._service.corrections(person)]
        inside = [{"id": one.id, "name": {"zh": one.name.zh, "en": one.name.en}} for one in self._segments.of_shopper(person.id)]
        profile = self._service.profile(leaving.names[0])
        return {"profile": [] if profile is None else [_line(line) for line in profile.lines], "corrections": said, "segments": inside}

    def forget(self, leaving: Leaving, at: datetime) -> Forgotten:
        """Remove notes and memberships."""
        del at
        self._service.drop(leaving.shoppers)
        return Forgotten({"notes": self._notes.forget(leaving.shoppers), "segments": self._segments.forget(leaving.shoppers)})


def _shown(shown: ShownList) -> dict[str, Any]:
    return {
        "id": shown.id,
        "surface": shown.surface,
        "shown": moment_text(shown.shown),
        "query": shown.query,
        "items": list(shown.items),
        "policy": shown.policy,
        "arm": shown.arm,
        "context": dict(shown.context),
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "facet": line.facet,
        "key": line.key,
        "label": {"zh": line.label.zh, "en": line.label.en},
        "affinity": line.affinity,
        "events": [moment.event_id for moment in line.moments],
    }


def signed(certificate: Mapping[str, Any], secret: bytes) -> dict[str, Any]:
    """The certificate with its signature: HMAC-SHA-256 (RFC 2104) over its JSON with sorted keys, under the installation's secret."""
    return {**certificate, "signature": _signature(certificate, secret)}


def holds(certificate: Mapping[str, Any], secret: bytes) -> bool:
    """True if the certificate is as it was signed."""
    said = {key: value for key, value in certificate.items() if key != "signature"}
    return hmac.compare_digest(_signature(said, secret), str(certificate.get("signature", "")))


def _signature(said: Mapping[str, Any], secret: bytes) -> str:
    return hmac.new(secret, b"erasure\0" + orjson.dumps(said, option=orjson.OPT_SORT_KEYS), hashlib.sha256).hexdigest()
