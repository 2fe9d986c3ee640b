"""What a message says: a type, a moment, and the ids by which the receiver may ask for more. Nothing personal: no erasure has to follow it."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from shopkeeper.domain.experiment import Experiment
from shopkeeper.domain.placed_order import PlacedOrder
from shopkeeper.domain.task import Task
from shopkeeper.domain.webhook import PING, Message

_ENDED: Final = ("done", "failed")


def message(type: str, at: datetime, data: dict[str, Any]) -> Message:
    """A message of that type, with an id of its own."""
    moment = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    body = orjson.dumps({"type": type, "timestamp": moment, "data": data}, option=orjson.OPT_UTC_Z).decode()
    return Message(f"msg_{secrets.token_hex(16)}", type, at, body)


def order_placed(order: PlacedOrder) -> Message:
    """An order was placed; whether it could be paid is told by the `order.changed` that follows."""
    return message("order.placed", order.placed, _order(order))


def order_changed(before: PlacedOrder, after: PlacedOrder) -> Message | None:
    """The order went on its way; None where nothing happened that its history tells."""
    steps = after.steps[len(before.steps) :]
    if not steps:
        return None
    return message("order.changed", steps[-1].at, _order(after) | {"before": before.status, "steps": [step.name for step in steps]})


def _order(order: PlacedOrder) -> dict[str, Any]:
    return {
        "order_id": order.id,
        "status": order.status,
        "placed": order.placed,
        "total": {"minor": order.total.minor, "currency": order.total.currency},
        "refunded": {"minor": order.refunded.minor, "currency": order.currency},
    }


def task_finished(before: str | None, task: Task) -> Message | None:
    """An import or a batch came to its end; None while it has not, or if it had before (`before` is the state until now)."""
    if task.state not in _ENDED or before in _ENDED:
        return None
    type_ = "import.finished" if task.kind.endswith(".import") else "batch.finished"
    data = {"task_id": task.id, "kind": task.kind, "state": task.state, "counts": dict(task.counts), "error": task.error or None}
    return message(type_, task.finished or task.created, data)


def experiment_moved(before: str | None, experiment: Experiment) -> Message | None:
    """An experiment started or stopped; None where it did neither."""
    if experiment.state in (before, "draft"):
        return None
    running = experiment.state == "running"
    at = (experiment.started if running else experiment.stopped) or experiment.created
    data = {"experiment_id": experiment.id, "surfaces": list(experiment.surfaces), "winner": experiment.winner or None}
    return message("experiment.started" if running else "experiment.stopped", at, data)


def shopper_erased(certificate: str, at: datetime) -> Message:
    """A shopper was erased. Who it was is known to nobody any more; the certificate says what went."""
    return message("shopper.erased", at, {"certificate_id": certificate})


def products_changed(changes: Sequence[tuple[str, bool]], revision: int, at: datetime) -> Message:
    """Products were written or deleted. How they are now is for the receiver to ask: it may have changed again."""
    data = {
        "revision": revision,
        "changed": [id_ for id_, deleted in changes if not deleted],
        "deleted": [id_ for id_, deleted in changes if deleted],
    }
    return message("product.changed", at, data)


def ping(endpoint: str, at: datetime) -> Message:
    """A trial."""
    return message(PING, at, {"endpoint_id": endpoint})
