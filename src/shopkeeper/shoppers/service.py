"""Who a shopper is and what the shop may know of them: identity -> consent -> what they did -> profile. The person is asked for, not the device."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final, TypeAlias, TypeVar, cast

import orjson

from shopkeeper.domain.ids import ShopperId
from shopkeeper.domain.segment import Segment
from shopkeeper.domain.shopper import PURPOSES, Consent, Correction, Identity, IdentityKind, Purpose, Shopper, Verdict
from shopkeeper.errors import BadInput, NotFound
from shopkeeper.events.log import EventLog
from shopkeeper.ports.shoppers import NoteStore, SealedNote, SegmentStore, ShopperStore
from shopkeeper.shoppers.profile import ProductFacts, Profile, profile_of
from shopkeeper.shoppers.recent import Recent, recent_of

PROFILE_EVENTS: Final = 500
"""Newest events that a profile is made from: months of an ordinary shopper, and what is older has faded."""
RECENT_EVENTS: Final = 200
"""Newest events that a list goes on from; the fold-in forgets after a few dozen steps."""
PERSONS_KEPT: Final = 2_000
KEPT_S: Final = 60.0
"""How long a profile may lag behind the catalogue and the fading of weights; behind events and corrections it never lags."""
_NEXT: Final = timedelta(microseconds=1)
Made = TypeVar("Made")
NAME: Final = "name"
CORRECTION: Final = "correction"


@dataclass(frozen=True, slots=True)
class Stance:
    """What a person agreed to: the newest answer to each purpose over all their identities, and what the shop takes as agreed to in silence."""

    answers: tuple[Consent, ...] = ()
    implied: frozenset[Purpose] = frozenset()

    def allows(self, purpose: Purpose) -> bool:
        """True where they said yes and nothing else since, or said nothing and the shop takes that for a yes."""
        said = next((one.granted for one in self.answers if one.purpose == purpose), None)
        return purpose in self.implied if said is None else said


@dataclass(frozen=True, slots=True)
class Standing:
    """Who an identity is and what they agreed to, as it was read at one moment: asked once a request, and handed on instead of the identity.

    `person` None where nothing is known of them (any more).
    """

    who: Identity
    person: Shopper | None
    stance: Stance

    def allows(self, purpose: Purpose) -> bool:
        """True if the person agreed to `purpose`."""
        return self.stance.allows(purpose)


Whose: TypeAlias = Identity | Standing
"""Somebody, whether their standing was read before or not."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """Something made of a person's events, what it was made at, and until when it may be shown again."""

    mark: object
    until: float
    made: Any


class ShopperService:
    """The shoppers of one shop. Safe to use from several threads. Asking leaves no trace: an identity that nobody met is not enlisted by it."""

    def __init__(
        self,
        store: ShopperStore,
        notes: NoteStore,
        segments: SegmentStore,
        log: EventLog,
        facts: ProductFacts,
        *,
        clock: Callable[[], datetime],
        implied: Callable[[], frozenset[Purpose]] = frozenset,
    ) -> None:
        self._store = store
        self._notes = notes
        self._segments = segments
        self._log = log
        self._facts = facts
        self._clock = clock
        self._implied = implied
        self._profiles: dict[tuple[ShopperId, ...], _Kept] = {}
        self._recents: dict[tuple[ShopperId, ...], _Kept] = {}

    def person(self, who: Identity) -> Shopper | None:
        """The person that `who` is part of, None where nothing is known of them (any more)."""
        number = self._log.find(who)
        if number is None:
            return None
        try:
            return self._store.person(number)
        except NotFound:  # erased in this moment
            return None

    def merge(self, visitor: str, user: str) -> bool:
        """The visitor has signed in as the user: one person from now on, history, cart and profile with it. False where they were one already.

        `Refused` (409) for a visitor that belongs to another user; nothing is changed then.
        """
        both = Identity("visitor", visitor), Identity("user", user)
        numbers = self._log.numbers(both)
        try:
            merged = self._store.merge(numbers[both[0]], numbers[both[1]], self._clock())
        except NotFound:  # one was erased a moment ago in another process: both begin anew
            self._log.forget_keys(numbers.values())
            numbers = self._log.numbers(both)
            merged = self._store.merge(numbers[both[0]], numbers[both[1]], self._clock())
        if merged:
            for who in both:
                self._note(numbers[who], NAME, NAME, {"kind": who.kind, "value": who.value})
        return merged

    def unmerge(self, visitor: str) -> bool:
        """Make the visitor somebody of their own again, with what was done on that device; False where there is nothing to undo."""
        number = self._log.find(Identity("visitor", visitor))
        return number is not None and self._store.unmerge(number, self._clock())

    def standing(self, who: Identity) -> Standing:
        """Who the person behind `who` is and what they agreed to."""
        person = self.person(who)
        return Standing(who, person, Stance(implied=self._implied()) if person is None else self._stance(person))

    def stance(self, who: Identity) -> Stance:
        """What the person behind `who` agreed to."""
        return self.standing(who).stance

    def allows(self, person: Shopper, purpose: Purpose) -> bool:
        """True if the person agreed to `purpose`."""
        return self._stance(person).allows(purpose)

    def consents(self, who: Identity) -> list[Consent]:
        """Every answer that the person gave, oldest first."""
        person = self.person(who)
        return [] if person is None else self._store.history(person.all)

    def consent(self, who: Identity, answers: Mapping[Purpose, bool], *, source: str) -> Stance:
        """Keep answers, from this moment on; what was answered before stays as history."""
        if unknown := [purpose for purpose in answers if purpose not in PURPOSES]:
            raise BadInput(f"{unknown[0]!r} is not a purpose", field="consent", value=unknown[0], hint=f"Known: {', '.join(PURPOSES)}.")
        number = self._log.numbers([who])[who]
        now = self._clock()
        before = {one.purpose: one.at + _NEXT for one in self.stance(who).answers}  # a clock that was put back must not make this the older answer
        said = [Consent(purpose, granted, max(now, before.get(purpose, now)), source) for purpose, granted in answers.items()]
        self._store.consent(number, said)
        return self.stance(who)

    def recent(self, who: Whose) -> Recent | None:
        """What the person did lately; None where they are not known or did not agree to `personalisation`."""
        person = self._personal(who)
        if person is None:
            return None
        return self._kept(self._recents, person, (), lambda: recent_of([one.event for one in self._log.of_shoppers(person.all, limit=RECENT_EVENTS)]))

    def profile(self, who: Whose) -> Profile | None:
        """The person's profile; None where they are not known or did not agree to `personalisation`."""
        person = self._personal(who)
        return None if person is None else self.profile_of(person)

    def profile_of(self, person: Shopper) -> Profile:
        """The profile of a person, whose consent was asked before."""
        corrections = tuple(self.corrections(person))
        return self._kept(self._profiles, person, corrections, lambda: self._made(person, corrections))

    def drop(self, shoppers: Sequence[ShopperId]) -> None:
        """Let go of what is held in memory of these."""
        for kept in (self._profiles, self._recents):
            for persons in [persons for persons in list(kept) if set(persons) & set(shoppers)]:
                kept.pop(persons, None)

    def _made(self, person: Shopper, corrections: Sequence[Correction]) -> Profile:
        events = [one.event for one in self._log.of_shoppers(person.all, limit=PROFILE_EVENTS)]
        products = list(dict.fromkeys(item.product_id for event in events for item in event.items))
        return profile_of(events, self._facts(products), now=self._clock(), corrections=corrections)

    def _kept(self, kept: dict[tuple[ShopperId, ...], _Kept], person: Shopper, corrections: tuple[Correction, ...], make: Callable[[], Made]) -> Made:
        """What was made last, while no event came or went and nothing was corrected; else made anew, so that an event is felt at once."""
        mark = (self._log.mark(person.all), corrections)
        found = kept.get(person.all)
        if found is not None and found.mark == mark and monotonic() < found.until:
            return found.made
        made = make()
        if len(kept) >= PERSONS_KEPT:
            kept.clear()
        kept[person.all] = _Kept(mark, monotonic() + KEPT_S, made)
        return made

    def correct(self, who: Identity, correction: Correction) -> None:
        """Keep the shopper's own word on a line of their profile; it counts from the next list on. `NotFound` for one whom the shop does not know."""
        person = self.person(who)
        if person is None:
            raise NotFound("nothing is known of this shopper", field=f"{who.kind}_id", value=who.value)
        said = {"facet": correction.facet, "key": correction.key, "verdict": correction.verdict, "at": correction.at.isoformat()}
        self._note(person.id, uuid.uuid4().hex, CORRECTION, said)

    def corrections(self, person: Shopper) -> list[Correction]:
        """What the person said of their profile, oldest first."""
        said = self._read_notes(person.all, CORRECTION)
        return [Correction(one["facet"], one["key"], cast(Verdict, one["verdict"]), datetime.fromisoformat(one["at"])) for one in said]

    def names(self, person: Shopper, given: Identity) -> list[Identity]:
        """The identities of the person in the shop's own words, as far as they are known: as asked for, as merged, as they stand in events."""
        kept = [Identity(cast(IdentityKind, one["kind"]), one["value"]) for one in self._read_notes(person.all, NAME)]
        did = [one.event.who for number in person.all for one in self._log.of_shoppers([number], limit=1)]
        return list(dict.fromkeys([given, *kept, *did]))

    def segments(self, who: Identity) -> list[Segment]:
        """The segments that the person is in; none without their consent to `personalisation`."""
        person = self._personal(who)
        return [] if person is None else self._segments.of_shopper(person.id)

    def _personal(self, who: Whose) -> Shopper | None:
        standing = who if isinstance(who, Standing) else self.standing(who)
        return standing.person if standing.allows("personalisation") else None

    def _stance(self, person: Shopper) -> Stance:
        newest: dict[Purpose, Consent] = {}
        for answers in self._store.consents(person.all).values():
            for one in answers:
                # of two answers in one moment the refusal holds
                if one.purpose not in newest or (one.at, not one.granted) > (newest[one.purpose].at, not newest[one.purpose].granted):
                    newest[one.purpose] = one
        return Stance(tuple(newest[purpose] for purpose in PURPOSES if purpose in newest), self._implied())

    def _note(self, shopper: ShopperId, id_: str, kind: str, said: Mapping[str, str]) -> None:
        sealed = self._log.seal_for(shopper, orjson.dumps(said), bound_to=f"note {id_}")
        self._notes.put(SealedNote(shopper, id_, kind, self._clock(), sealed))

    def _read_notes(self, shoppers: Sequence[ShopperId], kind: str) -> list[dict[str, str]]:
        notes = [note for note in self._notes.of_shoppers(shoppers) if note.kind == kind]
        opened = self._log.unseal_of([(note.shopper, note.sealed, f"note {note.id}") for note in notes])
        return [orjson.loads(content) for content in opened]
