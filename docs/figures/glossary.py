"""The words of docs/glossary.md, from what `gpuplan explain` says."""

from __future__ import annotations

from docs.figures.markdown import Figures
from planner.glossary import terms


def table() -> str:
    """All terms as a table."""
    rows = [f"| {term.names} | {term.text} |" for term in terms()]
    return "\n".join(["| name | meaning, unit |", "|---|---|", *rows])


FIGURES: Figures = {"terms": table}
