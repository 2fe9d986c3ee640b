"""Experiments: all of them, one with its result, and the two moves that change what shoppers see, each confirmed on a page of its own."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shopkeeper.domain.experiment import Experiment
from shopkeeper.domain.ids import ExperimentId
from shopkeeper.errors import BadInput, NotFound, Refused
from shopkeeper.experiments.checks import MISMATCH_BELOW
from shopkeeper.experiments.intervals import FEWEST, Measured, around, shoppers_needed
from shopkeeper.experiments.results import MEASURES, ArmResult, ExperimentResult, before
from shopkeeper.experiments.verdict import Verdict, is_a_a, verdict
from shopkeeper.web.charts import Chart, Estimate, Measure, interval_chart
from shopkeeper.web.charts.export import svg_file
from shopkeeper.web.console.contexts import ChartPart, TaskState
from shopkeeper.web.console.desk import NO_STORE, Desk
from shopkeeper.web.console.overview import money
from shopkeeper.web.console.tables import Asked, Cell, Cells, Column, Field, Table, csv_answer, sorted_rows, table
from shopkeeper.web.console.trying import interval, letter, lies, meaning, p_text, places, points, share, state_of, turned
from shopkeeper.web.console.trying_contexts import Check, Choice, ExperimentContext, ExperimentsContext, MoveContext, PlanLine
from shopkeeper.web.contexts import Link

CHARTS: Final = ("difference", *MEASURES)
PLANNED_FROM: Final = timedelta(days=14)
"""How far back a plan looks for how many shoppers come and what they do."""
CHANGES: Final = (0.05, 0.1, 0.2, 0.5)
"""Changes that a plan counts shoppers for, relative to what is now."""
_TONES: Final[Mapping[str, str]] = {"mismatch": "bad", "differs": "bad"}


def experiments(at: Desk, request: Request) -> Response:
    """`GET /console/experiments?state=`"""
    t = at.t
    head = tuple(
        Column(name, str(t(f"experiments.{name}")), number=name == "shoppers")
        for name in ("name", "state", "place", "goal", "shoppers", "found", "started", "stopped", "created")
    )
    asked = Asked.of(request, head, at.url("console_experiments"), default="-created")
    wanted = asked.value("state")
    everything = at.shop.experiments.all()
    rows = [_line(at, one) for one in everything if wanted in ("", one.state)]
    if asked.csv:
        return csv_answer("experiments", head, sorted_rows(asked, rows))
    choices = (("", str(t("experiments.any"))), *((state, str(t(f"experiment_state.{state}"))) for state in ("draft", "running", "stopped")))
    context = ExperimentsContext(
        t=t,
        url=at.url,
        fmt=at.fmt,
        frame=at.frame(str(t("rail.console_experiments")), place="console_experiments"),
        answer=_count(at, everything),
        new=at.url("console_experiment_new") if at.may("edit_experiments") else "",
        table=table(
            asked,
            head,
            rows,
            caption=str(t("experiments.caption")),
            empty=str(t("experiments.none_found" if wanted else "experiments.none")),
            fields=(Field("state", str(t("experiments.state")), wanted, choices, "select"),),
        ),
    )
    return at.page("console/experiments.html", context)


def _count(at: Desk, everything: list[Experiment]) -> str:
    if not everything:
        return str(at.t("experiments.answer_none"))
    running, drafts = (sum(one.state == state for one in everything) for state in ("running", "draft"))
    return str(at.t("experiments.answer", n=running, drafts=drafts, stopped=len(everything) - running - drafts))


def _line(at: Desk, one: Experiment) -> Cells:
    state = state_of(at, one)
    result = _recent(at, one) if one.state == "running" else None
    found = ""
    if result is not None:
        found = str(at.t(f"verdict_short.{verdict(one, result).answer}"))
    elif one.state == "stopped":
        found = str(at.t("experiments.kept", arm=letter(one.winner or one.control.key)))
    return {
        "name": Cell(one.name.get(at.lang), at.url("console_experiment", id=one.id)),
        "state": Cell(state.words, tone=state.tone, icon=state.icon),
        "place": Cell(places(at, one.surfaces)),
        "goal": Cell(str(at.t(f"goal.{one.goal}"))),
        "shoppers": Cell(at.fmt.number(result.units), order=result.units) if result is not None else Cell("–", order=-1),
        "found": Cell(found),
        **{
            name: Cell(at.fmt.minute(moment) if moment is not None else "–", order=moment.isoformat() if moment is not None else "")
            for name, moment in (("started", one.started), ("stopped", one.stopped), ("created", one.created))
        },
    }


def _recent(at: Desk, one: Experiment) -> ExperimentResult:
    """The result, at most a minute old: the list of experiments must not read the log once for each."""
    return at.console.results.get((at.shop.id, one.id, one.state), lambda: at.shop.experiments.result(one.id), at.now)


def experiment(at: Desk, request: Request) -> Response:
    """`GET /console/experiments/{id}`"""
    one = _asked(at, request)
    result = at.shop.experiments.result(one.id)
    found = verdict(one, result)
    head = _arm_columns(at)
    asked = Asked.of(request, head, at.url("console_experiment", id=one.id))
    rows = [_arm_cells(at, one, place, arm) for place, arm in enumerate(result.arms)]
    if asked.csv:
        return csv_answer(one.id, head, sorted_rows(asked, rows))
    says = meaning(at, one, result, found)
    tone = _TONES.get(found.answer, "")
    may = at.may("edit_experiments")
    plan, note = _plan(at, one) if one.state == "draft" else ((), "")
    context = ExperimentContext(
        t=at.t,
        url=at.url,
        fmt=at.fmt,
        frame=at.frame(one.name.get(at.lang), place="console_experiments", crumbs=(Link("", one.name.get(at.lang), True),)),
        name=one.name.get(at.lang),
        answer="" if tone else says,
        tone=tone,
        notice=says if tone else "",
        state=state_of(at, one),
        facts=_facts(at, one),
        start=at.url("console_experiment_start", id=one.id) if may and one.state == "draft" else "",
        stop=at.url("console_experiment_stop", id=one.id) if may and one.state == "running" else "",
        charts=tuple((name, _part(at, one, result, name)) for name in CHARTS) if one.state != "draft" else (),
        table=_arm_table(at, asked, head, rows),
        checks=_checks(at, one, result, found) if one.state != "draft" else (),
        plan_note=note,
        plan=plan,
        reading=tuple(str(at.t(f"experiment.reading_{name}", n=FEWEST)) for name in ("unit", "interval", "ctr", "bought", "several")),
    )
    return at.page("console/experiment.html", context)


def _asked(at: Desk, request: Request) -> Experiment:
    return at.shop.experiments.get(ExperimentId(request.path_params["id"]))


def _facts(at: Desk, one: Experiment) -> tuple[tuple[str, str], ...]:
    t = at.t
    click_days = at.shop.preferences.current().attribution.click_days
    facts = [
        ("place", places(at, one.surfaces)),
        ("goal", str(t(f"goal.{one.goal}"))),
        ("traffic", share(at, one.traffic)),
        ("window", str(t("experiment.days", n=round(one.window_days)))),
        ("attribution", str(t("experiment.by_last_click", n=click_days))),
        ("started", at.fmt.minute(one.started) if one.started is not None else ""),
        ("stopped", at.fmt.minute(one.stopped) if one.stopped is not None else ""),
        ("winner", letter(one.winner or one.control.key) if one.state == "stopped" else ""),
    ]
    return tuple((str(t(f"experiment.{name}")), value) for name, value in facts if value)


def _arm_columns(at: Desk) -> tuple[Column, ...]:
    texts = ("version", "does")
    names = ("share", "units", "pending", "lists", "clicked_lists", "ctr", "clicked", "bought", "revenue", "against", "p")
    quiet = ("clicked_lists", "p")
    return (
        *(Column(name, str(at.t(f"experiment.col_{name}")), sortable=name == "version") for name in texts),
        *(Column(name, str(at.t(f"experiment.col_{name}")), number=True, shown=name not in quiet) for name in names),
    )


def _arm_cells(at: Desk, one: Experiment, place: int, arm: ArmResult) -> Cells:
    t, number = at.t, at.fmt.number
    against = arm.against.get(one.goal)
    revenue = arm.revenue.get(at.shop.currency, 0)
    name = str(t("experiment.control_arm", arm=letter(arm.key))) if place == 0 else letter(arm.key)
    return {
        "version": Cell(name, order=place),
        "does": Cell(turned(at, one.arms[place])),
        "share": Cell(share(at, one.shares[place]), order=one.shares[place]),
        "units": Cell(number(arm.units), order=arm.units),
        "pending": Cell(number(arm.pending), order=arm.pending),
        "lists": Cell(number(arm.lists), order=arm.lists),
        "clicked_lists": Cell(number(arm.clicked_lists), order=arm.clicked_lists),
        **{key: _rate_cell(at, arm.measures[key]) for key in MEASURES},
        "revenue": Cell(money(at, revenue), order=revenue),
        "against": Cell("–" if against is None else lies(at, against), order=0.0 if against is None else against.estimate),
        "p": Cell("–" if against is None else p_text(at, against.p_value), order=1.0 if against is None else against.p_value),
    }


def _rate_cell(at: Desk, measured: Measured) -> Cell:
    return Cell(share(at, measured.rate) if measured.units else "–", note=interval(at, measured), order=measured.rate)


def _arm_table(at: Desk, asked: Asked, head: tuple[Column, ...], rows: list[Cells]) -> Table:
    return table(asked, head, rows, caption=str(at.t("experiment.caption")), empty="")


def _part(at: Desk, one: Experiment, result: ExperimentResult, name: str) -> ChartPart:
    chart = _chart(at, one, result, name)
    svg, csv = (at.url("console_experiment_chart", id=one.id, name=name, form=form) for form in ("svg", "csv"))
    return ChartPart(_chart_title(at, one, name), chart, svg, csv, "" if chart is not None else str(at.t("experiment.chart_none", n=FEWEST)))


def _chart_title(at: Desk, one: Experiment, name: str) -> str:
    return str(at.t(f"experiment.chart_{name}", goal=at.t(f"goal.{one.goal}"), control=letter(one.control.key)))


def _chart(at: Desk, one: Experiment, result: ExperimentResult, name: str) -> Chart | None:
    """Dots with intervals that hold at every look; None where too few shoppers are there for any."""
    if name == "difference":
        found = [(letter(arm.key), arm.against[one.goal]) for arm in result.arms[1:] if arm.against[one.goal].enough]
        estimates = [Estimate(label, 100 * it.estimate, 100 * it.low, 100 * it.high) for label, it in found]
        written = Measure(_chart_title(at, one, name), at.lang, lambda value: points(at, value / 100))
        return interval_chart(estimates, written) if estimates else None
    known = [(letter(arm.key), it) for arm in result.arms for key, it in arm.measures.items() if key == name and it.units >= FEWEST]
    estimates = [Estimate(label, 100 * it.rate, *(100 * bound for bound in around(it))) for label, it in known]
    written = Measure(str(at.t(f"experiment.chart_{name}")), at.lang, lambda value: share(at, value / 100))
    return interval_chart(estimates, written, zero=None) if estimates else None


def chart_file(at: Desk, request: Request) -> Response:
    """`GET /console/experiments/{id}/{name}.svg|csv`"""
    one, name, form = _asked(at, request), request.path_params["name"], request.path_params["form"]
    known = name in CHARTS and form in ("svg", "csv")
    chart = _chart(at, one, at.shop.experiments.result(one.id), name) if known else None
    if chart is None:
        raise NotFound("there is no such chart", field="name", value=name)
    headers = {**NO_STORE, "Content-Disposition": f'attachment; filename="experiment-{name}.{form}"'}
    if form == "csv":
        return Response(chart.csv(), media_type="text/csv; charset=utf-8", headers=headers)
    return Response(svg_file(chart, _chart_title(at, one, name)), media_type="image/svg+xml", headers=headers)


def _checks(at: Desk, one: Experiment, result: ExperimentResult, found: Verdict) -> tuple[Check, ...]:
    """Whether the result may be believed: the shares, how many came, and for an A/A experiment that nothing differs."""
    t = at.t
    fewest = min(arm.units for arm in result.arms)

    def check(name: str, state: str, **values: object) -> Check:
        tone, icon = {"right": ("good", "check"), "wrong": ("bad", "alert"), "open": ("info", "clock")}[state]
        words = str(t(f"check_said.{name}_{state}", **values))
        return Check(str(t(f"check.{name}")), TaskState(str(t(f"check_state.{state}")), tone, icon), words)  # type: ignore[arg-type]  # tones

    came = sum(arm.units + arm.pending for arm in result.arms)
    ratio = "open" if not came else "right" if result.trusted else "wrong"
    checks = [
        check("ratio", ratio, p=p_text(at, result.sample_ratio_p), limit=MISMATCH_BELOW),
        check("enough", "right" if fewest >= FEWEST else "open", n=fewest, fewest=FEWEST),
    ]
    if is_a_a(one):
        checks.append(check("a_a", {"differs": "wrong", "same": "right"}.get(found.answer, "open")))
    return tuple(checks)


def _plan(at: Desk, one: Experiment) -> tuple[tuple[PlanLine, ...], str]:
    """How long it will take, from what shoppers did in the last fourteen days; empty, with the reason, where that is too little to tell."""
    outcomes = at.shop.analytics.joined(at.now - PLANNED_FROM, at.now).outcomes
    now = before(outcomes, one.surfaces, window_days=one.window_days, now=at.now)[one.goal]
    if now.units < FEWEST or not 0 < now.rate < 1:
        return (), str(at.t("experiment.plan_none", n=now.units, days=PLANNED_FROM.days))
    a_day = one.traffic * now.units / PLANNED_FROM.days
    two = one.shares[0] + min(one.shares[1:])  # the smallest arm takes longest
    lines = []
    for change in CHANGES:
        shares = {"arm_share": min(one.shares[1:]) / two, "control_share": one.shares[0] / two}
        needed = round(shoppers_needed(now.rate, change * now.rate, **shares) / two)
        days = max(1, round(needed / a_day))
        size = str(at.t("experiment.plan_change", change=share(at, change), before=share(at, now.rate), after=share(at, (1 + change) * now.rate)))
        lines.append(PlanLine(size, at.fmt.number(needed), str(at.t("experiment.days", n=days))))
    return tuple(lines), str(at.t("experiment.plan_note", goal=at.t(f"goal.{one.goal}"), n=round(a_day), days=PLANNED_FROM.days))


def start_page(at: Desk, request: Request) -> Response:
    """`GET /console/experiments/{id}/start`"""
    return _move(at, _asked(at, request), "start")


def stop_page(at: Desk, request: Request) -> Response:
    """`GET /console/experiments/{id}/stop`"""
    return _move(at, _asked(at, request), "stop")


def start(at: Desk, request: Request, _form: FormData) -> Response:
    """`POST /console/experiments/{id}/start`"""
    one = _asked(at, request)
    try:
        at.shop.experiments.start(one.id)
    except Refused:
        return _move(at, one, "start", problem="experiment.meanwhile", status=409)
    at.record("experiment.start", one.name.get(at.lang), before={"state": one.state}, after={"state": "running"})
    return RedirectResponse(at.url("console_experiment", id=one.id), status_code=303, headers=NO_STORE)


def stop(at: Desk, request: Request, form: FormData) -> Response:
    """`POST /console/experiments/{id}/stop`: `winner` is an arm, or empty for none."""
    one = _asked(at, request)
    winner = str(form.get("winner", ""))
    try:
        at.shop.experiments.stop(one.id, winner=winner)
    except Refused:
        return _move(at, one, "stop", problem="experiment.meanwhile", status=409)
    except BadInput:
        return _move(at, one, "stop", problem="experiment.bad_winner", status=422)
    at.record("experiment.stop", one.name.get(at.lang), before={"state": one.state}, after={"state": "stopped", "winner": winner})
    return RedirectResponse(at.url("console_experiment", id=one.id), status_code=303, headers=NO_STORE)


def _move(at: Desk, one: Experiment, which: str, *, problem: str = "", status: int = 200) -> Response:
    t, name = at.t, one.name.get(at.lang)
    back = at.url("console_experiment", id=one.id)
    heading = str(t(f"experiment.{which}_heading", name=name))
    told, winners, answer = _before_start(at, one) if which == "start" else _before_stop(at, one)
    context = MoveContext(
        t=t,
        url=at.url,
        fmt=at.fmt,
        frame=at.frame(heading, place="console_experiments", crumbs=(Link(back, name), Link("", str(t(f"experiment.{which}")), True))),
        heading=heading,
        answer=answer,
        told=told,
        action=at.url(f"console_experiment_{which}", id=one.id),
        button=str(t(f"experiment.{which}")),
        back=back,
        winners=winners,
        problem=str(t(problem)) if problem else "",
    )
    return at.page("console/experiment_move.html", context, status=status)


def _before_start(at: Desk, one: Experiment) -> tuple[tuple[str, ...], tuple[Choice, ...], str]:
    t = at.t
    arms = [
        str(t("experiment.start_arm", arm=letter(arm.key), share=share(at, one.traffic * part), does=turned(at, arm)))
        for arm, part in zip(one.arms, one.shares, strict=True)
    ]
    ends = [str(t("experiment.start_a_a"))] if is_a_a(one) else []
    held = at.shop.preferences.current().experiments.hold_out
    if held:
        ends.append(str(t("experiment.start_held", share=share(at, held))))
    return (*arms, *ends, str(t("experiment.start_final"))), (), str(t("experiment.start_answer", place=places(at, one.surfaces)))


def _before_stop(at: Desk, one: Experiment) -> tuple[tuple[str, ...], tuple[Choice, ...], str]:
    result = at.shop.experiments.result(one.id)
    found = verdict(one, result)
    best = found.arm if found.answer == "better" else ""
    control = Choice("", str(at.t("experiment.no_winner", control=letter(one.control.key))), not best)
    others = (Choice(arm.key, str(at.t("experiment.keep", arm=letter(arm.key), does=turned(at, arm))), arm.key == best) for arm in one.arms[1:])
    told = (str(at.t("experiment.stop_final")), str(at.t("experiment.stop_pending", n=sum(arm.pending for arm in result.arms))))
    return told, (control, *others), meaning(at, one, result, found)
