"""Experiments in a table."""

from sqlalchemy import Connection, insert, select, update

from shopkeeper.adapters.storage.engine import Connections
from shopkeeper.adapters.storage.rows import encode, findable, storable, to_micros
from shopkeeper.adapters.storage.schema import experiments
from shopkeeper.adapters.storage.webhooks import post
from shopkeeper.domain.experiment import Experiment
from shopkeeper.domain.ids import ExperimentId
from shopkeeper.errors import Refused
from shopkeeper.experiments.documents import experiment_from_json, experiment_to_json
from shopkeeper.webhooks.messages import experiment_moved


class SqlExperimentStore:
    """`ports.stores.ExperimentStore` on SQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def save(self, experiment: Experiment, *, expected: str | None) -> None:
        """Insert or replace the experiment; see the port."""
        document, _, _ = encode(experiment_to_json, experiment, named=f"experiment {experiment.id}")
        row = {"created": to_micros(experiment.created), "state": experiment.state, "document": document}
        id_ = storable(experiment.id, field="id")

        def work(connection: Connection) -> bool:
            if expected is not None:
                held = update(experiments).where(experiments.c.id == id_, experiments.c.state == expected)
                if connection.execute(held.values(**row)).rowcount == 0:
                    return False
                post(connection, experiment_moved(expected, experiment))
                return True
            if connection.scalar(select(experiments.c.id).where(experiments.c.id == id_)) is not None:
                return False
            connection.execute(insert(experiments).values(id=id_, **row))
            post(connection, experiment_moved(None, experiment))
            return True

        if not self._connections.write(work):
            what = "is there already" if expected is None else f"is not in the state {expected!r} any more"
            raise Refused(f"the experiment {experiment.id!r} {what}", status=409, field="id", value=experiment.id, hint="Look at it again first.")

    def get(self, experiment_id: ExperimentId) -> Experiment | None:
        """The experiment, or None."""
        if not findable([experiment_id]):
            return None
        with self._connections.read() as connection:
            document = connection.scalar(select(experiments.c.document).where(experiments.c.id == experiment_id))
        return None if document is None else experiment_from_json(document)

    def all(self) -> list[Experiment]:
        """Every experiment, newest first."""
        with self._connections.read() as connection:
            documents = connection.scalars(select(experiments.c.document).order_by(experiments.c.created.desc(), experiments.c.id)).all()
        return [experiment_from_json(document) for document in documents]
