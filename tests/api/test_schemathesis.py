"""Every operation under generated requests, good and bad, against the really running server."""

import threading
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import orjson
import pytest
import requests
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, assume, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from shopkeeper.api.app import create_app
from tests.api.conftest import DEMO, installed
from tests.api.golden import GOLDEN

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example, HealthCheck.filter_too_much]
EXAMPLES = 4
"""Random ones for each operation, after the many that schemathesis derives from the limits of its parameters."""

described = schemathesis.openapi.from_path(str(GOLDEN))
described.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE], with_security_parameters=False, deterministic=True)


@schemathesis.serializer("application/x-ndjson")
def json_lines(_context: schemathesis.SerializationContext, value: object) -> bytes:
    """A generated text as the lines that it stands for."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


class Served:
    """The address of the server, a key for everything, and one connection to it."""

    def __init__(self, address: str, key: str) -> None:
        self.address = address
        self.key = key
        self.session = requests.Session()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    app, _, _ = installed(tmp_path_factory.mktemp("served"))
    _, key = app.shops[DEMO].keys.mint("tester", "admin", rate_per_minute=1_000_000)
    server = uvicorn.Server(uvicorn.Config(create_app(app), host="127.0.0.1", port=0, log_config=None, access_log=False, server_header=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        found = Served(f"http://127.0.0.1:{port}", key)
        yield found
        found.session.close()
    finally:
        server.should_exit = True
        thread.join()
        app.close()


@described.parametrize()
@settings(max_examples=EXAMPLES, derandomize=True, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=SLOW)
def test_no_request_gets_what_is_not_described(case: schemathesis.Case, served: Served) -> None:
    headers = {"Authorization": f"Bearer {served.key}"}
    # uvicorn's parser refuses an address of more than 64 kB in words of its own, before any of ours runs
    assume(len(case.as_transport_kwargs(base_url=served.address)["url"]) + len(urlencode(case.query or {}, doseq=True)) < 60_000)
    case.call_and_validate(base_url=served.address, headers=headers, checks=CHECKS, session=served.session)


def test_without_a_key_nothing_is_told(served: Served) -> None:
    operations = [(method, path) for path, methods in orjson.loads(GOLDEN.read_bytes())["paths"].items() for method in methods]
    asked = [(method, path) for method, path in operations if path.startswith(("/v1/", "/1/"))]
    assert len(asked) > 20
    for method, path in asked:
        for content in (b"", b"{", b"{}"):
            reply = requests.request(method, served.address + path, data=content, timeout=10)
            assert reply.status_code == 401, f"{method} {path}"
