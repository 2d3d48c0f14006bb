"""The answer at the top: cards of the winner, or in words why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from tui.widgets.cards import Cards, entry_cards, plan_cards

if TYPE_CHECKING:
    from planner.answers import Infeasible, Plan
    from planner.plan.shortlist import Entry


class Headline(Vertical):
    """Computing, an answer, infeasible, or what is wrong."""

    def __init__(self) -> None:
        super().__init__(id="headline")
        self.state = "computing"
        self._words = "planning ..."

    def compose(self) -> ComposeResult:
        yield Cards()
        yield Static(self._words, id="words", markup=False)

    @property
    def text(self) -> str:
        """What it says, in words."""
        return self.query_one(Cards).text if self.state == "answer" else self._words

    def show_problem(self, text: str) -> None:
        self._set("error", text)

    def show(self, best: Entry) -> None:
        """The best candidate at once; limits and quality follow with its details."""
        self._set("answer")
        self.query_one(Cards).show(entry_cards(best))

    def show_plan(self, best: Entry, plan: Plan) -> None:
        self._set("answer")
        self.query_one(Cards).show(plan_cards(best, plan))

    def show_infeasible(self, answer: Infeasible) -> None:
        lines = [f"Infeasible: {answer.binding_limit}", f"Nearest: {answer.nearest_change} (n applies it)"]
        lines += [f"Would do: {each.text}" for each in answer.wider[:1]]
        if answer.nearest:
            m, usd = answer.nearest.machine, answer.nearest.cost.usd_per_hour
            lines.append(f"${usd:,.2f} an hour  {m.count} x {m.instance_type} ({m.provider}): {m.gpu}")
        self._set("infeasible", "\n".join(lines))

    def _set(self, state: str, words: str = "") -> None:
        self.state = state
        self.update_classes({f"-{name}": name == state for name in ("answer", "error", "infeasible")})
        self._words = words
        if state == "answer":
            return
        first, _, rest = words.partition("\n")
        text = Text.assemble((first, "bold" if state == "infeasible" else ""), f"\n{rest}" if rest else "")
        self.query_one("#words", Static).update(text)
