"""Which address a webhook may reach. Pure: text and numbers in, reasons out.

One written form is taken, the plain one: `https://host.example/path`. Whatever a parser may read otherwise than
another (numbers as hosts, user names, dots at the end, escapes, other alphabets) is refused as it stands. The
host is then one of the entity's list, and every address it resolves to must lie on the public Internet, at the
moment of each sending.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

HTTPS = 443
LONGEST = 500

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
#: At least two names, the last of letters first: no writing of a number is one.
_HOST = rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?"
HOST = re.compile(rf"{_HOST}\Z")
_URL = re.compile(
    rf"https://(?P<host>{_HOST})(?::(?P<port>[1-9][0-9]{{0,4}}))?"
    r"(?P<target>/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*(?:\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?)?\Z"
)
#: Names that stand for a machine of the inside, whatever resolves them.
_INSIDE = (
    "localhost",
    "local",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "localdomain",
    "arpa",
    "onion",
)

#: IANA's special-purpose blocks, written here: what Python calls global changes from one release to the next.
_CLOSED_4 = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16",
            "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        ),
    )
)  # fmt: skip
_OPEN_6 = ip_network("2000::/3")
#: Inside 2000::/3: Teredo and the rest of the protocol block, documentation, 6to4, AS112, SRv6.
_CLOSED_6 = tuple(
    map(
        ip_network,
        ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3ffe::/16", "3fff::/20"),
    )
)


@dataclass(frozen=True, slots=True)
class Target:
    """`path` as it is asked for: from the first slash, query included."""

    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        return f"https://{self.netloc}{self.path}"

    @property
    def netloc(self) -> str:
        return self.host if self.port == HTTPS else f"{self.host}:{self.port}"


class BadAddress(ValueError):
    """The French reason."""


def read(url: str) -> Target:
    """The target of an address written the plain way. Raises `BadAddress`."""
    if len(url) > LONGEST:
        raise BadAddress(f"L’adresse dépasse {LONGEST} caractères.")
    scheme = url[:8].lower()
    if not scheme.startswith("https://"):
        raise BadAddress("L’adresse commence par https:// : rien ne part sans chiffrement.")
    head, slash, rest = url[8:].partition("/")
    found = _URL.match(f"https://{head.lower()}{slash}{rest}") if url.isascii() else None
    if found is None:
        raise BadAddress(
            "L’adresse s’écrit https://machine.exemple.fr/chemin : un nom de machine complet, ni adresse IP, "
            "ni compte, ni accent, ni fragment."
        )
    host, port = found["host"], int(found["port"] or HTTPS)
    why = host_objection(host)
    if why:
        raise BadAddress(why)
    if port > 65535:
        raise BadAddress("Un port va de 1 à 65535.")
    return Target(host, port, found["target"] or "/")


def host_objection(host: str) -> str:
    """Why this name is no machine of the outside; "" when it may be one."""
    if len(host) > 200 or not HOST.match(host):
        return "Donnez un nom de machine complet, en minuscules, par exemple hooks.exemple.fr."
    if host.rpartition(".")[2] in _INSIDE:
        return "Ce nom désigne une machine de l’intérieur : un webhook ne sort que vers l’extérieur."
    return ""


def is_public(address: str) -> bool:
    """Whether a resolved address lies on the public Internet, in no form that leads back inside."""
    try:
        ip = ip_address(address)
    except ValueError:  # « fe80::1%eth0 »: a zone, so of this very link
        return False
    if isinstance(ip, IPv4Address):
        return not any(ip in block for block in _CLOSED_4)
    return _is_public_6(ip)


def _is_public_6(ip: IPv6Address) -> bool:
    """IPv4-mapped, NAT64, loopback, local and multicast forms all lie outside 2000::/3."""
    return ip.scope_id is None and ip in _OPEN_6 and not any(ip in block for block in _CLOSED_6)
