"""What a row of the second version says of a run beside its configuration: rate, spreads, requests, cache, drafts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import cast

from planner.errors import InputError
from planner.evidence.table import cell
from planner.physics.drafting import Drafting
from planner.request.speculation import ALIASES, Method

# Names that mean that nothing is drafted.
WITHOUT = ("", "none", "off")
# Methods that a row need not name a drafter for.
OWN_METHODS = ("mtp", "eagle", "block")
# What a stated setting may be: no run has less than one request, slot or token a step.
BOUNDS = {
    "prefix_hit": (0.0, 1.0), "isl_cv": (0.0, 100.0), "osl_cv": (0.0, 100.0), "prompts": (1.0, 1e9),
    "max_num_seqs": (1.0, 1e9), "draft_tokens": (0.0, 1000.0), "accepted_tokens": (1.0, 1001.0),
}  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """The stated settings of a run; None where the column is absent or empty.

    rate_per_s: Poisson arrivals [1/s]; isl_cv, osl_cv: coefficients of variation of the lengths, 0 where fixed;
    prompts: requests in all; max_num_seqs: the scheduler's limit; prefix_hit: share of a prompt found in the prefix
    cache; draft_tokens: tokens drafted a step; accepted_tokens: tokens that a step yields.
    """

    rate_per_s: float | None = None
    isl_cv: float | None = None
    osl_cv: float | None = None
    prompts: float | None = None
    max_num_seqs: float | None = None
    prefix_hit: float | None = None
    draft_tokens: float | None = None
    accepted_tokens: float | None = None
    draft_method: str | None = None

    @property
    def fixed_lengths(self) -> bool:
        """Whether the source says that all requests have one length."""
        return self.isl_cv == 0.0 and self.osl_cv == 0.0

    @property
    def drafting(self) -> Drafting | None:
        """Who drafts, where the method and the number of drafts are stated and known."""
        method = ALIASES.get(self.draft_method or "", self.draft_method or "")
        if method not in OWN_METHODS or not self.draft_tokens:
            return None
        return Drafting(cast(Method, method), round(self.draft_tokens), self.accepted_tokens)

    @classmethod
    def of(cls, row: Mapping[str, str]) -> Settings:
        """The columns of a row; raises InputError with the cell that is wrong."""
        method = (row.get("draft_method") or "").strip().lower()
        numbers = {f.name: cell(row, f.name) for f in fields(cls) if f.name != "draft_method"}
        for name, (least, most) in BOUNDS.items():
            value = numbers[name]
            if value is not None and not least <= value <= most:
                raise InputError(f"{name}: {value:g} is not between {least:g} and {most:g}")
        return cls(**numbers, draft_method=None if method in WITHOUT else method)


# A run of which only the configuration is stated.
UNSTATED = Settings()
