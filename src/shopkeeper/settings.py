"""The settings of an installation: `shopkeeper.toml`, overlaid by the environment, as one typed tree. Unknown keys are refused by name.

An environment variable is a path through the tree: `SHOPKEEPER_SERVER__PORT=9000` is `[server] port`. `DATABASE_URL` is `[database] url`.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from shopkeeper.domain.ids import ShopId, shop_id
from shopkeeper.domain.texts import LANGS, Lang, LocalizedText
from shopkeeper.errors import BadInput, NotFound

CONFIG_NAME: Final = "shopkeeper.toml"
PREFIX: Final = "SHOPKEEPER_"
NOT_SETTINGS: Final = frozenset({"SHOPKEEPER_CONFIG", "SHOPKEEPER_DATA", "SHOPKEEPER_MODELS", "SHOPKEEPER_API_KEY"})
"""Variables with our prefix that other parts read: the settings file itself, data sets for benches, the model cache, a client's key."""


class _Tree(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ServerSettings(_Tree):
    """Where `serve` listens, and how many processes answer."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=64)


class DatabaseSettings(_Tree):
    """Empty `url`: one SQLite file per shop under `home`. `postgresql://…`: one schema per shop."""

    url: str = ""

    @field_validator("url")
    @classmethod
    def _known_scheme(cls, url: str) -> str:
        if url and not url.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
            raise ValueError("must be empty (SQLite) or begin with postgresql://")
        return url


class WebhookSettings(_Tree):
    """How webhooks are sent. `private_addresses` allows receivers within one's own network, which whoever may add a webhook can then reach.

    `timeout_s` is for a whole exchange.
    """

    private_addresses: bool = False
    timeout_s: float = Field(default=10.0, ge=1, le=30)


class ShopSettings(_Tree):
    """One shop. `languages` in the order in which they are offered; the first is the default.

    `demo_sign_in` lets anybody sign in to the storefront by picking a name: for the demo, never for a shop of yours.
    """

    name: dict[str, str] = Field(default_factory=dict)
    languages: tuple[Lang, ...] = LANGS
    currency: str = Field(default="CNY", pattern="^[A-Z]{3}$")
    demo_sign_in: bool = False

    @field_validator("languages")
    @classmethod
    def _some_language(cls, languages: tuple[Lang, ...]) -> tuple[Lang, ...]:
        if not languages or len(set(languages)) != len(languages):
            raise ValueError(f"name each language once; known: {', '.join(get_args(Lang))}")
        return languages

    @field_validator("name")
    @classmethod
    def _known_languages(cls, name: dict[str, str]) -> dict[str, str]:
        LocalizedText.of(name)
        return name

    @property
    def title(self) -> LocalizedText:
        """The shop's name as a localized text."""
        return LocalizedText.of(self.name)


class Settings(_Tree):
    """The whole tree. `home` holds databases, artifacts and pictures; relative to the settings file."""

    home: Path = Path("shopkeeper-data")
    default_shop: str = ""
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$")
    server: ServerSettings = ServerSettings()
    database: DatabaseSettings = DatabaseSettings()
    webhooks: WebhookSettings = WebhookSettings()
    shops: dict[str, ShopSettings] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _shops_have_ids(self) -> "Settings":
        for name in self.shops:
            shop_id(name)
        if self.default_shop and self.default_shop not in self.shops:
            raise ValueError(f"default_shop names {self.default_shop!r}, which is not among [shops.*]: {', '.join(self.shops) or 'none'}")
        return self

    def shop(self, name: str | None) -> ShopId:
        """The shop called `name`; None = the default one (the only one, where there is one). Raises NotFound, naming those that exist."""
        wanted = name or self.default_shop or next(iter(self.shops), "")
        if wanted not in self.shops:
            known = ", ".join(self.shops) or "none yet"
            raise NotFound(f"there is no shop {wanted!r}", field="shop", value=wanted, hint=f"Known: {known}. `shopkeeper init` adds one.")
        return ShopId(wanted)

    def shop_folder(self, shop: ShopId) -> Path:
        """The folder that holds everything of `shop` and nothing of any other."""
        return self.home / "shops" / shop

    @property
    def database_url(self) -> str:
        """The URL of the databases. In SQLite's, `{shop}` stands for the shop's id; in PostgreSQL the schema is named after it."""
        return self.database.url or f"sqlite:///{self.home / 'shops' / '{shop}' / 'shop.db'}"


def config_path(given: Path | None, environ: Mapping[str, str] = os.environ) -> Path:
    """The settings file to read: as given, else `SHOPKEEPER_CONFIG`, else `shopkeeper.toml` in the working folder."""
    return given or Path(environ.get("SHOPKEEPER_CONFIG") or CONFIG_NAME)


def load_settings(path: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read and check the settings at `path`, overlaid by `environ`. Raises BadInput with every fault named, NotFound without a file."""
    if not path.is_file():
        raise NotFound(f"no settings at {path}", field="--config", value=str(path), hint="Run `shopkeeper init` here first.")
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"is not TOML: {error}", field=str(path)) from error
    for variable, value in environ.items():
        if variable == "DATABASE_URL" and value:
            _set(tree, ("database", "url"), value, variable)
        elif variable.startswith(PREFIX) and variable not in NOT_SETTINGS:
            _set(tree, tuple(variable.removeprefix(PREFIX).lower().split("__")), value, variable)
    try:
        settings = Settings.model_validate(tree)
    except ValidationError as error:
        raise BadInput(_faults(error), field=str(path)) from error
    return settings.model_copy(update={"home": (path.resolve().parent / settings.home).resolve()})


def _set(tree: dict[str, Any], keys: tuple[str, ...], value: str, variable: str) -> None:
    for key in keys[:-1]:
        branch = tree.setdefault(key, {})
        if not isinstance(branch, dict):
            raise BadInput(f"{key!r} is a value, not a table", field=variable, value=value)
        tree = branch
    tree[keys[-1]] = value


def _faults(error: ValidationError) -> str:
    lines: list[str] = []
    for fault in error.errors():
        where = ".".join(map(str, fault["loc"])) or "the file"
        if fault["type"] == "extra_forbidden":
            lines.append(f"{where} is not a setting (check the spelling; an environment variable counts too)")
        else:
            lines.append(f"{where} = {fault['input']!r}: {fault['msg'].removeprefix('Value error, ')}")
    return "; ".join(lines)
