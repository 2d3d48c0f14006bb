"""The request as a form; a half-typed value is a state of its field, never an error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.timer import Timer
from textual.widgets import Input, Label

from planner.errors import InputError
from planner.inputs import Request, merge, parse_request

SETTLE_S = 0.05
FIELDS: tuple[tuple[str, str, str], ...] = (
    ("model", "Model", "model"),
    ("traffic.rate_per_s", "Requests a second", "number"),
    ("input_tokens.mean", "Input tokens, mean", "number"),
    ("output_tokens.mean", "Output tokens, mean", "number"),
    ("sla.ttft_p95_s", "TTFT p95 limit [s]", "optional"),
    ("sla.tpot_p95_s", "TPOT p95 limit [s]", "optional"),
    ("scope.gpus", "GPUs (comma separated; empty = all)", "list"),
    ("scope.formats", "Weight formats (empty = all)", "list"),
    ("scope.providers", "Providers (empty = all)", "list"),
    ("confidence", "Confidence", "number"),
)
EXAMPLE: dict[str, str] = {
    "model": "meta-llama/Llama-3.3-70B-Instruct",
    "traffic.rate_per_s": "8",
    "input_tokens.mean": "1155",
    "output_tokens.mean": "211",
    "sla.ttft_p95_s": "1.0",
    "sla.tpot_p95_s": "0.05",
    "confidence": "0.8",
}


class RequestForm(VerticalScroll):
    """Inputs for the request; posts Changed when typing settles."""

    @dataclass
    class Changed(Message):
        """The form's request, or None and what is still missing."""

        request: Request | None
        problem: str = ""

    def __init__(self, request: Request | None, models: list[str]) -> None:
        super().__init__(id="form")
        self._values = values_of(request) if request else EXAMPLE
        # What the form does not show (percentiles, limits) is kept from the opened workload.
        self._base = request.model_dump(exclude_none=True) if request else {}
        self._models = models
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        for key, label, kind in FIELDS:
            yield Label(label, markup=False)
            suggester = SuggestFromList(self._models, case_sensitive=False) if kind == "model" else None
            yield Input(
                self._values.get(key, ""),
                id=key.replace(".", "-"),
                compact=True,
                suggester=suggester,
                select_on_focus=False,
            )

    def on_mount(self) -> None:
        self._settled()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(SETTLE_S, self._settled)

    def _settled(self) -> None:
        texts = {key: self.query_one("#" + key.replace(".", "-"), Input).value.strip() for key, _, _ in FIELDS}
        wrong = [key for key, _, kind in FIELDS if not _typed_whole(texts[key], kind)]
        for key, _, _ in FIELDS:
            self.query_one("#" + key.replace(".", "-"), Input).set_class(key in wrong, "-invalid")
        if wrong:
            label = next(label for key, label, _ in FIELDS if key == wrong[0])
            self.post_message(self.Changed(None, f"{label}: not a whole value yet"))
            return
        try:
            self.post_message(self.Changed(request_from(texts, self._base)))
        except InputError as error:
            field = str(error).split(":")[0]
            for key, _, _ in FIELDS:
                self.query_one("#" + key.replace(".", "-"), Input).set_class(key == field, "-invalid")
            self.post_message(self.Changed(None, str(error)))


def _typed_whole(text: str, kind: str) -> bool:
    if kind in ("list", "optional") and not text:
        return True
    if kind in ("number", "optional"):
        try:
            float(text)
        except ValueError:
            return False
    return bool(text) or kind == "list"


def values_of(request: Request) -> dict[str, str]:
    """The form's texts for a request."""
    data = request.model_dump(exclude_none=True)
    values: dict[str, str] = {}
    for key, _, kind in FIELDS:
        node: Any = data
        for part in key.split("."):
            node = node.get(part) if isinstance(node, dict) else None
        if node is not None:
            values[key] = ", ".join(node) if kind == "list" else f"{node:g}" if isinstance(node, float) else str(node)
    return values


def request_from(texts: dict[str, str], base: dict[str, Any]) -> Request:
    """A request from the form's texts over what the opened workload held; raises InputError."""
    data = {k: v for k, v in base.items() if k not in ("model", "quality")}
    sla = {k: v for k, v in data.get("sla", {}).items() if f"sla.{k}" not in texts}
    data["sla"] = sla
    for key, _, kind in FIELDS:
        text = texts[key]
        if not text and kind == "optional":
            continue
        value: Any = text
        if kind in ("number", "optional"):
            value = float(text)
        elif kind == "list":
            value = [part.strip() for part in text.split(",") if part.strip()]
        *path, last = key.split(".")
        entry: dict[str, Any] = {last: value}
        for part in reversed(path):
            entry = {part: entry}
        data = merge(data, entry)
    return parse_request(data)
