"""Where webhooks may be sent: an http(s) address of a public host. The courier looks again at the address that the host's name leads to."""

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from shopkeeper.errors import BadInput

MAX_URL: Final = 2_000
_LOCAL_NAMES: Final = ("localhost", ".localhost", ".local", ".internal")
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address


def is_public(address: str) -> bool:
    """True if `address` (IPv4 or IPv6, as text) is reachable by everybody: not private, loopback, link-local, shared, multicast or reserved, neither
    itself nor the IPv4 address that it carries (mapped, 6to4, Teredo, NAT64)."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        carried = [found.ipv4_mapped, found.sixtofour, found.teredo and found.teredo[1]]
        if found in _NAT64:
            carried.append(ipaddress.IPv4Address(int(found) & 0xFFFF_FFFF))
        if any(carried):
            return all(is_public(str(one)) for one in carried if one)
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def checked_url(url: str, *, private: bool) -> str:
    """`url`, if webhooks may be sent there; `private` allows hosts of one's own network. `BadInput` says what is wrong with it."""
    if len(url) > MAX_URL:
        raise BadInput(f"has {len(url)} characters; at most {MAX_URL}", field="url", value=url[:80])
    if not url.isascii() or not url.isprintable() or " " in url:
        raise BadInput("has a character that no address has", field="url", value=url[:80], hint="Write it percent-encoded.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as fault:
        raise BadInput(f"is not an address: {fault}", field="url", value=url[:80]) from None
    if parts.scheme not in ("http", "https") or not host:
        raise BadInput("is not an http(s) address", field="url", value=url[:80], hint="Such as https://shop.example/hooks.")
    if port == 0:
        raise BadInput("has no port that could be reached", field="url", value=url[:80])
    if parts.username is not None or parts.password is not None:
        raise BadInput("has a name or password in it", field="url", value=f"{parts.scheme}://…@{host}", hint="The signature says who sends.")
    if parts.fragment:
        raise BadInput("has a fragment, which is never sent", field="url", value=url[:80])
    if not private and _is_inside(host):
        hint = "Webhooks go to public hosts; `[webhooks] private_addresses = true` allows your own network."
        raise BadInput(f"{host!r} is not a public host", field="url", value=url[:80], hint=hint)
    return url


def _is_inside(host: str) -> bool:
    name = host.lower().rstrip(".")
    if name == _LOCAL_NAMES[0] or name.endswith(_LOCAL_NAMES[1:]):
        return True
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return name.rpartition(".")[2].isdecimal() or "." not in name  # 127.1, 2130706433, a bare name of the own network
    return not is_public(name)
