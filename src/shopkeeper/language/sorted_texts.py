"""Many short texts in sorted order as one string of bytes with offsets: opened without reading, searched by bisection, shared between processes."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

REMEMBERED: Final = 20_000
"""Look-ups whose result is kept: the words of queries come again."""


class SortedTexts:
    """UTF-8 texts in byte order (which is code-point order); the number of a text is its place."""

    def __init__(self, content: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64]) -> None:
        self._content = content.data
        # a memoryview gives plain ints, several times faster one by one than the array does
        self._starts = starts.data
        self._count = len(starts) - 1
        self._numbers: dict[str, int] = {}

    @staticmethod
    def arrays_of(encoded: Sequence[bytes]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
        """Return (content, starts) of UTF-8 texts that are already sorted; both can be kept with `np.save` and mapped."""
        starts = np.zeros(len(encoded) + 1, dtype=np.int64)
        np.cumsum([len(text) for text in encoded], out=starts[1:])
        return np.frombuffer(b"".join(encoded) or b"\0", dtype=np.uint8), starts

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: int) -> bytes:
        # past the end the view itself raises IndexError, as a sequence should
        return bytes(self._content[self._starts[number] : self._starts[number + 1]])

    def number(self, text: str) -> int:
        """The number of `text`, −1 where it is not there."""
        known = self._numbers.get(text)
        if known is not None:
            return known
        wanted = text.encode()
        place = bisect_left(self, wanted)
        number = place if place < self._count and self[place] == wanted else -1
        if len(self._numbers) >= REMEMBERED:
            self._numbers.clear()
        self._numbers[text] = number
        return number

    def with_prefix(self, prefix: str) -> tuple[int, int]:
        """The range [first, end) of the texts that begin with `prefix`."""
        if not prefix:
            return 0, len(self)
        wanted = prefix.encode()
        # 0xff stands in no UTF-8 text, so this is above everything that begins with the prefix
        return bisect_left(self, wanted), bisect_left(self, wanted + b"\xff")
