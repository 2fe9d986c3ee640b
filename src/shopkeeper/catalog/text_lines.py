"""The lines of a text file, decoded, with their numbers: bytes that do not decode stay visible as lone surrogates, so that only their row fails."""

import codecs
import io
import re
from collections.abc import Iterator
from typing import Final

from shopkeeper.catalog.feed import Part
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

MAX_LINE: Final = 8_000_000
"""Characters; a longer line cannot be a row of a catalogue (the limit of a description is 100,000)."""
_SNIFF: Final = 1 << 20
_PIECE: Final = 1 << 14
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_TOLERANT: Final = {"utf-16": "replace", "utf-16-le": "replace", "utf-16-be": "replace"}
UNDECODED: Final = re.compile("[\ud800-\udfff]")
"""What `surrogateescape` leaves of bytes that are not of the file's encoding."""


def detect_encoding(part: Part) -> str:
    """The part's encoding: by byte order mark, else UTF-8, UTF-16 without a mark, or GB18030, whichever most of its lines are valid in.

    A file whose first megabyte is plain ASCII is read on until something else appears.
    """
    samples = _samples(part)
    sample = next(samples, b"")
    for mark, encoding in _BOMS:
        if sample.startswith(mark):
            return encoding
    if (wide := _utf16_without_mark(sample)) is not None:
        return wide
    while sample.isascii():
        sample = next(samples, b"")
        if not sample:
            return "utf-8"
    return _utf8_or_gb18030(sample)


def head_text(part: Part, encoding: str) -> str:
    """The first megabyte or so as text, leading white space gone; bytes that do not decode are replaced."""
    return next(_samples(part), b"").decode(encoding, "replace").replace("\r\n", "\n").lstrip("\ufeff \t\r\n")


def _samples(part: Part) -> Iterator[bytes]:
    """The part in pieces of a megabyte; damage ends them early, for whoever reads the rows will tell of it. Raises if not a byte comes."""
    with part.open() as stream:
        sample, done = b"", 0
        while True:
            try:
                piece = stream.read(_PIECE)
            except BadInput:
                if not done:
                    raise
                piece = b""
            done += len(piece)
            sample += piece
            if sample and (not piece or len(sample) >= _SNIFF):
                yield sample
                sample = b""
            if not piece:
                return


def check_encoding(name: str) -> str:
    """The codec's own name; `BadInput` if Python knows no such encoding."""
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise BadInput(told("not_encoding", name=name), field="encoding", value=name, hint=told("hint.encoding")) from None


def _utf16_without_mark(sample: bytes) -> str | None:
    head = sample[:4096]
    if len(head) < 4:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > half * 0.4 and even < half * 0.1:
        return "utf-16-le"
    if even > half * 0.4 and odd < half * 0.1:
        return "utf-16-be"
    return None


def _utf8_or_gb18030(sample: bytes) -> str:
    """By vote of the lines that are not ASCII; the first and last may be cut and do not vote unless they are all there is."""
    lines = [line for line in sample.split(b"\n") if not line.isascii()]
    voters = lines[1:-1] or lines
    valid_utf8 = sum(_decodes(line, "utf-8") for line in voters)
    if valid_utf8 * 2 >= len(voters):
        return "utf-8"
    valid_gb = sum(_decodes(line, "gb18030") for line in voters)
    return "gb18030" if valid_gb > valid_utf8 else "utf-8"


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def open_text(part: Part, encoding: str) -> io.TextIOWrapper:
    """The part as text; every kind of line end becomes a line feed."""
    return io.TextIOWrapper(part.open(), encoding=encoding, errors=_TOLERANT.get(encoding, "surrogateescape"), newline=None)


def text_lines(part: Part, encoding: str) -> Iterator[tuple[int, str]]:
    """(line number from 1, line without its end). A line beyond `MAX_LINE` comes cut to `MAX_LINE` + 1 characters, the rest is skipped."""
    with open_text(part, encoding) as text:
        number = 0
        while line := text.readline(MAX_LINE + 1):
            number += 1
            if line.endswith("\n"):
                yield number, line[:-1]
                continue
            if len(line) > MAX_LINE:
                _skip_line(text)
            yield number, line


def _skip_line(text: io.TextIOWrapper) -> None:
    while (rest := text.readline(MAX_LINE)) and not rest.endswith("\n"):
        pass
