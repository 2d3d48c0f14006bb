"""What the keys do, on every view."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

# What stands between two keys, and between a key and a column of words; a space that no line is broken at.
KEYS_APART, SAYS = re.compile("(?<! ) {3}(?! )"), re.compile(" +\\S+(?:,? \\S+)* {4,}")
STAYS = "\u00a0"
# Cells that a line has at least.
WORD = 12
# No line is longer than the help is wide on a screen of 80 columns.
TEXT = """\
gpuplan: say what you must serve and how fast; the answer follows.
Letters are keys wherever no text is typed; escape leaves a field.

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


class HelpText(Static):
    """Lines that are broken where they mean to be, as wide as the screen is."""

    def __init__(self, text: str) -> None:
        super().__init__(text, markup=False)
        self._text = text

    def on_resize(self) -> None:
        self.update(folded(self._text, self.size.width))


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
            yield HelpText(TEXT + keys_of(self._active, self.app.get_key_display))

    def action_move(self, by: int) -> None:
        self.query_one("#help").scroll_relative(y=by, animate=False)

    def action_leave(self) -> None:
        if self.is_current:  # a second key may come before the first is done
            self.dismiss(None)


def folded(text: str, width: int) -> str:
    """Lines that are too wide are broken: between keys where there are several, else between words.

    >>> print(folded("  m model   g GPUs   c clouds", 18))
      m model   g GPUs
      c clouds
    """
    return "\n".join(line if len(line) <= width else _broken(line, width) for line in text.splitlines())


def _broken(line: str, width: int) -> str:
    """What follows goes under the text, where a key stands before it."""
    body = line.lstrip()
    first = len(line) - len(body)
    under = SAYS.match(line)
    if KEYS_APART.search(body):
        body = re.sub("(?<! ) (?! )", STAYS, body)
    found = textwrap.wrap(
        body, max(WORD, width), initial_indent=" " * first, subsequent_indent=" " * (under.end() if under else first)
    )
    return "\n".join(found).replace(STAYS, " ")


def keys_of(active: Mapping[str, ActiveBinding], display: Callable[[Binding], str]) -> str:
    """The keys of the focused widget and what it lies in, as they are bound now, changed ones included."""
    lines: dict[tuple[str, str], list[str]] = {}
    for node, binding, enabled, _ in active.values():
        if enabled and binding.description and not isinstance(node, App):
            where = "" if isinstance(node, Screen) else type(node).__name__
            lines.setdefault((where, binding.description), []).append(display(binding))
    return "\n".join(f"  {', '.join(keys):<18} {says}" for (where, says), keys in lines.items() if where)
