"""Reports as bytes, and as files: the format is that of the file's name."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
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


def rendered(report: Report, fmt: str, template: Path | None = None, charts: Mapping[str, str] | None = None) -> bytes:
    """The report in one of `FORMATS`; the same report makes the same bytes.

    template: a folder with templates of one's own (docs/report.md), for HTML, Markdown and PDF; charts: those of
    `drawn`, where several formats share them. Raises InputError.
    """
    from planner.document.faces.html import html, markdown
    from planner.document.faces.pdf import pdf
    from planner.document.faces.spreadsheet import xlsx

    faces: dict[str, Callable[[], bytes]] = {
        "html": lambda: html(report, template, charts), "md": lambda: markdown(report, template),
        "pdf": lambda: pdf(report, template, charts), "xlsx": lambda: xlsx(report), "json": lambda: as_json(report),
    }  # fmt: skip
    if fmt not in faces:
        raise InputError(f"format: {unknown(fmt, FORMATS)}")
    return faces[fmt]()


def drawn(report: Report, formats: Collection[str]) -> Mapping[str, str] | None:
    """The charts, where one of the formats has them, half of them drawn in a process of its own."""
    from planner.document.faces.html import charts_of

    return charts_of(report, aside=True) if {"html", "pdf"} & set(formats) else None


def as_json(report: Report) -> bytes:
    """The record as JSON, in ASCII: no letter in it steers a terminal or turns the order of letters."""
    data = json.loads(report.model_dump_json())
    return (json.dumps(data, ensure_ascii=True, indent=1, allow_nan=False) + "\n").encode("ascii")


def write_report(report: Report, path: Path | str, template: Path | None = None) -> None:
    """One file, whole or not at all. Raises InputError, and OutputError where it cannot be written."""
    write_bytes(Path(path), rendered(report, format_of(Path(path)), template))


def write_bytes(path: Path, content: bytes) -> None:
    """Bytes through the one writer of files."""
    with replacing(path) as out:
        out.flush()
        out.buffer.write(content)
