"""Catalogs: GPUs, models and prices with every fact, source and date; and a way to add one's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Input, Static, TabbedContent, TabPane

from planner.errors import InputError
from tui.screens.ask import home
from tui.views.base import View
from tui.widgets.columns import Column, GridRow
from tui.widgets.grid import Grid
from tui.widgets.turning import Turning

GPUS = (
    Column("GPU", 30), Column("GiB", 6, ".0f"), Column("GB/s", 7, ",.0f"), Column("BF16", 7, ",.0f"),
    Column("FP8", 7, ",.0f"), Column("FP4", 7, ",.0f"), Column("W", 5, ",.0f"), Column("generation", 12),
)  # fmt: skip
MODELS = (
    Column("model", 50), Column("params B", 9, ",.1f"), Column("active B", 9, ",.1f"), Column("layers", 6, "d"),
    Column("context", 10, ",d"), Column("format", 12),
)  # fmt: skip
# Prices stand before what tells offers of one provider apart: of a line too long for the screen they are seen.
PRICES = (
    Column("provider", 14), Column("GPU", 18), Column("n", 4, ".0f"), Column("on demand", 10, ".2f"),
    Column("spot", 9, ".2f"), Column("1 year", 9, ".2f"), Column("machine", 32), Column("class", 11),
    Column("region", 14), Column("as of", 10),
)  # fmt: skip


KINDS = {"gpus": ("GPUs", GPUS), "models": ("Models", MODELS), "prices": ("Prices", PRICES)}


class CatalogsView(View):
    """Read once when first shown."""

    first = "#grid-gpus"
    lane = "catalog"
    with_form = False
    about_question = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("slash", "find", "Filter", id="filter-catalogs")]

    class Asked(Message):
        """The records of the catalogs."""

    @dataclass
    class Adopted(Message):
        """A file to take into the user's own catalog."""

        path: Path

    def __init__(self) -> None:
        super().__init__(id="catalogs")
        self._records: dict[str, list[Any]] = {}

    def compose(self) -> ComposeResult:
        yield Input(placeholder="filter: every word must occur", id="catalog-find", compact=True)
        with Turning(id="catalog-tabs"):
            for name, (title, columns) in KINDS.items():
                with TabPane(title, id=f"catalog-{name}"):
                    yield Grid(columns, id=f"grid-{name}", before="reading ...")
            with TabPane("Add your own", id="catalog-add"), VerticalScroll():
                yield Static(
                    "A model: a config.json, a checkpoint folder, a GGUF or safetensors file. GPUs: a TOML file of "
                    "[[accelerator]] tables. Prices: a CSV file with the columns of the shipped one. No code is run.",
                    markup=False,
                )
                yield Input(placeholder="path, then enter", id="adopt", compact=True)
                yield Static("", id="adopted", markup=False)
        with VerticalScroll(id="catalog-facts"):
            yield Static("", id="catalog-text", markup=False)

    def wake(self) -> None:
        if not self._records:
            self.post_message(self.Asked())

    def show_failure(self, text: str) -> None:
        self.show_adopted(text)

    def show(self, records: dict[str, list[Any]], rows: dict[str, list[GridRow]]) -> None:
        self._records = records
        for name, cells in rows.items():
            self.query_one(f"#grid-{name}", Grid).show(cells)
        self._tell()

    def show_adopted(self, text: str) -> None:
        self.query_one("#adopted", Static).update(text)

    def action_find(self) -> None:
        self.query_one("#catalog-find", Input).focus()

    @on(Input.Changed, "#catalog-find")
    def _filter(self, event: Input.Changed) -> None:
        event.stop()
        for grid in self.query(Grid):
            grid.filter(event.value)

    @on(Input.Changed, "#adopt")
    def _typing(self, event: Input.Changed) -> None:
        event.stop()

    @on(Input.Submitted, "#adopt")
    def _adopt(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            try:
                self.post_message(self.Adopted(home(event.value.strip())))
            except InputError as error:
                self.show_adopted(str(error))

    @on(Grid.Highlighted)
    def _moved(self, event: Grid.Highlighted) -> None:
        event.stop()
        self._tell()

    @on(TabbedContent.TabActivated)
    def _turned(self, event: TabbedContent.TabActivated) -> None:
        event.stop()
        self._tell()

    def _tell(self) -> None:
        name = self.query_one("#catalog-tabs", TabbedContent).active.removeprefix("catalog-")
        text = Text()
        self.query_one("#catalog-facts").display = name in KINDS
        if name in self._records:
            at = self.query_one(f"#grid-{name}", Grid).row
            if at is not None and at < len(self._records[name]):
                text = facts(self._records[name][at])
        self.query_one("#catalog-text", Static).update(text)


def facts(record: Any) -> Text:
    """Every stated field of a record, one a line."""
    data = record.model_dump(exclude_none=True, exclude_defaults=True)
    return Text("\n".join(_lines(data, "")))


def _lines(data: dict[str, Any], prefix: str) -> list[str]:
    found: list[str] = []
    for key, value in data.items():
        if isinstance(value, dict):
            found += _lines(value, f"{prefix}{key}.")
        elif isinstance(value, list | tuple) and value and isinstance(value[0], dict):
            for i, entry in enumerate(value, 1):
                found += _lines(entry, f"{prefix}{key}[{i}].")
        elif value not in (None, [], (), {}):
            text = "; ".join(str(v) for v in value) if isinstance(value, list | tuple) else str(value)
            found.append(f"{prefix}{key} = {text}")
    return found
