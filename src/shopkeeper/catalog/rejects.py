"""What is told of a row: made from a fault, said in Chinese or English, kept in the reject file.

The reject file is JSON Lines of `{"line", "field", "value", "reason", "row", "code", "hint", "values", "part"}`, to be mended and imported again.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeAlias

import orjson

from shopkeeper.catalog.clean import printable
from shopkeeper.domain.task import Reject
from shopkeeper.domain.texts import Lang
from shopkeeper.errors import ShopkeeperError
from shopkeeper.kit.wordings import code_of, plain_values, say, told

RejectSink: TypeAlias = Callable[[Reject], None]


MAX_VALUE: Final = 500
MAX_REASON: Final = 500
MAX_ROW: Final = 10_000
"""How much of a bad row is kept for mending; a description of 5 MB is not written back whole."""


def rejected(line: int, fault: ShopkeeperError, *, row: str = "", field: str = "row", part: str = "") -> Reject:
    """What is told of a row for a fault that the domain or a reader found; `field` is named where the fault names none."""
    value = "" if fault.value is None else str(fault.value)
    hint = fault.hint or ""
    told = Reject(
        line=line,
        field=fault.field or field,
        value=value[:MAX_VALUE],
        reason=_sentence(fault.message, hint)[:MAX_REASON],
        row=row[:MAX_ROW],
        code=code_of(fault.message),
        hint=code_of(hint),
        values={**plain_values(fault.message), **plain_values(hint)},
    )
    return within(told, part) if part else told


def within(reject: Reject, part: str) -> Reject:
    """The reject, of the file `part` of a feed that has several."""
    return replace(reject, part=part, reason=f"{reject.reason} {told('in_part', part=part)}")


def reason_in(reject: Reject, lang: Lang) -> str:
    """The reason in `lang`; in English as it is where it has no code."""
    if lang == "en" or not reject.code:
        return reject.reason
    hint = say(reject.hint, reject.values, lang) if reject.hint else ""
    where = say("in_part", {"part": reject.part}, lang) if reject.part else ""
    return f"{say(reject.code, reject.values, lang)}{'。' if hint else ''}{hint}{where}"


def error_in(faults: Sequence[Reject], lang: Lang) -> str:
    """What went wrong as a whole, in `lang`; empty if nothing did."""
    return "; ".join(f"{fault.field}: {reason_in(fault, lang)}" if fault.field else reason_in(fault, lang) for fault in faults)


def _sentence(message: str, hint: str) -> str:
    if not hint:
        return message
    return f"{message}{'' if message.endswith(('.', '?', '!')) else '.'} {hint}"


def reject_line(reject: Reject) -> bytes:
    """The reject as one line of JSON."""
    row = {
        "line": reject.line,
        "field": printable(reject.field),
        "value": printable(reject.value),
        "reason": printable(reject.reason),
        "row": printable(reject.row),
        "code": reject.code,
        "hint": reject.hint,
        "values": {name: printable(value) if isinstance(value, str) else value for name, value in reject.values.items()},
        "part": printable(reject.part),
    }
    return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


@contextmanager
def reject_file(path: Path) -> Iterator[RejectSink]:
    """A sink that writes each reject to `path`; an import without rejects leaves an empty file, so that an old one does not mislead."""
    with path.open("wb") as out:

        def keep(reject: Reject) -> None:
            out.write(reject_line(reject))

        yield keep


def ignore(reject: Reject) -> None:
    """Keep nothing."""
