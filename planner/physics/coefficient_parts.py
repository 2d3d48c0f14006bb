"""The parts of the record of coefficients, each validated for itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from planner.errors import InputError
from planner.frozen import dataclass
from planner.physics.basis import Ground
from planner.physics.case import EvidenceCase
from planner.physics.checked import Bounded

RoofShare = Annotated[float, Field(ge=1e-6, le=1)]
PositiveFactor = Annotated[float, Field(ge=1e-6, le=1e6)]
AtLeastOne = Annotated[float, Field(ge=1, allow_inf_nan=False)]


def _rising(span: tuple[float, float]) -> tuple[float, float]:
    if not span[0] <= span[1]:
        raise ValueError(f"the interval {span} ends below its start")
    return span


Interval = Annotated[tuple[PositiveFactor, PositiveFactor], AfterValidator(_rising)]
Some = Annotated[float, Field(ge=0, allow_inf_nan=False)]
# Figures that are stated by era: each in memory.toml under its name, a space and the era.
BY_ERA = ("non_torch_gib", "sampler_copies")


@dataclass(frozen=True)
class Operators(Bounded):
    """Factors of operators on the two roofs, the same on every GPU; what each means is in coefficients.toml."""

    dequant_compute: PositiveFactor
    expert_compute: PositiveFactor
    expert_bandwidth: PositiveFactor
    attention_prefill_compute: PositiveFactor
    attention_decode_compute: PositiveFactor
    attention_decode_bandwidth: PositiveFactor
    state_bandwidth: PositiveFactor
    elementwise_passes: Some
    roof_exponent: Annotated[float, Field(ge=1)]
    grouped_kernels: Some
    picks_a_kernel: PositiveFactor
    expert_tile_rows: Some
    tile_rows: Some
    routing_evenness: PositiveFactor
    equal_companions: Some
    drawn_companions: Some
    stopped_growth: Some
    draft_tokens: PositiveFactor
    accepted_tokens: Annotated[float, Field(ge=1)]
    expert_skew: Annotated[float, Field(ge=1)]
    dp_imbalance: Annotated[float, Field(ge=1)]


@dataclass(frozen=True)
class SpeculationCosts(Bounded):
    """Drafting. pass_us: host time of one pass of a drafter [us]; planned_us: more of one whose attention the host
    plans anew; acceptance: by method, share of drafts that are accepted after accepted ones."""

    pass_us: Some
    planned_us: Some
    acceptance: Mapping[str, RoofShare]

    @property
    def pass_s(self) -> float:
        return self.pass_us * 1e-6

    @property
    def planned_s(self) -> float:
        return self.planned_us * 1e-6


@dataclass(frozen=True)
class EagerKernels(Bounded):
    """Kernels that a layer launches outside CUDA graphs: a dense layer's, and what other parts add; `dispatch`: times
    of a launch that each takes where Python starts it, in an eager engine."""

    layer: Some
    experts: Some
    latent: Some
    linear: Some
    dispatch: Some


@dataclass(frozen=True)
class Host(Bounded):
    """What an engine adds to a step and to each running sequence [us]."""

    step: Some
    sequence: Some

    @property
    def step_s(self) -> float:
        return self.step * 1e-6

    @property
    def sequence_s(self) -> float:
        return self.sequence * 1e-6


@dataclass(frozen=True)
class MemoryFigures(Bounded):
    """Memory of one GPU beyond weights and cache; what each figure means is in coefficients.toml.

    `non_torch_gib` and `sampler_copies` are by engine era. `load_overhead_unified_gib` is None where no log of a GPU
    that shares the CPU's memory was fitted.
    """

    driver_share: RoofShare
    driver_gib: Some
    shared_share: RoofShare
    communicating_ranks: PositiveFactor
    multimodal_sequences: PositiveFactor
    encoder_copies: Some
    layer_copies: Some
    expert_copies: Some
    decoder_copies: Some
    graph_first_gib: Some
    graph_layer_gib: Some
    graph_layer_group_gib: Some
    graph_estimate: Some
    compile_copies: Some
    tuned_unit_mib: Some
    load_overhead_gib: Some
    sampler_copies: Mapping[str, Some]
    non_torch_gib: Mapping[str, Some]
    load_overhead_unified_gib: Some | None = None

    def load_gib(self, *, unified: bool) -> float:
        """Free memory lost at load beyond the weights; host buffers count, too, where CPU and GPU share the memory."""
        own = self.load_overhead_unified_gib
        return own if unified and own is not None else self.load_overhead_gib

    def sampler(self, era: str) -> float:
        """Float32 copies of the logits at the peak of a profile run, by engine era."""
        return self.sampler_copies.get(era, self.sampler_copies["general"])

    def with_fit(self, values: Mapping[str, float]) -> MemoryFigures:
        """These figures with what logs told of them, named as in memory.toml; raises InputError for another name."""
        return replace(self, **self.fitted(values))

    def fitted(self, values: Mapping[str, float]) -> dict[str, Any]:
        """The fields that `with_fit` changes."""
        eras = {name: dict(getattr(self, name)) for name in BY_ERA}
        plain: dict[str, Any] = {}
        for name, value in values.items():
            figure, _, era = name.partition(" ")
            if figure in eras and (era in eras[figure] or (figure == "sampler_copies" and era in self.non_torch_gib)):
                eras[figure][era] = value
            elif era or figure in eras or figure not in self.__dataclass_fields__:
                raise InputError(f"memory: {name[:60]!r} is not a coefficient of memory")
            else:
                plain[figure] = value
        return plain | eras


@dataclass(frozen=True)
class FitEvidence(Bounded):
    """What the fit has seen: (model, GPU, engine, weight format, split), (engine era, GPU generation), (engine era, GPU
    generation, weight format) of mixtures of experts, (engine, newest version), (model, GPU) of llama.cpp."""

    configurations: frozenset[tuple[str, str, str, str, str]] = frozenset()
    combos: frozenset[tuple[str, str]] = frozenset()
    experts: frozenset[tuple[str, str, str]] = frozenset()
    newest: frozenset[tuple[str, str]] = frozenset()
    llamacpp_pairs: frozenset[tuple[str, str]] = frozenset()

    def basis(self, case: EvidenceCase) -> Ground:
        """measured: this model on this GPU under this engine was seen in these weights and so cut; calibrated: the
        engine's era and the GPU's generation were."""
        if case.configuration in self.configurations:
            return "measured"
        return "calibrated" if (case.era, case.generation) in self.combos else "physics"
