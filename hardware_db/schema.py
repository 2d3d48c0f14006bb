"""Records of the hardware catalog, in the datasheet's own units; SI values are properties."""

from dataclasses import replace
from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf, model_validator

from hardware_db.makers import maker_of
from planner.dates import real_date
from planner.errors import HardwareError
from planner.frozen import dataclass

GB = 1e9
GIB = 2.0**30
# What drivers report of nominal GiB of GDDR: nine in ten of the cards of which it is stated have so much; those that
# keep the bits of their error correction in the same chips have 15 of 16, rounded. A test counts both.
GDDR_SHARE, ECC_SHARE = 0.99375, 0.937
Positive = Annotated[float, Field(ge=1e-3, le=1e9, allow_inf_nan=False)]
Usd = Annotated[float, Field(ge=1e-4, le=1e7, allow_inf_nan=False)]
Date = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$"), AfterValidator(real_date)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.\-]{0,79}$")]
Generation = Literal[
    "pascal", "volta", "turing", "ampere", "ampere_86", "ada", "hopper", "blackwell", "blackwell_ultra",
    "blackwell_rtx",
    "gcn5", "cdna1", "cdna2", "cdna3", "cdna4", "rdna2", "rdna3", "rdna4", "gaudi", "xe", "xe_hpc", "apple", "tpu",
    "neuron", "ascend",
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


TopologyKind = Literal["nvswitch", "bridge_pair", "mesh", "pcie_p2p", "pcie_host_staged", "c2c", "network", "torus"]
Rate = Annotated[float, Field(ge=1e-3, le=1e5, allow_inf_nan=False)]
Devices = Annotated[int, Field(ge=1, le=10_000)]


class ByRanks(Record):
    """A figure at 2, 4 and 8 ranks, or machines; absent where nobody stated it."""

    n2: Rate | None = None
    n4: Rate | None = None
    n8: Rate | None = None


NO_FIGURES = ByRanks.model_construct()


class Topology(Record):
    """How the devices of a machine are joined, or machines where `kind` is network; rates one way [GB/s].

    accelerators: those that have it unless another is named; optional_for: those that may be built with it; devices:
    joined by this link; beyond: the topology that joins more devices of the machine; machine: devices that need no
    network; network: what joins machines; usable_gb_s: what is left of the nominal rate; duplex_gb_s: copies in both
    directions at once, added up; bus_gb_s: bus bandwidth of a large all-reduce; nccl_us, custom_us: its latency up to
    16 KiB under NCCL and an engine's own kernel; peer_access: devices read each other's memory; all_pairs: by a link
    of their own; reduces_in_switch: the switch adds up; derived: which figures nobody measured.
    """

    id: Id
    kind: TopologyKind
    link: Annotated[str, Field(min_length=1, max_length=20)]
    accelerators: Annotated[tuple[Id, ...], Field(strict=False)] = ()
    optional_for: Annotated[tuple[Id, ...], Field(strict=False)] = ()
    devices: Devices
    machine: Devices
    beyond: Id | None = None
    network: Id | None = None
    one_way_gb_s: Rate
    usable_gb_s: Rate | None = None
    per_pair_gb_s: Rate | None = None
    duplex_gb_s: Rate | None = None
    host_memory_gb_s: Rate | None = None
    bus_gb_s: ByRanks = NO_FIGURES
    nccl_us: ByRanks = NO_FIGURES
    custom_us: ByRanks = NO_FIGURES
    peer_access: bool = False
    all_pairs: bool = False
    reduces_in_switch: bool = False
    derived: str | None = None
    sources: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]
    checked: Date

    @property
    def key(self) -> str:
        """Kind and link: under this name its collectives are calibrated."""
        return f"{self.kind} {self.link}"

    @property
    def one_way_bytes_per_s(self) -> float:
        """What can be used of a device's link in one direction."""
        return (self.usable_gb_s or self.one_way_gb_s) * GB


@dataclass(frozen=True)
class Joined:
    """A topology with those that it goes on to: `beyond` inside the machine, `network` between machines.

    stated_gb_s: bus bandwidth of an all-reduce that a user measured, in place of the record's [GB/s].
    """

    inside: Topology
    beyond: Topology | None = None
    network: Topology | None = None
    stated_gb_s: float | None = None

    @property
    def id(self) -> str:
        return self.inside.id


class Accelerator(Record):
    """One accelerator as one device; every figure from a datasheet unless `note` says derived.

    inline_ecc: by default error correction takes a part of the memory that is sold.
    """

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
    inline_ecc: bool = False
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
    # Filled in by the catalog: ways in which machines join it, the default first.
    topologies: Annotated[tuple[InstanceOf[Joined], ...], Field(exclude=True, repr=False)] = ()

    def __hash__(self) -> int:
        """By its id alone: records are keys of what is kept, and have many parts. Equality is of all of them."""
        return hash(self.id)

    @property
    def joined(self) -> Joined:
        """How its machines are built unless another topology is chosen; raises HardwareError where nothing is known."""
        if not self.topologies:
            raise HardwareError(f"{self.id}: no topology is known")
        return self.topologies[0]

    def joined_by(self, topology: str) -> "Accelerator":
        """The same with another of its topologies; raises HardwareError with those it may have."""
        return _joined_by(self, topology)

    def reaching(self, bus_gb_s: float) -> Self:
        """The same where an all-reduce in the machine reaches a bus bandwidth [GB/s] that somebody measured; raises
        HardwareError above the wire."""
        joined = self.joined
        inside = joined.inside
        if bus_gb_s > 2.0 * inside.one_way_gb_s:
            raise HardwareError(
                f"link_gb_s: {bus_gb_s:g} GB/s is more than {inside.id} of {self.name} carries"
                f" (nearest: {inside.one_way_gb_s:g})"
            )
        figures = ByRanks(n2=bus_gb_s, n4=bus_gb_s, n8=bus_gb_s)
        stated = inside.model_copy(update={"id": f"{inside.id}-{bus_gb_s:g}", "bus_gb_s": figures})
        found = replace(joined, inside=stated, stated_gb_s=bus_gb_s)
        return self.model_copy(update={"topologies": (found, *self.topologies[1:])})

    @property
    def maker(self) -> str:
        """Whose design it is, in lower case; empty where the generation does not tell."""
        return maker_of(self.generation)

    @property
    def memory_bytes(self) -> float:
        """What the driver reports. Where nobody stated it: GDDR, whose chips hold powers of two, is sold by the GiB;
        of other memory the nominal size in decimal GB, the cautious reading."""
        if self.memory_gib_usable:
            return self.memory_gib_usable * GIB
        if not self.memory_type.startswith("GDDR"):
            return self.memory_gb * GB
        return self.memory_gb * GIB * (ECC_SHARE if self.inline_ecc else GDDR_SHARE)

    @property
    def bandwidth_bytes_per_s(self) -> float:
        return self.mem_bw_gb_s * GB

    @property
    def link_bytes_per_s(self) -> float:
        """Per direction; zero where no link is stated."""
        return (self.link_bw_gb_s_per_gpu_bidirectional or 0.0) / 2 * GB


OfferClass = Literal["own", "hyperscaler", "cloud", "marketplace", "community"]
PriceFlag = Literal["spec_unverified", "stale", "low_confidence", "derived"]


def split_flags(value: object) -> object:
    """Flags of a cell, with a semicolon between two."""
    return tuple(part.strip() for part in value.split(";")) if isinstance(value, str) else value


# A spreadsheet would take a name that begins like a formula for one.
OfferName = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^=+@\-]")]


@lru_cache(maxsize=1024)
def _joined_by(gpu: Accelerator, topology: str) -> Accelerator:
    """One record each, as many offers of a GPU are joined alike."""
    found = [t for t in gpu.topologies if topology in (t.id, t.inside.kind)]
    if not found:
        known = ", ".join(t.id for t in gpu.topologies)
        raise HardwareError(f"topology: {topology[:60]!r} does not join {gpu.name} ({known})")
    return gpu.model_copy(update={"topologies": (found[0], *(t for t in gpu.topologies if t != found[0]))})


class Offer(Record):
    """One machine as it is rented: `accelerators` devices at a price an hour, by commitment.

    usd_per_hour_capacity_block: paid ahead for a block of days; offer_class: who rents it out; min_accelerators: of the
    smallest machine that the provider sells with this accelerator (absent: this one); flags: what is doubtful.
    """

    provider: Annotated[OfferName, Field(max_length=60)]
    instance_type: OfferName
    region: OfferName
    accelerator: Id
    accelerators: Positive
    vcpu: Positive | None = None
    ram_gb: Positive | None = None
    usd_per_hour_on_demand: Usd | None = None
    usd_per_hour_spot: Usd | None = None
    usd_per_hour_capacity_block: Usd | None = None
    usd_per_hour_1y_reserved: Usd | None = None
    usd_per_hour_3y_reserved: Usd | None = None
    interconnect: str | None = None
    topology: Id | None = None
    network_gbps: Positive | None = None
    offer_class: OfferClass = "own"
    min_accelerators: Positive | None = None
    flags: Annotated[tuple[PriceFlag, ...], BeforeValidator(split_flags), Field(strict=False)] = ()
    as_of: Date
    source: Annotated[str, Field(min_length=1, max_length=2000)]
    note: Annotated[str, Field(max_length=2000)] | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What is rented, and where: a later row replaces one with the same key."""
        return self.provider, self.instance_type, self.region

    @model_validator(mode="after")
    def _sold(self) -> Self:
        if self.min_accelerators is not None and self.min_accelerators > self.accelerators:
            least = f"{self.min_accelerators:g}, the smallest machine that is sold"
            raise ValueError(f"accelerators: {self.accelerators:g} is below min_accelerators, {least}")
        return self
