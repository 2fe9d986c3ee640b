"""A shop's experiments from draft to winner."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from shopkeeper.adapters.storage import SqlShopDatabase, migrate, open_shop_database
from shopkeeper.domain.experiment import Arm
from shopkeeper.domain.ids import ExperimentId, ShopId, ShopperId
from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import BadInput, NotFound, Refused
from shopkeeper.experiments import service as service_module
from shopkeeper.experiments.service import ExperimentService, Treatment
from tests.conftest import NOON

DIAL = ExperimentId("dial")
ARMS = (Arm("control"), Arm("half", settings=(("personalisation", "0.5"),)))
PEOPLE = [ShopperId(number) for number in range(200)]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqlShopDatabase]:
    migrate(f"sqlite:///{tmp_path}", ShopId("main"))
    with open_shop_database(f"sqlite:///{tmp_path}", ShopId("main")) as opened:
        yield opened


def service_on(database: SqlShopDatabase, *, hold_out: float = 0.0) -> ExperimentService:
    return ExperimentService(database.experiments, lambda *_: (), hold_out=lambda: hold_out, clock=lambda: NOON + timedelta(hours=1))


@pytest.fixture
def service(database: SqlShopDatabase) -> ExperimentService:
    return service_on(database)


def made(service: ExperimentService) -> None:
    service.create(DIAL, name=LocalizedText(en="Dial"), surfaces=("search",), arms=ARMS)


def test_from_draft_to_winner(service: ExperimentService) -> None:
    made(service)
    assert {service.treatment("search", person).arm for person in PEOPLE} == {"default"}
    service.start(DIAL)
    given = {(treatment.arm, tuple(treatment.dials.items())) for person in PEOPLE if (treatment := service.treatment("search", person))}
    assert given == {("dial=control", ()), ("dial=half", (("personalisation", "0.5"),))}
    assert service.treatment("similar", PEOPLE[0]) == Treatment({})
    assert service.treatment("search", None) == Treatment({})
    service.stop(DIAL, winner="half")
    assert [service.treatment("search", person) for person in (None, PEOPLE[0])] == [Treatment({"personalisation": "0.5"})] * 2


def test_who_is_held_out_gets_none_of_it(database: SqlShopDatabase) -> None:
    service = service_on(database, hold_out=0.5)
    made(service)
    service.start(DIAL)
    held = sum(service.treatment("search", person).arm == "default" for person in PEOPLE)
    assert 70 <= held <= 130


def test_another_process_is_followed_within_a_second(service: ExperimentService, database: SqlShopDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = [0.0]
    monkeypatch.setattr(service_module, "monotonic", lambda: seconds[0])
    made(service)
    assert service.treatment("search", PEOPLE[0]).arm == "default"
    service_on(database).start(DIAL)
    assert service.treatment("search", PEOPLE[0]).arm == "default"
    seconds[0] = 1.0
    assert service.treatment("search", PEOPLE[0]).arm != "default"


def test_what_makes_no_sense_is_told(service: ExperimentService) -> None:
    with pytest.raises(BadInput, match="'shelf' is not a surface"):
        service.create(DIAL, name=LocalizedText(en="x"), surfaces=("shelf",), arms=ARMS)
    with pytest.raises(BadInput, match="is not read on similar"):
        service.create(DIAL, name=LocalizedText(en="x"), surfaces=("similar",), arms=ARMS)
    with pytest.raises(NotFound, match="'dial'"):
        service.start(DIAL)
    made(service)
    with pytest.raises(Refused, match="is there already"):
        made(service)
    with pytest.raises(Refused, match="does not run"):
        service.stop(DIAL)
    assert service.result(DIAL).arms[0].units == 0
