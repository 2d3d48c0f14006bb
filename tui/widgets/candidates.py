"""The candidates of a plan as a grid; the chosen one is found again after each answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.widgets.columns import Column, GridRow
from tui.widgets.grid import Grid

if TYPE_CHECKING:
    from planner.answers import Cluster
    from planner.plan.shortlist import Entry


COLUMNS = (
    Column("$/h", 9, ".2f"), Column("GPU", 16), Column("n", 4, "d"), Column("weights", 13), Column("KV", 7),
    Column("split", 11), Column("rep", 4, "d"), Column("TTFT p95", 8, ".3f"), Column("TPOT ms", 7, ".1f"),
    Column("satur.", 6, ".0%"), Column("machine", 26), Column("provider", 14),
)  # fmt: skip
# Dollars an hour that are seen.
CENT = 0.005
EntryKey = tuple[str, str, str]


class CandidateGrid(Grid):
    """The winner first; one row a GPU, weight format and KV format, with dollars and latencies of the closed form."""

    def __init__(self) -> None:
        super().__init__(COLUMNS, id="candidates", empty="no candidate meets the request")
        self.entries: list[Entry] = []

    def show_entries(
        self, entries: Sequence[Entry], pinned: frozenset[EntryKey] = frozenset(), *, first: bool = False
    ) -> None:
        """Take an answer's candidates; the cursor stays on the same kind of candidate unless it stood on the first.

        first: go to the first whatever the cursor stood on.
        """
        kept = self.chosen if self.cursor and not first else None
        self.entries = list(entries)
        less = sum(e.usd_per_hour < self.entries[0].usd_per_hour - CENT for e in self.entries)
        self.border_subtitle = f"{less} cost less by the closed form, and are not confirmed" if less else ""
        keys = [key_of(e) for e in self.entries]
        keep = keys.index(key_of(kept)) if kept is not None and key_of(kept) in keys else 0
        marked = frozenset(i for i, key in enumerate(keys) if key in pinned)
        self.show([_row(e) for e in self.entries], keep=keep, marked=marked)

    @property
    def chosen(self) -> Entry | None:
        return self.entries[self.row] if self.row is not None and self.row < len(self.entries) else None

    @property
    def looked_at(self) -> Entry | None:
        """The chosen one; the winner where the filter holds every candidate back."""
        return self.chosen or (self.entries[0] if self.entries else None)


def key_of(e: Entry) -> EntryKey:
    return e.gpu, e.weights, e.kv


def key_of_cluster(c: Cluster) -> EntryKey:
    """The same of the cluster of a candidate."""
    return c.machine.gpu, c.replica.weight_format, c.replica.kv_format


def _row(e: Entry) -> GridRow:
    return (
        e.usd_per_hour, e.gpu, e.gpus, e.weights, e.kv, e.split, e.replicas, e.ttft_p95_s, e.tpot_p95_s * 1e3,
        e.saturation_share, f"{e.machines} x {e.instance_type}", e.provider,
    )  # fmt: skip
