"""Shoppers: merge and un-merge, consent, profile and corrections, export and erasure."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from shopkeeper.api.caller import Caller, Reader, Writer
from shopkeeper.api.context import context_of
from shopkeeper.api.replies import json_reply
from shopkeeper.api.schemas.shoppers import (
    CertificateOut,
    ChangedOut,
    ConsentIn,
    ConsentOut,
    CorrectionIn,
    ExportOut,
    MergeIn,
    ProfileOut,
    SegmentsOut,
    SignInIn,
    SignInOut,
    UnmergeIn,
)
from shopkeeper.api.shopper import Kind, named, own_or_secret
from shopkeeper.catalog.document_fields import moment_text
from shopkeeper.domain.segment import Segment
from shopkeeper.domain.shopper import PURPOSES, Consent, Correction, Identity, Purpose
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.privacy.signing import sign
from shopkeeper.shoppers.profile import Line

router = APIRouter(tags=["Shoppers"])
ShopperName = Annotated[str, Path(min_length=1, max_length=200)]


@router.post("/v1/shoppers/merge", response_model=ChangedOut, summary="A visitor signed in", operation_id="mergeShopper")
def merge(caller: Writer, asked: MergeIn) -> Response:
    """Make the visitor part of the user's person: history, cart and profile go with it. A visitor of another user is refused (409)."""
    return json_reply({"changed": caller.shop.shoppers.merge(asked.visitor_id, asked.user_id)})


@router.post("/v1/shoppers/unmerge", response_model=ChangedOut, summary="Undo a merge", operation_id="unmergeShopper")
def unmerge(caller: Writer, asked: UnmergeIn) -> Response:
    """Make the visitor somebody of their own again, with what was done on that device."""
    return json_reply({"changed": caller.shop.shoppers.unmerge(asked.visitor_id)})


@router.post("/v1/shoppers/sign-in", response_model=SignInOut, summary="Make a sign-in link", operation_id="signInShopper")
def sign_in(request: Request, caller: Writer, asked: SignInIn) -> Response:
    """A signed link that signs the browser which opens it in to the storefront as this user, and merges its visitor."""
    app = context_of(request).installation
    until = context_of(request).clock() + timedelta(minutes=asked.minutes)
    token = sign(app.session_secret, "shopper sign-in", [caller.shop.id, Identity("user", asked.user_id).value], until=until)
    prefix = "" if caller.shop.id == app.shop().id else f"/s/{caller.shop.id}"
    return json_reply({"path": f"{prefix}/sign-in?token={token}", "expires": moment_text(until)})


@router.put("/v1/shoppers/{kind}/{shopper_id}/consent", response_model=ConsentOut, summary="Keep a shopper's answer", operation_id="putConsent")
def put_consent(caller: Reader, kind: Kind, shopper_id: ShopperName, asked: ConsentIn) -> Response:
    """Keep an answer per purpose, from this moment on. A public key may speak for a visitor only."""
    who = own_or_secret(caller, named(kind, shopper_id))
    answers: dict[Purpose, bool] = {purpose: said for purpose in PURPOSES if (said := getattr(asked, purpose)) is not None}
    if answers:
        caller.shop.shoppers.consent(who, answers, source=asked.source)
    return json_reply(_consent(caller, who))


@router.get("/v1/shoppers/{kind}/{shopper_id}/consent", response_model=ConsentOut, summary="Read a shopper's answers", operation_id="getConsent")
def get_consent(caller: Reader, kind: Kind, shopper_id: ShopperName) -> Response:
    """What the shopper agreed to, and every answer so far. A public key may ask for a visitor only."""
    return json_reply(_consent(caller, own_or_secret(caller, named(kind, shopper_id))))


@router.get("/v1/shoppers/{kind}/{shopper_id}/profile", response_model=ProfileOut, summary="Read a shopper's profile", operation_id="getProfile")
def profile(caller: Writer, kind: Kind, shopper_id: ShopperName) -> Response:
    """What the shopper is drawn to, each line with the events behind it; empty without their consent to personalisation."""
    who = named(kind, shopper_id)
    found = caller.shop.shoppers.profile(who)
    return json_reply(
        {
            "personalisation": found is not None,
            "events": 0 if found is None else found.events,
            "since": None if found is None or found.since is None else moment_text(found.since),
            "lines": [] if found is None else [_line(line) for line in found.lines],
            "segments": [_segment(segment) for segment in caller.shop.shoppers.segments(who)],
        }
    )


@router.get("/v1/segments", response_model=SegmentsOut, summary="List the segments", operation_id="listSegments")
def segments(caller: Writer) -> Response:
    """Every segment with how many persons are in it, as last computed by `shopkeeper segments`."""
    return json_reply({"segments": [_segment(segment) for segment in caller.shop.database.segments.all()]})


@router.post("/v1/shoppers/{kind}/{shopper_id}/corrections", status_code=204, summary="Correct a profile", operation_id="correctProfile")
def correct(request: Request, caller: Reader, kind: Kind, shopper_id: ShopperName, asked: CorrectionIn) -> Response:
    """Keep the shopper's own word on a line; it counts from the next list on. A public key may speak for a visitor only."""
    who = own_or_secret(caller, named(kind, shopper_id))
    caller.shop.shoppers.correct(who, Correction(asked.facet, asked.key, asked.verdict, context_of(request).clock()))
    return Response(status_code=204)


@router.get("/v1/shoppers/{kind}/{shopper_id}/export", response_model=ExportOut, summary="Export a shopper's data", operation_id="exportShopper")
def export(caller: Writer, kind: Kind, shopper_id: ShopperName) -> Response:
    """Everything that is kept about the shopper; empty lists for one whom the shop does not know."""
    return json_reply(caller.shop.erasure.export(named(kind, shopper_id)))


@router.delete("/v1/shoppers/{kind}/{shopper_id}", response_model=CertificateOut, summary="Erase a shopper", operation_id="eraseShopper")
def erase(caller: Writer, kind: Kind, shopper_id: ShopperName) -> Response:
    """Erase the person behind the id, with every identity that was merged with it, out of the models too; answers with the certificate."""
    return json_reply(caller.shop.erasure.erase(named(kind, shopper_id)))


@router.get("/v1/erasures/{certificate_id}", response_model=CertificateOut, summary="Read a certificate", operation_id="getErasure")
def certificate(caller: Writer, certificate_id: ShopperName) -> Response:
    """The certificate of an erasure, as it was signed."""
    return json_reply(caller.shop.erasure.certificate(certificate_id))


def _consent(caller: Caller, who: Identity) -> dict[str, object]:
    stance = caller.shop.shoppers.stance(who)
    history = [_answer(one) for one in caller.shop.shoppers.consents(who)]
    return {"history": history, **{purpose: stance.allows(purpose) for purpose in PURPOSES}}


def _answer(one: Consent) -> dict[str, object]:
    return {"purpose": one.purpose, "granted": one.granted, "at": moment_text(one.at), "source": one.source}


def _line(line: Line) -> dict[str, object]:
    events = [
        {"event_id": moment.event_id, "name": moment.name, "at": moment_text(moment.at), "product_id": moment.product_id} for moment in line.moments
    ]
    return {
        "facet": line.facet,
        "key": line.key,
        "label": _name(line.label),
        "affinity": line.affinity,
        "count": line.count,
        "verdict": line.verdict,
        "events": events,
    }


def _segment(segment: Segment) -> dict[str, object]:
    return {
        "id": segment.id,
        "kind": segment.kind,
        "name": _name(segment.name),
        "size": segment.size,
        "computed": moment_text(segment.computed),
        "rule": segment.rule,
    }


def _name(text: LocalizedText) -> dict[str, str]:
    return {"zh": text.get("zh"), "en": text.get("en")}
