"""Errors of predictions on the second set of points, whose sources no fit has seen, by what may explain them.

    python -m tests.benchmarks.strangers            every slice
    python -m tests.benchmarks.strangers source     one of them
    python -m tests.benchmarks.strangers source tests/benchmarks/outside.csv     of another file of points

Of each figure: points, median and mean of |predicted / measured - 1|, signed median, share inside the 90 % interval.
The first line counts every point once, the second every source once, by its own medians.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hardware_db.catalog import HardwareCatalog
from models_db.catalog import ModelCatalog
from planner.catalogs import Catalogs
from planner.evidence.point import Point
from planner.evidence.points import read_point
from planner.evidence.serving import CLOSED, SECOND, evidence_rows, predict_rows
from planner.evidence.table import number
from planner.physics.coefficients import Coefficients
from planner.physics.split import is_moe

ANY = (*CLOSED, "static_batch", "infinite_rate", "offline", "open_loop")
# Figure: loads it is judged on, measured columns, predicted column, columns of its interval.
FIGURES = {
    "TPOT": (CLOSED, ("tpot_ms_mean", "tpot_ms_p50"), "pred_tpot_ms_mean", "tpot_ms_mean"),
    "TTFT": (CLOSED, ("ttft_ms_mean", "ttft_ms_p50"), "pred_ttft_ms_mean", "ttft_ms_mean"),
    "tok/s": (ANY, ("output_tok_s",), "pred_output_tok_s", "output_tok_s"),
    "open TPOT p95": (("open_loop",), ("tpot_ms_p95",), "pred_tpot_ms_p95", ""),
    "open TTFT p95": (("open_loop",), ("ttft_ms_p95",), "pred_ttft_ms_p95", ""),
}


@dataclass(frozen=True)
class Judged:
    """One answered row: its errors by figure, less one, and whether each lies inside its interval (None: has none)."""

    row: Mapping[str, str]
    cells: Mapping[str, str]
    point: Point
    errors: Mapping[str, tuple[float, bool | None]]


def judged(rows: list[dict[str, str]], catalogs: Catalogs) -> list[Judged]:
    """The rows that are answered."""
    pairs = zip(rows, predict_rows(rows, catalogs, Coefficients.shipped()), strict=True)
    return [Judged(r, c, read_point(r, catalogs), dict(_errors(r, c))) for r, c in pairs if not c["error"]]


def _errors(row: Mapping[str, str], cells: Mapping[str, str]) -> Iterator[tuple[str, tuple[float, bool | None]]]:
    for figure, (loads, names, column, interval) in FIGURES.items():
        measured = next((v for v in (number(row.get(name)) for name in names) if v), None)
        predicted = number(cells[column])
        if row["load"] not in loads or not measured or predicted is None:
            continue
        inside = None
        if interval and row["load"] != "open_loop":
            inside = float(cells[f"lo_{interval}"]) <= measured <= float(cells[f"hi_{interval}"])
        yield figure, (predicted / measured - 1.0, inside)


def link(j: Judged) -> str:
    """How the ranks of the point are joined."""
    p = j.point
    if p.split.tp * p.split.dp == 1:
        return "one GPU" if p.split.pp == 1 else "PP"
    place = (p.gpu.scale_up_link or "other").split(" ")[0]
    return f"TP{p.split.tp} {'PCIe' if place.startswith('PCIe') else place}"


def form(j: Judged) -> str:
    """Class of the weight format."""
    fmt, experts = j.point.fmt, "experts" if is_moe(j.point.model) else "dense"
    if j.point.model.native.format == "fp32":
        return "fp32 checkpoint"
    if fmt.kind == "gguf":
        return "GGUF"
    return f"{fmt.kind} {fmt.bits:g} bit {experts}"


def maker(j: Judged) -> str:
    gpu = j.point.gpu
    return (
        "GeForce" if "RTX" in gpu.name and "PRO" not in gpu.name and " Ada" not in gpu.name else gpu.maker or "NVIDIA"
    )


SLICES: dict[str, Callable[[Judged], str]] = {
    "basis": lambda j: j.cells["basis"],
    "source": lambda j: j.row["source"][:44],
    "engine": lambda j: j.point.engine.era,
    "kind": lambda j: "MoE" if is_moe(j.point.model) else "dense",
    "link": link,
    "maker": maker,
    "format": form,
    "load": lambda j: j.row["load"],
    "clients": lambda j: f"{_band(j.point.concurrency)} clients",
    "prompt": lambda j: f"prompts up to {4 ** int(np.ceil(np.log(max(j.point.isl, 64)) / np.log(4)))}",
    "drafts": lambda j: "drafting" if j.point.speculative else "plain",
}  # fmt: skip


def _band(clients: float | None) -> str:
    if clients is None:
        return "no"
    return next(label for most, label in ((1, "1"), (8, "2-8"), (64, "9-64"), (np.inf, "over 64")) if clients <= most)


@dataclass(frozen=True)
class Summary:
    """Of one figure in one slice: how many, median and mean of the size of the errors, signed median, share inside."""

    count: int
    median: float
    mean: float
    bias: float
    inside: float | None

    def __str__(self) -> str:
        share = " --" if self.inside is None else f"{self.inside:3.0%}"
        return f"{self.count:4d} {self.median:5.0%} {self.mean:6.0%} {self.bias:+6.0%} {share:>4}"


def summary(items: list[Judged], figure: str) -> Summary | None:
    """Every point counted once; None where the slice has no such figure."""
    found = [j.errors[figure] for j in items if figure in j.errors]
    if not found:
        return None
    values, inside = np.array([v for v, _ in found]), [i for _, i in found if i is not None]
    size = np.abs(values)
    share = float(np.mean(inside)) if inside else None
    return Summary(len(found), float(np.median(size)), float(np.mean(size)), float(np.median(values)), share)


def by_source(items: list[Judged], figure: str) -> Summary | None:
    """Every source counted once, by its own medians."""
    groups = [[j for j in items if j.row["source"] == name] for name in sorted({j.row["source"] for j in items})]
    found = [one for group in groups if (one := summary(group, figure))]
    if not found:
        return None
    medians = [one.median for one in found]
    shares = [one.inside for one in found if one.inside is not None]
    bias = float(np.median([one.bias for one in found]))
    share = float(np.mean(shares)) if shares else None
    return Summary(len(found), float(np.median(medians)), float(np.mean(medians)), bias, share)


def show(label: str, found: list[Summary | None]) -> None:
    print(f"{label[:44]:44s}", *(f"| {one}" if one else f"| {'':>29}" for one in found))


def report(items: list[Judged], wanted: list[str]) -> None:
    """Prints the tables: a line a slice, a block of five columns a figure."""
    print(f"{'':44s}", *(f"| {figure:29s}" for figure in FIGURES))
    print(f"{'':44s}", *("|    n   med   mean   bias   in" for _ in FIGURES))
    show("all points", [summary(items, figure) for figure in FIGURES])
    show("sources, each once", [by_source(items, figure) for figure in FIGURES])
    for name in wanted:
        print(f"by {name}")
        for group in sorted({SLICES[name](j) for j in items}):
            mine = [j for j in items if SLICES[name](j) == group]
            show(f"  {group}", [summary(mine, figure) for figure in FIGURES])


def chosen(files: list[str]) -> list[dict[str, str]]:
    """Rows of tiers A and B of the named file, or of the second set."""
    if not files:
        return evidence_rows("AB", SECOND)
    with Path(files[0]).open(encoding="utf-8") as handle:
        return [row for row in csv.DictReader(handle) if row["tier"] in "AB"]


def main() -> None:
    files = [text for text in sys.argv[1:] if text.endswith(".csv")]
    wanted = [text for text in sys.argv[1:] if text not in files] or list(SLICES)
    unknown = [name for name in wanted if name not in SLICES]
    if unknown:
        raise SystemExit(f"{unknown[0]}: not one of {', '.join(SLICES)}")
    rows = chosen(files)
    items = judged(rows, Catalogs(ModelCatalog(), HardwareCatalog()))
    print(f"{len(items)} of {len(rows)} rows of tiers A and B answered")
    report(items, wanted)


if __name__ == "__main__":
    main()
