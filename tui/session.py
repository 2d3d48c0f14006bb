"""What the app remembers: the workload with what was done to it, the questions asked, the pinned candidates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.frozen import dataclass
from planner.request.metrics import METRICS
from tui.fields import BY_KEY, EXAMPLE, data_of, rest_of, texts_of, with_key
from tui.root import Root

if TYPE_CHECKING:
    from planner.answers import Infeasible, Plan
    from planner.plan.candidate import Details
    from planner.request.request import Request

LOADS = (("traffic.rate_per_s", "/s"), ("traffic.users", "users"), ("traffic.tokens_per_month", "tokens a month"))
HISTORY = 500
PINS = 4
ASKED = 50


@dataclass(frozen=True, slots=True)
class Pin:
    """A candidate that is kept for comparison, and the question that it answers."""

    found: Details
    question: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PastQuestion:
    """A question that was answered: the workload, and its answer in a few words."""

    question: dict[str, Any]
    said: str


@dataclass(frozen=True, slots=True)
class Edit:
    """All that undo takes back: the form's texts, what the file holds beside them, that file, and the pins."""

    texts: dict[str, str]
    base: dict[str, Any]
    path: Path | None
    pins: tuple[Pin, ...] = ()


class Session:
    """One workload under edit."""

    def __init__(
        self, data: Mapping[str, Any] | None = None, path: Path | None = None, root: Root | None = None
    ) -> None:
        self.root = root or Root()
        self._now = Edit(
            texts_of(data) if data else dict.fromkeys(BY_KEY, "") | EXAMPLE, rest_of(data) if data else {}, path
        )
        self.asked: list[PastQuestion] = []
        self._past: list[Edit] = []
        self._future: list[Edit] = []
        self._typing = ""

    @property
    def texts(self) -> dict[str, str]:
        return self._now.texts

    @property
    def base(self) -> dict[str, Any]:
        return self._now.base

    @property
    def path(self) -> Path | None:
        return self._now.path

    @property
    def edited(self) -> bool:
        """Whether it is another question than the first."""
        return bool(self._past)

    @property
    def pins(self) -> tuple[Pin, ...]:
        return self._now.pins

    def change(self, texts: Mapping[str, str], *, typed: str = "") -> bool:
        """Take new texts; whether they differ from the present ones.

        typed: the field that is typed in; its letters are one edit until another is made.
        """
        if dict(texts) == self.texts:
            return False
        state = replace(self._now, texts=dict(texts))
        if typed and typed == self._typing:
            self._future, self._now = [], state
        else:
            self._to(state)
        self._typing = typed
        return True

    def _to(self, state: Edit) -> None:
        self._past = [*self._past[-HISTORY + 1 :], self._now]
        self._future, self._now = [], state
        self._typing = ""

    def undo(self) -> bool:
        self._typing = ""
        if not self._past:
            return False
        self._future.append(self._now)
        self._now = self._past.pop()
        return True

    def redo(self) -> bool:
        self._typing = ""
        if not self._future:
            return False
        self._past.append(self._now)
        self._now = self._future.pop()
        return True

    def data(self) -> dict[str, Any]:
        return data_of(self.texts, self.base)

    def whole(self) -> dict[str, Any] | None:
        """The same; None where a number is half typed."""
        from planner.errors import InputError

        try:
            return self.data()
        except InputError:
            return None

    def last_whole(self) -> dict[str, Any] | None:
        """The question as it stands, or as it stood before a number was half typed."""
        from planner.errors import InputError

        for state in (self._now, *reversed(self._past)):
            try:
                return data_of(state.texts, state.base)
            except InputError:
                continue
        return None

    def request(self) -> Request:
        """The request as typed; raises InputError."""
        from planner.request.reading import parse_request

        data = self.data()
        self.root.check(data)
        return parse_request(data)

    def pin(self, found: Details) -> bool:
        """Keep a candidate for comparison; whether there was room."""
        if len(self.pins) >= PINS:
            return False
        self.keep((*self.pins, Pin(found, self.data())))
        return True

    def keep(self, pins: tuple[Pin, ...]) -> None:
        """These are the pins from now on."""
        if pins != self.pins:
            self._to(replace(self._now, pins=pins))

    def note(self, said: str) -> None:
        """The present question was answered: it goes to the end of those asked, once."""
        question = self.data()
        others = [asked for asked in self.asked if asked.question != question]
        self.asked = [*others[-ASKED + 1 :], PastQuestion(question, said)]

    def take(self, data: Mapping[str, Any]) -> None:
        """Another question in the place of this one; its pins stay."""
        self._to(replace(self._now, texts=texts_of(data), base=rest_of(data)))

    def set(self, key: str, value: Any) -> None:
        """Put any key of the workload file, shown in the form or not; None takes it away. Raises PlannerError, and
        changes nothing, where the file would not be taken."""
        from planner.request.reading import parse_request

        data = with_key(self.data(), key, value)
        self.root.check(data)
        parse_request(data)
        self.take(data)

    def open(self, path: Path) -> None:
        """Take a workload file; raises InputError and changes nothing where it is none."""
        from planner.errors import InputError
        from planner.request.reading import parse_request, read_toml

        data = read_toml(self.root.read(path))
        self.root.check(data)
        if "workloads" in data:
            raise InputError(f"{path}: several workloads are planned by `gpuplan plan --workload`")
        parse_request(data, where=f"{path}: ")
        self._to(Edit(texts_of(data), rest_of(data), path, self.pins))

    def save(self, path: Path) -> Path | None:
        """Write the workload; the file is the old or the new one at every moment. Where the one that was there is kept,
        None where there was none. Raises PlannerError."""
        import tomli_w

        from planner.writing import keep_old, replacing

        self.request()
        target = self.root.write(path)
        old = keep_old(target)
        with replacing(target) as out:
            out.write(tomli_w.dumps(self.data()))
        self._saved_as(path)
        return old

    def _saved_as(self, path: Path) -> None:
        """The file of this workload, in its earlier and later states, too."""
        base = self.base
        self._now = replace(self._now, path=path)
        for states in (self._past, self._future):
            states[:] = [replace(s, path=path) if s.base is base else s for s in states]


def said_of(texts: Mapping[str, str], answer: Plan | Infeasible) -> str:
    """A question and its answer in a few words."""
    load = next((f"{texts[key]} {unit}" for key, unit in LOADS if texts[key]), texts["traffic.preset"])
    limits = ", ".join(f"{name} {texts[f'sla.{name}']} s" for name in METRICS if texts[f"sla.{name}"])
    found = "infeasible"
    if answer.status == "feasible":
        c = answer.cluster
        found = f"${c.cost.usd_per_hour:,.2f}/h, {c.gpus} x {c.machine.gpu}"
    model = texts["model"].rpartition("/")[2] or "any model"
    return f"{model}, {load}, {texts['scope.gpus'] or 'any GPU'}, {limits or 'no limit'}: {found}"
