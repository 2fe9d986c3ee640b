"""The people of one shop's console: invited with a one-time code, signed in with a password, disabled when they leave.

Nobody ever sets a password for somebody else, and none has a default: an invitation is a code of 256 bits that is shown once, holds three days and
works once. Whatever is wrong at sign-in (name, password, disabled, no password yet), the answer is the same and takes as long.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from shopkeeper.access.key_format import hash_secret, secret_matches
from shopkeeper.access.passwords import check_password, hash_password, password_matches
from shopkeeper.domain.account import ROLES, Account, Role, account_name
from shopkeeper.domain.ids import AccountId, ShopId
from shopkeeper.errors import BadInput, NotFound, Refused
from shopkeeper.kit.choices import chosen
from shopkeeper.ports.stores import AccountStore

CODE_HOLDS: Final = timedelta(days=3)
_CODE = re.compile(r"setup_([a-z][a-z0-9]{0,30})_([0-9a-f]{16})_([0-9a-f]{64})", re.ASCII)
_NO_SECRET: Final = hash_secret("")


@dataclass(frozen=True, slots=True)
class Code:
    """A one-time set-up code taken apart; `str` gives its text. `secret` stays out of every repr."""

    shop: ShopId
    account: AccountId
    secret: str = field(repr=False)

    def __str__(self) -> str:
        return f"setup_{self.shop}_{self.account}_{self.secret}"


def parse_code(text: str) -> Code | None:
    """The parts of a set-up code, or None where `text` cannot be one."""
    match = _CODE.fullmatch(text.strip())
    return Code(ShopId(match[1]), AccountId(match[2]), match[3]) if match else None


class AccountService:
    """The accounts of one shop. Safe to call from many threads."""

    def __init__(self, accounts: AccountStore, shop: ShopId, *, clock: Callable[[], datetime]) -> None:
        self._accounts = accounts
        self._shop = shop
        self._clock = clock

    def all(self) -> list[Account]:
        """Every account, disabled ones too, by name."""
        return self._accounts.all()

    def get(self, account_id: AccountId) -> Account | None:
        """The account, or None."""
        return self._accounts.get(account_id)

    def called(self, name: str) -> Account:
        """The account of that name; NotFound if there is none."""
        wanted = account_name(name)
        for account in self._accounts.all():
            if account.name == wanted:
                return account
        raise NotFound(f"There is no account {wanted!r}.", field="name", value=wanted, hint="See `shopkeeper accounts list`.")

    def invite(self, name: str, role: str) -> tuple[Account, str]:
        """Make an account without a password; returns it with the code by which its owner sets one, shown this once."""
        account = Account(AccountId(secrets.token_hex(8)), account_name(name), chosen(role, ROLES, field="role"), self._clock())
        return self._with_code(account)

    def reset(self, account_id: AccountId) -> tuple[Account, str]:
        """Take the account's password away and end its sessions; returns it with a new set-up code."""
        account = self._known(account_id)
        self._accounts.close_sessions(subject_id=account.id)
        return self._with_code(replace(account, password_hash=""))

    def set_up(self, code_text: str, password: str) -> Account:
        """Set the first password of the account that the code names, and use the code up; Refused (403) where the code does not hold."""
        check_password(password)
        account = self.holder(code_text)
        if account is None:
            raise Refused("This set-up link does not hold.", field="code", hint="It works once and for three days; ask an owner for a new one.")
        return self._with_password(account, password)

    def holder(self, code_text: str) -> Account | None:
        """The account whose set-up code this is, if it still holds."""
        code = parse_code(code_text)
        account = self._accounts.get(code.account) if code is not None and code.shop == self._shop else None
        if code is None or account is None:
            return None
        holds = secret_matches(code.secret, account.code_sha256 or _NO_SECRET) and account.code_sha256 != ""
        in_time = account.code_expires is not None and self._clock() < account.code_expires
        return account if holds and in_time and account.active else None

    def sign_in(self, name: str, password: str) -> Account | None:
        """The account, if name and password belong together and it is not disabled; whatever is wrong, None after the same time."""
        try:
            account = self.called(name)
        except (BadInput, NotFound):
            account = None
        matches = password_matches(password, "" if account is None else account.password_hash)
        return account if account is not None and matches and account.active else None

    def change_password(self, account_id: AccountId, old: str, new: str) -> Account:
        """Set a new password, by the old one; every session ends, and the caller begins a new one."""
        account = self._known(account_id)
        if not password_matches(old, account.password_hash):
            raise BadInput("The old password is wrong", field="old")
        check_password(new)
        self._accounts.close_sessions(subject_id=account.id)
        return self._with_password(account, new)

    def set_role(self, account_id: AccountId, role: str) -> Account:
        """Give the account another role; Refused (409) for the last owner."""
        account = self._known(account_id)
        wanted: Role = chosen(role, ROLES, field="role")
        if wanted != "owner":
            self._keep_an_owner(account)
        return self._saved(replace(account, role=wanted))

    def disable(self, account_id: AccountId) -> Account:
        """End the account: its sessions at once. What it did stays in the log. Refused (409) for the last owner."""
        account = self._known(account_id)
        self._keep_an_owner(account)
        gone = self._saved(replace(account, disabled=account.disabled or self._clock(), code_sha256="", code_expires=None))
        self._accounts.close_sessions(subject_id=account.id)
        return gone

    def enable(self, account_id: AccountId) -> Account:
        """Let the account in again, with the password that it had."""
        return self._saved(replace(self._known(account_id), disabled=None))

    def _keep_an_owner(self, account: Account) -> None:
        others = [one for one in self._accounts.all() if one.role == "owner" and one.active and one.id != account.id]
        if account.role == "owner" and account.active and not others:
            raise Refused("This is the last owner.", status=409, field="account", value=account.name, hint="Make another owner first.")

    def _with_code(self, account: Account) -> tuple[Account, str]:
        code = Code(self._shop, account.id, secrets.token_hex(32))
        kept = replace(account, code_sha256=hash_secret(code.secret), code_expires=self._clock() + CODE_HOLDS)
        return self._saved(kept), str(code)

    def _with_password(self, account: Account, password: str) -> Account:
        return self._saved(replace(account, password_hash=hash_password(password), code_sha256="", code_expires=None))

    def _saved(self, account: Account) -> Account:
        self._accounts.save(account)
        return account

    def _known(self, account_id: AccountId) -> Account:
        account = self._accounts.get(account_id)
        if account is None:
            raise NotFound(f"There is no account {account_id!r}.", field="account", value=account_id)
        return account
