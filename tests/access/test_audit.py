"""What is written down of a change, and what never is."""

from datetime import datetime, timedelta

from shopkeeper.access.audit import Actor, AuditLog, changes_of
from shopkeeper.access.permissions import GRANTED, may
from shopkeeper.domain.account import ROLES
from shopkeeper.domain.audit import AuditEntry, AuditQuery, Change
from tests.conftest import NOON


class Kept:
    """An AuditStore in a list."""

    def __init__(self) -> None:
        self.entries: list[AuditEntry] = []

    def add(self, entry: AuditEntry) -> None:
        self.entries.append(entry)

    def find(self, query: AuditQuery) -> list[AuditEntry]:
        return self.entries[::-1][: query.limit]

    def forget(self, before: datetime) -> int:
        old = [entry for entry in self.entries if entry.at < before]
        self.entries = [entry for entry in self.entries if entry.at >= before]
        return len(old)


def test_only_what_differs_is_kept_in_order():
    before, after = {"a": 1, "b": 2, "c": None}, {"a": 1, "b": 3, "d": "new"}
    assert changes_of(before, after) == (Change("b", "2", "3"), Change("d", "", "new"))


def test_secrets_and_line_breaks_never_reach_the_log_and_long_texts_are_cut():
    changes = changes_of({"password": "old one"}, {"password": "new one", "api_token": "sk_x", "code_sha256": "00", "title": "a\nb" + "x" * 400})
    shown = {change.name: change.after for change in changes}
    assert shown["password"] == shown["api_token"] == shown["code_sha256"] == "•••"
    assert "old one" not in str(changes) and "sk_x" not in str(changes)
    assert len(shown["title"]) == 300 and shown["title"].startswith("a b") and shown["title"].endswith("…")


def test_an_entry_says_who_what_when_and_from_where():
    store = Kept()
    log = AuditLog(store, clock=lambda: NOON, keep_days=lambda: 30)
    log.record(Actor("ann", "req-1", "10.0.0.1"), "settings.change", "settings", before={"x": 1}, after={"x": 2})
    (entry,) = log.find(AuditQuery())
    assert (entry.who, entry.what, entry.target, entry.at) == ("ann", "settings.change", "settings", NOON)
    assert (entry.request_id, entry.address, entry.changes) == ("req-1", "10.0.0.1", (Change("x", "1", "2"),))


def test_entries_are_forgotten_after_as_long_as_the_settings_say():
    store, now = Kept(), [NOON]
    log = AuditLog(store, clock=lambda: now[0], keep_days=lambda: 30)
    log.record(Actor("ann"), "x")
    now[0] += timedelta(days=30)
    assert log.forget_old() == 0
    now[0] += timedelta(seconds=1)
    assert log.forget_old() == 1


def test_the_table_of_permissions_is_the_one_that_was_asked_for():
    assert set(GRANTED) == set(ROLES)
    assert GRANTED["owner"] > GRANTED["manager"] > GRANTED["analyst"]
    assert all(may("manager", one) for one in ("edit_rules", "edit_experiments", "edit_settings", "import"))
    assert not may("manager", "manage_accounts")
    assert not any(may("analyst", one) for one in ("see_orders", "see_shoppers", "edit_rules", "edit_settings", "import", "serve_orders"))
    assert may("support", "see_orders") and may("support", "see_shoppers") and not may("support", "see_reports") and not may("support", "see_audit")
