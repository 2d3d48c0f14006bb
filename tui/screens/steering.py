"""One key, one intention: pickers, jumps, knobs, undo, and the questions of before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from planner.errors import InputError
from tui.fields import BY_KEY, stepped
from tui.nearest import nearest_texts
from tui.screens.commanding import CommandedScreen
from tui.screens.help import HelpScreen
from tui.screens.jump import Jump, targets
from tui.screens.picker import Picker
from tui.session import PastQuestion
from tui.views.plan import PlanView
from tui.widgets.matches import best

if TYPE_CHECKING:
    from planner.answers import Infeasible


def key(keys: str, action: str, says: str, *, show: bool = False) -> Binding:
    """A binding that a configuration file may give other keys: its name there is its action, `pick-model` say."""
    name = action.replace("('", "-").replace("')", "").replace("(", "-").replace(")", "").strip("-").strip()
    return Binding(keys, action, says, show=show, id=name)


class SteeredScreen(CommandedScreen):
    """Changes the question by keys of one letter; letters that are typed into a field are text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("colon", "command('')", "Command", show=True),
        key("m", "pick('model')", "Model", show=True),
        key("g", "pick('scope.gpus')", "GPUs", show=True),
        key("c", "pick('scope.providers')", "Clouds", show=True),
        key("w", "pick('scope.formats')", "Weight formats"),
        key("v", "pick('scope.kv_formats')", "KV formats"),
        key("e", "pick('scope.engines')", "Engines"),
        key("o", "pick('scope.commitment')", "Terms of offers"),
        key("r", "command('rate ')", "Rate", show=True),
        key("t", "command('ttft ')", "Limit on TTFT"),
        key("T", "command('tpot ')", "Limit on TPOT"),
        key("W", "command('why ')", "Why", show=True),
        key("n", "nearest", "Nearest that can be met"),
        key("plus,equals_sign", "step(1)", "The last number one step up"),
        key("minus", "step(-1)", "The last number one step down"),
        key("u", "undo", "Undo"),
        key("U", "redo", "Redo"),
        key("h", "history", "Earlier questions"),
        key("f", "jump", "Jump"),
        key("question_mark", "help", "Keys", show=True),
        key("q", "panel('form')", "The question"),
        key("a", "panel('candidates')", "The candidates"),
        key("d", "panel('sides')", "The details"),
        key("z", "zoom", "One panel alone"),
    ]

    def action_pick(self, name: str) -> None:
        field, chosen = BY_KEY[name], self.session.texts[name]
        several = field.kind == "list"
        before = [part.strip() for part in chosen.split(",")] if several else [chosen]
        names = self.names.get(name) or field.choices or None
        picker = Picker(field.label, names, before, several=several, usual=self.usual, field=name)

        def picked(names: tuple[str, ...] | None) -> None:
            if names is not None and picker.early:
                self.hold(f"{field.label}: {picker.early}", lambda: self._pick_found(name, names, picker.early))
            elif names is not None:
                self._pick(name, names)

        self.app.push_screen(picker, picked)

    def _pick(self, name: str, names: Sequence[str]) -> None:
        self.change({**self.session.texts, name: ", ".join(names)})

    def _pick_found(self, name: str, checked: Sequence[str], letters: str) -> None:
        """What some letters mean, now that there are names; beside those that were checked where several may be."""
        found = best(self.names[name], letters, 1, self.usual)
        if not found:
            raise InputError(f"{letters}: no such name of {BY_KEY[name].label}")
        self._pick(name, [*checked, *found] if BY_KEY[name].kind == "list" else found)

    def _doers(self) -> dict[str, Callable[[str], Any]]:
        return super()._doers() | {
            "nearest": lambda _: self.action_nearest(), "history": lambda _: self.action_history(),
            "undo": lambda _: self.action_undo(), "redo": lambda _: self.action_redo(),
            "help": lambda _: self.action_help(),
        }  # fmt: skip

    def action_nearest(self) -> None:
        """Set what an infeasible answer names as the nearest request that can be met."""
        answer = self._infeasible()
        texts = None if answer is None else nearest_texts(answer, self.session.texts)
        if texts is None:
            why = self.unanswered or "the answer names no nearest request in figures"
            self.notify(f"nothing to apply: {why}", severity="warning", markup=False)
        else:
            self.change(texts)

    def _infeasible(self) -> Infeasible | None:
        """The answer to the question as it stands, where it is one that says what is nearest."""
        answer = self.answer
        return answer if answer is not None and answer.status == "infeasible" else None

    def action_step(self, by: int) -> None:
        field = BY_KEY[self.knob]
        self.change({**self.session.texts, self.knob: stepped(field, self.session.texts[self.knob], by > 0)})

    def action_undo(self) -> None:
        if self.session.undo():
            self.put()
        else:
            self.notify("nothing to take back")

    def action_redo(self) -> None:
        if self.session.redo():
            self.put()
        else:
            self.notify("nothing to make again")

    def action_history(self) -> None:
        """The questions of before, the last one first."""
        asked = {f"{n}. {each.said}": each for n, each in enumerate(reversed(self.session.asked), 1)}
        if not asked:
            self.notify("no question was answered before this one")
            return

        def picked(names: tuple[str, ...] | None) -> None:
            if names:
                self._back_to(asked[names[0]])

        self.app.push_screen(Picker("Earlier questions", list(asked)), picked)

    def _back_to(self, asked: PastQuestion) -> None:
        if asked.question != self.session.whole():
            self.session.take(asked.question)
            self.put()

    def action_jump(self) -> None:
        def jumped(widget: Widget | None) -> None:
            if widget is not None:
                widget.focus()

        self.app.push_screen(Jump(targets(self)), jumped)

    def action_panel(self, name: str) -> None:
        """Go to a panel of the plan, or to the form."""
        if name == "form":
            self.show_form()
        else:
            self.show_view("plan")
            self.query_one(PlanView).go_to(name)

    def show_form(self) -> None:
        raise NotImplementedError

    def action_zoom(self) -> None:
        """The focused panel over the whole screen, and back."""
        if self.maximized is not None:
            self.minimize()
        elif self.focused is not None and not isinstance(self.focused, Input):
            self.maximize(self.focused)

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(self.active_bindings))
