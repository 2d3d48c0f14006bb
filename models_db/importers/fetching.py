"""Parts of files over the network: bounded before they are read, and a token goes to the host that it is for only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import IO, Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from planner.errors import ModelError

# Without a byte, and for the whole of a file.
TIMEOUT_S, WHOLE_S = 20.0, 300.0
CHUNK = 65_536


class _Redirects(HTTPRedirectHandler):
    """Follows to other hosts without the token, and from https to https only."""

    max_redirections = 5

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: object, newurl: str
    ) -> Request:
        asked, told = urlsplit(req.full_url), urlsplit(newurl)
        if told.scheme not in (asked.scheme, "https"):
            raise ModelError(f"{req.full_url}: is redirected from {asked.scheme} to {told.scheme}")
        kept = {name: value for name, value in req.header_items() if name.lower() == "range" or _same(asked, told)}
        return Request(newurl, headers=kept, method="GET")


def _same(one: object, other: object) -> bool:
    places = [(getattr(u, "scheme", ""), getattr(u, "hostname", ""), getattr(u, "port", 0)) for u in (one, other)]
    return places[0] == places[1]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a host sent, and the day on which it says that it last changed; None where it does not."""

    data: bytes
    changed: date | None


def fetched(url: str, *, most: int, start: int = 0, token: str | None = None, whole: bool = True) -> bytes | None:
    """Up to `most` bytes of a file from `start` on; None where the host has none. The rest is as of `answered`."""
    found = answered(url, most=most, start=start, token=token, whole=whole)
    return None if found is None else found.data


def answered(
    url: str, *, most: int, start: int = 0, token: str | None = None, whole: bool = True, seconds: float = WHOLE_S
) -> Fetched | None:
    """Up to `most` bytes of a file from `start` on, in at most so many seconds; None where the host has none.

    whole: a file that is longer is refused, before any of it is read where the host states its length. Raises
    ModelError, one line, for that and for a redirect that is not followed; OSError for what the network does.
    """
    headers = {"User-Agent": "gpuplan", "Accept-Encoding": "identity"}
    if start or not whole:
        headers["Range"] = f"bytes={start}-{start + most - 1}"
    if token and urlsplit(url).scheme == "https":
        headers["Authorization"] = f"Bearer {token}"
    until = monotonic() + seconds
    try:
        with build_opener(_Redirects).open(Request(url, headers=headers), timeout=min(TIMEOUT_S, seconds)) as answer:
            if start and answer.status != 206:
                raise ModelError(f"{url}: the host sends no parts of files")
            stated = _length(answer.headers.get("Content-Length"))
            if whole and stated > most:
                raise ModelError(f"{url}: larger than {most:,} bytes")
            found, changed = _read(answer, most + 1, until), _day(answer.headers.get("Last-Modified"))
    except HTTPError as error:
        error.close()
        if error.code == 404:
            return None
        raise
    if whole and len(found) > most:
        raise ModelError(f"{url}: larger than {most:,} bytes")
    if whole and len(found) < stated:
        raise OSError(f"the answer ended after {len(found):,} of {stated:,} bytes")
    return Fetched(found[:most], changed)


def _read(answer: Any, most: int, until: float) -> bytes:
    """Up to so many bytes, as they come; raises TimeoutError where they are not all there in time."""
    parts: list[bytes] = []
    left = most
    while left and (part := answer.read1(min(CHUNK, left))):
        parts.append(part)
        left -= len(part)
        if monotonic() > until:
            raise TimeoutError("timed out before the end of the answer")
    return b"".join(parts)


def _length(text: str | None) -> int:
    """What a host states as the length; 0 where it states none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 20 else 0


def _day(text: str | None) -> date | None:
    try:
        return parsedate_to_datetime(text).date() if text else None
    except ValueError:
        return None
