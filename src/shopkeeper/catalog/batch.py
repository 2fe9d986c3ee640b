"""A batch of writes: in their order, in as few transactions as that allows, one bad operation never stopping the rest."""

from collections.abc import Iterable, Iterator, Sequence

from shopkeeper.catalog.normalise import clean_product
from shopkeeper.catalog.rejects import rejected
from shopkeeper.catalog.report import (
    BatchReport,
    DeleteProduct,
    InvalidOperation,
    Operation,
    Outcome,
    OutcomeState,
    PatchOffer,
    PutProduct,
)
from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.product import Product
from shopkeeper.errors import BadInput
from shopkeeper.ports.stores import ProductStore

_MAX_RUN = 1_000


def apply_batch(store: ProductStore, operations: Iterable[Operation]) -> BatchReport:
    """Apply the operations; the report has one outcome for each, in their order. `Unavailable` ends the batch: what was before has landed."""
    outcomes: list[Outcome] = []
    for run in _runs(operations):
        try:
            outcomes += _apply_run(store, run, len(outcomes))
        except BadInput:  # one of them cannot be; the store took none, so each is tried by itself
            for operation in run:
                outcomes.append(_apply_one(store, operation, len(outcomes)))
    return BatchReport(tuple(outcomes))


def operation_id(operation: Operation) -> str:
    """The product that the operation speaks of."""
    match operation:
        case PutProduct(product=product):
            return product.id
        case PatchOffer(patch=patch):
            return patch.product_id
        case DeleteProduct(id=id) | InvalidOperation(id=id):
            return id


def _runs(operations: Iterable[Operation]) -> Iterator[list[Operation]]:
    """Neighbours of one kind with no product twice: what one call to the store can do without changing the order's meaning."""
    run: list[Operation] = []
    ids: set[str] = set()
    for operation in operations:
        id = operation_id(operation)
        if run and (type(operation) is not type(run[0]) or id in ids or len(run) >= _MAX_RUN):
            yield run
            run, ids = [], set()
        run.append(operation)
        ids.add(id)
    if run:
        yield run


def _apply_run(store: ProductStore, run: Sequence[Operation], start: int) -> list[Outcome]:
    ids = [ProductId(operation_id(operation)) for operation in run]
    first = run[0]
    states: list[OutcomeState]
    if isinstance(first, PutProduct):
        states = put_with_states(store, [clean_product(operation.product) for operation in run if isinstance(operation, PutProduct)])
    elif isinstance(first, PatchOffer):
        missing = set(store.patch([operation.patch for operation in run if isinstance(operation, PatchOffer)]))
        states = ["not_found" if id in missing else "patched" for id in ids]
    elif isinstance(first, DeleteProduct):
        there = store.get(ids)
        store.delete(ids)
        states = ["deleted" if id in there else "not_found" for id in ids]
    else:
        return [_apply_one(store, operation, start + at) for at, operation in enumerate(run)]
    return [Outcome(start + at, id, state) for at, (id, state) in enumerate(zip(ids, states, strict=True))]


def _apply_one(store: ProductStore, operation: Operation, index: int) -> Outcome:
    if isinstance(operation, InvalidOperation):
        return Outcome(index, operation.id, "invalid", rejected(index + 1, operation.fault))
    try:
        return _apply_run(store, [operation], index)[0]
    except BadInput as fault:
        return Outcome(index, operation_id(operation), "invalid", rejected(index + 1, fault, field=""))


def put_with_states(store: ProductStore, products: Sequence[Product]) -> list[OutcomeState]:
    """Put products of different ids; says for each whether it was new, changed or already so."""
    before = store.get([product.id for product in products])
    store.put(products)
    return ["inserted" if product.id not in before else "unchanged" if before[product.id] == product else "updated" for product in products]
