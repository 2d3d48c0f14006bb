"""The workload form; a half-typed value is a state of its field, never an error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.widgets import Input, Label

from tui.fields import BY_ID, BY_KEY, FIELDS, Field, cycled, half_typed, hidden_keys, stepped
from tui.widgets.framed import Framed
from tui.widgets.matches import Matches

# Fields as the messages of errors call them, where they do so by another name.
SPELT = {
    "gpu": "scope.gpus", "format": "scope.formats", "kv format": "scope.kv_formats", "engine": "scope.engines",
    "scope": "scope.commitment", "input_tokens": "input_tokens.mean", "output_tokens": "output_tokens.mean",
}  # fmt: skip


class FieldInput(Input):
    """One field: `+` and `-` step a number, `[` and `]` go through the choices."""

    # As wide as the form whatever it holds: another value needs no new layout of the screen.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)

    def __init__(self, field: Field, value: str) -> None:
        super().__init__(value, id=field.id, compact=True, select_on_focus=False)
        self.field = field
        self.choices: tuple[str, ...] = field.choices
        self.stepped = False
        self.tooltip = field.label

    def on_key(self, event: events.Key) -> None:
        up = {"plus": True, "minus": False}.get(event.key)
        forward = {"right_square_bracket": True, "left_square_bracket": False}.get(event.key)
        if up is not None and self.field.kind in ("number", "optional") and not self.value.lower().endswith("e"):
            self._take(event, stepped(self.field, self.value, up))
        elif forward is not None and self.choices:
            self._take(event, cycled(self.choices, self.value, forward))
        elif event.key == "down" and self.field.kind == "model":
            self.screen.query_one(Matches).focus()

    def _take(self, event: events.Key, text: str) -> None:
        event.stop()
        event.prevent_default()
        self.stepped = text != self.value
        self.value = text
        self.cursor_position = len(text)


class Form(VerticalScroll, Framed):
    """All fields; posts Changed with their texts at every key."""

    @dataclass
    class Changed(Message):
        """The texts, the first field that holds no whole value yet, and the field that letters are typed into."""

        texts: dict[str, str]
        half: Field | None
        typed: str = ""

    def __init__(self, texts: Mapping[str, str], base: Mapping[str, Any] | None = None) -> None:
        super().__init__(id="form")
        self._hidden = hidden_keys(base or {})
        self._last = "model"
        self._texts = dict(texts)
        self._models: list[str] = []
        self._problem = ""

    def compose(self) -> ComposeResult:
        for field in FIELDS:
            yield Label(field.short, markup=False, classes="-wide" if field.kind == "model" else "")
            yield FieldInput(field, self._texts.get(field.key, ""))
            if field.kind == "model":
                yield Matches()
        yield Label("", id="form-problem", markup=False)
        yield Label("", id="form-hidden", markup=False)

    def offer(self, models: list[str], choices: Mapping[str, tuple[str, ...]]) -> None:
        """Names for the fuzzy search and the choices of `[` and `]`, once the catalogs are read."""
        self._models = models
        for field in FIELDS:
            if field.catalog:
                self._input(field).choices = choices.get(field.catalog, ())

    def stand_aside(self, away: bool) -> None:
        """Whether it leaves its room to the view. A class would have the styles of all its fields found anew."""
        if away:
            self.styles.display = "none"
        elif self.styles.inline.clear_rule("display"):
            self.refresh(layout=True)

    def texts(self) -> dict[str, str]:
        return {field.key: self._input(field).value for field in FIELDS}

    def put(self, texts: Mapping[str, str]) -> None:
        """Show other texts; who hears of the change knows them already."""
        for field in FIELDS:
            self._input(field).value = texts.get(field.key, "")

    def problem(self, text: str) -> None:
        """Show what is wrong at the field it names; an empty text takes the marks away."""
        if text == self._problem:
            return
        self._problem = text
        name = text.partition(":")[0].strip() if text else ""
        field = _field_of(name)
        self._mark(field)
        label = self.query_one("#form-problem", Label)
        label.update(text)
        label.display = bool(text)
        if text:
            self.move_child(label, after=self._input(field or FIELDS[0]))

    def _mark(self, wrong: Field | None) -> None:
        for field in FIELDS:
            self._input(field).set_class(field is wrong, "-wrong")

    def tell_hidden(self, base: Mapping[str, Any]) -> None:
        """Name what the file holds beside the form: it acts, too."""
        hidden = hidden_keys(base)
        if hidden != self._hidden:
            self._hidden = hidden
            self._tell_hidden()

    def _tell_hidden(self) -> None:
        label = self.query_one("#form-hidden", Label)
        label.update(f"also acts, `:set` changes it: {', '.join(self._hidden)}")
        label.display = bool(self._hidden)

    def enter(self) -> None:
        """The focus to the field that had it last."""
        self.query_one(f"#{BY_KEY[self._last].id}", FieldInput).focus()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if isinstance(event.widget, FieldInput):
            self._last = event.widget.field.key

    def on_mount(self) -> None:
        self.border_title = "question (q)"
        self.query_one("#form-problem").display = False
        self._tell_hidden()

    def _input(self, field: Field) -> FieldInput:
        return self.query_one("#" + field.id, FieldInput)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if event.input.id not in BY_ID:
            return
        texts = self.texts()
        if event.input.id == "model" and self._models:
            self.query_one(Matches).show(self._models, event.value if event.input.has_focus else "")
        half = half_typed(texts)
        self._mark(half)
        field = self.query_one(f"#{event.input.id}", FieldInput)
        self.post_message(self.Changed(texts, half, "" if field.stepped else field.field.key))
        field.stepped = False

    @on(Matches.Picked)
    def _picked(self, event: Matches.Picked) -> None:
        event.stop()
        field = self.query_one("#model", FieldInput)
        field.value = event.name
        field.focus()
        self.query_one(Matches).show([], "")


def _field_of(name: str) -> Field | None:
    """The field that an error names; limits on latency are keyed by percentile there."""
    key = SPELT.get(name, name)
    return BY_KEY.get(key) or next((f for f in FIELDS if f.key.startswith("sla.") and name.startswith(f.key)), None)
