"""Exact splitting of whole minor units: over lines by largest remainder, over pieces by what is left."""

from collections.abc import Sequence


def allocate(amount: int, weights: Sequence[int]) -> list[int]:
    """`amount` split in proportion to `weights`, whole, with the same sum; no part exceeds its weight as long as `amount` ≤ Σ weights.

    Largest remainder (Hamilton's method): part_i = ⌊amount · w_i / W⌋, and the units left go one each to the largest remainders; among equal ones to
    the first, so give the weights in an order that does not depend on chance.

    >>> allocate(100, [1, 1, 1])
    [34, 33, 33]
    """
    whole = sum(weights)
    if amount == 0 or whole == 0:
        return [0] * len(weights)
    parts = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % whole), i))
    for i in by_remainder[: amount - sum(parts)]:
        parts[i] += 1
    return parts


def share_of_pieces(left: int, pieces: int, wanted: int) -> int:
    """What `wanted` of `pieces` pieces are worth that together are worth `left`: ⌊left · wanted / pieces⌋.

    Take it from `left` each time: however the pieces are cut into parts, the parts then sum to the whole, because the last one takes the rest.

    >>> share_of_pieces(100, 3, 1), share_of_pieces(67, 2, 1), share_of_pieces(34, 1, 1)
    (33, 33, 34)
    """
    return left * wanted // pieces
