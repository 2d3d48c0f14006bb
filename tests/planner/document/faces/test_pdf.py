"""The pages: text that can be taken out, figures of the record, names inert, templates of one's own."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from planner.document.faces.pdf import pdf
from planner.document.record import Report
from planner.document.shown import text_of
from planner.errors import InputError
from tests.planner.document.bent import SHOWN


def text_in(content: bytes) -> str:
    """All text, without spaces and the marks at which words may break."""
    with pypdfium2.PdfDocument(content) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    return "".join("".join(page.split()) for page in pages).replace("\u200b", "").replace("\ufffe", "")


def test_every_figure_is_on_the_pages(made: Report, charts: dict[str, str]) -> None:
    content = pdf(made, charts=charts)
    found = text_in(content)
    for figure in made.figures():
        assert "".join(text_of(figure.value, figure.unit).split()) in found, figure.key
    assert content.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in content


def test_names_can_be_copied(made: Report, charts: dict[str, str]) -> None:
    """The model and the command that starts it hold no marks that are not seen."""
    with pypdfium2.PdfDocument(pdf(made, charts=charts)) as document:
        found = "".join(page.get_textpage().get_text_range() for page in document)
    assert "m\u200be" not in found
    assert found.count("meta-llama/Llama-3.1-8B-Instruct") > 10


def test_names_that_try_something_are_texts_on_the_pages(hostile: Report, charts: dict[str, str]) -> None:
    content = pdf(hostile, charts=charts)
    found = text_in(content)
    for name in SHOWN:
        assert "".join(name.split()) in found, name
    assert b"/URI" not in content
    assert b"/JavaScript" not in content


def test_a_template_of_ones_own_sees_the_data_and_its_errors_are_one_line(fleet_made: Report, tmp_path: Path) -> None:
    (tmp_path / "report.typ").write_text('#let d = json("data.json")\n#d.title')
    assert "Capacityplanforafleet" in text_in(pdf(fleet_made, tmp_path, {}))
    for text in ("#nosuch", '#read("/etc/passwd")', '#json("../data.json")'):
        (tmp_path / "report.typ").write_text(text)
        with pytest.raises(InputError, match=r"--template: .*report\.typ"):
            pdf(fleet_made, tmp_path, {})
