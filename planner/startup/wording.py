"""How engines word their lines, by version. Reads `wording.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Annotated, Any

from pydantic import Field

from hardware_db.schema import Accelerator, Date
from planner.frozen import dataclass
from planner.physics.engines import Engine, engines
from planner.physics.versions import reached
from planner.shipped import record_of, records_of, shipped_toml

DATA = Path(__file__).with_name("wording.toml")
LineTexts = Annotated[tuple[str, ...], Field(strict=False)]


@dataclass(frozen=True)
class Era:
    """The lines of an engine from a version on."""

    engine: str
    since: str
    released: Date
    lines: LineTexts

    @property
    def consumed(self) -> bool:
        """Whether weights and non-torch memory are printed as one, and the estimate of graphs within the peak."""
        return any("{consumed_gib" in line for line in self.lines)


@dataclass(frozen=True)
class Wording:
    """All of `wording.toml`."""

    checked: Date
    sources: LineTexts
    devices: dict[str, str]
    era: Annotated[tuple[Era, ...], Field(strict=False)]


@cache
def _file() -> Wording:
    tables = shipped_toml(DATA)
    return record_of(Wording, tables, era=records_of(Era, tables["era"]))


def device_of(gpu: Accelerator) -> str:
    """How llama.cpp names a device of the maker of a GPU, without the number."""
    return _file().devices.get(gpu.maker, "Vulkan")


def era_of(engine: Engine) -> Era | None:
    """The newest wording that an engine has reached at its version; None for engines whose lines are not known."""
    version = engine.settings.engine_version
    if engine.ggml:
        # Ollama prints the lines of the llama.cpp inside.
        build = engine.ggml_build
        own, version = _ggml(), f"b{build}" if build is not None else version
    else:
        own = engine.id
    eras = [era for era in _file().era if era.engine == own]
    known = [era for era in eras if version is None or reached(version, era.since, era.released)]
    return next(iter(reversed(known or eras[:1])), None)


def _ggml() -> str:
    """The engine whose lines those that run its code print."""
    return next(engine.id for engine in engines().values() if engine.stores_gguf)


class Rounded(Formatter):
    """Formats of Python, and `r`: at most two digits after the point."""

    def format_field(self, value: Any, format_spec: str) -> str:
        return str(round(float(value), 2)) if format_spec == "r" else str(super().format_field(value, format_spec))


def worded(era: Era, values: Mapping[str, float | str | None]) -> list[str]:
    """The lines of an era whose every figure is there."""
    formatter, known = Rounded(), {name: value for name, value in values.items() if value is not None}
    return [
        formatter.vformat(line, (), known)
        for line in era.lines
        if all(name is None or name in known for _, name, _, _ in formatter.parse(line))
    ]
