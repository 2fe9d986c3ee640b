"""Reviews: read, never written by us."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from shopkeeper.api.body_limit import is_lines
from shopkeeper.api.caller import Writer
from shopkeeper.api.idempotency import IdempotencyKey
from shopkeeper.api.operations import batch_lines
from shopkeeper.api.routes.products import accepted, body_of
from shopkeeper.api.schemas.orders import ReviewBatch
from shopkeeper.api.schemas.tasks import Accepted
from shopkeeper.api.writing import write

router = APIRouter(tags=["Reviews"])


@router.post(
    "/v1/reviews",
    status_code=202,
    response_model=Accepted,
    openapi_extra=body_of(ReviewBatch, lines=True),
    summary="Send reviews",
    operation_id="sendReviews",
)
async def send_reviews(request: Request, caller: Writer, idempotency_key: IdempotencyKey = None) -> Response:
    """Reviews that customers wrote, as JSON or JSON Lines. Durable before the 202; ask the task for the report."""

    def work(body: bytes) -> Response:
        kept = batch_lines(body, field="reviews", lines=is_lines(request.headers.get("content-type", "")))
        return accepted(request, caller, "reviews.batch", kept, {"kind": "reviews", "format": "jsonl"})

    return await write(request, caller, idempotency_key, work)
