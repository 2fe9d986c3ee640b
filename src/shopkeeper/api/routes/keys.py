"""API keys, for admins."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from shopkeeper.api.caller import Admin
from shopkeeper.api.recording import record
from shopkeeper.api.replies import json_reply
from shopkeeper.api.schemas.common import PathId
from shopkeeper.api.schemas.keys import KeyIn, KeyList, MintedKey, key_json
from shopkeeper.domain.ids import KeyId
from shopkeeper.errors import Refused
from shopkeeper.ranking.filters import parse_filter

router = APIRouter(tags=["Keys"])


@router.get("/v1/keys", response_model=KeyList, summary="List the keys", operation_id="listKeys")
def list_keys(caller: Admin) -> Response:
    """Every key of the shop, revoked ones too; never a secret."""
    return json_reply({"keys": [key_json(key) for key in caller.shop.keys.all()]})


@router.post("/v1/keys", status_code=201, response_model=MintedKey, summary="Make a key", operation_id="mintKey")
def mint_key(request: Request, caller: Admin, asked: KeyIn) -> Response:
    """A new key. Its token is in this reply and nowhere else; a reply that was lost means another key."""
    parse_filter(asked.filters)
    key, token = caller.shop.keys.mint(
        asked.name, asked.scope, filters=asked.filters, origins=tuple(asked.origins), rate_per_minute=asked.rate_per_minute
    )
    record(
        request, caller, "key.mint", key.id, after={"name": key.name, "scope": key.scope, "filters": key.filters, "origins": ", ".join(key.origins)}
    )
    return json_reply(key_json(key) | {"token": token}, status=201)


@router.delete("/v1/keys/{key_id}", status_code=204, summary="Revoke a key", operation_id="revokeKey")
def revoke_key(request: Request, caller: Admin, key_id: PathId) -> Response:
    """End a key: at once in this process, within a second in the others. The last admin key cannot be revoked: nobody could make another."""
    admins = [key.id for key in caller.shop.keys.all() if key.allows("admin")]
    if admins == [key_id]:
        raise Refused("This is the last admin key.", status=409, field="key_id", value=key_id, hint="Make another one first.")
    caller.shop.keys.revoke(KeyId(key_id))
    record(request, caller, "key.revoke", key_id)
    return Response(status_code=204)
