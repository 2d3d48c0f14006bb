"""Where each figure comes from: intervals, bases, prices, assumptions, and how to start it, as plain texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from planner.answers import Percentiles, Plan, SlaCheck
    from planner.plan.candidate import Details


def sources(found: Details, plan: Plan | None) -> Text:
    """Every figure with its 90 % interval and what it rests on; the price with its day and source."""
    from planner.report.parts import taken

    c, text = found.cluster, Text()
    latency = c.latency
    text.append(_figure("TTFT p95", latency.ttft_s, "s", 1.0))
    text.append(_figure("TPOT p95", latency.tpot_s, "ms", 1e3))
    text.append(_figure("answer p95", latency.e2e_s, "s", 1.0))
    m = c.machine
    text.append(
        f"price: ${m.usd_per_hour_each:,.4f} an hour each, {m.commitment}, {m.region or 'any region'}, "
        f"{m.price_text}: {m.price_source}\n"
    )
    for note in signed_for(found, plan):
        text.append(f"{note}\n", style="bold")
    kernel = f" ({c.replica.kernel})" if c.replica.kernel else ""
    text.append(f"kernel: {c.replica.weight_format} is {c.replica.support} on {m.gpu}{kernel}\n")
    for note in taken(plan.assumptions) if plan is not None else ():
        text.append(f"{note}\n", style="dim")
    text.append(f"{_checked(found)}\n")
    if plan is not None:
        text.append(
            f"{plan.candidates:,} candidates of {plan.designs:,} designs; "
            f"prices of {plan.prices_from} to {plan.prices_to}",
            style="dim",
        )
    return text


def start_lines(found: Details) -> str:
    """What the engine will print of its memory when one replica starts."""
    if found.log is None:
        return ""
    said = [f"assumed: {text}" for text in found.log.assumptions]
    return "\n".join(["What its log will say:", *found.log.lines, *said])


def signed_for(found: Details, plan: Plan | None) -> list[str]:
    """What the formats lose, what is doubtful about the price, and what looser choices would save."""
    lost = [f"quality: {found.cluster.quality.text}"]
    if plan is None:
        return lost
    looser = [f"a looser limit on quality: {each.text}" for each in plan.looser]
    wider = [f"more classes of offers: {each.text}" for each in plan.wider]
    return [*lost, *(f"warning: {text}" for text in plan.warnings), *looser, *wider]


def _checked(found: Details) -> str:
    """What the simulation said of this candidate."""
    checks = simulated_limits(found)
    if checks is None:
        return "this candidate is not simulated: Simulate (F6) does it"
    said = [f"{c.key} {c.value_text} of {c.limit_s:g} s {'holds' if c.holds else 'BREAKS'}" for c in checks]
    return f"simulated: {', '.join(said) or 'no limit is stated'}"


def simulated_limits(found: Details) -> list[SlaCheck] | None:
    """The limits of the answer's simulation where this candidate is the one simulated."""
    answer = found.answer
    if answer.status != "feasible" or answer.verification is None:
        return None
    mine, winner = ((c.machine, c.replica, c.replicas) for c in (found.cluster, answer.cluster))
    return answer.verification.sla if mine == winner else None


def _figure(name: str, p: Percentiles, unit: str, factor: float) -> str:
    if p.p95 != p.p95:
        return f"{name}: none, outputs are one token\n"
    low, value, high = (factor * v for v in (p.p95 * p.low, p.p95, p.p95 * p.high))
    return f"{name}: {value:.4g} {unit}, 90 % interval {low:.4g} to {high:.4g}, {p.basis}\n"


def loses(found: Details, plan: Plan | None) -> Text:
    """Why this is or is not the answer, and what the runners-up lose on."""
    text = Text.assemble((f"this candidate: {found.loses_on}\n", "bold"))
    for other in plan.runners_up if plan is not None else ():
        c = other.cluster
        text.append(
            f"{c.gpus} x {c.machine.gpu}, {c.replica.weight_format}, {c.replica.split_text}, "
            f"${c.cost.usd_per_hour:,.2f}: {other.loses_on}; {c.quality.short}; price {c.machine.price_text}; "
            f"{'holds in its simulation' if other.simulated else 'not simulated'}\n"
        )
    return text


def deploy(found: Details) -> Text:
    return Text("\n".join(found.deploy))
