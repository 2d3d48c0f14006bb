"""The public lists that are read, and where they lie. Reads `sources.toml`."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from hardware_db.schema import OfferClass
from planner.dates import real_date
from planner.errors import InputError, closest
from planner.request.strict import Strict
from planner.shipped import shipped_toml

DATA = Path(__file__).with_name("sources.toml")


class Source(Strict):
    """One list: of which provider, below which path, and how its names are read (see the head of the file)."""

    provider: str
    offer_class: OfferClass
    path: str
    region: str | None = None
    renamed: tuple[tuple[str, str], ...] = ()
    gpus: dict[str, str] = Field(default_factory=dict)
    machine: str | None = None

    def named(self, machine: str, gpu: str, count: float) -> str | None:
        """Our name of a machine; None where its GPU is none of those that are known."""
        if self.machine is None:
            for theirs, ours in self.renamed:
                machine = machine.replace(theirs, ours)
            return machine
        return self.machine.format(gpu=self.gpus[gpu], count=f"{count:g}") if gpu in self.gpus else None


class PublicLists(Strict):
    """All of `sources.toml`."""

    base: str
    dated: str
    title: str
    licence: str
    checked: Annotated[str, AfterValidator(real_date)]
    source: Annotated[tuple[Source, ...], Field(min_length=1)]

    def of(self, providers: Sequence[str]) -> list[Source]:
        """The lists of the providers named, or all; raises InputError with the nearest for one that has none."""
        known = {source.provider: source for source in self.source}
        for name in providers:
            if name not in known:
                near = ", ".join(closest(name, known))
                raise InputError(f"--provider: {name[:60]!r} has no public list here (nearest: {near})")
        return [source for source in self.source if not providers or source.provider in providers]


@cache
def sources() -> PublicLists:
    """The file, read once."""
    return PublicLists.model_validate(shipped_toml(DATA))
