"""PDF by typst: one wheel, no library of the system, no font of the machine, no date but the report's."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from planner.document.extra import needed
from planner.document.faces.charts import font_folder
from planner.document.faces.confined import confined, file_in
from planner.document.faces.html import MOST_TEMPLATE, TEMPLATES, charts_of
from planner.document.faces.view import view
from planner.document.record import Report
from planner.errors import InputError
from planner.files import bounded_text

TEMPLATE = "report.typ"


def pdf(report: Report, template: Path | None = None, charts: Mapping[str, str] | None = None) -> bytes:
    """The pages, tagged for readers aloud. What is in the report reaches typst as data, never as markup; charts: those
    of `charts_of`, where they are drawn already.

    Raises InputError where the extra is not installed, or a template of the user's own does not compile.
    """
    needed("typst")
    own = None if template is None else file_in(template, TEMPLATE)
    with tempfile.TemporaryDirectory(prefix="gpuplan-") as name:
        folder = Path(name)
        _lay_out(report, folder, own, charts_of(report) if charts is None else charts)
        if own is None:
            return compiled({}, folder)
        try:
            return confined("pdf", {"data": {}, "template": name}, own)
        except InputError as error:
            raise InputError(str(error).replace(str(folder), str(template))) from None


def compiled(data: dict[str, Any], folder: Path) -> bytes:
    """The pages of a template with its data beside it. Raises InputError where it does not compile."""
    typst: Any = needed("typst")
    try:
        return bytes(
            typst.compile(
                str(folder / TEMPLATE), root=str(folder), format="pdf", timestamp=0, ignore_system_fonts=True,
                font_paths=[str(font_folder())], package_path=str(folder), package_cache_path=str(folder),
            )
        )  # fmt: skip
    except RuntimeError as error:
        raise InputError(f"--template: {folder / TEMPLATE}: {error}") from error


def _lay_out(report: Report, folder: Path, own: Path | None, charts: Mapping[str, str]) -> None:
    """The files that the template reads: data.json and one SVG a chart; of a user's folder the template only."""
    data = view(report)
    (folder / "charts").mkdir()
    for number, (key, svg) in enumerate(charts.items(), 1):
        (folder / "charts" / f"{number}.svg").write_text(svg, encoding="utf-8")
        for section in data["sections"]:
            for block in section["blocks"]:
                if block["key"] == key:
                    block["file"] = f"{number}.svg"
    (folder / "data.json").write_text(json.dumps(data, ensure_ascii=True), encoding="ascii")
    text = bounded_text(own if own is not None else TEMPLATES / TEMPLATE, MOST_TEMPLATE)
    (folder / TEMPLATE).write_text(text, encoding="utf-8")
