"""Values as small numbers: what products have (brands, categories, attribute values), so that filters and facets are array arithmetic."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from shopkeeper.domain.texts import Label, LocalizedText
from shopkeeper.language.mapped import map_array
from shopkeeper.language.script import fold_name

Ints = npt.NDArray[np.int32]
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
_EMPTY: Final = np.empty(0, dtype=np.int32)


class CodeTable:
    """The values of one facet in order of first appearance: code ↔ key, labels to read, and the names that a filter may use."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.names: list[LocalizedText] = []
        self._code: dict[str, int] = {}
        self._by_name: dict[str, list[int]] = {}

    def __len__(self) -> int:
        return len(self.keys)

    def code(self, key: str, names: LocalizedText, *aliases: str) -> int:
        """Return the code of `key`, a new one if it is new; a name that was missing so far is kept."""
        code = self._code.get(key)
        if code is None:
            code = len(self.keys)
            self._code[key] = code
            self.keys.append(key)
            self.names.append(names)
            for alias in (key, *(wording for _, wording in names), *aliases):
                self._alias(alias, code)
            return code
        known = self.names[code]
        if names and names != known:
            merged = LocalizedText(zh=known.zh or names.zh, en=known.en or names.en)
            if merged != known:
                self.names[code] = merged
            for alias in (*(wording for _, wording in names), *aliases):
                self._alias(alias, code)
        return code

    def _alias(self, alias: str, code: int) -> None:
        codes = self._by_name.setdefault(fold_name(alias), [])
        if code not in codes:
            codes.append(code)

    def find(self, name: str) -> list[int]:
        """The codes that `name` may mean: by key, else by any folded key or shown name."""
        exact = self._code.get(name)
        return [exact] if exact is not None else self._by_name.get(fold_name(name), [])

    def label(self, code: int) -> Label:
        """The value as people read it."""
        return Label(self.keys[code], self.names[code])

    def numbers(self) -> npt.NDArray[np.float64]:
        """The first number in each key (`6.1 inch` → 6.1), NaN where there is none."""
        found = [_NUMBER.search(key) for key in self.keys]
        return np.array([float(match.group()) if match else np.nan for match in found], dtype=np.float64)

    def to_json(self) -> dict[str, object]:
        """Return what `from_json` takes."""
        by_code: list[list[str]] = [[] for _ in self.keys]
        for alias, codes in self._by_name.items():
            for code in codes:
                by_code[code].append(alias)
        return {"keys": self.keys, "zh": [n.zh for n in self.names], "en": [n.en for n in self.names], "aliases": by_code}

    @classmethod
    def from_json(cls, raw: Mapping[str, list]) -> "CodeTable":
        """Return the table that `to_json` described."""
        table = cls()
        table.keys = list(raw["keys"])
        table.names = [LocalizedText(zh=zh, en=en) for zh, en in zip(raw["zh"], raw["en"], strict=True)]
        table._code = {key: code for code, key in enumerate(table.keys)}
        for code, aliases in enumerate(raw["aliases"]):
            for alias in aliases:
                table._by_name.setdefault(alias, []).append(code)
        return table


class GrowingArray:
    """A one-dimensional array that is appended to; what `filled(n)` returned stays valid while it grows."""

    def __init__(self, dtype: npt.DTypeLike, capacity: int = 64) -> None:
        self._array = np.zeros(capacity, dtype=dtype)
        self.count = 0

    @classmethod
    def over(cls, array: np.ndarray) -> "GrowingArray":
        """Return one that begins as `array` (shared, not copied; appending moves to a copy)."""
        growing = cls.__new__(cls)
        growing._array = array
        growing.count = len(array)
        return growing

    def append(self, value: float) -> None:
        """Add one value at the end."""
        if self.count == len(self._array):
            self._grow(self.count + 1)
        self._array[self.count] = value
        self.count += 1

    def _grow(self, needed: int) -> None:
        larger = np.zeros(max(64, needed, 2 * len(self._array)), dtype=self._array.dtype)
        larger[: self.count] = self._array[: self.count]
        self._array = larger

    def __setitem__(self, at: int, value: float) -> None:
        self._array[at] = value

    def __getitem__(self, at: int) -> np.generic:
        return self._array[at]

    def filled(self, count: int | None = None) -> np.ndarray:
        """The first `count` values (None = all)."""
        return self._array[: self.count if count is None else count]


@dataclass(slots=True)
class CodePairs:
    """Which row has which value of one facet: two parallel arrays, rows ascending."""

    rows: GrowingArray
    codes: GrowingArray
    _starts: tuple[int, int, Ints | None] = (-1, -1, None)
    """(number of pairs, rows asked about, where the values of each row begin): counted at the first `of`; None = each row has one value."""

    @classmethod
    def empty(cls) -> "CodePairs":
        """No row has a value yet."""
        return cls(GrowingArray(np.int32), GrowingArray(np.int32))

    def add(self, row: int, codes: Iterable[int]) -> None:
        """`row` (not below any row so far) has `codes`."""
        for code in dict.fromkeys(codes):
            self.codes.append(code)
            self.rows.append(row)

    def of(self, wanted: Ints, below: int) -> Ints:
        """The codes of the rows `wanted`, ascending and below `below`: each code as often as rows have it."""
        rows, codes = self.until(below)
        pairs, asked, starts = self._starts
        if (pairs, asked) != (len(rows), below):
            sizes = np.bincount(rows, minlength=below)
            starts = None if (sizes == 1).all() else np.concatenate(([0], np.cumsum(sizes))).astype(np.int32)
            self._starts = (len(rows), below, starts)
        if starts is None:
            return codes[wanted]
        first = starts[wanted]
        sizes = starts[wanted + 1] - first
        behind = np.cumsum(sizes)
        return codes[np.repeat(first - (behind - sizes), sizes) + np.arange(behind[-1] if len(behind) else 0)]

    def until(self, row: int) -> tuple[Ints, Ints]:
        """The (rows, codes) of rows below `row`."""
        count = self.rows.count
        rows = self.rows.filled(count)
        if count and int(rows[-1]) >= row:
            count = int(np.searchsorted(rows, row))
        return rows[:count], self.codes.filled(count)


def save_pairs(pairs: Mapping[str, CodePairs], folder: Path) -> list[tuple[str, int]]:
    """Write the pairs of all facets behind each other (two files, however many facets); returns each facet's name and number of pairs."""
    for part in ("rows", "codes"):
        arrays = [getattr(one, part).filled() for one in pairs.values()]
        np.save(folder / f"facet_{part}.npy", np.concatenate([_EMPTY, *arrays]))
    return [(name, one.rows.count) for name, one in pairs.items()]


def open_pairs(folder: Path, counts: Iterable[tuple[str, int]]) -> dict[str, CodePairs]:
    """Return what `save_pairs` wrote, memory-mapped."""
    rows, codes = (map_array(folder / f"facet_{part}.npy") for part in ("rows", "codes"))
    found: dict[str, CodePairs] = {}
    start = 0
    for name, count in counts:
        end = start + count
        found[name] = CodePairs(GrowingArray.over(rows[start:end]), GrowingArray.over(codes[start:end]))
        start = end
    if start != len(rows) or start != len(codes):
        raise ValueError(f"{len(rows)} facet pairs instead of {start}")
    return found


NO_PAIRS: Final = (_EMPTY, _EMPTY)
