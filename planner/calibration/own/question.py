"""The question of `gpuplan estimate` that a measured run answers, and what it leaves open."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

import numpy as np

from planner.calibration.own.matching import Matched

# Any spread means that lengths are drawn: the means of a closed loop are those of drawn lengths, whatever the spread.
DRAWN = "1"
UNSTATED = (
    "lengths whose spread no file states are taken as drawn; where all were alike, --isl-cv 0 --osl-cv 0 says so (it "
    "moves first tokens)"
)


def notes_of(found: Sequence[Matched]) -> list[str]:
    """What is compared, for the first closed loop of each configuration; that spreads are open, where they are."""
    loops = [m for m in found if _is_loop(m)]
    first = {m.point.case.configuration: m for m in reversed(loops)}
    asked = [f"{m.place} is compared with the means of: {question(m)}" for m in reversed(first.values())]
    unstated = any(_spread(m, "isl_cv") is None or _spread(m, "osl_cv") is None for m in loops)
    return [*asked, *([UNSTATED] if unstated else [])]


def question(m: Matched) -> str:
    """The command whose means a closed loop on one replica is compared with."""
    p = m.point
    flags: Mapping[str, object] = {
        "-m": p.model.id, "-g": p.gpu.id, "--engine": p.engine.id, "--engine-version": m.row.get("engine_version"),
        "--weights": p.fmt.id, "--kv": p.kv.id, "--tp": p.split.tp, "--pp": p.split.pp, "--ep": p.split.ep,
        "--dp": p.split.dp, "--isl": f"{p.isl:.10g}", "--osl": f"{p.osl:.10g}",
        "--concurrency": f"{p.concurrency or 1.0:.10g}", "--requests": f"{p.rounds * (p.concurrency or 1.0):.10g}",
        "--prefix-hit": f"{p.hit:g}", "--max-num-seqs": f"{p.most:g}" if np.isfinite(p.most) else None,
    } | ({} if p.fixed_lengths else {"--isl-cv": DRAWN, "--osl-cv": DRAWN})  # fmt: skip
    usual = {"--tp": 1, "--pp": 1, "--ep": 1, "--dp": 1, "--prefix-hit": "0"}
    told = [(name, str(value)) for name, value in flags.items() if value and usual.get(name) != value]
    return shlex.join(["gpuplan", "estimate", *(word for pair in told for word in pair)])


def _is_loop(m: Matched) -> bool:
    """Whether `estimate` has such a question: nothing that only a row of the evidence states, and no drafts."""
    p = m.point
    plain = (p.beams, p.grouped, p.common, p.polled, p.late, p.depth) == (1.0, 1.0, 0.0, 0.0, 0.0, 0.0)
    return p.load == "closed_loop" and p.replicas == 1.0 and plain and not p.speculative and not p.decode_only


def _spread(m: Matched, name: str) -> float | None:
    value: float | None = getattr(m.point.settings, name)
    return 0.0 if m.point.fixed_lengths else value
