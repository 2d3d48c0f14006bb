"""The page: every figure that of the record, nothing from elsewhere, names inert; and Markdown likewise."""

from __future__ import annotations

import html as markup
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

import planner.document
from planner.document.faces.html import charts_of, fenced, html, markdown, md
from planner.document.faces.view import view
from planner.document.record import Report
from planner.errors import InputError
from tests.planner.document.bent import SHOWN
from tests.planner.document.faces.walked import says, shown_figures

VOID = {"meta", "br", "use", "path"}


class Page(HTMLParser):
    """Texts of what is marked as a figure, all tags with their attributes, and all texts."""

    def __init__(self, content: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.figures: dict[str, str] = {}
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._key: str | None = None
        self.feed(content.decode("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if "data-figure" in found:
            self._key = found["data-figure"]
            self.figures[str(self._key)] = ""

    def handle_endtag(self, tag: str) -> None:
        self._key = None

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self._key is not None:
            self.figures[self._key] += data


@pytest.fixture(scope="module")
def page(made: Report, charts: dict[str, str]) -> bytes:
    return html(made, charts=charts)


def test_every_figure_of_the_page_is_that_of_the_json(made: Report, page: bytes) -> None:
    found, count = Page(page).figures, 0
    for key, value, unit, text in shown_figures(made):
        assert found.pop(key) == text, key
        assert says(text, value, unit), (key, value, text)
        count += isinstance(value, int | float)
    assert count > 300
    assert found == {}


def test_every_figure_has_its_origin_in_the_appendix(reports: list[Report]) -> None:
    for report in reports:
        rows = {row["key"]: row for row in view(report)["origins"]}
        assert {figure.key for figure in report.figures()} <= set(rows)
        assert all(row["formula"] or row["method"] or row["cites"] for row in rows.values())


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(page: bytes) -> None:
    found = Page(page)
    tags = {tag for tag, _ in found.tags}
    assert not tags & {"script", "iframe", "object", "embed", "link", "img", "form", "base"}
    for tag, attributes in found.tags:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            if name in ("href", "src", "xlink:href"):
                assert str(value).startswith("#"), (tag, value)
    assert b"@import" not in page
    assert b"url(http" not in page


def test_the_page_can_be_read_aloud(page: bytes, made: Report) -> None:
    found = Page(page).tags
    assert next(attributes for tag, attributes in found if tag == "html")["lang"] == "en"
    assert [tag for tag, _ in found if tag == "h1"] == ["h1"]
    images = [attributes for _, attributes in found if attributes.get("role") == "img"]
    assert len(images) == 6
    assert all(len(str(attributes["aria-label"])) > 40 for attributes in images)
    ids = [str(attributes["id"]) for _, attributes in found if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {str(a["href"])[1:] for tag, a in found if tag == "a"}
    assert targets <= set(ids)


def test_text_and_ground_have_contrast() -> None:
    """WCAG 2: 4.5 to 1 for text of usual size."""
    css = (Path(planner.document.__file__).parent / "templates" / "report.css").read_text()
    colors = dict(re.findall(r"--(ink|soft|accent): (#[0-9a-f]{6})", css))
    assert set(colors) == {"ink", "soft", "accent"}
    for color in colors.values():
        assert 1.05 / (_luminance(color) + 0.05) > 4.5


def _luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_names_that_try_something_are_texts_on_the_page(hostile: Report, charts: dict[str, str]) -> None:
    content = html(hostile, charts=charts)
    page = Page(content)
    assert "script" not in {tag for tag, _ in page.tags}
    texts = " ".join(page.texts)
    for name in SHOWN:
        assert name in texts
    for sign in ("\x1b", "\x07", "\u202e", "\u2066"):
        assert sign not in content.decode("utf-8")


def rendered(content: bytes) -> str:
    parser = MarkdownIt("gfm-like")
    assert parser.linkify is not None
    parser.linkify.set({"fuzzy_link": False})  # GitHub links what begins with a scheme or www
    return str(parser.render(content.decode("utf-8")))


def test_every_figure_of_the_markdown_is_that_of_the_json(reports: list[Report]) -> None:
    for report in reports:
        cells = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", rendered(markdown(report)), flags=re.DOTALL)
        texts = [markup.unescape(cell).strip() for cell in cells]
        place = 0
        for key, _, _, text in shown_figures_in_order(report):
            assert text in texts[place:], (report.kind, key, text)
            place = texts.index(text, place) + 1


def shown_figures_in_order(report: Report) -> list[tuple[str, object, str, str]]:
    """As the page has them: block by block."""
    by_key = {each[0]: each for each in shown_figures(report)}
    found = []
    for block in report.blocks():
        if block.kind == "facts":
            found += [by_key[figure.key] for figure in block.figures]
        elif block.kind == "table":
            found += [each for key, each in by_key.items() if re.fullmatch(re.escape(block.key) + r"\.\d+\.\w+", key)]
    return [(key, value, unit, text.strip()) for key, value, unit, text in found if text.strip()]


def test_names_that_try_something_are_texts_in_markdown(hostile: Report) -> None:
    content = markdown(hostile).decode("utf-8")
    page = rendered(content.encode())
    assert "<script" not in page
    assert "<a " not in page
    assert "<em>" not in page
    plain = markup.unescape(re.sub(r"<[^>]+>", "", page))
    for name in SHOWN:
        assert name in plain, name
    for sign in ("\x1b", "\x07", "\u202e"):
        assert sign not in content


def test_a_fence_is_longer_than_any_in_its_lines() -> None:
    assert (fenced(["a"]), fenced(["a ```` b"])) == ("```", "`````")
    assert md("1. x").startswith("1\\.")


def test_a_company_may_bring_templates_that_cannot_do_harm(made: Report, tmp_path: Path) -> None:
    (tmp_path / "report.html.j2").write_text("{{ title }} | {{ sections[0].lead }}")
    assert html(made, tmp_path, {}).startswith(b"Capacity plan for meta-llama/Llama-3.1-8B-Instruct | Rent")
    assert markdown(made, tmp_path).startswith(b"# Capacity plan")
    for text, message in {
        "{{ no_such }}": "no_such", "{% for %}": "report.html.j2", "{{ title.__class__.__mro__ }}": "unsafe",
    }.items():  # fmt: skip
        (tmp_path / "report.html.j2").write_text(text)
        with pytest.raises(InputError, match=f"--template: .*{message}"):
            html(made, tmp_path, {})


def test_charts_drawn_in_two_processes_are_those_of_one(made: Report, charts: dict[str, str]) -> None:
    assert list(charts_of(made, aside=True).items()) == list(charts.items())
