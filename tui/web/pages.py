"""The one page and its files: a closed list, read once; a path in an address never reaches the file system."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

# Name in an address -> package, file in it, type. The terminal is xterm.js as textual-serve packs it.
FILES = {
    "page.css": ("tui.web", "static/page.css", "text/css"),
    "page.js": ("tui.web", "static/page.js", "text/javascript"),
    "xterm.css": ("textual_serve", "static/css/xterm.css", "text/css"),
    "textual.js": ("textual_serve", "static/js/textual.js", "text/javascript"),
    "mono.ttf": ("textual_serve", "static/fonts/RobotoMono-VariableFont_wght.ttf", "font/ttf"),
}
FONT_SIZES = range(6, 41)
FONT_SIZE = 16


def load() -> dict[str, tuple[bytes, str]]:
    """Name -> content and type; raises ImportError where textual-serve is missing, OSError where a file is."""
    return {name: (_file(package, path).read_bytes(), kind) for name, (package, path, kind) in FILES.items()}


def page(font_size: str, idle_s: float) -> str:
    """The page; a font size [px] that is none is the usual one."""
    text = _file("tui.web", "static/page.html").read_text(encoding="utf-8")
    size = int(font_size) if font_size.isascii() and font_size.isdigit() and len(font_size) < 3 else FONT_SIZE
    size = size if size in FONT_SIZES else FONT_SIZE
    return text.replace("{font_size}", str(size)).replace("{idle}", f"{idle_s / 60.0:g}")


def full(most: int) -> str:
    """What a browser is told that comes too late."""
    return f"All {most} sessions of this gpuplan are in use. Close one, or try again later.\n"


def _file(package: str, path: str) -> Traversable:
    return files(package).joinpath(*path.split("/"))
