"""Orders: what recommendations learn from."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from shopkeeper.api.body_limit import is_lines
from shopkeeper.api.caller import Writer
from shopkeeper.api.idempotency import IdempotencyKey
from shopkeeper.api.operations import batch_lines
from shopkeeper.api.routes.products import accepted, body_of
from shopkeeper.api.schemas.orders import OrderBatch
from shopkeeper.api.schemas.tasks import Accepted
from shopkeeper.api.writing import write

router = APIRouter(tags=["Orders"])


@router.post(
    "/v1/orders",
    status_code=202,
    response_model=Accepted,
    openapi_extra=body_of(OrderBatch, lines=True),
    summary="Send orders",
    operation_id="sendOrders",
)
async def send_orders(request: Request, caller: Writer, idempotency_key: IdempotencyKey = None) -> Response:
    """Orders with their lines and returns, as JSON or JSON Lines. Durable before the 202; ask the task for the report."""

    def work(body: bytes) -> Response:
        kept = batch_lines(body, field="orders", lines=is_lines(request.headers.get("content-type", "")))
        return accepted(request, caller, "orders.batch", kept, {"kind": "orders", "format": "jsonl"})

    return await write(request, caller, idempotency_key, work)
