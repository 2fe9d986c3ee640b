"""The five kinds of error. Every message says what happened, to which value, and what to do next.

`field` names the place in the caller's own words (a JSON path, a column, a command-line option); `problem_type` is the last segment of the
RFC 9457 `type`. The HTTP layer and the command line each render these in exactly one place.
"""

from typing import ClassVar


class ShopkeeperError(Exception):
    """The base of every error that a user may see; never raised itself."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something is broken"

    def __init__(self, message: str, *, field: str | None = None, value: object = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.value = value
        self.hint = hint

    def __str__(self) -> str:
        where = f"{self.field}: " if self.field else ""
        if not self.hint:
            return f"{where}{self.message}"
        stop = "" if self.message.endswith((".", "?", "!")) else "."
        return f"{where}{self.message}{stop} {self.hint}"


class BadInput(ShopkeeperError, ValueError):
    """What was sent cannot be used as it is; the sender can mend it. Also a ValueError, so that pydantic reports it with the field's path."""

    status = 422
    title = "The input cannot be used"


class NotFound(ShopkeeperError):
    """The named thing does not exist (in this shop)."""

    status = 404
    title = "Not found"


class Refused(ShopkeeperError):
    """Understood, but not allowed: by scope (403), by the present state (409), by a rate limit (429), for want of a key (401)."""

    status = 403
    title = "Refused"

    def __init__(
        self,
        message: str,
        *,
        status: int = 403,
        retry_after_s: float | None = None,
        field: str | None = None,
        value: object = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, field=field, value=value, hint=hint)
        self.status = status  # type: ignore[misc]  # an instance narrows the class default
        self.retry_after_s = retry_after_s


class Unavailable(ShopkeeperError):
    """A part that is needed does not answer now (database locked, no index yet, disk full); trying again later may help."""

    status = 503
    title = "Not available now"


class Broken(ShopkeeperError):
    """A promise of ours does not hold (a damaged artifact, a bug); a person has to look."""

    status = 500
    title = "Something is broken"
