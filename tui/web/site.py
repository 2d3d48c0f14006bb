"""Where the server is: what it listens on, what browsers call it, and how much it gives to them."""

from __future__ import annotations

import ipaddress
import re
import secrets
import socket
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from planner.errors import InputError

PORTS = {"http": 80, "https": 443}
NAME = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?")
TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Public:
    """The address that a proxy serves this server under."""

    scheme: str
    host: str
    path: str

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.host}"

    @classmethod
    def read(cls, text: str) -> Public:
        """From `https://name[:port][/path]`; raises InputError."""
        try:
            found = urlsplit(text)
            port = found.port
        except ValueError as error:
            raise InputError(f"--public-url: {text!r} is not an address ({error})") from error
        name = found.netloc.lower()
        if found.scheme not in PORTS or not NAME.fullmatch(name) or found.query or found.fragment:
            raise InputError(f"--public-url: expected http(s)://name[:port][/path], got {text!r}")
        if port == PORTS[found.scheme]:
            name = name.rpartition(":")[0]
        return cls(found.scheme, name, found.path.rstrip("/") + "/")


@dataclass(frozen=True, slots=True)
class Site:
    """A server to be: host and port to listen on, at most `sessions` at once, each until it is idle for `idle_s` [s].

    `command` starts one session. The token is 256 bits from the operating system.
    """

    command: tuple[str, ...]
    root: Path
    host: str = "127.0.0.1"
    port: int = 8000
    public: Public | None = None
    sessions: int = 8
    idle_s: float = 1800.0
    token: str = field(default_factory=lambda: secrets.token_urlsafe(TOKEN_BYTES), repr=False)

    @property
    def address(self) -> str:
        """The address to open, with the token."""
        if self.public is not None:
            base = self.public.origin + self.public.path
        else:
            name = socket.gethostname() if _is_any(self.host) else self.host
            base = f"http://{_written(name)}:{self.port}/"
        return f"{base}?token={self.token}"

    @property
    def loopback(self) -> bool:
        """Whether only this machine reaches the server."""
        address = _address(self.host)
        return self.host.lower() == "localhost" if address is None else address.is_loopback

    @property
    def names(self) -> frozenset[str]:
        """The names that it was bound to: the machine's own where it listens on all addresses."""
        return frozenset({socket.gethostname(), socket.getfqdn()} if _is_any(self.host) else {self.host})

    def hosts(self, local: str, bound: frozenset[str]) -> frozenset[str]:
        """What the header Host of a direct connection may be.

        local: the address that it came in on. bound: `names`. A name that someone else's name server points here is not
        among them (DNS rebinding).
        """
        names = {local, *bound}
        if (address := _address(local)) is not None and address.is_loopback:
            names.add("localhost")
        written = {_written(name) for name in names}
        found = {f"{name}:{self.port}" for name in written}
        return frozenset(found | written if self.port == PORTS["http"] else found)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """A number as an address, IPv4 that came in over IPv6 as IPv4; None for a name."""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _is_any(host: str) -> bool:
    """Whether it stands for all addresses of the machine."""
    address = _address(host)
    return host == "" or (address is not None and address.is_unspecified)


def _written(host: str) -> str:
    """As it stands in an address: IPv6 in brackets."""
    address = _address(host)
    if address is None:
        return host.lower()
    return f"[{address}]" if address.version == 6 else str(address)
