"""What the keys do, on every view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

# No line is longer than the help is wide on a screen of 80 columns.
TEXT = """\
gpuplan: say what you must serve and how fast; the answer follows each
key. Letters are keys wherever no text is typed: escape leaves a field.

The question
  m model   g GPUs   c clouds   w weight formats   v KV formats
  e engines   o terms of offers   r rate   t TTFT   T TPOT
  + and -   step the number that was set last
  :         every field and action by name, with completion:
            `:gpu NAME,NAME`, `:tokens 50M`
  n         apply the nearest request that can be met
  W         why not a GPU, format, engine, cloud
  u, U      undo and redo, files and pins included
  h         questions of before

Views and panels
  1 Plan   2 Quant   3 Compare   4 Money   5 Simulate   6 Catalogs
  7 What-if (j, k another knob, b a map of two)   F2 to F8 do the same
  q the question   a the candidates
  d the chosen one: `,` and `.` turn its sides
  f a letter on everything   z one panel alone
  ctrl+b    hide or show the form
  j k, arrows, page keys move   s, S sort   / filter   p, enter pin

Out of it
  y copy the script that starts the winner   D save it
  Y copy the command line   R write a report
  ctrl+s save the workload   ctrl+o open one

In a field
  + and - step a number, [ and ] go through its choices;
  an empty one is no limit
Compare: x drops the last pin, X all.  Simulate: r runs, escape cancels.
ctrl+p palette, themes   ctrl+q leave
The keys of what has the focus now:
"""


class HelpScreen(ModalScreen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q,enter,question_mark", "leave", "Leave"),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("up,k", "move(-1)", "Up", show=False),
    ]

    def __init__(self, active: Mapping[str, ActiveBinding] | None = None) -> None:
        super().__init__()
        self._active = dict(active or {})

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help"):
            yield Static(TEXT + keys_of(self._active, self.app.get_key_display), markup=False)

    def action_move(self, by: int) -> None:
        self.query_one("#help").scroll_relative(y=by, animate=False)

    def action_leave(self) -> None:
        if self.is_current:  # a second key may come before the first is done
            self.dismiss(None)


def keys_of(active: Mapping[str, ActiveBinding], display: Callable[[Binding], str]) -> str:
    """The keys of the focused widget and what it lies in, as they are bound now, changed ones included."""
    lines: dict[tuple[str, str], list[str]] = {}
    for node, binding, enabled, _ in active.values():
        if enabled and binding.description and not isinstance(node, App):
            where = "" if isinstance(node, Screen) else type(node).__name__
            lines.setdefault((where, binding.description), []).append(display(binding))
    return "\n".join(f"  {', '.join(keys):<18} {says}" for (where, says), keys in lines.items() if where)
