"""Reports as bytes, and as files: the format is that of the file's name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from planner.document.record import Report
from planner.errors import InputError, unknown
from planner.writing import replacing

FORMATS = ("html", "pdf", "xlsx", "md", "json")


def format_of(path: Path) -> str:
    """The format that a file's name asks for. Raises InputError with those that there are.

    >>> format_of(Path("report.HTML"))
    'html'
    """
    name = path.suffix.lower().removeprefix(".")
    if name not in FORMATS:
        raise InputError(f"--output: {path}: {unknown(name, FORMATS)}")
    return name


def rendered(report: Report, fmt: str, template: Path | None = None) -> bytes:
    """The report in one of `FORMATS`; the same report makes the same bytes.

    template: a folder with templates of one's own (docs/report.md), for HTML, Markdown and PDF. Raises InputError.
    """
    if fmt not in FORMATS:
        raise InputError(f"format: {unknown(fmt, FORMATS)}")
    return _faces()[fmt](report, template)


def _faces() -> dict[str, Callable[[Report, Path | None], bytes]]:
    from planner.document.faces.html import html, markdown
    from planner.document.faces.pdf import pdf
    from planner.document.faces.spreadsheet import xlsx

    return {
        "html": html, "md": markdown, "pdf": pdf, "xlsx": lambda report, _: xlsx(report),
        "json": lambda report, _: as_json(report),
    }  # fmt: skip


def as_json(report: Report) -> bytes:
    """The record as JSON, in ASCII: no letter in it steers a terminal or turns the order of letters."""
    data = json.loads(report.model_dump_json())
    return (json.dumps(data, ensure_ascii=True, indent=1, allow_nan=False) + "\n").encode("ascii")


def write_report(report: Report, path: Path, template: Path | None = None) -> None:
    """One file, whole or not at all. Raises InputError, and OutputError where it cannot be written."""
    write_bytes(path, rendered(report, format_of(path), template))


def write_bytes(path: Path, content: bytes) -> None:
    """Bytes through the one writer of files."""
    with replacing(path) as out:
        out.flush()
        out.buffer.write(content)
