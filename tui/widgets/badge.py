"""One line over the answer: whether the simulation agrees with it yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.widgets import Static

if TYPE_CHECKING:
    from planner.plan.verified import Verified

PLANNING = "planning"
STALE = "stale: a new answer is computed"
OUTDATED = "stale: of the last whole question"
CHECKING = "checking"
HOLDS = "simulated: holds"
ANOTHER = "simulated: another plan"
UNCHECKED = "not checked: too long, use simulate"
INFEASIBLE = "infeasible"
BREAKS = "simulated: breaks"
# What the colour says, by what a state begins with.
TONES = {HOLDS: "-holds", BREAKS: "-breaks", INFEASIBLE: "-breaks", ANOTHER: "-warns", UNCHECKED: "-warns"}


class Badge(Static):
    """The state in words, so that it is read without colour, too; then why, in as many lines as that takes where the
    screen is high."""

    def __init__(self) -> None:
        super().__init__(PLANNING, id="badge", markup=False)
        self.state, self._cells = PLANNING, 0

    def show(self, state: str, why: str = "") -> None:
        self.state = state
        tone = next((tone for begun, tone in TONES.items() if state.startswith(begun)), "")
        self.update_classes({each: each == tone for each in TONES.values()})
        text = Text.assemble((f" {state} ", "bold reverse"))
        if why:
            text.append(f" {why}")
        longest, self._cells = max(self._cells, text.cell_len), text.cell_len
        self.update(text, layout=longest > self.content_size.width)


def badge_of(found: Verified, *, stays: bool) -> tuple[str, str]:
    """The badge of a checked answer, and why it is so; `stays`: the winner is the one shown before."""
    answer = found.answer
    if answer.status != "feasible":
        return INFEASIBLE, ""
    if answer.verification is None:
        return UNCHECKED, ""
    broken = ", ".join(check.key for check in answer.verification.sla if not check.holds)
    if broken:
        return (f"{BREAKS} {broken}" if stays else f"{ANOTHER}, breaks {broken}"), found.why
    return (HOLDS if stays else ANOTHER), found.why
