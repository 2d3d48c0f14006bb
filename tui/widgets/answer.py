"""The answer panel: headline, latency, memory, runners-up; or what stands in the way."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import DataTable, Static

from planner.report.tables import split_text
from planner.results import Cluster, Infeasible, Plan
from tui.widgets.memory_bar import MemoryBar

COLUMNS = ("$/h", "machine", "provider", "GPU", "weights", "KV", "split", "rep.", "TTFT p95", "TPOT p95", "loses on")


class AnswerPanel(Vertical):
    """Draws one outcome; while computing, the last answer stays, dimmed."""

    def compose(self) -> ComposeResult:
        yield Static("", id="headline", markup=False)
        yield Static("", id="facts", markup=False)
        yield MemoryBar()
        yield DataTable(id="candidates", cursor_type="row", zebra_stripes=True)
        yield Static("", id="notes", markup=False)

    def on_mount(self) -> None:
        self.query_one(DataTable).add_columns(*COLUMNS)

    def show_computing(self) -> None:
        self.set_class(True, "-computing")

    def show_problem(self, problem: str) -> None:
        self.remove_class("-computing")
        self._clear(Text(problem, style="bold"))

    def show(self, outcome: Plan | Infeasible | str) -> None:
        self.remove_class("-computing")
        if isinstance(outcome, str):
            self._clear(Text(outcome, style="bold"))
        elif isinstance(outcome, Infeasible):
            self._show_infeasible(outcome)
        else:
            self._show_plan(outcome)

    def _clear(self, headline: Text) -> None:
        self.query_one("#headline", Static).update(headline)
        for name in ("#facts", "#notes"):
            self.query_one(name, Static).update("")
        self.query_one(MemoryBar).show(None)
        self.query_one(DataTable).clear()

    def _show_plan(self, plan: Plan) -> None:
        c = plan.cluster
        self._clear(headline(c))
        self.query_one("#facts", Static).update(facts(c, plan.binding_limit))
        self.query_one(MemoryBar).show(c.memory)
        table = self.query_one(DataTable)
        table.add_row(*row(c, "winner"))
        for other in plan.runners_up:
            table.add_row(*row(other.cluster, other.loses_on))
        note = f"{plan.candidates:,} candidates; prices dated {plan.prices_from} to {plan.prices_to}\n"
        self.query_one("#notes", Static).update(Text(note + "\n".join(plan.assumptions), style="dim"))

    def _show_infeasible(self, answer: Infeasible) -> None:
        self._clear(Text(f"Infeasible: {answer.binding_limit}", style="bold"))
        self.query_one("#facts", Static).update(Text(f"Nearest feasible: {answer.nearest_change}"))
        if answer.nearest:
            self.query_one(MemoryBar).show(answer.nearest.memory)
            self.query_one(DataTable).add_row(*row(answer.nearest, "nearest feasible"))


def headline(c: Cluster) -> Text:
    m = c.machine
    text = Text(f"${c.cost.usd_per_hour:,.2f} an hour  ", style="bold")
    text.append(f"{m.count} x {m.instance_type} ({m.provider}, {m.region}): {c.gpus} x {m.gpu}")
    return text


def facts(c: Cluster, binding: str) -> Text:
    r = c.replica
    lines = [
        f"{c.replicas} replicas of {r.model} in {r.weight_format}, KV {r.kv_format}, {split_text(r)}, {r.engine} "
        f"({r.kernel}, {r.support})",
        f"p95: TTFT {c.latency.ttft_s.p95:.3f} s, TPOT {c.latency.tpot_s.p95 * 1e3:.1f} ms, "
        f"end to end {c.latency.e2e_s.p95:.2f} s; utilization {c.utilization:.0%}, "
        f"SLA breaks at {c.sla_breaks_at_rate_per_s:.3g} requests a second",
        f"${c.cost.usd_per_month:,.0f} a month, ${c.cost.usd_per_million_input_tokens:.3f} in / "
        f"${c.cost.usd_per_million_output_tokens:.3f} out per million tokens; price of {c.machine.price_as_of}",
        f"binding: {binding}",
    ]
    return Text("\n".join(lines))


def row(c: Cluster, remark: str) -> list[str]:
    r, m = c.replica, c.machine
    return [
        f"{c.cost.usd_per_hour:.2f}", f"{m.count} x {m.instance_type}", m.provider, m.gpu, r.weight_format, r.kv_format,
        split_text(r), str(c.replicas), f"{c.latency.ttft_s.p95:.3f}", f"{c.latency.tpot_s.p95:.4f}", remark,
    ]  # fmt: skip
