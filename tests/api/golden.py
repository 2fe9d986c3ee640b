"""The golden OpenAPI description: `python -m tests.api.golden` rewrites it after a change that is meant. Read the difference before committing it."""

import tempfile
from pathlib import Path
from typing import Final

import orjson

from shopkeeper import bootstrap
from shopkeeper.api.app import create_app
from tests.api.conftest import make_settings

GOLDEN: Final = Path(__file__).with_name("openapi.json")


def description() -> bytes:
    """The description as it is served, keys sorted, for people to compare."""
    with tempfile.TemporaryDirectory() as home:
        settings = make_settings(Path(home)).model_copy(update={"shops": {}})  # the description does not depend on the shops
        with bootstrap.build(settings) as app:
            return orjson.dumps(create_app(app).openapi(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


if __name__ == "__main__":
    GOLDEN.write_bytes(description())
