"""Products read one variant at a time, brought together as the variants of one product."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from shopkeeper.catalog.report import Found, Item, bad_row
from shopkeeper.domain.product import Product, Variant
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told


def merged(rows: Sequence[tuple[int, Product]]) -> Iterator[Item]:
    """(line, product of one variant) pairs of one product id as one product, which is otherwise as its first row says; a variant that comes
    twice is rejected, naming the line at which it stood first."""
    line, first = rows[0]
    variants: dict[str, Variant] = {}
    lines: dict[str, int] = {}
    for number, product in rows:
        for variant in product.variants:
            if variant.id in variants:
                fault = BadInput(told("repeated", line=lines[variant.id]), field="id", value=variant.id)
                yield bad_row(number, fault, id=first.id)
                continue
            variants[variant.id], lines[variant.id] = variant, number
    try:
        yield Found(line, replace(first, variants=tuple(variants.values())))
    except BadInput as fault:
        yield bad_row(line, fault, id=first.id)
