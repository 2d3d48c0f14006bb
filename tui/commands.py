"""What stands after `:`: commands by name, what they take, and how a half-typed one may go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from planner.errors import InputError, closest
from planner.frozen import dataclass
from tui.fields import BY_KEY, INSTEAD, Field
from tui.widgets.columns import shortened
from tui.widgets.matches import best, goes_on

# Factors of a number's last letter.
SCALES = {"k": 1e3, "m": 1e6, "g": 1e9, "b": 1e9, "t": 1e12}
RATE = "traffic.rate_per_s"
MOST = 8
# Letters of what was typed that a message repeats.
MOST_QUOTED = 60


@dataclass(frozen=True, slots=True)
class ColonCommand:
    """A command: what it does, and what it takes: a field's value, a name of a kind, a path, any text or nothing; and
    whether it waits until the catalogs are read."""

    name: str
    says: str
    field: str = ""
    takes: str = ""
    waits: bool = False


def _field(name: str, key: str) -> ColonCommand:
    field = BY_KEY[key]
    return ColonCommand(name, field.label, key, waits=field.kind == "model" or bool(field.catalog))


COMMANDS = (
    _field("model", "model"), _field("rate", RATE), _field("users", "traffic.users"),
    _field("tokens", "traffic.tokens_per_month"), _field("preset", "traffic.preset"),
    _field("input", "input_tokens.mean"), _field("output", "output_tokens.mean"),
    _field("prefix", "traffic.prefix_hit"), _field("percentile", "percentile"), _field("ttft", "sla.ttft"),
    _field("tpot", "sla.tpot"), _field("e2e", "sla.e2e"), _field("gpu", "scope.gpus"),
    _field("format", "scope.formats"), _field("kv", "scope.kv_formats"), _field("engine", "scope.engines"),
    _field("provider", "scope.providers"), _field("rented", "scope.commitment"),
    _field("class", "scope.offer_classes"), _field("age", "scope.max_price_age_days"),
    _field("loss", "quality.max_loss_pct"), _field("spares", "limits.spare_replicas"),
    _field("max-usd", "limits.max_usd_per_hour"), _field("max-gpus", "limits.max_gpus"),
    _field("confidence", "confidence"),
    ColonCommand("set", "Any key of the workload file: KEY VALUE", takes="text"),
    ColonCommand("why", "Why not a GPU, format, engine or provider", takes="name", waits=True),
    ColonCommand("nearest", "Apply the nearest request that can be met"),
    ColonCommand("trace", "The trace that Simulate replays", takes="path"),
    ColonCommand("load", "Open a workload file", takes="path"), ColonCommand("save", "Save the workload", takes="path"),
    ColonCommand("deploy", "Save the deployment as it is started: FILE [TARGET]", takes="path"),
    ColonCommand("report", "Write a report: FILE.html, .pdf, .xlsx, .md or .json", takes="path", waits=True),
    ColonCommand("copy", "Copy the command that gives this answer"),
    ColonCommand("copy-deployment", "Copy the script that starts the winner"),
    ColonCommand("view", "Show a view", takes="view"), ColonCommand("theme", "Change the theme", takes="theme"),
    ColonCommand("history", "Go back to an earlier question"), ColonCommand("undo", "Take the last change back"),
    ColonCommand("redo", "Make it again"), ColonCommand("help", "The keys of what is focused"),
    ColonCommand("quit", "Leave"),
)  # fmt: skip
BY_NAME = {command.name: command for command in COMMANDS}


def parsed(text: str) -> tuple[ColonCommand, str]:
    """The command of a line, and what follows its name; a name may be cut short where only one begins so.

    >>> parsed("prov aws")[0].name, parsed("prov aws")[1]
    ('provider', 'aws')

    Raises InputError where none is meant.
    """
    name, _, rest = text.strip().partition(" ")
    begun = [command for command in COMMANDS if command.name.startswith(name.lower())]
    found = BY_NAME.get(name.lower()) or (begun[0] if name and len(begun) == 1 else None)
    if found is None:
        near = best(list(BY_NAME), name) or closest(name, BY_NAME)
        nearest = f"; nearest: {near[0]}" if name else ""
        raise InputError(f"{shortened(name, MOST_QUOTED) or ':'}: no such command{nearest}")
    return found, rest.strip()


def number_of(text: str) -> str:
    """A number with a factor as its last letter, written out.

    >>> number_of("50M"), number_of("1.5k"), number_of("0.05")
    ('50000000', '1500', '0.05')
    """
    factor = SCALES.get(text[-1:].lower(), 1.0)
    try:
        value = float(text[:-1] if factor > 1.0 else text) * factor
    except ValueError:
        return text
    return f"{value:.12g}"


def value_of(field: Field, text: str, names: Sequence[str]) -> str:
    """A field's text from what was typed: numbers written out, names as the catalogs have them."""
    if field.kind in ("number", "optional"):
        return number_of(text) if text else ""
    if field.kind == "list":
        return ", ".join(named(part.strip(), names) for part in text.split(",") if part.strip())
    # What goes on after the name of a model says how it is stored or tuned, which the planner reads.
    close = best(names, text, 1) if field.kind == "model" and not goes_on(names, text) else []
    return named((close or [text])[0], names) if text else ""


def named(text: str, names: Sequence[str]) -> str:
    """The name that a text is but for its case; else as typed: the planner knows short names, and says what is nearest
    to one that it does not know."""
    return next((name for name in names if name.lower() == text.lower()), text)


def set_field(texts: Mapping[str, str], key: str, value: str) -> dict[str, str]:
    """The texts with one changed; a rate, people and a volume take each other's place."""
    changed = {**texts, key: value}
    if value and key in (RATE, *INSTEAD):
        changed |= {other: "" for other in (RATE, *INSTEAD) if other != key}
    return changed


def completions(
    text: str, names: Mapping[str, Sequence[str]], paths: Callable[[str], Sequence[str]] = lambda _: (),
    usual: Mapping[str, str] | None = None,
) -> list[str]:  # fmt: skip
    """How a half-typed line may go on, best first: names of commands, then of what the command takes.

    names: by field key or by kind (`name`, `view`, `theme`); paths: those that go on from a half-typed one. Of a list
    the last one is completed.
    """
    word, space, rest = text.lstrip().partition(" ")
    if not space:
        begun = [command.name for command in COMMANDS if command.name.startswith(word.lower())]
        return (begun or best(list(BY_NAME), word, MOST))[:MOST]
    command = BY_NAME.get(word.lower())
    if command is not None and command.takes == "path":
        return [f"{word} {path}" for path in paths(rest)][:MOST]
    known = names.get(command.field or command.takes, ()) if command is not None else ()
    *before, last = rest.split(",") if command is not None and _several(command) else [rest]
    lead = f"{word} {','.join([*before, ''])}"
    last = last.strip()
    return [f"{lead}{name}" for name in (best(known, last, MOST, usual) if last else list(known)[:MOST])]


def _several(command: ColonCommand) -> bool:
    return bool(command.field) and BY_KEY[command.field].kind == "list"
