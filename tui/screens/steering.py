"""One key, one intention: pickers, the line after `:`, jumps, knobs, undo, and the questions of before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from planner.errors import PlannerError
from tui.commands import MOST_QUOTED, ColonCommand, named, parsed, set_field, value_of
from tui.fields import BY_KEY, stepped
from tui.nearest import nearest_texts
from tui.screens.answer import PlanScreen
from tui.screens.ask import home
from tui.screens.command import CommandLine
from tui.screens.help import HelpScreen
from tui.screens.jump import Jump, targets
from tui.screens.picker import Picker
from tui.session import PastQuestion
from tui.views.plan import PlanView
from tui.widgets.columns import shortened

if TYPE_CHECKING:
    from planner.answers import Infeasible

RATE = "traffic.rate_per_s"


def key(keys: str, action: str, says: str, *, show: bool = False) -> Binding:
    """A binding that a configuration file may give other keys: its name there is its action, `pick-model` say."""
    name = action.replace("('", "-").replace("')", "").replace("(", "-").replace(")", "").strip("-").strip()
    return Binding(keys, action, says, show=show, id=name)


class SteeredScreen(PlanScreen):
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

    # Names to choose from, by field key or kind; empty until the catalogs are read.
    names: Mapping[str, Sequence[str]] = {}
    # The name among these that another name alone means.
    usual: Mapping[str, str] = {}
    # The number that `+` and `-` step where no field has the focus.
    knob = RATE

    def offer(
        self, models: Sequence[str], choices: Mapping[str, Sequence[str]], usual: Mapping[str, str]
    ) -> None:  # fmt: skip
        """Take the names of the catalogs, for pickers and completions."""
        self.usual = usual
        fields = {f.key: choices.get(f.catalog, f.choices) for f in BY_KEY.values() if f.catalog or f.choices}
        every = [name for kind in ("gpus", "formats", "engines", "providers") for name in choices.get(kind, ())]
        self.names = {
            **self.names, **fields, "model": list(models), "name": every, "theme": sorted(self.app.available_themes),
        }  # fmt: skip

    def change(self, texts: Mapping[str, str]) -> None:
        """Another question: in the session, in the form, and asked."""
        if self.session.change(texts):
            self.put()

    def action_pick(self, name: str) -> None:
        field, chosen = BY_KEY[name], self.session.texts[name]
        several = field.kind == "list"

        def picked(names: tuple[str, ...] | None) -> None:
            if names is not None:
                self.change({**self.session.texts, name: ", ".join(names)})

        before = [part.strip() for part in chosen.split(",")] if several else [chosen]
        picker = Picker(field.label, self.names.get(name, ()), before, several=several, usual=self.usual)
        self.app.push_screen(picker, picked)

    def action_command(self, text: str) -> None:
        self.app.push_screen(CommandLine(self.names, text, self.session.root, self.usual), self._commanded)

    def _commanded(self, line: str | None) -> None:
        if line is None:
            return
        try:
            self.obey(*parsed(line.removeprefix(":")))
        except PlannerError as error:
            self.notify(str(error), severity="error", timeout=8, markup=False)

    def obey(self, command: ColonCommand, rest: str) -> None:
        """Carry a command out. Raises PlannerError where what follows it is wrong."""
        if command.field:
            field = BY_KEY[command.field]
            value = value_of(field, rest, self.names.get(command.field, ()))
            if field.kind in ("number", "optional"):
                self.knob = command.field
            self.change(set_field(self.session.texts, command.field, value))
            return
        self._doers()[command.name](rest)

    def _doers(self) -> dict[str, Callable[[str], Any]]:
        """What each command without a field does."""
        return {
            "set": self._set, "why": self.ask_why, "load": lambda t: self._open(home(t)),
            "save": lambda t: self._save(home(t)), "theme": self._theme, "nearest": lambda _: self.action_nearest(),
            "history": lambda _: self.action_history(), "undo": lambda _: self.action_undo(),
            "redo": lambda _: self.action_redo(), "help": lambda _: self.action_help(),
            "quit": lambda _: self.app.exit(),
        }  # fmt: skip

    def _set(self, text: str) -> None:
        name, _, value = text.partition(" ")
        self.session.set(name, toml_value(value.strip()))
        self.put()

    def _theme(self, name: str) -> None:
        if name in self.app.available_themes:
            self.app.theme = name
        else:
            said = shortened(name, MOST_QUOTED) or "theme"
            self.notify(f"{said}: one of {', '.join(sorted(self.app.available_themes))}", markup=False)

    def ask_why(self, name: str) -> None:
        """Bring the plan to the front with the reason."""
        self.show_view("plan")
        self.query_one(PlanView).ask_why(named(name, self.names.get("name", ())))

    def show_view(self, name: str) -> None:
        raise NotImplementedError

    def action_nearest(self) -> None:
        """Set what an infeasible answer names as the nearest request that can be met."""
        answer = self._infeasible()
        texts = None if answer is None else nearest_texts(answer, self.session.texts)
        if texts is None:
            self.notify("nothing to apply: the answer names no nearest request in figures", severity="warning")
        else:
            self.change(texts)

    def _infeasible(self) -> Infeasible | None:
        """The answer that is seen, where it is one that says what is nearest."""
        answer = self._answer if self._question is not None else None
        return answer if answer is not None and answer.status == "infeasible" else None

    def action_step(self, by: int) -> None:
        field = BY_KEY[self.knob]
        self.change({**self.session.texts, self.knob: stepped(field, self.session.texts[self.knob], by > 0)})

    def action_undo(self) -> None:
        if self.session.undo():
            self.put()

    def action_redo(self) -> None:
        if self.session.redo():
            self.put()

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


def toml_value(text: str) -> Any:
    """A value as a workload file has it; what is none is a text; nothing takes the key away.

    >>> toml_value("0.5"), toml_value("[1, 2]"), toml_value("aws"), toml_value("")
    (0.5, [1, 2], 'aws', None)
    """
    import tomllib

    if not text:
        return None
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def path_of(text: str, usual: str) -> Path:
    """The path of a command, or the usual one. Raises InputError."""
    return home(text.strip() or usual)
