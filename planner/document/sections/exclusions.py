"""What the figures leave out."""

from __future__ import annotations

from planner.document.record import Section, TextBlock
from planner.document.sources import Cited

EXCLUDED = (
    "taxes, customs, exchange rates and inflation; all amounts are United States dollars of the day of this report",
    "licences of models and support contracts for software, unless stated (--licences)",
    "traffic out of a provider's network, public addresses, load balancers, logging and monitoring",
    "storage beyond the weights, backups, and copies in other regions",
    "fine-tuning, evaluation and the work of changing applications",
    "discounts that are negotiated: prices are those published, of the day that stands beside them",
    "failures of whole sites; spare replicas cover the loss of replicas only",
)


def exclusions(assumptions: list[str], cited: Cited) -> Section:
    """Exclusions of every report, and what was taken for granted in the money of this one."""
    blocks = [TextBlock(key="exclusions.all", items=list(EXCLUDED))]
    if assumptions:
        blocks.append(TextBlock(key="exclusions.assumed", title="Taken for granted in the costs", items=assumptions))
    return Section(key="exclusions", title="Exclusions", blocks=[*blocks])
