"""The answer in three lines: dollars and machines, latency and load, what binds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.widgets import Static

from planner.report.table import written

if TYPE_CHECKING:
    from planner.answers import Infeasible, Plan, ServedQuality
    from planner.plan.shortlist import Entry


# What does not fit ends so.
MORE = " …"
# One line in several lengths, the longest first; the shortest one is cut between words where not even that fits.
LineForms = tuple[str, ...]


class Headline(Static):
    """Computing, an answer, infeasible, or what is wrong. Lines of an answer are shortened by what they say: no figure
    and no name is cut."""

    def __init__(self) -> None:
        super().__init__("planning ...", id="headline", markup=False)
        self.state = "computing"
        self._lines: list[LineForms] = []

    def show_problem(self, text: str) -> None:
        self._set("error", [(text,)])

    def show(self, best: Entry) -> None:
        """The best candidate at once; what binds follows with its details."""
        self._set("answer", [*entry_lines(best), ("...",)])

    def show_binding(self, best: Entry, plan: Plan) -> None:
        self._set("answer", [*answer_lines(best, plan), binding_line(plan.binding_limit)])

    def show_infeasible(self, answer: Infeasible) -> None:
        lines = [f"Infeasible: {answer.binding_limit}", f"Nearest: {answer.nearest_change}"]
        lines += [f"Would do: {each.text}" for each in answer.wider[:1]]
        if answer.nearest:
            m, usd = answer.nearest.machine, answer.nearest.cost.usd_per_hour
            lines.append(f"${usd:,.2f} an hour  {m.count} x {m.instance_type} ({m.provider}): {m.gpu}")
        self._set("infeasible", [(line,) for line in lines])

    def on_resize(self) -> None:
        self._draw()

    def _set(self, state: str, lines: list[LineForms]) -> None:
        self.state, self._lines = state, lines
        for name in ("answer", "error", "infeasible"):
            self.set_class(state == name, f"-{name}")
        self._draw()

    def _draw(self) -> None:
        """Lines of an answer in the width that there is; what is wrong is wrapped as a whole."""
        if not self._lines:
            return
        width = self.content_size.width if self.state == "answer" else 0
        texts = [Text(fitted(line, width)) for line in self._lines]
        if self.state != "error":
            texts[0].stylize("bold")
        self.update(Text("\n").join(texts), layout=False)


def fitted(line: LineForms, width: int) -> str:
    """The longest form of a line that fits; of the shortest one as many words as do. A width of 0 is not known yet.

    >>> fitted(("$7.50 an hour, $5,479 a month", "$7.50 an hour"), 20)
    '$7.50 an hour'
    >>> fitted(("$7.50 an hour",), 9)
    '$7.50 …'
    """
    for text in line:
        if not width or len(text) <= width:
            return text
    kept: list[str] = []
    for word in line[-1].split(" "):
        if len(" ".join([*kept, word])) > width - len(MORE):
            break
        kept.append(word)
    return " ".join(kept).rstrip(",;:") + MORE


def shorter(*parts: str) -> LineForms:
    """A line of parts, without the last one, the last two, and so on."""
    return tuple("".join(parts[:n]) for n in range(len(parts), 0, -1))


def money_text(e: Entry) -> str:
    return f"${e.usd_per_hour:,.2f} an hour, ${e.usd_per_month:,.0f} a month"


def _money(e: Entry, load: str) -> LineForms:
    return shorter(f"${e.usd_per_hour:,.2f} an hour", f", ${e.usd_per_month:,.0f} a month", f"; {load}")


def _machines(e: Entry, price: str = "") -> LineForms:
    return (*((f"{_where(e)}; price {price}",) if price else ()), _where(e), f"{e.gpus} x {e.gpu} ({e.provider})")


def _where(e: Entry) -> str:
    return f"{e.gpus} x {e.gpu}: {e.machines} x {e.instance_type} ({e.provider})"


def answer_lines(best: Entry, plan: Plan) -> list[LineForms]:
    """The answer with what was simulated: dollars, machines and their price, formats and their loss, latencies."""
    lost, machine = plan.cluster.quality, plan.cluster.machine
    formats, split = f"{best.replicas} x {best.weights}, KV {best.kv}", f", {best.split}, {best.engine}"
    aged = f"; {machine.price_age_days} days old" if machine.price_age_days is not None else ""
    long, *rest = _machines(best, machine.price_text)
    return [
        _money(best, f"{plan.cluster.utilization:.0%} of what breaks it"),
        (long, *(f"{text}{aged}" for text in rest), *rest),
        (f"{formats}{split}; {lost.short}", f"{formats}; {lost.short}", f"{formats}; {_loss(lost)}", formats),
        figures_line(plan),
    ]


def _loss(lost: ServedQuality) -> str:
    """The loss without whose it is."""
    return lost.short.partition(" (")[0]


def binding_line(limit: str) -> LineForms:
    """What binds, and the same with units in short."""
    return (
        limit,
        limit.replace(" requests a second", "/s"),
        limit.replace(" requests a second", "/s").replace("_s (", " ("),
    )


def figures_line(p: Plan) -> LineForms:
    """The p95 of each latency at the confidence that it has: simulated, or of the closed form."""
    found, how = (p.verification, "simulated") if p.verification else (p.cluster.latency, "closed form")
    at = p.confidence if p.verification else p.cluster.latency.at_confidence
    first, token, whole = (getattr(found, f"{name}_s").p95 for name in ("ttft", "tpot", "e2e"))
    each, which = written(token * 1e3, ".1f"), f" ({how}, at {at:.0%})"
    both = f"p95 {first:.3f} s to first token, {each} ms each"
    return f"{both}, {whole:.1f} s in all{which}", f"{both}{which}", both, f"p95 {first:.3f} s, {each} ms each"


def figures_text(p: Plan) -> str:
    return figures_line(p)[0]


def entry_lines(e: Entry) -> list[LineForms]:
    """The candidate at once: its latencies are central, at 50 % confidence."""
    formats = f"{e.replicas} x {e.weights}, KV {e.kv}"
    figures = f"p95 {e.ttft_p95_s:.3f} s to first token, {written(e.tpot_p95_s * 1e3, '.1f')} ms each"
    return [
        _money(e, f"{e.saturation_share:.0%} of saturation"), _machines(e),
        (f"{formats}, {e.split}, {e.engine}", formats), shorter(figures, " (central)"),
    ]  # fmt: skip
