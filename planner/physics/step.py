"""Time of one engine step, operator by operator, for columns of designs and a grid of batch sizes.

A step carries `decode` sequences that each yield one token and `prefill` prompt tokens. With pipeline
stages the figures are those of a whole traverse: every stage works on its share of the batch in turn. FLOP, bytes and
kernels are counted once for each cut of the model; each takes its time by the rates of the GPUs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from functools import cached_property

import numpy as np

from planner.errors import InputError
from planner.formulas.columns import COLUMN, Columns
from planner.formulas.distinct import distinct
from planner.formulas.roofline import smooth_roof_s
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.physics import factors
from planner.physics.beside_caches import BesideCaches, columns_of
from planner.physics.coefficients import Coefficients
from planner.physics.communication import collectives
from planner.physics.counts import DECODE_TERMS, Counts, Load, Ranks, cache_counts, counts
from planner.physics.cuts import Cuts, by_cut, by_link, spread
from planner.physics.design import Designs, Ints
from planner.physics.rates import Rates, rates
from planner.physics.shapes import quantize_kernels
from planner.physics.speculation import Drafter, drafters
from planner.physics.units import ROOF_OF, units
from planner.physics.work import OFF_DEVICE, StepTime, Term, Work, zero
from planner.progress import checkpoint

__all__ = ["DECODE_TERMS", "Load", "StepModel"]

# Terms whose work is counted.
COUNTED = (
    "linear", "experts", "head", "quantize", *dict.fromkeys(DECODE_TERMS.values()), "attention prefill",
    "state prefill", "elementwise", "prefill start", "host",
)  # fmt: skip
# Of these the ones that a cache format changes, and the others of a device.
OF_CACHES = ("attention decode", "latent decode")
OF_ANY_CACHE = tuple(name for name in COUNTED if name not in (*OFF_DEVICE, *OF_CACHES))
TERMS = (*COUNTED[:-2], "collectives", "prefill start", "drafter", "host")
ON_HOST = "engine: no times are known for layers, experts or a cache in host memory; estimate and fit state the memory"
# Seconds of so many designs and batch sizes are computed at once: the arrays of a term stay in the processor's cache.
IN_CACHE = 32768


@dataclass(frozen=True)
class Linked:
    """Designs whose ranks talk over links of their own: one of each, its rates and its cut."""

    designs: Designs
    rates: Rates
    cut: Ints


@dataclass(frozen=True)
class StepModel(Columns):
    """Step times of `designs`, D; the derated roofs are looked up once. cut, link: of each design, those in `cuts` and
    in `linked`."""

    coefficients: Coefficients
    cuts: Cuts
    linked: Linked
    designs: Designs = field(metadata=COLUMN)
    cut: Ints = field(metadata=COLUMN)
    link: Ints = field(metadata=COLUMN)
    rates: Rates = field(metadata=COLUMN)
    factors: dict[str, tuple[Array, Array, Array]] = field(metadata=COLUMN)
    quantize_kernels: Array = field(metadata=COLUMN)
    drafters: tuple[Drafter, ...] = field(metadata=COLUMN)

    @classmethod
    def of(cls, designs: Designs, coefficients: Coefficients, *, apart: bool = False) -> StepModel:
        """The roofs of each design; raises InputError where a part of the model lies in host memory. apart: each design
        is a cut of its own, with a load of its own."""
        if any(engine.settings.on_host(designs.model.n_layers) for engine in designs.engines):
            raise InputError(ON_HOST)
        every = np.arange(len(designs))
        groups = ((every, every), (every, every)) if apart else (by_cut(designs), by_link(designs))
        return cls._of(designs, coefficients, *groups)

    @classmethod
    def _of(
        cls, designs: Designs, coefficients: Coefficients, cuts: tuple[Ints, Ints], links: tuple[Ints, Ints]
    ) -> StepModel:
        (first, cut), (one, link), reached = cuts, links, rates(designs, coefficients)
        checkpoint()
        return cls(
            coefficients,
            Cuts.of(designs.take(first), coefficients),
            Linked(designs.take(one), reached.take(one), cut[one]),
            designs,
            cut,
            link,
            reached,
            factors.columns(designs, coefficients),
            quantize_kernels(designs, coefficients),
            tuple(drafters(designs, coefficients.speculation, lambda own: cls._of(own, coefficients, cuts, links))),
        )

    def step(self, load: Load) -> StepTime:
        work = self.work(load)
        return StepTime.of({name: Term.of(part, self.factors[name], self._exponent) for name, part in work.items()})

    def work(self, load: Load) -> dict[str, Work]:
        """Each term's seconds under each roof, at the achieved rates of the parts."""
        ranks = self._ranks(load)
        found = counts(self.cuts, load, ranks, self.coefficients)
        terms = {
            name: Work(*(self._sum(found, names, self._units) for names in _named(found, name))) for name in COUNTED
        }
        terms |= {"collectives": self._talk(ranks), "drafter": self._drafts(load)}
        return {name: terms[name] for name in TERMS}

    def seconds(self, load: Load, columns: int, beside: BesideCaches | None = None) -> Array:
        """`step(load).total_s`, D x `columns`, without what its terms are made of. beside: `beside_caches` of the load,
        where that is known."""
        ranks, exponent = self._ranks(load), self._exponent
        found = self._found(load, ranks) if beside is None else _some(cache_counts(self.cuts, load, ranks))
        talk = self._talk_s(ranks) if beside is None else np.zeros(())
        drafts = Term.of(self._drafts(load), self.factors["drafter"], exponent).seconds
        out = np.empty((columns, len(self.designs))).T
        for here in self._blocks(columns):
            checkpoint()
            some = {name: columns_of(count, here) for name, count in found.items()}
            own = sum((self._seconds(some, name, exponent) for name in OF_CACHES), columns_of(drafts, here))
            known = self._beside(some, columns_of(talk, here)) if beside is None else beside.columns(here)
            out[:, here] = known.with_caches(own)
        return out

    def beside_caches(self, load: Load, columns: int) -> BesideCaches:
        """What of the `seconds` of a load without prompts no context of its sequences changes."""
        ranks = self._ranks(load)
        found, talk = self._found(load, ranks), self._talk_s(ranks)
        out = BesideCaches.empty(len(self.designs), columns)
        for here in self._blocks(columns):
            checkpoint()
            some = {name: columns_of(count, here) for name, count in found.items()}
            out.fill(here, self._beside(some, columns_of(talk, here)))
        return out

    def _beside(self, found: Counts, talk_s: Array) -> BesideCaches:
        alike, row = self._alike
        same = sum((alike._seconds(found, name, self._exponent) for name in OF_ANY_CACHE), talk_s)
        return BesideCaches(
            spread(same, row), *(spread(alike._seconds(found, name, self._exponent), row) for name in OFF_DEVICE)
        )

    def _found(self, load: Load, ranks: Ranks) -> Counts:
        return _some(counts(self.cuts, load, ranks, self.coefficients))

    def _talk_s(self, ranks: Ranks) -> Array:
        """Seconds of the collectives of designs alike but for their caches."""
        alike = self._alike[0]
        return Term.of(alike._talk(ranks), alike.factors["collectives"], self._exponent).seconds

    def _blocks(self, columns: int) -> list[slice]:
        """Some columns at a time."""
        each = max(1, IN_CACHE // max(1, len(self.designs)))
        return [slice(start, start + each) for start in range(0, columns, each)]

    @property
    def _exponent(self) -> float:
        return self.coefficients.operators.roof_exponent

    def spread(self, values: Array) -> Array:
        """Figures of the cuts (C x B) as figures of the designs (D x B)."""
        return spread(values, self.cut)

    def _ranks(self, load: Load) -> Ranks:
        return Ranks.of(self.cuts, load, self.coefficients.operators.dp_imbalance)

    def _talk(self, ranks: Ranks) -> Work:
        """Of ranks that talk, alike over the same links."""
        tokens, linked = np.asarray(ranks.tokens), self.linked
        tokens = tokens[linked.cut] if tokens.ndim == 2 and len(tokens) > 1 else tokens
        talk = collectives(linked.designs, linked.rates, tokens)
        return Work(*(spread(s, self.link) for s in (talk.compute_s, talk.memory_s, talk.fixed_s)))

    def _drafts(self, load: Load) -> Work:
        return sum((drafter.work(load) for drafter in self.drafters), zero())

    def _seconds(self, found: Counts, term: str, exponent: float) -> Array:
        compute, memory, fixed = (self._sum(found, names, self._calibrated) for names in _named(found, term))
        return smooth_roof_s(compute, memory, exponent=exponent) + fixed

    def _sum(self, found: Counts, names: Sequence[str], each_s: dict[str, Array]) -> Array:
        parts = [self.spread(found[name]) * each_s[name] for name in names]
        return sum(parts[1:], parts[0]) if parts else np.zeros((1, 1))

    @cached_property
    def _alike(self) -> tuple[StepModel, Ints]:
        """One design of those that differ in their cache format alone, and which it is of each design, D."""
        _, row = self.designs.groups("gpu", "fmt", "engine", "tp", "pp", "ep", "dp")
        first, _ = distinct(row)
        return (self, np.arange(len(row))) if len(first) == len(row) else (self.take(first), row)

    @cached_property
    def _units(self) -> dict[str, Array]:
        """Seconds of one of each thing that is counted, D x 1."""
        d, o = self.designs, self.coefficients.operators
        kv_bits = np.array([kv.bits for kv in d.kv_formats])[d.kv][:, None]
        return units(self.cuts, self.cut, self.rates, o, self.quantize_kernels, kv_bits)

    @cached_property
    def _calibrated(self) -> dict[str, Array]:
        """The same times the fitted factor of the term under its roof."""
        return {name: unit * self.factors[_term(name)][ROOF_OF[_what(name)]] for name, unit in self._units.items()}


def _term(name: str) -> str:
    return name.removesuffix(f" {_what(name)}")


def _what(name: str) -> str:
    """What a count counts: the longest name that it ends with."""
    return max((what for what in ROOF_OF if name.endswith(f" {what}")), key=len)


def _named(found: Counts, term: str) -> tuple[list[str], ...]:
    """The counts of a term under each of the roofs."""
    names = {what: f"{term} {what}" for what in ROOF_OF}
    return tuple([n for what, n in names.items() if ROOF_OF[what] == roof and n in found] for roof in range(3))


def _some(found: Counts) -> Counts:
    """The counts of which there are any."""
    return {name: count for name, count in found.items() if count.any()}
