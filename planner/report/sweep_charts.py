"""Charts of a sweep: cost against rate, SLA against cost and quality against cost, a line for each GPU or format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from planner.document.record import ChartSeries, ReportChart
from planner.errors import InputError

RATE, COST = "traffic.rate_per_s", "usd_per_hour"
ENDINGS = (".svg", ".png")
WIDTH, HEIGHT = 100, 28
# Told apart without colour; a terminal shows each as wide as a letter.
MARKS = "ox+*#%@&=$"
ChartColumns = Mapping[str, Sequence[Any]]


def can_draw(target: Path) -> None:
    """Raise InputError, before there is work, where a chart cannot be drawn there."""
    if str(target) == "-":
        return
    if target.suffix.lower() not in ENDINGS:
        raise InputError(f"--plot: {target.name[-60:]!r} ends in none of {', '.join(ENDINGS)}, and is not -")
    from planner.document.extra import needed

    needed("matplotlib")


def charts(columns: ChartColumns) -> list[ReportChart]:
    """What the rows can show: cost against rate where rates differ, else against a limit of the SLA, else against the
    quality that is lost. Empty where no two feasible rows differ."""
    rows = [i for i, status in enumerate(columns["status"]) if status == "feasible"]
    limits = [key for key in columns if key.startswith("sla.")]
    found = [_chart("cost", "Cost by rate", columns, rows, RATE, COST, "requests a second", "USD an hour", log=True)]
    found += [_chart(key, f"Cost by {key}", columns, rows, key, COST, f"{key} [s]", "USD an hour") for key in limits]
    found.append(
        _chart(
            "quality", "Quality by cost", columns, rows, COST, "quality_loss_pct", "USD an hour", "loss [% of score]"
        )
    )
    return [chart for chart in found if chart is not None]


def _chart(
    key: str, title: str, columns: ChartColumns, rows: Sequence[int], x: str, y: str, x_label: str, y_label: str, *,
    log: bool = False,
) -> ReportChart | None:  # fmt: skip
    """Lines of y over x by GPU; None where x does not change or y is nowhere known."""
    if x not in columns:
        return None
    points: dict[str, dict[float, float]] = {}
    for i in rows:
        at, value = columns[x][i], columns[y][i]
        if isinstance(at, int | float) and isinstance(value, int | float):
            line = points.setdefault(str(columns["gpu"][i]), {})
            line[float(at)] = min(float(value), line.get(float(at), float("inf")))
    if len({at for line in points.values() for at in line}) < 2:
        return None
    series = [
        ChartSeries(name=name, x=sorted(line), y=[line[at] for at in sorted(line)]) for name, line in points.items()
    ]
    above = all(at > 0.0 and value > 0.0 for line in points.values() for at, value in line.items())
    return ReportChart(
        key=key, title=title, alt=f"{y_label} over {x_label}, a line for each of {', '.join(points)}",
        shape="lines" if x == RATE or x.startswith("sla.") else "points", x_label=x_label, y_label=y_label,
        log_x=log and above, log_y=log and above, series=series, method="the least of each GPU over the scenarios",
    )  # fmt: skip


def draw(columns: ChartColumns, target: Path) -> None:
    """The first chart that the rows can show, in a file, or all of them in the terminal for `-`.

    Raises InputError where there is none, and OutputError.
    """
    found = charts(columns)
    if not found:
        raise InputError("--plot: no two feasible rows differ in rate, SLA or cost: there is nothing to draw")
    if str(target) == "-":
        import click

        for chart in found:
            click.echo(terminal(chart))
        return
    from planner.document.faces.charts import svg_of
    from planner.document.written import write_bytes

    if target.suffix.lower() == ".svg":
        write_bytes(target, svg_of(found[0], 1).encode("utf-8"))
    else:
        from planner.document.faces.charts import png_of

        write_bytes(target, png_of(found[0]))


def terminal(chart: ReportChart) -> str:
    """A chart in letters."""
    import plotext

    plt: Any = plotext
    plt.clear_figure()
    plt.theme("clear")
    plt.limit_size(False, False)
    plt.plot_size(WIDTH, HEIGHT)
    plt.title(chart.title)
    plt.xlabel(chart.x_label)
    plt.ylabel(chart.y_label)
    if chart.log_x:
        plt.xscale("log")
    if chart.log_y:
        plt.yscale("log")
    for i, line in enumerate(chart.series):
        paint = plt.plot if chart.shape == "lines" else plt.scatter
        paint(line.x, line.y, label=line.name, marker=MARKS[i % len(MARKS)])
    return str(plt.build())
