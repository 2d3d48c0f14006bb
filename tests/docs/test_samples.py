"""The sample reports: each is its JSON, and its JSON is a report of this program."""

from __future__ import annotations

import pytest

from docs.figures.samples import FOLDER, SAMPLES, made
from planner.document.compare import read_report
from planner.document.written import as_json, rendered
from tests.consistency.drawn import TORTURE


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_a_report_of_its_example(name: str) -> None:
    report = read_report(FOLDER / f"{name}.json")
    assert report.status == "feasible"
    assert (FOLDER / f"{name}.json").read_bytes() == as_json(report)


@pytest.mark.parametrize("name", SAMPLES if TORTURE else ("fleet",))
def test_every_format_of_a_sample_is_made_from_its_json(name: str) -> None:
    """Each chart takes time: all samples are drawn with GPUPLAN_TORTURE=1."""
    report = read_report(FOLDER / f"{name}.json")
    for fmt in SAMPLES[name]:
        assert (FOLDER / f"{name}.{fmt}").read_bytes() == rendered(report, fmt), fmt


@pytest.mark.skipif(not TORTURE, reason="each sample takes seconds: `make docs` writes them anew")
@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_are_those_of_today(name: str) -> None:
    assert (FOLDER / f"{name}.json").read_bytes() == as_json(made(name))
