"""Experiments as JSON documents: what the store keeps and the API sends and takes in."""

from typing import Any, Final, cast

import orjson

from shopkeeper.catalog.document_fields import Document, each, load_object, moment, moment_text, number, refuse_unknown, text, texts, wrong_type
from shopkeeper.domain.experiment import Arm, Experiment, Goal, State
from shopkeeper.domain.ids import ExperimentId
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

_ARM_KEYS: Final = frozenset({"key", "weight", "settings"})


def experiment_to_document(experiment: Experiment) -> dict[str, Any]:
    """The experiment as a JSON object."""
    return {
        "id": experiment.id,
        "name": dict(experiment.name),
        "surfaces": list(experiment.surfaces),
        "arms": [{"key": arm.key, "weight": arm.weight, "settings": dict(arm.settings)} for arm in experiment.arms],
        "goal": experiment.goal,
        "traffic": experiment.traffic,
        "window_days": experiment.window_days,
        "state": experiment.state,
        "winner": experiment.winner,
        "salt": experiment.salt,
        "created": moment_text(experiment.created),
        "started": None if experiment.started is None else moment_text(experiment.started),
        "stopped": None if experiment.stopped is None else moment_text(experiment.stopped),
    }


def experiment_to_json(experiment: Experiment) -> bytes:
    """The experiment's document."""
    return orjson.dumps(experiment_to_document(experiment))


def experiment_from_json(raw: bytes | str) -> Experiment:
    """The experiment in a document that `experiment_to_json` wrote."""
    document = load_object(raw, what="experiment")
    created = moment(document, "created")
    if created is None:
        raise BadInput("is missing", field="created")
    traffic, window = number(document, "traffic"), number(document, "window_days")
    return Experiment(
        id=ExperimentId(text(document, "id")),
        name=localized(document, "name"),
        surfaces=texts(document, "surfaces"),
        arms=arms(document),
        goal=cast(Goal, text(document, "goal")),
        created=created,
        salt=text(document, "salt"),
        traffic=1.0 if traffic is None else traffic,
        window_days=1.0 if window is None else window,
        state=cast(State, text(document, "state")),
        started=moment(document, "started"),
        stopped=moment(document, "stopped"),
        winner=text(document, "winner"),
    )


def localized(document: Document, key: str) -> LocalizedText:
    """The text under `key`, an object of language to wording."""
    value = document.get(key)
    if type(value) is not dict or not all(type(wording) is str for wording in value.values()):
        raise wrong_type(value, told("a.object"), field=key)
    return LocalizedText.of(value)


def arms(document: Document) -> tuple[Arm, ...]:
    """The arms under `arms`."""
    return each(document, "arms", _arm)


def _arm(document: dict[str, Any]) -> Arm:
    refuse_unknown(document, _ARM_KEYS)
    settings = document.get("settings") or {}
    if type(settings) is not dict or not all(type(value) is str for value in settings.values()):
        raise wrong_type(settings, told("a.object"), field="settings")
    weight = number(document, "weight")
    return Arm(text(document, "key"), 1.0 if weight is None else weight, tuple(sorted(settings.items())))
