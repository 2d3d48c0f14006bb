"""The question in one line, for a screen without room for the form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text
from textual.app import RenderResult
from textual.widget import Widget

from planner.request.metrics import METRICS
from tui.fields import hidden_keys
from tui.widgets.lines import fitted

LOADS = (("traffic.rate_per_s", "/s"), ("traffic.users", " users"), ("traffic.tokens_per_month", " tokens a month"))


class QuestionLine(Widget):
    """Model, load, lengths, limits and scope; what it has no room for is in the form."""

    def __init__(self, texts: Mapping[str, str], base: Mapping[str, Any]) -> None:
        super().__init__(id="question")
        self._parts = parts_of(texts, base)

    def show(self, texts: Mapping[str, str], base: Mapping[str, Any]) -> None:
        self._parts = parts_of(texts, base)
        self.refresh()

    def render(self) -> RenderResult:
        forms = tuple("; ".join(self._parts[:n]) for n in range(len(self._parts), 0, -1))
        return Text(fitted(forms, self.content_size.width), no_wrap=True)


def parts_of(texts: Mapping[str, str], base: Mapping[str, Any]) -> list[str]:
    """What is asked, the most important first; keys that the form does not show are named."""
    model = texts["model"].rpartition("/")[2] or "any model"
    load = next((f"{texts[key]}{unit}" for key, unit in LOADS if texts[key]), texts["traffic.preset"])
    limits = ", ".join(f"{name} {texts[f'sla.{name}']} s" for name in METRICS if texts[f"sla.{name}"])
    lengths = f"{texts['input_tokens.mean'] or '-'} in, {texts['output_tokens.mean'] or '-'} out"
    scope = [texts[f"scope.{name}"] for name in ("gpus", "formats", "providers", "engines") if texts[f"scope.{name}"]]
    hidden = hidden_keys(base)
    also = [f"also {', '.join(hidden)}"] if hidden else []
    return [
        f"{model}, {load}", f"{texts['percentile']} {limits or 'no limit'}", *also,
        *scope, lengths, texts["scope.commitment"] or "on_demand",
    ]  # fmt: skip
