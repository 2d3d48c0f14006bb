"""The answer in three lines: dollars and machines, latency and load, what binds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.widgets import Static

from planner.report.table import written

if TYPE_CHECKING:
    from planner.answers import Infeasible, Plan
    from planner.plan.shortlist import Entry


class Headline(Static):
    """Computing, an answer, infeasible, or what is wrong."""

    def __init__(self) -> None:
        super().__init__("planning ...", id="headline", markup=False)
        self.state = "computing"

    def show_problem(self, text: str) -> None:
        self._set("error", [Text(text)])

    def show(self, best: Entry) -> None:
        """The best candidate at once; what binds follows with its details."""
        self._set("answer", [*entry_lines(best), Text("...")])

    def show_binding(self, best: Entry, plan: Plan) -> None:
        lines = entry_lines(best)
        lines[0] = Text(f"{money_text(best)}; {plan.cluster.utilization:.0%} of what breaks it", style="bold")
        lines[1].append(f"; price {plan.cluster.machine.price_text}")
        lines[2].append(f"; {plan.cluster.quality.short}")
        lines[3] = Text(figures_text(plan))
        self._set("answer", [*lines, Text(plan.binding_limit)])

    def show_infeasible(self, answer: Infeasible) -> None:
        lines = [Text(f"Infeasible: {answer.binding_limit}", style="bold"), Text(f"Nearest: {answer.nearest_change}")]
        lines += [Text(f"With more classes of offers: {each.text}") for each in answer.wider[:1]]
        if answer.nearest:
            m, usd = answer.nearest.machine, answer.nearest.cost.usd_per_hour
            lines.append(Text(f"${usd:,.2f} an hour  {m.count} x {m.instance_type} ({m.provider}): {m.gpu}"))
        self._set("infeasible", lines)

    def _set(self, state: str, lines: list[Text]) -> None:
        self.state = state
        for name in ("answer", "error", "infeasible"):
            self.set_class(state == name, f"-{name}")
        self.update(Text("\n").join(lines), layout=False)


def money_text(e: Entry) -> str:
    return f"${e.usd_per_hour:,.2f} an hour, ${e.usd_per_month:,.0f} a month"


def figures_text(p: Plan) -> str:
    """The p95 of each latency at the confidence that it has: simulated, or of the closed form."""
    found, how = (p.verification, "simulated") if p.verification else (p.cluster.latency, "closed form")
    at = p.confidence if p.verification else p.cluster.latency.at_confidence
    first, token, whole = (getattr(found, f"{name}_s").p95 for name in ("ttft", "tpot", "e2e"))
    each = written(token * 1e3, ".1f")
    return f"p95 {first:.3f} s to first token, {each} ms each, {whole:.1f} s in all ({how}, at {at:.0%})"


def entry_lines(e: Entry) -> list[Text]:
    """The candidate at once: its latencies are central, at 50 % confidence."""
    return [
        Text(f"{money_text(e)}; {e.saturation_share:.0%} of saturation", style="bold"),
        Text(f"{e.gpus} x {e.gpu}: {e.machines} x {e.instance_type} ({e.provider})"),
        Text(f"{e.replicas} x {e.weights}, KV {e.kv}, {e.split}, {e.engine}"),
        Text(f"p95 {e.ttft_p95_s:.3f} s to first token, {written(e.tpot_p95_s * 1e3, '.1f')} ms each (central)"),
    ]
