"""The sessions that run: how many, how long, and what passes between a browser and its process."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import suppress

from aiohttp import WSCloseCode, WSMsgType, web

from tui.web import pages
from tui.web.process import AppProcess
from tui.web.site import Site
from tui.web.wire import MOST_BYTES, Bucket, Focus, Ping, Typed, Window, WireError, read, window

log = logging.getLogger("gpuplan.web")
# A mouse that moves sends some hundred messages a second.
MESSAGES_PER_S, BYTES_PER_S = 400.0, 2.0**18
HEARTBEAT_S, CLOSING_S = 15.0, 1.0
# A process that takes no input for so long [s] is ended. A wait of 0 would be one without an end.
STALL_S, LEAST_S = 30.0, 0.001
ROOM_S, STEP_S = 3.0, 0.1


class Sessions:
    """All sessions of a server."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._open: set[web.WebSocketResponse] = set()
        self.running = 0
        self.connections: set[web.RequestHandler] = set()

    @property
    def full(self) -> bool:
        return self.running >= self._site.sessions

    async def room(self) -> bool:
        """Whether there is room; a page that is loaded anew waits until its former session has left."""
        for _ in range(int(ROOM_S / STEP_S)):
            if not self.full:
                return True
            await asyncio.sleep(STEP_S)
        return not self.full

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A WebSocket and its process, from the handshake until both have ended."""
        if self.full:
            raise web.HTTPServiceUnavailable(text=pages.full(self._site.sessions))
        try:
            first = window(request.query.get("width", "80"), request.query.get("height", "24"))
        except WireError as error:
            raise web.HTTPBadRequest(text=f"{error}\n") from error
        socket = web.WebSocketResponse(
            heartbeat=HEARTBEAT_S, max_msg_size=MOST_BYTES, compress=False, timeout=CLOSING_S
        )
        self.running += 1
        try:
            await socket.prepare(request)
            self._open.add(socket)
            self.connections.add(request.protocol)
            await self._whole(socket, first)
        finally:
            self._open.discard(socket)
            self.connections.discard(request.protocol)
            self.running -= 1
        return socket

    async def _whole(self, socket: web.WebSocketResponse, first: Window) -> None:
        """Run it; a fault of the server, or a process that does not start, is one line and the end of this session."""
        try:
            await self._run(socket, first)
        except Exception as error:
            log.error("a session failed: %s: %s", type(error).__name__, error)
            await socket.close(code=WSCloseCode.INTERNAL_ERROR)

    async def _run(self, socket: web.WebSocketResponse, first: Window) -> None:
        app = await AppProcess.start(self._site.command, first)
        drawing = asyncio.create_task(_draw(socket, app))
        try:
            await self._listen(socket, app)
        finally:
            drawing.cancel()
            await asyncio.gather(drawing, return_exceptions=True)
            await socket.close()
            code, said = await app.stop()
            if code not in (0, -signal.SIGKILL):
                log.error("a session ended with exit code %d: %s", code, said or "it said nothing")

    async def _listen(self, socket: web.WebSocketResponse, app: AppProcess) -> None:
        """Pass the browser's messages on until it leaves, sends what no page sends, or is idle for too long."""
        clock = asyncio.get_running_loop()
        count, weight = Bucket(MESSAGES_PER_S, MESSAGES_PER_S), Bucket(BYTES_PER_S, BYTES_PER_S)
        end_s = clock.time() + self._site.idle_s
        while True:
            try:
                message = await socket.receive(max(LEAST_S, end_s - clock.time()))
            except TimeoutError:
                await socket.close(code=WSCloseCode.GOING_AWAY, message=b"idle")
                return
            if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR):
                return
            try:
                if message.type is not WSMsgType.TEXT:
                    raise WireError("not a text")
                await count.take(1.0)
                await weight.take(len(message.data))
                async with asyncio.timeout(STALL_S):
                    if await _pass(read(message.data), socket, app):
                        end_s = clock.time() + self._site.idle_s
            except (WireError, TimeoutError) as error:
                await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=str(error).encode())
                return

    async def close(self) -> None:
        """End all of them; each handler then ends its process."""
        closing = [s.close(code=WSCloseCode.GOING_AWAY, message=b"the server stops") for s in self._open]
        await asyncio.gather(*closing, return_exceptions=True)


async def _draw(socket: web.WebSocketResponse, app: AppProcess) -> None:
    """Until the process leaves, or the browser takes no more."""
    with suppress(OSError):
        async for frame in app.frames():
            await socket.send_bytes(frame)
        await socket.close()


async def _pass(found: Typed | Window | Focus | Ping, socket: web.WebSocketResponse, app: AppProcess) -> bool:
    """Hand a message on; whether a user was at work."""
    match found:
        case Typed(data):
            await app.keys(data)
        case Window(width, height):
            await app.tell("resize", width=width, height=height)
        case Focus(gained):
            await app.tell("focus" if gained else "blur")
        case Ping(text):
            await socket.send_json(["pong", text])
    return isinstance(found, Typed | Window)
