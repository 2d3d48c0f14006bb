"""Who comes in: the right Host, no foreign Origin, and the token, in this order."""

from __future__ import annotations

import hmac
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from tui.web.site import Public, Site

WRONG_HOST = "This server does not answer under that name.\n"
WRONG_ORIGIN = "Pages of other sites have no access.\n"
NO_TOKEN = "Open the address that gpuplan printed when it started: it holds the token.\n"


def gate(site: Site) -> Middleware:
    """The middleware in front of every path."""
    bound = site.names

    @web.middleware
    async def pass_on(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method not in ("GET", "HEAD"):
            raise web.HTTPMethodNotAllowed(request.method, ["GET", "HEAD"])
        host = _only(request, "Host")
        if host is None or not _served(site, request, host, bound):
            raise web.HTTPForbidden(text=WRONG_HOST)
        socket = request.path == "/ws"
        if (socket or "Origin" in request.headers) and not _own(site, request, host):
            raise web.HTTPForbidden(text=WRONG_ORIGIN)
        if not _known(site, request):
            raise web.HTTPForbidden(text=NO_TOKEN)
        if "token" in request.query and not socket:
            return _moved(site, request)
        return await handler(request)

    return pass_on


def _only(request: web.Request, name: str) -> str | None:
    """A header in lower case; None where it is missing or there are two."""
    found = request.headers.getall(name, [])
    return found[0].lower() if len(found) == 1 else None


def _served(site: Site, request: web.Request, host: str, bound: frozenset[str]) -> bool:
    if site.public is not None and host == site.public.host:
        return True
    name = request.transport and request.transport.get_extra_info("sockname")
    return isinstance(name, tuple) and host in site.hosts(name[0], bound)


def _own(site: Site, request: web.Request, host: str) -> bool:
    """Whether the page that asks is ours; every browser says at a WebSocket which page it is."""
    origin = _only(request, "Origin")
    if site.public is not None and origin == site.public.origin:
        return True
    return _public(site, host) is None and origin == f"http://{host}"


def _known(site: Site, request: web.Request) -> bool:
    given = request.query.getall("token", []) or [request.cookies.get(_cookie(site), "")]
    return len(given) == 1 and hmac.compare_digest(given[0].encode("utf-8", "replace"), site.token.encode())


def _moved(site: Site, request: web.Request) -> web.Response:
    """The same page without the token in its address; the browser keeps it as a cookie for this server."""
    rest = {key: value for key, value in request.query.items() if key != "token"}
    public = _public(site, request.host.lower())
    answer = web.Response(status=303, headers={"Location": "./" + (f"?{urlencode(rest)}" if rest else "")})
    answer.set_cookie(
        _cookie(site), site.token, path=public.path if public else "/", httponly=True, samesite="Strict",
        secure=site.public is not None and site.public.scheme == "https",
    )  # fmt: skip
    return answer


def _public(site: Site, host: str) -> Public | None:
    return site.public if site.public is not None and host == site.public.host else None


def _cookie(site: Site) -> str:
    """Browsers share cookies between the ports of a host: two servers must not take each other's."""
    return f"gpuplan-{site.port}"
