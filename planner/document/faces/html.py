"""HTML and Markdown from templates, every text of others escaped; a company may bring templates of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from planner.document.extra import needed
from planner.document.faces.charts import svg_of
from planner.document.faces.view import view
from planner.document.record import Report, ReportChart
from planner.errors import InputError
from planner.files import bounded_text

TEMPLATES = Path(__file__).parents[1] / "templates"
MOST_TEMPLATE = 2**20


def charts_of(report: Report) -> dict[str, str]:
    """SVG of all charts by their key."""
    drawn = [block for block in report.blocks() if isinstance(block, ReportChart)]
    return {chart.key: svg_of(chart, number) for number, chart in enumerate(drawn, 1)}


def html(report: Report, template: Path | None = None, charts: Mapping[str, str] | None = None) -> bytes:
    """A page that needs nothing beside it; charts: those of `charts_of`, where they are drawn already.

    Raises InputError where a template cannot be used.
    """
    markup: Any = needed("markupsafe").Markup
    charts = charts_of(report) if charts is None else charts
    drawn = {key: markup(svg) for key, svg in charts.items()}
    return _rendered("report.html.j2", view(report, drawn), template, _environment(template))


def markdown(report: Report, template: Path | None = None) -> bytes:
    """GitHub-flavoured Markdown; charts stand there in words."""
    environment = _environment(template)
    markup: Any = needed("markupsafe").Markup
    environment.filters["code"] = lambda text: markup(code(text))
    environment.filters["fence"] = lambda lines: markup(fenced(lines))
    environment.finalize = lambda value: markup(md(value)) if type(value) is str else value
    text = _rendered("report.md.j2", view(report), template, environment)
    return re.sub(rb"\n{3,}", b"\n\n", text).strip() + b"\n"


def _rendered(name: str, data: dict[str, Any], template: Path | None, environment: Any) -> bytes:
    jinja2: Any = needed("jinja2")
    try:
        text: str = environment.get_template(name).render(data)
    except jinja2.TemplateError as error:
        place = getattr(error, "name", None) or name
        raise InputError(f"--template: {place}: {error}") from error
    return text.encode("utf-8", "replace")


def _environment(template: Path | None) -> Any:
    """Templates of the user's folder before those of the program; none of them may call anything but what it is
    given."""
    jinja2: Any = needed("jinja2")
    sandbox: Any = needed("jinja2.sandbox")
    folders = [*([template] if template is not None else []), TEMPLATES]

    def load(name: str) -> str | None:
        parts = name.split("/")
        if ".." in parts:
            return None
        for folder in folders:
            path = folder.joinpath(*parts)
            if path.is_file():
                return bounded_text(path, MOST_TEMPLATE)
        return None

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
