"""RuleBook: the shop's rules, the newest for new orders, each order's own for what follows."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import orjson

from shopkeeper.domain.shop_rules import ShopRules
from shopkeeper.errors import BadInput, NotFound
from shopkeeper.orders.rules import default_rules, read_toml, rules_from_document
from shopkeeper.ports.orders import RulesStore


class RuleBook:
    """Every version of one shop's rules; version 0 are the built-in ones, for a shop that wrote none."""

    def __init__(self, store: RulesStore, *, currency: str, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._currency = currency
        self._clock = clock
        self._read: dict[int, ShopRules] = {0: default_rules(currency)}

    def newest(self) -> ShopRules:
        """The rules that hold now."""
        found = self._store.newest()
        return self._read[0] if found is None else self._parsed(*found)

    def of(self, version: int) -> ShopRules:
        """The rules of that version."""
        if version in self._read:
            return self._read[version]
        document = self._store.get(version)
        if document is None:
            raise NotFound(f"the shop's rules have no version {version}", field="version", value=version)
        return self._parsed(version, document)

    def write(self, toml: str) -> int:
        """Keep the rules in a TOML text as the newest version; `BadInput` names what cannot be used. The same ones again are no new version."""
        document = read_toml(toml)
        rules = rules_from_document(document)
        if all(method.price.currency != self._currency for method in rules.deliveries):
            raise BadInput(f"has no way of delivery that is paid in {self._currency}", field="delivery", hint="It is the shop's currency.")
        return self._store.add(orjson.dumps(document, option=orjson.OPT_SORT_KEYS), self._clock())

    def import_file(self, path: Path) -> int:
        """The same for a file."""
        try:
            return self.write(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as fault:
            raise BadInput(f"cannot be read: {fault}", field=str(path)) from None

    def _parsed(self, version: int, document: bytes) -> ShopRules:
        if version not in self._read:
            self._read[version] = rules_from_document(orjson.loads(document), version=version)
        return self._read[version]
