"""HTML and Markdown from templates, every text of others escaped; a company may bring templates of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from planner.document.aside import Aside
from planner.document.extra import needed
from planner.document.faces.charts import svg_of
from planner.document.faces.confined import confined, file_in
from planner.document.faces.view import view
from planner.document.record import Report, ReportChart
from planner.errors import InputError
from planner.files import bounded_text

TEMPLATES = Path(__file__).parents[1] / "templates"
MOST_TEMPLATE = 2**20
# What steers a terminal or turns the order of letters; a template of a user's may hold it, no text of a report does.
STEERING = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def charts_of(report: Report, *, aside: bool = False) -> dict[str, str]:
    """SVG of all charts by their key; aside: whether half of them may be drawn in a process of its own."""
    charts = [block for block in report.blocks() if isinstance(block, ReportChart)]
    numbered = list(enumerate(charts, 1))
    others = Aside(partial(_drawn, numbered[1::2]), wanted=aside)
    drawn = _drawn(numbered[::2]) | others.result()
    return {chart.key: drawn[chart.key] for chart in charts}


def _drawn(numbered: Sequence[tuple[int, ReportChart]]) -> dict[str, str]:
    return {chart.key: svg_of(chart, number) for number, chart in numbered}


def html(report: Report, template: Path | None = None, charts: Mapping[str, str] | None = None) -> bytes:
    """A page that needs nothing beside it; charts: those of `charts_of`, where they are drawn already.

    Raises InputError where a template cannot be used.
    """
    data = view(report, dict(charts_of(report) if charts is None else charts))
    return page(data, None) if template is None else confined("html", _given(data, template), template)


def markdown(report: Report, template: Path | None = None) -> bytes:
    """GitHub-flavoured Markdown; charts stand there in words."""
    data = view(report)
    return text(data, None) if template is None else confined("md", _given(data, template), template)


def _given(data: dict[str, Any], template: Path) -> dict[str, Any]:
    return {"data": data, "template": str(template)}


def page(data: dict[str, Any], template: Path | None) -> bytes:
    """What is seen of a report as HTML."""
    markup: Any = needed("markupsafe").Markup
    for block in (block for section in data["sections"] for block in section["blocks"] if "svg" in block):
        block["svg"] = markup(block["svg"])
    return _rendered("report.html.j2", data, _environment(template))


def text(data: dict[str, Any], template: Path | None) -> bytes:
    """What is seen of a report as Markdown."""
    environment = _environment(template)
    markup: Any = needed("markupsafe").Markup
    environment.filters["code"] = lambda text: markup(code(text))
    environment.filters["fence"] = lambda lines: markup(fenced(lines))
    environment.finalize = lambda value: markup(md(value)) if type(value) is str else value
    found = _rendered("report.md.j2", data, environment)
    return re.sub(rb"\n{3,}", b"\n\n", found).strip() + b"\n"


def _rendered(name: str, data: dict[str, Any], environment: Any) -> bytes:
    jinja2: Any = needed("jinja2")
    try:
        found: str = environment.get_template(name).render(data)
    except jinja2.TemplateNotFound as error:
        raise InputError(f"--template: {error.name or name}: no such template") from error
    except jinja2.TemplateError as error:
        place = getattr(error, "name", None) or name
        raise InputError(f"--template: {place}: {error}") from error
    return STEERING.sub("?", found).encode("utf-8", "replace")


def _environment(template: Path | None) -> Any:
    """Templates of the user's folder before those of the program; none of them may call anything but what it is
    given."""
    jinja2: Any = needed("jinja2")
    sandbox: Any = needed("jinja2.sandbox")
    folders = [*([template] if template is not None else []), TEMPLATES]

    def load(name: str) -> str | None:
        if ".." in name.split("/") or "\0" in name:
            return None
        found = next(filter(None, (file_in(folder, name) for folder in folders)), None)
        return None if found is None else bounded_text(found, MOST_TEMPLATE)

    return sandbox.SandboxedEnvironment(
        loader=jinja2.FunctionLoader(load), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip


def md(text: str) -> str:
    r"""A text as Markdown shows it letter by letter: no markup, no HTML, no link, no formula.

    >>> md("<script>|a*b_c"), md("=x"), md("http://x"), md("$5 to $6")
    ('&lt;script&gt;\\|a\\*b\\_c', '\\=x', 'http\\://x', '\\$5 to \\$6')
    """
    found = re.sub(r"([\\`*_{}\[\]|~$@])", r"\\\1", text)
    found = found.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("://", "\\://")
    found = re.sub(r"\b(www)\.", r"\1\\.", found, flags=re.IGNORECASE)
    found = re.sub(r"^(\s*)([-+#=])(?!\\?[$\d])", r"\1\\\2", found)
    return re.sub(r"^(\s*\d+)([.)])(?=\s|$)", r"\1\\\2", found)


def code(text: str) -> str:
    r"""A key or a formula as code; what has other letters than these have is a text.

    >>> code("a.b * 2"), code("`x`")
    ('`a.b * 2`', '\\`x\\`')
    """
    return f"`{text}`" if re.fullmatch(r"[\w.,()+*/^ -]+", text, flags=re.ASCII) else md(text)


def fenced(lines: list[str]) -> str:
    """A fence that is longer than any in the lines."""
    longest = max((len(run) for line in lines for run in re.findall(r"`+", line)), default=0)
    return "`" * max(3, longest + 1)
