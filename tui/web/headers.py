"""What every answer tells the browser: load nothing from elsewhere, and stand in nobody's frame."""

from __future__ import annotations

from aiohttp import web

from tui.web.site import Site

FIXED = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Server": "gpuplan",
}


def policy(sockets: tuple[str, ...]) -> str:
    """The Content-Security-Policy of a page that may open these WebSocket origins.

    The terminal of textual-serve writes its styles into the page, hence 'unsafe-inline' for styles, and for them only.
    """
    return "; ".join([
        "default-src 'self'", "script-src 'self'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data:",
        f"connect-src {' '.join(sockets) or chr(39) + 'none' + chr(39)}", "object-src 'none'", "base-uri 'none'",
        "form-action 'none'", "frame-ancestors 'none'",
    ])  # fmt: skip


def sockets(site: Site, host: str) -> tuple[str, ...]:
    """The WebSocket origins of a page that was asked for under `host`."""
    public = site.public
    found = [] if public is not None and host == public.host else [f"ws://{host}"]
    if public is not None:
        found.append(f"{'wss' if public.scheme == 'https' else 'ws'}://{public.host}")
    return tuple(found)


def harden(answer: web.StreamResponse, allowed: tuple[str, ...] = ()) -> None:
    """Set the headers; those of a handshake to a WebSocket are the protocol's own."""
    if isinstance(answer, web.WebSocketResponse):
        return
    answer.headers.update(FIXED)
    answer.headers["Content-Security-Policy"] = policy(allowed)
