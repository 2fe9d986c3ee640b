"""Carries webhooks over HTTP/1.1, on the standard library alone.

A host's name is looked up once, every address that it leads to must be public, and the connection goes to the address that was checked: a name that
leads elsewhere a moment later changes nothing (DNS rebinding). Redirects are not followed, proxies of the environment are not used, certificates are
checked, and all of it has one deadline, whatever the receiver does.
"""

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from shopkeeper.errors import BadInput
from shopkeeper.ports.webhooks import Answer
from shopkeeper.webhooks.url import checked_url, is_public

MAX_ANSWER: Final = 16_384
"""Bytes of an answer that are read; what follows is cut off with the connection."""

SHOWN: Final = 200


class HttpCourier:
    """`ports.webhooks.Courier`. `timeout_s` is for the whole exchange; `private` allows addresses of one's own network."""

    def __init__(self, *, timeout_s: float = 10.0, private: bool = False) -> None:
        self._timeout_s = timeout_s
        self._private = private
        self._tls = ssl.create_default_context()

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """What came back within the timeout; status 0 and the reason where nothing did."""
        began = time.monotonic()
        try:
            status, detail, retry_after = self._exchange(url, headers, body)
        except _Refusal as refusal:
            status, detail, retry_after = 0, str(refusal), None
        except (OSError, http.client.HTTPException) as fault:
            late = time.monotonic() - began >= self._timeout_s
            status, detail, retry_after = 0, f"no answer within {self._timeout_s:g} s" if late else _reason(fault), None
        return Answer(status, detail, round((time.monotonic() - began) * 1_000), retry_after)

    def _exchange(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str, float | None]:
        try:
            parts = urlsplit(checked_url(url, private=self._private))
        except BadInput as fault:
            raise _Refusal(str(fault)) from None
        tls = parts.scheme == "https"
        assert parts.hostname is not None, "checked"
        port = parts.port or (443 if tls else 80)
        deadline = time.monotonic() + self._timeout_s
        plain = self._connected(parts.hostname, port, deadline)
        # Each read has a timeout of its own; the watch ends an exchange that trickles on for ever.
        watch = threading.Timer(max(0.0, deadline - time.monotonic()), _cut, (plain,))
        watch.daemon = True
        watch.start()
        try:
            carried = self._tls.wrap_socket(plain, server_hostname=parts.hostname) if tls else plain
            connection = http.client.HTTPConnection(parts.hostname, port)
            connection.sock = carried
            try:
                connection.request("POST", f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}", body, _headers(headers, parts.netloc))
                answer = connection.getresponse()
                text = "" if answer.status < 300 else _shown(answer.read(MAX_ANSWER), answer.status, answer.getheader("location"))
                return answer.status, text, _seconds(answer.getheader("retry-after"))
            finally:
                connection.close()
        finally:
            watch.cancel()
            plain.close()

    def _connected(self, host: str, port: int, deadline: float) -> socket.socket:
        """A connection to one of the addresses of `host`, all of which were looked at first."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for *_, address in found:
            if not self._private and not is_public(str(address[0])):
                raise _Refusal(f"{host} leads to {address[0]}, which is not a public address")
        fault: OSError | None = None
        for family, kind, protocol, _, address in found:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            connection = socket.socket(family, kind, protocol)
            connection.settimeout(left)
            try:
                connection.connect(address)
            except OSError as failed:
                fault = failed
                connection.close()
            else:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return connection
        raise fault or TimeoutError("timed out")


class _Refusal(Exception):
    """We do not send there."""


def _headers(given: Mapping[str, str], host: str) -> dict[str, str]:
    return {"host": host, "connection": "close", "accept-encoding": "identity"} | dict(given)


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it is over already
        connection.shutdown(socket.SHUT_RDWR)


def _shown(body: bytes, status: int, location: str | None) -> str:
    if 300 <= status < 400:
        return f"it redirects to {(location or 'nowhere')[:SHOWN]}, and redirects are not followed"
    return "".join(char if char.isprintable() else " " for char in body.decode("utf-8", "replace"))[:SHOWN].strip()


def _seconds(retry_after: str | None) -> float | None:
    """Retry-After in seconds (RFC 9110, 10.2.3); its date form is left to the usual backoff."""
    return float(retry_after) if retry_after is not None and retry_after.strip().isdecimal() and len(retry_after) < 10 else None


def _reason(fault: Exception) -> str:
    if isinstance(fault, ssl.SSLCertVerificationError):
        return f"certificate: {fault.verify_message}"
    if isinstance(fault, socket.gaierror):
        return "the host's name is not known"
    if isinstance(fault, http.client.RemoteDisconnected):
        return "it hung up without an answer"
    return (str(getattr(fault, "strerror", None) or fault) or type(fault).__name__)[:SHOWN]
