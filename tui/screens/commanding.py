"""Lines after `:`, what they change, and the names that they and the pickers choose from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from planner.errors import PlannerError
from tui.commands import MOST_QUOTED, ColonCommand, named, parsed, set_field, value_of
from tui.fields import BY_KEY
from tui.screens.answer import PlanScreen
from tui.screens.ask import home
from tui.screens.command import CommandLine
from tui.screens.picker import Picker
from tui.session import Session
from tui.views.plan import PlanView
from tui.widgets.columns import shortened

RATE = "traffic.rate_per_s"


class CommandedScreen(PlanScreen):
    """Takes lines; one that needs the catalogs is held until they are read."""

    # Names to choose from, by field key or kind; those of the catalogs once these are read.
    names: Mapping[str, Sequence[str]] = {}
    # The name among these that another name alone means.
    usual: Mapping[str, str] = {}
    # The number that `+` and `-` step where no field has the focus.
    knob = RATE

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._held: list[Callable[[], object]] = []

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
        for screen in self.app.screen_stack:
            if isinstance(screen, CommandLine):
                screen.offer(self.names, usual)
            elif isinstance(screen, Picker) and screen.field:
                screen.offer(self.names[screen.field], usual)

    def change(self, texts: Mapping[str, str]) -> None:
        """Another question: in the session, in the form, and asked."""
        if self.session.change(texts):
            self.put()

    def action_command(self, text: str) -> None:
        self.app.push_screen(CommandLine(self.names, text, self.session.root, self.usual), self._commanded)

    def _commanded(self, line: str | None) -> None:
        if line is not None:
            with self._errors_told():
                self._take(*parsed(line.removeprefix(":")))

    def _take(self, command: ColonCommand, rest: str) -> None:
        if command.waits and self.waits_for:
            self.hold(f":{command.name} {rest}", partial(self.obey, command, rest))
        else:
            self.obey(command, rest)

    def hold(self, said: str, act: Callable[[], object]) -> None:
        """Do it once the catalogs are read."""
        self._held.append(act)
        self.notify(f"{said} waits: {self.waits_for}", markup=False)

    def do_held(self) -> None:
        """What was asked for before the catalogs were read."""
        held, self._held = self._held, []
        for act in held:
            with self._errors_told():
                act()

    @contextmanager
    def _errors_told(self) -> Iterator[None]:
        try:
            yield
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
            "save": lambda t: self._save(home(t)), "theme": self._theme, "quit": lambda _: self.app.exit(),
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
