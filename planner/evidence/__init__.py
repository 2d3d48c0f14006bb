"""Measured points with their sources, and predictions against them; what was found is in `results`."""

from pathlib import Path

FOLDER = Path(__file__).parent / "data"
RESULTS = Path(__file__).parent / "results"
