"""The answer in three lines: dollars and machines, latency and load, what binds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.widgets import Static

if TYPE_CHECKING:
    from planner.results import Cluster, Infeasible, Plan
    from planner.shortlist import Entry


class Headline(Static):
    """Computing, an answer, infeasible, or what is wrong."""

    def __init__(self) -> None:
        super().__init__("planning ...", id="headline", markup=False)
        self.state = "computing"

    def show_problem(self, text: str) -> None:
        self._set("error", Text(text))

    def show(self, best: Entry) -> None:
        """The best candidate at once; what binds follows with its details."""
        self._set("answer", Text("\n").join([*entry_lines(best), Text("...")]))

    def show_binding(self, best: Entry, plan: Plan) -> None:
        c = plan.cluster
        more = f"answer p95 {c.latency.e2e_s.p95:.1f} s; {plan.binding_limit}"
        self._set("answer", Text("\n").join([*entry_lines(best), Text(more)]))

    def show_infeasible(self, answer: Infeasible) -> None:
        text = Text(f"Infeasible: {answer.binding_limit}", style="bold")
        text.append(f"\nNearest: {answer.nearest_change}", style="")
        if answer.nearest:
            m, usd = answer.nearest.machine, answer.nearest.cost.usd_per_hour
            text.append(f"\n${usd:,.2f} an hour  {m.count} x {m.instance_type} ({m.provider}): {m.gpu}", style="")
        self._set("infeasible", text)

    def _set(self, state: str, text: Text) -> None:
        self.state = state
        for name in ("error", "infeasible"):
            self.set_class(state == name, f"-{name}")
        self.update(text, layout=False)


def entry_lines(e: Entry) -> list[Text]:
    money = Text(f"${e.usd_per_hour:,.2f} an hour", style="bold")
    month = f"${e.usd_per_month:,.0f} a month"
    money.append(f"  {month}  {e.machines} x {e.instance_type} ({e.provider}): {e.gpus} x {e.gpu}", style="")
    how = f"{e.replicas} x {e.weights}, KV {e.kv}, {e.split}, {e.engine}"
    load = f"p95 TTFT {e.ttft_p95_s:.3f} s, TPOT {e.tpot_p95_s * 1e3:.1f} ms; {e.utilization:.0%} of saturation"
    return [money, Text(f"{how};  {load}")]


def split(c: Cluster) -> str:
    widths = ((name, getattr(c.replica, name)) for name in ("tp", "pp", "ep", "dp"))
    return " ".join(f"{name}{width}" for name, width in widths if width > 1 or name == "tp")
