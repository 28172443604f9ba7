"""Where webhooks may go: to `https` addresses on the public internet, never to this host or a private network.

Checked when an endpoint is made, as far as its text tells, and each time before sending, against the addresses its name
stands for then; the connection is made to the very address that was checked, so that a name cannot mean another one a
moment later.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence

import httpx

_LONGEST = 500
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port to the addresses the name stands for; OSError when it stands for none."""


class NotAllowedThere(Exception):
    """The address may not be sent to; the message says why and what to do."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """What the system's resolver says."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


def checked_url(text: str, *, private: bool) -> httpx.URL:
    """The address as it may be kept; NotAllowedThere otherwise. `private` allows everything but nonsense."""
    try:
        url = httpx.URL(text)
        host = url.host
    except httpx.InvalidURL as wrong:
        raise NotAllowedThere(f"is no address ({wrong}); write https://host/path") from None
    if len(text) > _LONGEST or not host or url.scheme not in {"http", "https"}:
        raise NotAllowedThere(f"is no address for webhooks; write https://host/path, at most {_LONGEST} characters")
    if url.userinfo or url.fragment:
        raise NotAllowedThere("holds a user or a fragment; leave them out, deliveries are signed")
    if private:
        return url
    if url.scheme != "https":
        raise NotAllowedThere("is not https; webhooks travel encrypted")
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        if host == "localhost" or host.endswith((".localhost", ".local", ".internal")) or "." not in host:
            raise NotAllowedThere("is a name of a private network; use one of the public internet") from None
    else:
        if not is_public(literal):
            raise NotAllowedThere("is an address of a private network; use one of the public internet")
    return url


async def pinned(url: httpx.URL, *, private: bool, resolved: Resolve) -> httpx.URL:
    """The same address with the host's number in place of its name; NotAllowedThere when one of them is private."""
    try:
        found = await resolved(url.host, url.port or (443 if url.scheme == "https" else 80))
    except OSError as unknown:
        raise NotAllowedThere(f"the name {url.host} stands for no address ({unknown.strerror})") from None
    if not found:
        raise NotAllowedThere(f"the name {url.host} stands for no address")
    addresses = [ipaddress.ip_address(each.partition("%")[0]) for each in found]
    if not private and not all(is_public(each) for each in addresses):
        raise NotAllowedThere(f"the name {url.host} stands for an address of a private network")
    return url.copy_with(host=str(addresses[0]))


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether the address is of the public internet, also where another one is wrapped in it."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")
