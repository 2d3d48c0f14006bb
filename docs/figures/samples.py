"""The sample reports: three examples, in the formats that show most of each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from docs.figures.readme import ON
from docs.figures.shell import ROOT, plain
from planner.document.record import Report
from planner.document.written import drawn, rendered, write_bytes
from planner.fleet.request import parse_fleet
from planner.planner import Planner
from planner.request.reading import merge, read_toml
from planner.tco.request import parse_tco

FOLDER = ROOT / "docs" / "samples"
SAMPLES = {"chat-70b": ("json", "html", "xlsx"), "money": ("json", "pdf"), "fleet": ("json", "html")}


def made(name: str) -> Report:
    """The report of an example, on the day of the examples in the README."""
    data = merge(read_toml(ROOT / "examples" / f"{name}.toml"), {"scope": {"as_of": date.fromisoformat(ON)}})
    planner = Planner()
    return planner.report(parse_fleet(data)) if "workloads" in data else planner.report(*parse_tco(data))


def changed() -> Iterator[str]:
    """Write the samples that differ from what they are today; their names."""
    for name, formats in SAMPLES.items():
        with plain():
            report = made(name)
            charts = drawn(report, formats)
            for fmt in formats:
                path, content = FOLDER / f"{name}.{fmt}", rendered(report, fmt, charts=charts)
                if not _same(path, content):
                    write_bytes(path, content)
                    yield f"samples/{path.name}"


def _same(path: Path, content: bytes) -> bool:
    return path.exists() and path.read_bytes() == content
