"""The form for a new experiment: first where and with how many versions, then what each does, all as choices of what there is."""

import re
import secrets
from collections.abc import Mapping
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shopkeeper.domain.experiment import GOALS, Arm, Goal
from shopkeeper.domain.ids import ExperimentId
from shopkeeper.domain.shown_list import SURFACES
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import BadInput
from shopkeeper.experiments.dials import DIALS, Dial
from shopkeeper.web.console.desk import NO_STORE, Desk
from shopkeeper.web.console.trying import dial_value, letter
from shopkeeper.web.console.trying_contexts import ArmField, Choice, DialField, NewExperimentContext
from shopkeeper.web.contexts import Link

COUNTS: Final = ("2", "3", "4", "5")
TRAFFICS: Final = ("100", "50", "20", "10", "5")
WINDOWS: Final = ("1", "3", "7", "14")
KEYS: Final = "abcdefgh"
LONGEST_NAME: Final = 80
STEPS: Final = 10
"""A dial between two numbers is offered in so many equal steps."""


def new(at: Desk, request: Request) -> Response:
    """`GET /console/experiments/new?surface=…&arms=`"""
    given = request.query_params
    surfaces = tuple(surface for surface in SURFACES if surface in given.getlist("surface"))
    count = given.get("arms", "")
    asked = {"arms": count if count in COUNTS else COUNTS[0]}
    problem = "experiment_new.no_place" if "arms" in given and not surfaces else ""
    return _page(at, surfaces, asked, {}, problem=problem)


def create(at: Desk, _request: Request, form: FormData) -> Response:
    """`POST /console/experiments`: a draft, or the form once more with what was typed and what is wrong with it."""
    surfaces = tuple(surface for surface in SURFACES if surface in form.getlist("surface"))
    given = {key: str(value).strip() for key, value in form.multi_items() if key != "surface"}
    if given.get("arms") not in COUNTS or not surfaces:
        return _page(at, surfaces, {"arms": COUNTS[0]}, {}, problem="experiment_new.no_place", status=422)
    faults = _faults(at, surfaces, given)
    if faults:
        return _page(at, surfaces, given, faults, problem="experiment_new.faulty", status=422)
    one = at.shop.experiments.create(
        _id_for(given["name_en"]),
        name=LocalizedText(zh=given["name_zh"], en=given["name_en"]),
        surfaces=surfaces,
        arms=tuple(_arm(surfaces, given, place) for place in range(int(given["arms"]))),
        goal=_goal(given["goal"]),
        traffic=int(given["traffic"]) / 100,
        window_days=float(given["window"]),
    )
    arms = {f"arms.{arm.key}": f"{share:.0%} {dict(arm.settings) or '–'}" for arm, share in zip(one.arms, one.shares, strict=True)}
    at.record("experiment.create", one.name.get(at.lang), after={"surfaces": ", ".join(surfaces), "goal": one.goal, "traffic": one.traffic, **arms})
    return RedirectResponse(at.url("console_experiment", id=one.id), status_code=303, headers=NO_STORE)


def _id_for(name: str) -> ExperimentId:
    """A name's words with a number of its own, so that two experiments of one name are two."""
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
    return ExperimentId(f"{words or 'experiment'}-{secrets.token_hex(3)}")


def _goal(raw: str) -> Goal:
    return next(goal for goal in GOALS if goal == raw)


def _arm(surfaces: tuple[str, ...], given: Mapping[str, str], place: int) -> Arm:
    turned = tuple(sorted((dial.name, written) for dial in dials_of(surfaces) if (written := given.get(f"arm{place}.{dial.name}", ""))))
    return Arm(KEYS[place], float(given[f"arm{place}.share"]), turned)


def dials_of(surfaces: tuple[str, ...]) -> tuple[Dial, ...]:
    """The dials that are read in any of these places."""
    return tuple(dial for dial in DIALS.values() if dial.surfaces & set(surfaces))


def values_of(dial: Dial) -> tuple[str, ...]:
    """What the form offers for a dial: its choices, or its range in even steps."""
    if dial.choices:
        return dial.choices
    return tuple(f"{dial.low + (dial.high - dial.low) * step / STEPS:g}" for step in range(STEPS + 1))


def _faults(at: Desk, surfaces: tuple[str, ...], given: Mapping[str, str]) -> dict[str, str]:
    """What is wrong, by field, in words."""
    t, faults = at.t, dict[str, str]()
    names = [given.get("name_zh", ""), given.get("name_en", "")]
    if not any(names):
        faults["name"] = str(t("experiment_new.bad_name"))
    elif any(len(name) > LONGEST_NAME or not name.isprintable() for name in names):
        faults["name"] = str(t("experiment_new.long_name", n=LONGEST_NAME))
    for field, known in (("goal", GOALS), ("traffic", TRAFFICS), ("window", WINDOWS)):
        if given.get(field, "") not in known:
            faults[field] = str(t("experiment_new.bad_choice"))
    places = range(int(given["arms"]))
    shares = [_percent(given.get(f"arm{place}.share", "")) for place in places]
    for place, share in zip(places, shares, strict=True):
        if share is None:
            faults[f"arm{place}.share"] = str(t("experiment_new.bad_share"))
    if None not in shares and abs(sum(share or 0 for share in shares) - 100) > 0.01:
        faults["shares"] = str(t("experiment_new.bad_sum", sum=f"{sum(share or 0 for share in shares):g}"))
    for place in places:
        for dial in dials_of(surfaces):
            written = given.get(f"arm{place}.{dial.name}", "")
            try:
                _ = dial.check(written) if written else written
            except BadInput:
                faults[f"arm{place}.{dial.name}"] = str(t("experiment_new.bad_choice"))
    return faults


def _percent(raw: str) -> float | None:
    try:
        share = float(raw)
    except ValueError:
        return None
    return share if 1 <= share <= 99 else None


def _page(at: Desk, surfaces: tuple[str, ...], given: Mapping[str, str], faults: dict[str, str], *, problem: str = "", status: int = 200) -> Response:
    t = at.t
    count = int(given["arms"])

    def choices(field: str, known: tuple[str, ...], words: str) -> tuple[Choice, ...]:
        chosen = given.get(field, known[0])
        return tuple(Choice(value, str(t(words, n=int(value))), value == chosen) for value in known)

    goal = given.get("goal", GOALS[0])
    answer = t("experiment_new.answer_first") if not surfaces else t("experiment_new.answer")
    context = NewExperimentContext(
        t=t,
        url=at.url,
        fmt=at.fmt,
        frame=at.frame(str(t("experiment_new.title")), place="console_experiments", crumbs=(Link("", str(t("experiment_new.title")), True),)),
        answer=str(answer),
        problem=str(t(problem, n=len(faults))) if problem else "",
        places=tuple(Choice(surface, str(t(f"surface.{surface}")), surface in surfaces) for surface in SURFACES),
        counts=choices("arms", COUNTS, "experiment_new.versions"),
        chosen=surfaces,
        count=count,
        name_zh=given.get("name_zh", ""),
        name_en=given.get("name_en", ""),
        goals=tuple(Choice(one, str(t(f"goal_long.{one}")), one == goal) for one in GOALS),
        traffics=choices("traffic", TRAFFICS, "experiment_new.percent"),
        windows=choices("window", WINDOWS, "experiment.days"),
        arms=tuple(_arm_field(at, surfaces, given, faults, place, count) for place in range(count)) if surfaces else (),
        nothing_to_turn=not dials_of(surfaces),
        faults=faults,
    )
    return at.page("console/experiment_new.html", context, status=status)


def _arm_field(at: Desk, surfaces: tuple[str, ...], given: Mapping[str, str], faults: Mapping[str, str], place: int, count: int) -> ArmField:
    even = 100 // count
    share = given.get(f"arm{place}.share", str(100 - even * (count - 1) if place == 0 else even))
    dials = []
    for dial in dials_of(surfaces):
        name = f"arm{place}.{dial.name}"
        chosen = given.get(name, "")
        offered = (Choice("", _as_set(at, dial), not chosen), *(Choice(one, dial_value(at, one), one == chosen) for one in values_of(dial)))
        dials.append(DialField(name, dial.label.get(at.lang), offered, faults.get(name, "")))
    note = str(at.t("experiment_new.control" if place == 0 else "experiment_new.other"))
    return ArmField(f"arm{place}", letter(KEYS[place]), note, share, faults.get(f"arm{place}.share", ""), tuple(dials))


def _as_set(at: Desk, dial: Dial) -> str:
    """The choice to leave a dial alone, with what it stands at where the merchant has set it."""
    if dial.name == "personalisation":
        return str(at.t("experiment_new.as_set", value=f"{at.shop.personalisation:g}"))
    return str(at.t("experiment_new.as_is"))
