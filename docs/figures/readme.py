"""The figures of README.md."""

from __future__ import annotations

from typing import Any

from docs.figures.markdown import Figures
from docs.figures.prose import listed, paragraph, usd
from docs.figures.shell import record
from hardware_db.catalog import HardwareCatalog
from models_db.catalog import ModelCatalog
from planner.tco.box import boxed

ON = "2026-11-28"
EXAMPLE = ("plan", "--workload", "examples/chat-70b.toml", "--as-of", ON)
BASIS = {
    "measured": "this model was measured on this GPU",
    "calibrated": "this model in this format was not measured on this GPU, others of its generation were",
    "physics": "neither this GPU nor its generation was measured",
}


def contents() -> str:
    """What is in the catalogs, counted."""
    hardware = HardwareCatalog()
    return paragraph(
        f"In the box: {len(hardware.accelerators)} accelerators, {len(hardware.offers)} rental offers, "
        f"{len(ModelCatalog().index)} models and {len(boxed())} API prices, each with its source and date."
    )


def example() -> str:
    """What the first example answers, in words."""
    plan = record(*EXAMPLE)
    cluster = plan["cluster"]
    parts = [_winner(cluster), _times(plan), _quality(cluster["quality"]), *_looser(plan), _next(plan)]
    return paragraph(" ".join(parts))


def _winner(cluster: dict[str, Any]) -> str:
    machine, replica = cluster["machine"], cluster["replica"]
    return (
        f"The answer is {cluster['gpus']} x {machine['gpu']} with {replica['weight_format']} weights at "
        f"{usd(cluster['cost']['usd_per_hour'])} an hour: {machine['count']} x `{machine['instance_type']}` of "
        f"{machine['provider']} ({machine['offer_class']}), a price of {machine['price_as_of']}, "
        f"{machine['price_age_days']} days old on {ON}."
    )


def _times(plan: dict[str, Any]) -> str:
    cluster, run = plan["cluster"], plan["verification"]
    basis = cluster["latency"]["ttft_s"]["basis"]
    predicted = {margin["key"].removesuffix("_p95_s") + "_s": margin["predicted_s"] for margin in plan["sla"]}
    first, token = (
        f"{predicted[name]:.2g} s as predicted and {run[name]['p95']:.2g} s in the simulation"
        for name in ("ttft_s", "tpot_s")
    )
    return (
        f"The p95 of the time to the first token is {first}, that of the time per token {token} at "
        f"{plan['confidence']:.0%} confidence; the limits are 1 s and 0.05 s. It breaks at "
        f"{cluster['sla_breaks_at_rate_per_s']:.3g} requests a second. The basis is `{basis}`: "
        f"{BASIS[basis]}."
    )


def _quality(found: dict[str, Any]) -> str:
    if not found["loss_pct"]:
        return "Its formats lose nothing that is measured."
    low, high = found["range_pct"]
    return (
        f"Its formats lose {found['loss_pct']:.1f} % of the benchmarks' scores (80 % range {low:.1f} to {high:.1f}); "
        f"the nearest evidence is of {'its ' if found['evidence'] != 'this model' else ''}{found['evidence']}."
    )


def _looser(plan: dict[str, Any]) -> list[str]:
    formats = [
        f"{found['weight_format']} weights with a {found['kv_format']} cache would cost {usd(found['usd_per_hour'])}"
        for found in plan["looser"]
    ]
    classes = [
        f"`--offer-class {found['offer_class']}` would cost {usd(found['usd_per_hour'])}" for found in plan["wider"]
    ]
    return [f"Looser choices are named beside it: {listed([*formats, *classes])}."] if formats or classes else []


def _next(plan: dict[str, Any]) -> str:
    if not plan["runners_up"]:
        return "No other cluster meets the limits."
    found = plan["runners_up"][0]["cluster"]
    return f"The runner-up is {found['gpus']} x {found['machine']['gpu']} at {usd(found['cost']['usd_per_hour'])}."


FIGURES: Figures = {"contents": contents, "example": example}
