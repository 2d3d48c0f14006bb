"""What the keys do, on every view."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

TEXT = """\
gpuplan: say what you must serve and how fast; the answer follows every key.

Everywhere
  F2 Plan   F3 Quantization   F4 Compare   F5 Money   F6 Simulate   F7 Catalogs
  tab, shift+tab    next and last field        ctrl+p   command palette, themes
  ctrl+z, ctrl+y    undo and redo              ctrl+s   save as a workload file
  ctrl+b            hide or show the form      ctrl+o   open a workload file
  F1                this page                  ctrl+q   leave

In the form
  + and -           a number one step up or down (ten steps to a decade)
  [ and ]           the last or next GPU, format, engine, preset, percentile ...
  model             letters in order suffice; the list below takes down and enter
  an empty field    no limit, or everything the catalogs hold

In tables
  arrows, page keys   move       s, S       sort by the next column, turn the order
  click a title       sort       enter, p   pin the candidate for Compare (Plan)
  /                   filter     y          copy the start command (Plan)

Compare: x drops the last pin, X all.   Simulate: r runs, escape cancels.
The same file works with `gpuplan plan --workload FILE`, `quant`, `tco` and `simulate`.
"""


class HelpScreen(ModalScreen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q,enter", "leave", "Leave")]

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help"):
            yield Static(TEXT, markup=False)

    def action_leave(self) -> None:
        if self.is_current:  # a second key may come before the first is done
            self.dismiss(None)
