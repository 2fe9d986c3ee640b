"""The filter language: a merchant's or front end's conditions on products, as safe text.

    price < 300 AND (brand:"Sony" OR brand:Bose) AND NOT tag:refurbished AND in_stock

    name:value            has the value (brand, category, tag, id, any attribute); value bare or in quotes
    name:[a, b]           has one of the values
    category:"A > B"      lies in the subtree at the path A > B (keys or names of any language); category:B anywhere named B
    price < 300           comparison: < <= > >= = != on price, list_price, stock, rating, popularity, created, or an attribute with numbers
    price:100..300        range, both ends included; also price:100 TO 300
    in_stock  on_sale     flags; also in_stock:false
    AND OR NOT ( )        NOT binds tightest, then AND, then OR; small letters are as good

`parse_filter` reads the text into a small tree; `ranking.masks` evaluates the tree on columns. Nothing in it can name code, a table or a file.
The words follow Algolia's `filters` and Typesense's `filter_by`, which shop front ends already write.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias

from shopkeeper.errors import BadInput

MAX_CONDITIONS: Final = 200
MAX_LENGTH: Final = 20_000
MAX_DEPTH: Final = 50
"""Nesting deeper than this is a mistake or an attack; it also bounds the parser's recursion."""

FLAGS: Final = frozenset({"in_stock", "on_sale"})
NUMBERS: Final = frozenset({"price", "list_price", "stock", "rating", "rating_count", "popularity", "created"})
WORDS: Final = frozenset({"brand", "category", "tag", "id"})

Operator = Literal["<", "<=", ">", ">=", "=", "!="]


@dataclass(frozen=True, slots=True)
class Everything:
    """Holds for every product: the empty filter."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A yes-or-no field of FLAGS."""

    name: str
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Compare:
    """`name` stands in the relation to `number`; prices in whole units, `created` in seconds since 1970."""

    name: str
    operator: Operator
    number: float


@dataclass(frozen=True, slots=True)
class Between:
    """`low` ≤ name ≤ `high`."""

    name: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Member:
    """`name` has one of `values` (as keys or shown names)."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    part: "Filter"


@dataclass(frozen=True, slots=True)
class And:
    """Each part holds."""

    parts: "tuple[Filter, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part holds."""

    parts: "tuple[Filter, ...]"


Filter: TypeAlias = Everything | Flag | Compare | Between | Member | Not | And | Or

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<operator><=|>=|!=|<|>|=)
      | (?P<mark>[():\[\],])
      | (?P<word>(?:(?!\.\.)[^\s"'()\[\]:<>=!,])+)
      | (?P<dots>\.\.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def parse_filter(text: str, *, field: str = "filters") -> Filter:
    """Return the filter that `text` says; empty text holds for everything.

    Raises `BadInput` for `field` that names the position (characters from 1) and what was expected there.
    """
    if len(text) > MAX_LENGTH:
        raise BadInput(f"has {len(text)} characters; at most {MAX_LENGTH} are allowed", field=field, value=text[:80])
    if not text.strip():
        return Everything()
    return _Parser(text, field).whole()


def both(first: Filter, second: Filter) -> Filter:
    """Return the filter that holds where both do."""
    if isinstance(first, Everything):
        return second
    return first if isinstance(second, Everything) else And((first, second))


class _Parser:
    """Recursive descent over the tokens; one method per rule."""

    def __init__(self, text: str, field: str) -> None:
        self.text = text
        self.field = field
        self.tokens = self._tokens()
        self.next = 0
        self.conditions = 0
        self.depth = 0

    def _tokens(self) -> list[_Token]:
        tokens: list[_Token] = []
        at = 0
        while at < len(self.text):
            match = _TOKEN.match(self.text, at)
            if match is None:
                what = "a quote that is never closed" if self.text[at] in "\"'" else f"{self.text[at]!r}"
                raise self._wrong(at, f"cannot read {what}")
            kind = match.lastgroup or ""
            if kind == "quoted":
                tokens.append(_Token("quoted", _ESCAPE.sub(r"\1", match.group()[1:-1]), at))
            elif kind != "space":
                tokens.append(_Token(kind, match.group(), at))
            at = match.end()
        tokens.append(_Token("end", "", len(self.text)))
        return tokens

    def _wrong(self, at: int, message: str) -> BadInput:
        hint = 'Write it like: price < 300 AND (brand:"Sony" OR brand:Bose) AND in_stock'
        return BadInput(f"at character {at + 1}: {message}", field=self.field, value=self.text[max(0, at - 20) : at + 20], hint=hint)

    @property
    def token(self) -> _Token:
        return self.tokens[self.next]

    def _found(self) -> str:
        return "the end" if self.token.kind == "end" else repr(self.token.text)

    def _take(self) -> _Token:
        token = self.token
        self.next += 1
        return token

    def _is_word(self, word: str) -> bool:
        """True if the next token is the bare operator word `word`, and is not the name of a condition (`not:yes`)."""
        if self.token.kind != "word" or self.token.text.upper() != word:
            return False
        following = self.tokens[self.next + 1]
        return not (following.text == ":" or following.kind == "operator")

    def whole(self) -> Filter:
        tree = self.either()
        if self.token.kind != "end":
            raise self._wrong(self.token.at, f"expected AND, OR or the end, found {self._found()}")
        return tree

    def either(self) -> Filter:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self._wrong(self.token.at, f"is nested deeper than {MAX_DEPTH}")
        parts = [self.all_of()]
        while self._is_word("OR"):
            self._take()
            parts.append(self.all_of())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def all_of(self) -> Filter:
        parts = [self.opposite()]
        while self._is_word("AND"):
            self._take()
            parts.append(self.opposite())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def opposite(self) -> Filter:
        negations = 0
        while self._is_word("NOT"):
            self._take()
            negations += 1
        part = self.condition()
        return Not(part) if negations % 2 else part

    def condition(self) -> Filter:
        if self.token.text == "(" and self.token.kind == "mark":
            self._take()
            inner = self.either()
            if self.token.text != ")" or self.token.kind != "mark":
                raise self._wrong(self.token.at, f"expected ), found {self._found()}")
            self._take()
            return inner
        if self.token.kind not in ("word", "quoted"):
            raise self._wrong(self.token.at, f"expected a field's name, found {self._found()}")
        self.conditions += 1
        if self.conditions > MAX_CONDITIONS:
            raise self._wrong(self.token.at, f"has more than {MAX_CONDITIONS} conditions")
        name = self._take()
        if self.token.kind == "operator":
            return self.comparison(name)
        if self.token.kind == "mark" and self.token.text == ":":
            self._take()
            return self.membership(name)
        if name.text in FLAGS:
            return Flag(name.text)
        raise self._wrong(self.token.at, f"expected :, <, <=, >, >=, = or != after {name.text!r}, found {self._found()}")

    def comparison(self, name: _Token) -> Filter:
        operator = self._take()
        value = self._value(name)
        if name.text in FLAGS:
            if operator.text not in ("=", "!="):
                raise self._wrong(operator.at, f"{name.text!r} is true or false and cannot be compared with {operator.text}")
            wanted = self._truth(name, value)
            return Flag(name.text, wanted if operator.text == "=" else not wanted)
        number = _number(value.text)
        if number is None or name.text in WORDS:
            if name.text in NUMBERS or operator.text not in ("=", "!="):
                raise self._wrong(value.at, f"{name.text!r} {operator.text} needs a number, found {value.text!r}")
            member = Member(name.text, (value.text,))
            return member if operator.text == "=" else Not(member)
        # the token rule admits these six only
        return Compare(name.text, operator.text, number)  # pyright: ignore[reportArgumentType]

    def membership(self, name: _Token) -> Filter:
        if name.text in FLAGS:
            return Flag(name.text, self._truth(name, self._value(name)))
        if self.token.text == "[" and self.token.kind == "mark":
            return self._listed(name)
        first = self._value(name)
        if (high := self._range_end(name)) is not None:
            return self._between(name, first, high)
        return self._has(name, (first,))

    def _listed(self, name: _Token) -> Filter:
        self._take()
        values = [self._value(name)]
        if (high := self._range_end(name)) is not None:
            tree = self._between(name, values[0], high)
        else:
            while self.token.text == "," and self.token.kind == "mark":
                self._take()
                values.append(self._value(name))
                self.conditions += 1
                if self.conditions > MAX_CONDITIONS:
                    raise self._wrong(self.token.at, f"has more than {MAX_CONDITIONS} conditions")
            tree = self._has(name, tuple(values))
        if self.token.text != "]":
            raise self._wrong(self.token.at, f"expected , or ], found {self._found()}")
        self._take()
        return tree

    def _has(self, name: _Token, values: tuple[_Token, ...]) -> Filter:
        if name.text not in NUMBERS:
            return Member(name.text, tuple(value.text for value in values))
        numbers = [self._as_number(name, value) for value in values]
        parts = tuple(Compare(name.text, "=", number) for number in numbers)
        return parts[0] if len(parts) == 1 else Or(parts)

    def _range_end(self, name: _Token) -> _Token | None:
        if self.token.kind == "dots" or self._is_word("TO"):
            self._take()
            return self._value(name)
        return None

    def _between(self, name: _Token, low: _Token, high: _Token) -> Filter:
        if name.text in WORDS:
            raise self._wrong(low.at, f"{name.text!r} has no range")
        return Between(name.text, self._as_number(name, low), self._as_number(name, high))

    def _value(self, name: _Token) -> _Token:
        if self.token.kind not in ("word", "quoted"):
            raise self._wrong(self.token.at, f"expected a value for {name.text!r}, found {self._found()}")
        return self._take()

    def _as_number(self, name: _Token, value: _Token) -> float:
        number = _number(value.text)
        if number is None:
            raise self._wrong(value.at, f"{name.text!r} needs a number, found {value.text!r}")
        return number

    def _truth(self, name: _Token, value: _Token) -> bool:
        folded = value.text.lower()
        if folded in ("true", "1", "yes"):
            return True
        if folded in ("false", "0", "no"):
            return False
        raise self._wrong(value.at, f"{name.text!r} is true or false, found {value.text!r}")


def _number(text: str) -> float | None:
    """Return the number or, for an ISO date such as 2026-01-31, its seconds since 1970 in UTC; None if `text` is neither."""
    try:
        number = float(text)
    except ValueError:
        pass
    else:
        return number if abs(number) < 1e18 and "_" not in text else None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
