"""The quantization table."""

from __future__ import annotations

from planner.document.answers import Answers
from planner.document.record import Report
from planner.document.sections.quantization import evidence_text
from tests.planner.document.sections.finding import column, table


def test_all_formats_stand_in_the_data_and_a_few_on_the_page(made: Report, small: Answers) -> None:
    assert small.quant is not None
    found = table(made, "quantization.formats")
    assert len(found.rows) == len(small.quant.rows)
    assert found.shown is not None
    assert found.shown <= 12
    assert column(made, "quantization.formats.weights")[0] == small.quant.native_format


def test_nothing_of_the_table_was_simulated_and_the_chapter_says_so(made: Report) -> None:
    lead = next(section.lead for section in made.sections if section.key == "quantization")
    assert "closed form, not simulated" in lead


def test_evidence_says_whose_measurements_and_how_many(small: Answers) -> None:
    assert small.quant is not None
    measured = next(row.quality for row in small.quant.rows if row.quality.weights.rows)
    assert f"{measured.weights.rows + measured.cache.rows} rows" in evidence_text(measured)


def test_a_format_that_does_not_run_has_its_reason(made: Report) -> None:
    pairs = zip(column(made, "quantization.formats.gpus"), column(made, "quantization.formats.verdict"), strict=True)
    assert all(verdict for _, verdict in pairs)
