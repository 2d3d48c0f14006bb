"""The server itself: three paths behind one gate, until a signal ends it."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aiohttp import web
from aiohttp.typedefs import Handler

from tui.web import pages
from tui.web.access import gate
from tui.web.headers import harden, sockets
from tui.web.sessions import Sessions, log
from tui.web.site import Site

SHUTDOWN_S, SWEEP_S = 3.0, 30.0
MOST_LINE = 1200
SESSIONS = web.AppKey("sessions", Sessions)
FAULT = "A fault of gpuplan; the terminal that it was started in says more.\n"


class OneLine(logging.Formatter):
    """No traceback: what a stranger sends is no fault of the program."""

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        text = " ".join(f"gpuplan: web: {record.getMessage()}{f': {error}' if error else ''}".split())
        return "".join(c if c.isprintable() else "?" for c in text)[:MOST_LINE]


def application(site: Site) -> web.Application:
    """The paths `/`, `/ws` and `/static/NAME`; every other is not found."""
    held, sessions = pages.load(), Sessions(site)
    app = web.Application(middlewares=[answered, gate(site)], client_max_size=2**10)
    app[SESSIONS] = sessions

    async def index(request: web.Request) -> web.Response:
        if not await sessions.room():
            return web.Response(status=503, text=pages.full(site.sessions))
        text = pages.page(request.query.get("fontsize", ""), site.idle_s)
        return web.Response(text=text, content_type="text/html")

    async def static(request: web.Request) -> web.Response:
        if (found := held.get(request.match_info["name"])) is None:
            raise web.HTTPNotFound
        return web.Response(body=found[0], content_type=found[1])

    async def prepare(request: web.Request, answer: web.StreamResponse) -> None:
        harden(answer, sockets(site, request.host.lower()) if answer.content_type == "text/html" else ())

    async def stop(_: web.Application) -> None:
        await sessions.close()

    app.add_routes([web.get("/", index), web.get("/ws", sessions.serve), web.get("/static/{name}", static)])
    app.on_response_prepare.append(prepare)
    app.on_shutdown.append(stop)
    return app


@web.middleware
async def answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A fault of the server is one line for whoever started it, and nothing of it for who asked."""
    try:
        return await handler(request)
    except (web.HTTPException, ConnectionError):
        raise
    except Exception as error:
        log.error("a fault at %s: %s: %s", request.path, type(error).__name__, error)
        raise web.HTTPInternalServerError(text=FAULT) from None


def serve(site: Site, ready: Callable[[], None]) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP; `ready` is called once the port is open. Raises OSError."""
    with told():
        asyncio.run(_serve(site, ready))


async def _serve(site: Site, ready: Callable[[], None]) -> None:
    end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, end.set)
    app = application(site)
    runner = web.AppRunner(app, access_log=None, logger=log, shutdown_timeout=SHUTDOWN_S, keepalive_timeout=SWEEP_S)
    await runner.setup()
    sweeping = asyncio.create_task(sweep(runner, app[SESSIONS]))
    try:
        await web.TCPSite(runner, site.host, site.port).start()
        ready()
        await end.wait()
    finally:
        sweeping.cancel()
        await runner.cleanup()


async def sweep(runner: web.AppRunner, sessions: Sessions) -> None:
    """Close connections that are no session and stay for longer than a page takes to load: they ask for nothing."""
    before: set[web.RequestHandler] = set()
    while runner.server is not None:
        await asyncio.sleep(SWEEP_S)
        here = {connection for connection in runner.server.connections if connection not in sessions.connections}
        for connection in here & before:
            connection.force_close()
        before = here - before


@contextmanager
def told() -> Iterator[None]:
    """What the server logs goes to standard error, a line each, and nowhere else; afterwards all is as before."""
    before, handler = (log.handlers, log.propagate), logging.StreamHandler()
    handler.setFormatter(OneLine())
    log.handlers, log.propagate = [handler], False
    try:
        yield
    finally:
        log.handlers, log.propagate = before
