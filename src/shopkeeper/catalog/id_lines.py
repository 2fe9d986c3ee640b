"""At which line of a feed an id stood first: 16 bytes an id, so that a million rows are watched for duplicates in a few dozen megabytes."""

from array import array
from hashlib import blake2b
from typing import Final

_SMALLEST: Final = 1 << 12


class IdLines:
    """A table of 64-bit digests by open addressing. Two ids with one digest (1 in 10^7 for a million ids) would pass for duplicates."""

    def __init__(self, expected: int = 0) -> None:
        slots = _SMALLEST
        while slots < expected * 2:
            slots *= 2
        self._digests = array("Q", bytes(8 * slots))
        self._lines = array("Q", bytes(8 * slots))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, id: str) -> bool:
        return self._digests[self._slot(_digest(id))] != 0

    def first(self, id: str, line: int) -> int | None:
        """The line at which `id` was given before; None, and `line` is kept, if it is new."""
        digest = _digest(id)
        slot = self._slot(digest)
        if self._digests[slot]:
            return self._lines[slot]
        self._digests[slot], self._lines[slot] = digest, line
        self._count += 1
        if self._count * 2 > len(self._digests):
            self._grow()
        return None

    def _slot(self, digest: int) -> int:
        mask = len(self._digests) - 1
        slot = digest & mask
        while self._digests[slot] not in (0, digest):
            slot = (slot + 1) & mask
        return slot

    def _grow(self) -> None:
        digests, lines = self._digests, self._lines
        self._digests, self._lines = array("Q", bytes(16 * len(digests))), array("Q", bytes(16 * len(digests)))
        for digest, line in zip(digests, lines, strict=True):
            if digest:
                slot = self._slot(digest)
                self._digests[slot], self._lines[slot] = digest, line


def _digest(id: str) -> int:
    return int.from_bytes(blake2b(id.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little") or 1  # 0 marks an empty slot
