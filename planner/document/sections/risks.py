"""Risks: how sure each kind of figure is, how old the price is, stock, lock-in and residency."""

from __future__ import annotations

from planner.answers import Cluster, Plan
from planner.defaults import OLD_PRICE_DAYS
from planner.document.answers import Answers
from planner.document.record import Cell, FigureTable, ReportBlock, Section, TableColumn, TextBlock
from planner.document.sections.words import LATENCY, basis_text
from planner.document.sources import Cited
from planner.request.request import OWNED


def risks(a: Answers, cited: Cited) -> Section:
    """One table of figures with basis and interval, one of what else may go wrong and what to do about it."""
    assert isinstance(a.plan, Plan)
    c = a.plan.cluster
    blocks: list[ReportBlock] = [_figures(c), _others(a, c)]
    if a.plan.warnings:
        blocks.insert(0, TextBlock(key="risks.warnings", title="Warnings of the plan", items=a.plan.warnings))
    lead = "Each figure says what it rests on; an interval is of deployments like this one that no fit had seen."
    return Section(key="risks", title="Risks", lead=lead, blocks=blocks)


def _figures(c: Cluster) -> FigureTable:
    columns = [
        TableColumn(key="figure", label="Figure"), TableColumn(key="basis", label="Basis"),
        TableColumn(key="means", label="That is"),
        TableColumn(key="low", label="Low", unit="factor", method="90 % interval, as factors on the figure"),
        TableColumn(key="high", label="High", unit="factor", method="90 % interval, as factors on the figure"),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for metric, label in LATENCY.items():
        told = getattr(c.latency, f"{metric}_s")
        rows.append([label, told.basis, basis_text(told.basis), told.low, told.high])
    q = c.quality
    low, high = q.range_pct or (None, None)
    rows.append(["quality lost [%], 80 % range, not factors", q.evidence, q.text, low, high])
    return FigureTable(key="risks.figures", title="Basis and interval", columns=columns, rows=rows)


def _others(a: Answers, c: Cluster) -> FigureTable:
    columns = [
        TableColumn(key="risk", label="Risk"),
        TableColumn(key="finding", label="Finding"),
        TableColumn(key="do", label="What to do"),
    ]
    rows: list[list[Cell]] = [_price(c), _stock(c), _lock_in(c), _residency(a, c), _quality(a, c)]
    return FigureTable(
        key="risks.others", title="Price, stock, lock-in, residency, quality", columns=columns, rows=rows
    )


def _price(c: Cluster) -> list[Cell]:
    old = c.machine.price_age_days is not None and c.machine.price_age_days > OLD_PRICE_DAYS
    do = "ask for a binding offer before signing; the price is old" if old else "ask for a binding offer before signing"
    return ["price", c.machine.price_text, do]


def _stock(c: Cluster) -> list[Cell]:
    if c.machine.provider == OWNED:
        return ["lead time", "no source states delivery times", "ask vendors for a delivery date in writing"]
    said = f"{c.machine.count} machines of {c.machine.provider} ({c.machine.offer_class}); nobody publishes stock"
    do = "reserve, or keep a runner-up of another provider ready"
    return ["lead time and stock", said + ("; spot machines may be taken away" if _spot(c) else ""), do]


def _spot(c: Cluster) -> bool:
    return c.machine.commitment == "spot"


def _lock_in(c: Cluster) -> list[Cell]:
    said = {
        "on_demand": "none beyond the hour", "spot": "none; capacity may end at any time",
        "capacity_block": "paid ahead for the block", "1y_reserved": "paid for one year, used or not",
        "3y_reserved": "paid for three years, used or not", OWNED: "capital is tied up over the life of the machines",
    }  # fmt: skip
    engine = f"the engine ({c.replica.engine}) and the weights are portable to other machines of this GPU"
    return [
        "lock-in",
        f"{said.get(c.machine.commitment, c.machine.commitment)}; {engine}",
        "sign no longer than needed",
    ]


def _residency(a: Answers, c: Cluster) -> list[Cell]:
    region = c.machine.region or "own site"
    where = "the source of the price names no region" if region == "any" else f"region {region}"
    share = f"; {a.terms.private_share:.0%} of the traffic may not leave" if a.terms.private_share else ""
    return ["data residency", f"{where}{share}", "state scope.regions, or have the region put into the contract"]


def _quality(a: Answers, c: Cluster) -> list[Cell]:
    return ["quality", c.quality.text, "run the quality benchmark that matters on the served format before acceptance"]
