"""What the compute thread brings, a message each: a screen or a view handles those that it is about."""

from __future__ import annotations

from typing import Any

from textual.message import Message

from tui.catalogs import Adopted, CatalogNames, CatalogRecords
from tui.compute import Failure
from tui.jobs import MoneyShare


class JobOutcome(Message):
    """The outcome of a job."""

    def __init__(self, value: Any, lane: str = "") -> None:
        super().__init__()
        self.value, self.lane = value, lane


class Led(JobOutcome):
    """(the question's number, its winner or None)."""


class Planned(JobOutcome):
    """(what was explored, candidates, the infeasible answer or None)."""


class Detailed(JobOutcome):
    """(what was found, details of a candidate)."""


class Simulated(JobOutcome):
    """(what was explored, the verified answer, its candidates)."""


class Widened(JobOutcome):
    """(what was found, its answer with what looser choices would save)."""


class Explained(JobOutcome):
    """Why not."""


class Quantized(JobOutcome):
    """The table of formats."""


class Priced(JobOutcome):
    """Hosting against APIs."""


class PricedInPart(JobOutcome):
    """How much of that is done."""


class NamesRead(JobOutcome):
    """The planner, and what its catalogs offer to choose from."""


class RecordsRead(JobOutcome):
    """The records of the catalogs."""


class RecordAdopted(JobOutcome):
    """A file was taken into the user's own catalog."""


class Varied(JobOutcome):
    """(the question, its curves or its map)."""


class Ran(JobOutcome):
    """(the run's number, a glance at it or its outcome, whether it is over)."""


class Written(JobOutcome):
    """(what was done, in words; a text for the clipboard or None)."""


class Repinned(JobOutcome):
    """Pins of an earlier session, computed anew."""


class Failed(JobOutcome):
    """One line about what is wrong with the job of `lane`."""


class NotPlanned(JobOutcome):
    """Why there is no plan."""


class NotChecked(JobOutcome):
    """Why the plan was not simulated."""


class NotRead(JobOutcome):
    """Why the catalogs were not read, or a file not taken into them."""


BY_LANE: dict[str, type[JobOutcome]] = {
    "first": Led, "plan": Planned, "details": Detailed, "verify": Simulated, "wider": Widened, "why": Explained,
    "quant": Quantized, "money": Priced, "vary": Varied, "write": Written, "pins": Repinned, "run": Ran,
}  # fmt: skip
# Lanes whose jobs bring one of several.
BY_VALUE: dict[type, type[JobOutcome]] = {
    CatalogNames: NamesRead, CatalogRecords: RecordsRead, Adopted: RecordAdopted, MoneyShare: PricedInPart,
}  # fmt: skip
FAILED: dict[str, type[JobOutcome]] = {
    "first": NotPlanned, "plan": NotPlanned, "verify": NotChecked, "catalog": NotRead,
}  # fmt: skip


def outcome_of(lane: str, value: Any) -> JobOutcome:
    """The message of a lane's outcome."""
    if isinstance(value, Failure):
        return FAILED.get(lane, Failed)(value.text, lane)
    kind = BY_VALUE.get(type(value)) or BY_LANE[lane]
    return kind(value, lane)
