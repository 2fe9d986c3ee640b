"""What an arm may turn: named dials with bounds. A dial that no code reads cannot be set, so that no experiment tries nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from shopkeeper.domain.experiment import Experiment
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import BadInput

RECOMMENDATIONS: Final = frozenset({"similar", "frequently_bought_together", "recommended_for_you"})


@dataclass(frozen=True, slots=True)
class Dial:
    """A dial: between `low` and `high` (numbers), or one of `choices`; `surfaces` are where it is read."""

    name: str
    surfaces: frozenset[str]
    label: LocalizedText
    low: float = 0.0
    high: float = 1.0
    choices: tuple[str, ...] = ()

    def check(self, written: str) -> str:
        """Return `written` if the dial can be set so; `BadInput` says how it can."""
        if self.choices:
            if written not in self.choices:
                raise BadInput(f"{written!r} is not among {', '.join(self.choices)}", field=self.name, value=written)
            return written
        try:
            number = float(written)
        except ValueError:
            raise BadInput(f"{written!r} is not a number", field=self.name, value=written) from None
        if not self.low <= number <= self.high:
            raise BadInput(f"{written} is not between {self.low:g} and {self.high:g}", field=self.name, value=written)
        return written


DIALS: Final[Mapping[str, Dial]] = {
    dial.name: dial
    for dial in (
        Dial("personalisation", frozenset({"search", "category"}), LocalizedText(zh="个性化强度", en="Personalisation")),
        Dial("model", RECOMMENDATIONS, LocalizedText(zh="推荐方式", en="Recommender"), choices=("fitted", "popularity")),
    )
}


def check_arms(experiment: Experiment) -> None:
    """Raise `BadInput` where an arm turns what is not there, out of its bounds, or what none of the experiment's surfaces reads."""
    for place, arm in enumerate(experiment.arms):
        for name, written in arm.settings:
            field = f"arms[{place}].settings.{name}"
            dial = DIALS.get(name)
            if dial is None:
                raise BadInput(f"{name!r} is not a dial", field=field, value=written, hint=f"Known: {', '.join(DIALS)}.")
            if not dial.surfaces & set(experiment.surfaces):
                where = ", ".join(sorted(dial.surfaces))
                raise BadInput(
                    f"{name!r} is not read on {', '.join(experiment.surfaces)}", field=field, value=written, hint=f"It is read on {where}."
                )
            try:
                dial.check(written)
            except BadInput as fault:
                raise BadInput(fault.message, field=field, value=written) from None


def merged(settings: Iterable[tuple[tuple[str, str], ...]]) -> dict[str, str]:
    """Dials of several experiments at once: the one that started first keeps a dial that a later one also turns."""
    turned: dict[str, str] = {}
    for pairs in settings:
        for name, written in pairs:
            turned.setdefault(name, written)
    return turned
