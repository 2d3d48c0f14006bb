"""Records of the hardware catalog, in the datasheet's own units; SI values are properties."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from hardware_db.makers import maker_of

GB = 1e9
GIB = 2.0**30
Positive = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]
Usd = Annotated[float, Field(gt=0, le=1e7, allow_inf_nan=False)]
Date = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.\-]{0,79}$")]
Generation = Literal[
    "pascal", "volta", "turing", "ampere", "ampere_86", "ada", "hopper", "blackwell", "blackwell_ultra",
    "blackwell_rtx",
    "cdna2", "cdna3", "cdna4", "rdna2", "rdna3", "rdna4", "gaudi", "xe", "xe_hpc", "apple", "tpu", "neuron",
]  # fmt: skip


class Record(BaseModel):
    """Base of every catalog record: strict, frozen, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class Peaks(Record):
    """Dense peak rates in TFLOP/s (TOP/s for integers); an absent rate means the unit does not exist."""

    fp64: Positive | None = None
    fp32: Positive | None = None
    tf32: Positive | None = None
    fp16: Positive | None = None
    bf16: Positive | None = None
    fp8: Positive | None = None
    int8: Positive | None = None
    fp4: Positive | None = None
    int4: Positive | None = None


class Measured(Record):
    """Best achieved rates, kept apart from the datasheet's."""

    bf16_tflops: Positive | None = None
    fp8_tflops: Positive | None = None
    fp4_tflops: Positive | None = None
    mem_bw_gb_s: Positive | None = None
    source: str


class Accelerator(Record):
    """One accelerator as one device; every figure from a datasheet unless `note` says derived."""

    id: Id
    name: Annotated[str, Field(min_length=1, max_length=80)]
    aliases: Annotated[tuple[str, ...], Field(strict=False)] = ()
    form_factor: str
    arch: str
    generation: Generation
    compute_capability: str | None = None
    release_year: Annotated[int, Field(ge=2010, le=2040)]
    memory_gb: Positive
    memory_gib_usable: Positive | None = None
    memory_type: str
    mem_bw_gb_s: Positive
    peak_dense_tflops: Peaks
    tdp_w: Positive | None = None
    scale_up_link: str | None = None
    link_bw_gb_s_per_gpu_bidirectional: Positive | None = None
    scale_up_domain_size: Annotated[int, Field(ge=1, le=10_000)] = 1
    pcie_gen: Annotated[int, Field(ge=1, le=7)] | None = None
    l2_mb: Positive | None = None
    sm_count: Annotated[int, Field(ge=1, le=10_000)] | None = None
    measured: Measured | None = None
    note: str | None = None
    sources: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]
    checked: Date

    @property
    def maker(self) -> str:
        """Whose design it is, in lower case; empty where the generation does not tell."""
        return maker_of(self.generation)

    @property
    def memory_bytes(self) -> float:
        """What the driver reports; where nobody stated it, the nominal size in decimal GB, the cautious reading."""
        return self.memory_gib_usable * GIB if self.memory_gib_usable else self.memory_gb * GB

    @property
    def bandwidth_bytes_per_s(self) -> float:
        return self.mem_bw_gb_s * GB

    @property
    def link_bytes_per_s(self) -> float:
        """Per direction; zero where no link is stated."""
        return (self.link_bw_gb_s_per_gpu_bidirectional or 0.0) / 2 * GB


class Offer(Record):
    """One machine as it is rented: `accelerators` devices at a price an hour, by commitment."""

    provider: Annotated[str, Field(min_length=1, max_length=60)]
    instance_type: Annotated[str, Field(min_length=1, max_length=120)]
    region: str
    accelerator: Id
    accelerators: Positive
    vcpu: Positive | None = None
    ram_gb: Positive | None = None
    usd_per_hour_on_demand: Usd | None = None
    usd_per_hour_spot: Usd | None = None
    usd_per_hour_1y_reserved: Usd | None = None
    usd_per_hour_3y_reserved: Usd | None = None
    interconnect: str | None = None
    network_gbps: Positive | None = None
    as_of: Date
    source: Annotated[str, Field(min_length=1)]
    note: str | None = None
