"""What neither a run's file nor a flag states, all of it at once, by the flags that state it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from planner.errors import InputError
from planner.measurements.run import MeasuredRun
from planner.shipped import shipped_toml

EXAMPLES = Path(__file__).with_name("examples.toml")


def example_of(flags: Collection[str]) -> str:
    """How these flags may be given."""
    return " ".join(words for flag, words in shipped_toml(EXAMPLES).items() if flag in flags)


class MissingError(InputError):
    """What files and flags leave open: flags with the reason; place: the first run that needs them."""

    def __init__(self, place: str, needs: Mapping[str, str]) -> None:
        self.place, self.needs = place, dict(needs)
        told = "; ".join(f"{flag}: {why}" for flag, why in needs.items())
        super().__init__(f"{place}: give {told} (as {example_of(needs)})")


def together(errors: Iterable[MissingError]) -> MissingError:
    """One error of all that several runs need."""
    first, *others = errors
    needs = dict(first.needs)
    for other in others:
        needs = {**other.needs, **needs}
    return MissingError(first.place, needs)


def of_a_load(row: Mapping[str, str], run: MeasuredRun) -> dict[str, str]:
    """What a prediction of a served load cannot do without."""
    needed = (
        ("engine", "the file does not name the engine"), ("isl", "the file does not state the mean input tokens"),
        ("osl", "the file does not state the mean output tokens"),
    )  # fmt: skip
    found = {f"--{name}": why for name, why in needed if not row.get(name)}
    if not row.get("tp") and not row.get("gpus"):
        found["--tp"] = "the file does not state how many GPUs a replica has (--gpus says it, too)"
    if not row.get("load") or (row["load"] == "closed_loop" and not row.get("concurrency")):
        found["--concurrency"] = "the file does not state how many requests are in flight"
    if run.drafts and not row.get("draft_method"):
        found["--speculation"] = "its fields say that the engine drafted, METHOD:DRAFTS[:ACCEPTED]"
    return found
