"""Everything calibrated, in one record that is handed down: shares of the roofs, fixed costs, memory, fitted factors.

A factor of 1 is what the parts (kernel measurements) predict; the fit on end-to-end points moves it, shrunk towards 1
where evidence is thin. What was never fitted (a model, an engine, a GPU nobody measured) is 1.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path
from statistics import NormalDist
from typing import Annotated, Any, Protocol, TypeVar

import numpy as np
from pydantic import AfterValidator, InstanceOf

from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.physics.basis import Basis
from planner.physics.case import EvidenceCase
from planner.physics.checked import Bounded, checked, unchecked
from planner.physics.coefficient_parts import (
    AtLeastOne,
    EagerKernels,
    FitEvidence,
    Host,
    Interval,
    MemoryFigures,
    Operators,
    PositiveFactor,
    RoofShare,
    Some,
    SpeculationCosts,
)  # fmt: skip
from planner.physics.factor_keys import (
    ClientPlace,
    Key,
    Where,
    client_keys,
    keys,
    least_factor,
    own_client_keys,
    own_keys,
)
from planner.physics.links import AllReduce
from planner.physics.own import NOTHING, OwnFactors
from planner.shipped import shipped_toml

HERE = Path(__file__).parent
DATA, MEMORY, FACTORS = HERE / "coefficients.toml", HERE / "memory.toml", HERE / "factors.json"
DEFAULT_INTERVAL = (0.5, 2.0)
T = TypeVar("T")


def _with_general(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """A table must say what holds where nothing of its own is stated."""
    if "general" not in table:
        raise ValueError("an entry `general` is missing")
    return table


General = AfterValidator(_with_general)


@dataclass(frozen=True, eq=False)
class Coefficients(Bounded):
    """All that was calibrated; the shipped values, or another record made from them.

    gemm_compute: GPU generation -> compute type -> share of the dense peak; warp_share, bandwidth, launch_us [us]: by
    generation; widened_bits: by weight format; quantize_kernels: by how scales are found; host: by engine; links:
    topology -> communication stack -> all-reduce table, where one was fitted; memory_without_logs: figures before
    start-up logs were fitted; factors: what the fit multiplies seconds and client terms by; intervals: what was left
    out, or what a figure rests on -> figure -> 90 % interval, as factors on the prediction; cautions: what a latency
    rests on -> latency -> confidence -> factor that so many stay below; own: of a user's own runs, on top of `factors`
    where they hold. Two records are equal only where they are the same one.
    """

    gemm_compute: Annotated[Mapping[str, Mapping[str, RoofShare]], General]
    warp_share: Mapping[str, RoofShare]
    bandwidth: Annotated[Mapping[str, RoofShare], General]
    launch_us: Annotated[Mapping[str, Some], General]
    operators: InstanceOf[Operators]
    eager_kernels: InstanceOf[EagerKernels]
    speculation: InstanceOf[SpeculationCosts]
    widened_bits: Mapping[str, Some]
    quantize_kernels: Mapping[str, Some]
    host: Mapping[str, InstanceOf[Host]]
    links: Mapping[str, Annotated[Mapping[str, AllReduce], General]]
    memory: InstanceOf[MemoryFigures]
    memory_without_logs: InstanceOf[MemoryFigures]
    factors: Mapping[Key, PositiveFactor]
    intervals: Mapping[str, Mapping[str, Interval]]
    cautions: Mapping[str, Mapping[str, Mapping[float, AtLeastOne]]]
    evidence: InstanceOf[FitEvidence]
    own: InstanceOf[OwnFactors] = NOTHING

    @staticmethod
    def shipped() -> Coefficients:
        """The coefficients of the package; the files are read once."""
        return _shipped()

    def with_memory(self, fitted: Mapping[str, float]) -> Coefficients:
        """The same with memory figures from another fit, named as in memory.toml; without logs where it is empty."""
        return replace(self, memory=self.memory_without_logs.with_fit(fitted))

    def with_factors(self, factors: Mapping[Key, float]) -> Coefficients:
        """The same with other fitted factors; 1 where one is not stated."""
        return replace(self, factors=factors)

    def with_own(self, own: OwnFactors) -> Coefficients:
        """The same with what a user's own runs say of the GPUs and engines that they were on, and of no other."""
        return replace(
            self, own=own, intervals={**self.intervals, **own.intervals()}, cautions={**self.cautions, **own.cautions()}
        )

    def compute_share(self, *, generation: str, compute: str) -> float:
        """Share of the dense peak that a large GEMM of type `compute` reaches on `generation`."""
        general = self.gemm_compute["general"]
        return self.gemm_compute.get(generation, {}).get(compute, general.get(compute, general["bf16"]))

    def warp_compute_share(self, *, generation: str) -> float:
        """Share of the matrix rate that instructions of one warp reach; all of it but where wider ones were added."""
        return self.warp_share.get(generation, 1.0)

    def bandwidth_share(self, *, generation: str) -> float:
        """Share of the memory bandwidth that streaming weights reaches."""
        return self.bandwidth.get(generation, self.bandwidth["general"])

    def launch_s(self, *, generation: str) -> float:
        """Fixed cost of one kernel inside a CUDA graph [s]."""
        return self.launch_us.get(generation, self.launch_us["general"]) * 1e-6

    def factor(self, term: str, roof: str, place: Where) -> float:
        """The whole factor on a term's seconds under one roof, not below its floor."""
        product = 1.0
        for key in keys(term, roof, place):
            product *= self.factors.get(key, 1.0)
        for key in own_keys(term, roof, place):
            product *= self.own.factors.get(key, 1.0)
        return max(product, least_factor(term, roof, place.link))

    def client_factor(self, place: ClientPlace, name: str) -> float:
        """Factor on a client term's start value."""
        asked = (place, name)
        if asked not in self._seen_clients:
            fitted = [self.factors.get(key, 1.0) for key in client_keys(name, place.era, place.generation, place.mixer)]
            own = [self.own.factors.get(key, 1.0) for key in own_client_keys(name, place.case)]
            self._seen_clients[asked] = float(np.prod([*fitted, *own]))
        return self._seen_clients[asked]

    @cached_property
    def by_place(self) -> dict[Where, Array]:
        """Factors of all terms under all roofs of the places asked about so far (`physics/factors.py`)."""
        return {}

    @cached_property
    def by_term(self) -> dict[tuple[str, ...], tuple[float, ...]]:
        """The same of each term, by what of a place decides it."""
        return {}

    @cached_property
    def _seen_clients(self) -> dict[tuple[ClientPlace, str], float]:
        return {}

    def basis(self, case: EvidenceCase) -> Basis:
        """What the figures of a case rest on: the user's own runs, else the one classification of the fit."""
        own = self.own.of(case.configuration)
        return own.basis if own is not None else self.evidence.basis(case)

    def places_run(self, model: str) -> set[tuple[str, str, str]]:
        """GPU, engine and weights of all cases of a model whose split decides their basis."""
        own = (run.configuration for run in self.own.runs)
        return {seen[1:4] for seen in (*self.evidence.configurations, *own) if seen[0] == model}

    def figures(self) -> list[str]:
        """Figures with an interval, those of the loads after the figure that they are of."""
        return sorted(self.intervals.get("source", {}))

    def interval(self, figure: str, *, of: str = "source") -> tuple[float, float]:
        """90 % interval of a figure, as factors on the prediction: cross-validated with sources (pairs, models, GPUs)
        left out, or on a basis (measured, calibrated, physics) with sources left out."""
        return self.intervals.get(of, {}).get(figure, DEFAULT_INTERVAL)

    def interval_on(self, figure: str, ground: Basis, load: str = "") -> tuple[float, float]:
        """Factors of the 90 % interval of a figure on a basis, from sources that a fit has not seen.

        `load` names a kind of load that may have an interval of its own: bursts are told closer than static batches.
        """
        own = f"{figure} {load}"
        return self.interval(own if own in self.intervals.get(ground, {}) else figure, of=ground)

    def caution(self, confidence: float, ground: Basis = "calibrated", figure: str = "tpot") -> float:
        """Factor on a latency [s], ttft or tpot, so that `confidence` of deployments are at least this fast.

        From the quantiles of its errors on this basis, straight between them over the normal deviate, 1 at one half;
        beyond them, and where there are none, lognormal through the last one.
        """
        told = self.cautions.get(ground, {}).get(figure) or {0.95: max(self.interval(figure, of=ground)[1], 1.0)}
        levels, factors = zip(*sorted(told.items()), strict=True)
        at, deviates = NormalDist().inv_cdf(confidence), [0.0, *map(NormalDist().inv_cdf, levels)]
        if not 0.0 <= at <= deviates[-1]:
            return float(factors[-1] ** (at / deviates[-1]))
        return float(np.exp(np.interp(at, deviates, np.log([1.0, *factors]))))


@cache
def _shipped() -> Coefficients:
    tables = shipped_toml(DATA)
    # Before the first fit there are no logs and no factors: the values of the parts stand.
    logs = shipped_toml(MEMORY) if MEMORY.exists() else {}
    found = json.loads(FACTORS.read_text(encoding="utf-8")) if FACTORS.exists() else {}
    return read(tables, logs, found, unchecked)


class Makes(Protocol):
    """`checked` or `unchecked`."""

    def __call__(self, kind: type[T], /, **values: Any) -> T: ...


def read(
    tables: Mapping[str, Any], logs: Mapping[str, float], found: Mapping[str, Any], make: Makes = checked
) -> Coefficients:
    """The record of decoded coefficients.toml, memory.toml and factors.json; raises ValidationError."""
    rest = {name: table for name, table in tables.items() if name not in ("version", "fitted")}
    intervals, seen, late = (found.get(name, {}) for name in ("interval", "evidence", "caution"))
    kinds = {kind: table for kind, table in found.items() if kind not in ("interval", "evidence", "caution")}
    figures = rest.pop("memory")
    memory = make(MemoryFigures, **figures)
    parts = {"operators": Operators, "eager_kernels": EagerKernels, "speculation": SpeculationCosts}
    rest |= {name: make(kind, **rest[name]) for name, kind in parts.items()}
    rest["host"] = {engine: make(Host, **table) for engine, table in rest["host"].items()}
    links: dict[str, Any] = {
        link: {stack: tuple(map(tuple, rows)) for stack, rows in stacks.items()}
        for link, stacks in rest.pop("links").items()
    }
    factors = {(k, n, r): v for k, names in kinds.items() for n, roofs in names.items() for r, v in roofs.items()}
    spans = {left: {name: tuple(span) for name, span in table.items()} for left, table in intervals.items()}
    return make(
        Coefficients, **rest, links=links, memory=make(MemoryFigures, **(figures | memory.fitted(logs))),
        memory_without_logs=memory, factors=factors, intervals=spans, cautions={
            ground: {figure: {float(sure): v for sure, v in told.items()} for figure, told in table.items()}
            for ground, table in late.items()
        },
        evidence=make(
            FitEvidence, **{k.replace(".", "").replace(" ", "_"): _names(texts) for k, texts in seen.items()}
        ),
    )  # fmt: skip


def _names(texts: list[str]) -> frozenset[Any]:
    return frozenset(tuple(text.split(" @ ")) for text in texts)
