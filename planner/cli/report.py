"""`gpuplan report`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli import options
from planner.cli.asking import flagged
from planner.cli.common import overlay, progress_bar
from planner.cli.help import HeadedCommand, option

if TYPE_CHECKING:
    from planner.document.record import Report
    from planner.planner import Planner
    from planner.progress import Progress

OUTPUT, MONEY, LOOKS = "Output", "Money", "Looks"


@click.command("report", cls=HeadedCommand)
@click.argument("workload", required=False, type=options.FILE)
@option("Workload", "-w", "--workload", "also", type=options.FILE, help="The same as WORKLOAD.")
@option(
    OUTPUT,
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=options.PLACE,
    metavar="FILE",
    help="File to write: .html, .pdf, .xlsx, .md or .json (repeatable). [default: Markdown on standard output]",
)
@option(
    OUTPUT,
    "--focus",
    type=options.PLACE,
    metavar="FILE.csv",
    help="Also write the cost forecast in the columns of FinOps FOCUS 1.0.",
)
@option(
    OUTPUT,
    "--compare",
    type=options.FILE,
    metavar="OLD.json",
    help="Say what changed since this report, with its dollars.",
)
@option(
    "Workload",
    "--as-of",
    metavar="YYYY-MM-DD",
    help="Day that the age of prices is counted to. [default: the workload's, else today]",
)
@option(
    "Workload",
    "--why-not",
    "names",
    multiple=True,
    metavar="NAME",
    help="A GPU, format, engine or provider to explain (repeatable).",
)
@option(MONEY, "--api-prices", type=options.FILE, help="TOML of one's own [[price]] tables instead.")
@option(MONEY, "--scores", type=options.FILE, help="CSV of one's own scores of models and APIs.")
@option(
    MONEY,
    "--licences",
    type=float,
    default=0.0,
    metavar="USD",
    help="Licences of software, USD a month.",
)
@option(LOOKS, "--title", default="", help="Title of the document.")
@option(
    LOOKS,
    "--template",
    type=options.PLACE,
    metavar="DIR",
    help="Folder with templates of one's own: report.html.j2, report.md.j2, report.typ, report.css.",
)
@options.catalog_option
def report_command(workload: Path | None, also: Path | None, catalog: Path | None, **flags: Any) -> int:
    """Plan, money and formats of a workload file as a document: HTML, PDF, XLSX, Markdown and JSON.

    The same file makes the same bytes. Exit code 1 where the request cannot be met: the report says what is in the way
    and what the nearest request costs. `gpuplan schema report` describes the JSON.

    \b
    Examples:
      gpuplan report examples/chat-70b.toml -o report.html -o report.xlsx
      gpuplan report examples/money.toml --as-of 2026-11-01 -o report.pdf --focus forecast.csv
      gpuplan report examples/chat-70b.toml -o new.json -o new.html --compare old.json
    """  # fmt: skip
    from planner.document.written import drawn, format_of, rendered, write_bytes
    from planner.errors import InputError

    path = _one(workload, also)
    outputs: tuple[Path, ...] = flags["outputs"]
    formats = [format_of(output) for output in outputs]
    if len(set(outputs)) < len(outputs):
        raise InputError("--output: one file is named twice")
    with progress_bar("planning") as told:
        found = _made(path, overlay(catalog), flags, told)
    template = _folder(flags["template"])
    text = None if outputs else rendered(found, "md", template).decode("utf-8")
    charts = drawn(found, formats)
    for output, fmt in zip(outputs, formats, strict=True):
        write_bytes(output, rendered(found, fmt, template, charts))
    if flags["focus"] is not None:
        from planner.document.focus import focus_csv

        write_bytes(flags["focus"], focus_csv(found))
    # Last: what cannot be written is an error without an answer beside it.
    if text is not None:
        click.echo(text, nl=False)
    return 0 if found.status == "feasible" else 1


def _one(workload: Path | None, also: Path | None) -> Path:
    from planner.errors import InputError

    if (workload is None) == (also is None):
        raise InputError("--workload: give one workload file")
    return workload or also or Path()


def _folder(template: Path | None) -> Path | None:
    from planner.request.reading import folder_of

    return None if template is None else folder_of(template, "--template")


def _made(path: Path, folder: Path | None, flags: dict[str, Any], progress: Progress) -> Report:
    """The report of a file of one workload or of several."""
    from planner.cli.common import day_of
    from planner.document.answers import Options
    from planner.document.compare import read_report
    from planner.planner import Planner
    from planner.request.reading import read_toml

    older = None if flags["compare"] is None else read_report(flags["compare"])
    _folder(flags["template"])
    asked = Options(flags["title"], flags["licences"], flags["names"])
    data = read_toml(path)
    day = None if flags["as_of"] is None else day_of(flags["as_of"], "--as-of")
    scope = data.get("scope")
    if day is not None and isinstance(scope, dict) and "as_of" in scope:
        data = {**data, "scope": {**scope, "as_of": flags["as_of"]}}
    planner = Planner(folder, today=day)
    given = {"options": asked, "older": older, "progress": progress}
    return _fleet(planner, path, data, given) if "workloads" in data else _single(planner, path, data, given, flags)


def _fleet(planner: Planner, path: Path, data: dict[str, Any], given: dict[str, Any]) -> Report:
    from planner.fleet.request import parse_fleet

    return planner.report(parse_fleet(data, where=f"{path}: "), **given)


def _single(planner: Planner, path: Path, data: dict[str, Any], given: dict[str, Any], flags: dict[str, Any]) -> Report:
    from models_db.quality import read_scores
    from planner.document.faces.charts import load
    from planner.errors import InputError
    from planner.tco.apis import read_prices
    from planner.tco.request import parse_tco

    where = f"{path}: "
    try:
        request, terms = parse_tco(data, where=where)
    except InputError as error:
        raise InputError(flagged(str(error), where)) from error
    prices = read_prices(flags["api_prices"]) if flags["api_prices"] is not None else None
    scores = read_scores(flags["scores"]) if flags["scores"] is not None else ()
    charts = {".html", ".pdf"} & {output.suffix.lower() for output in flags["outputs"]}
    meanwhile = load if charts else bool
    return planner.report(request, terms, prices=prices, scores=scores, aside=True, meanwhile=meanwhile, **given)
