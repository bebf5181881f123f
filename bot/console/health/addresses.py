"""Only the public internet is looked at: no link leads a request into a private network."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from pathlib import Path

# Asked for when a name is not known: without it nobody's name can be looked up from here.
WITNESS = "a.root-servers.net"
_NAT64 = IPv6Network("64:ff9b::/96")
# What the resolver says when the name exists nowhere, or has no address.
_UNKNOWN = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


class AddressRefused(Exception):
    """The address is not one of the public internet."""


class NameUnknown(Exception):
    """The domain name system does not know the name."""


class NameUnanswered(Exception):
    """The domain name system does not answer at the moment."""


@dataclass(frozen=True)
class Trusted:
    """Addresses allowed although they are not public, and a certificate file (PEM) to trust
    instead of the usual authorities. Both are for tests."""

    addresses: frozenset[str] = frozenset()
    authority: Path | None = None


PUBLIC_ONLY = Trusted()


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, also when it wraps another one."""
    given = ip_address(address.split("%", maxsplit=1)[0])
    if isinstance(given, IPv6Address):
        return _is_public_6(given)
    return given.is_global and not (given.is_multicast or given.is_reserved)


def _is_public_6(given: IPv6Address) -> bool:
    inner: list[IPv4Address | None] = [given.ipv4_mapped, given.sixtofour, *(given.teredo or ())]
    if given in _NAT64:
        inner.append(IPv4Address(int(given) & 0xFFFFFFFF))
    wrapped = [each for each in inner if each is not None]
    if wrapped:
        return all(is_public(str(each)) for each in wrapped)
    never = given.is_multicast or given.is_reserved or given.is_site_local
    return given.is_global and not never


def resolve(host: str, port: int, trusted: Trusted) -> list[str]:
    """The IP addresses of a host, in the order to try. One that is not public refuses them all.

    Raises AddressRefused, NameUnknown, NameUnanswered.
    """
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        unknown = error.errno in _UNKNOWN
        raise (NameUnknown if unknown else NameUnanswered)(host) from error
    except UnicodeError as error:  # a label that no name can have
        raise NameUnknown(host) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        if address not in trusted.addresses and not is_public(address):
            raise AddressRefused(host)
    return addresses


def names_are_known() -> bool:
    """Whether names can be looked up from here at all."""
    try:
        return bool(socket.getaddrinfo(WITNESS, None))
    except OSError:
        return False
