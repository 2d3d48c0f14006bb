"""Parts of files over the network: bounded before they are read, and a token goes to the host that it is for only."""

from __future__ import annotations

from typing import IO
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from planner.errors import ModelError

TIMEOUT_S = 20.0


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


def fetched(url: str, *, most: int, start: int = 0, token: str | None = None, whole: bool = True) -> bytes | None:
    """Up to `most` bytes of a file from `start` on; None where the host has none.

    whole: a file that is longer is refused, before any of it is read where the host states its length. Raises
    ModelError, one line, for that and for a redirect that is not followed; OSError for what the network does.
    """
    headers = {"User-Agent": "gpuplan", "Accept-Encoding": "identity"}
    if start or not whole:
        headers["Range"] = f"bytes={start}-{start + most - 1}"
    if token and urlsplit(url).scheme == "https":
        headers["Authorization"] = f"Bearer {token}"
    try:
        with build_opener(_Redirects).open(Request(url, headers=headers), timeout=TIMEOUT_S) as answer:
            if start and answer.status != 206:
                raise ModelError(f"{url}: the host sends no parts of files")
            if whole and int(answer.headers.get("Content-Length") or 0) > most:
                raise ModelError(f"{url}: larger than {most:,} bytes")
            found = bytes(answer.read(most + 1))
    except HTTPError as error:
        error.close()
        if error.code == 404:
            return None
        raise
    if whole and len(found) > most:
        raise ModelError(f"{url}: larger than {most:,} bytes")
    return found[:most]
