"""What a write of rows by id did."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PutReport:
    """What a write did: rows that were new, that changed, and that were already there word for word (and so were not touched)."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: "PutReport") -> "PutReport":
        return PutReport(self.inserted + other.inserted, self.updated + other.updated, self.unchanged + other.unchanged)
