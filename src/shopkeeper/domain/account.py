"""Account: a person who works at the shop's console, with a role; and the session that such a person (or an admin key) has open."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from shopkeeper.domain.ids import AccountId
from shopkeeper.errors import BadInput

Role = Literal["owner", "manager", "analyst", "support"]
ROLES: Final[tuple[Role, ...]] = ("owner", "manager", "analyst", "support")
"""owner: everything; manager: rules, experiments, settings, imports; analyst: reads all but single shoppers; support: orders and shoppers."""

MAX_NAME: Final = 120


@dataclass(frozen=True, slots=True)
class Account:
    """A person at the console. `name` is what is typed at sign-in, an e-mail address or any other word, folded by `account_name`.

    `password_hash` is empty until the person has set a password, by the one-time code that has the hash `code_sha256` and holds until `code_expires`.
    """

    id: AccountId
    name: str
    role: Role
    created: datetime
    password_hash: str = ""
    disabled: datetime | None = None
    code_sha256: str = ""
    code_expires: datetime | None = None

    @property
    def active(self) -> bool:
        """True if the person may sign in."""
        return self.disabled is None


def account_name(raw: str) -> str:
    """`raw` as the name of an account: NFKC, lower case, so that `Ann@Shop.example` and `ann@shop.example` are one person."""
    name = unicodedata.normalize("NFKC", raw).strip().casefold()
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable() or " " in name:
        hint = f"Use an e-mail address or a word of 1–{MAX_NAME} characters without spaces."
        raise BadInput(f"{raw[:80]!r} cannot name an account", field="name", value=raw[:80], hint=hint)
    return name


Subject = Literal["account", "key"]


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in: `subject` says whether `subject_id` names an account or an admin key. `id` is the SHA-256 of what the cookie holds."""

    id: str
    subject: Subject
    subject_id: str
    created: datetime
    seen: datetime
    address: str = ""
