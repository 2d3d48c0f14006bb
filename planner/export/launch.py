"""What is started, whatever starts it: one neutral record, which each target only writes in its own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from math import ceil
from typing import Literal

from planner.frozen import dataclass
from planner.physics.drafting import Drafting
from planner.physics.split import Split
from planner.request.engine import AS_SHIPPED, EngineSettings

PORT = 8000
# Replicas for growth that nobody planned, in those of the plan.
GROWTH = 2
# Where checkpoints lie that are made, or that no hub has under a known name.
FOLDER = "models"


@dataclass(frozen=True, slots=True)
class Weights:
    """What an engine loads.

    name: an id of a hub, or a path; format: of the weights, by id; how: `stored` so, converted `on_load`, or `made`
    with the public tool whose command lines are `make`; dtype: what 16-bit or wider weights are cast to, None where
    they stay; quantization: the engine's own word for what it converts as it loads; mix: of a GGUF, as
    `llama-quantize` names it; repository: whether `name` is one of GGUF files on a hub; tokenizer: of the original
    model, where the files carry none that the engine takes; revision: of the hub's repository.
    """

    name: str
    format: str
    how: Literal["stored", "on_load", "made"] = "stored"
    dtype: str | None = None
    quantization: str | None = None
    mix: str | None = None
    repository: bool = False
    tokenizer: str | None = None
    revision: str | None = None
    make: tuple[str, ...] = ()

    @property
    def local(self) -> bool:
        """Whether it is a path that must be there at start."""
        return self.how == "made" or self.name.startswith(("/", "./", "~"))


@dataclass(frozen=True, slots=True)
class Machines:
    """The machines that replicas run on; provider and instance type are empty where nobody rents them."""

    gpu: str
    gpu_id: str
    generation: str
    gpus: int
    count: int = 1
    provider: str = ""
    instance_type: str = ""
    region: str = ""
    commitment: str = ""
    topology: str = ""


@dataclass(frozen=True, slots=True)
class MachinePart:
    """One machine's part of a replica: its GPUs by number, and the attention-data-parallel ranks that begin on it."""

    number: int
    gpus: tuple[int, ...]
    first_rank: int
    ranks: int


@dataclass(frozen=True)
class Launch:
    """One kind of replica: how each is started, and how many there are.

    model: what clients call it; context: most tokens of a request, in and out; sequences, batched_tokens: of one
    attention-data-parallel rank; kv_tokens: of the cache of a replica; cells: of a cache
    that the engine allocates by their number (llama.cpp), 0 of others; memory_share: of a GPU's memory, by the
    engine's own rule; drafting: who drafts, None where nobody does; settings:
    of pools, captures, adapters and llama.cpp, as they were asked for; prefix_caching: None leaves it to the engine;
    quiet_share: of the planned rate that the quietest hour of today has; most_gpus: that may be had;
    assumptions: what the plan takes as given and no target can say.
    """

    engine: str
    version: str | None
    model: str
    checkpoint: Weights
    kv: str
    context: int
    sequences: int
    batched_tokens: int
    kv_tokens: int
    cells: int
    memory_share: float
    split: Split
    host: Machines
    replicas: int = 1
    spare: int = 0
    quiet_share: float = 1.0
    most_gpus: int | None = None
    drafting: Drafting | None = None
    settings: EngineSettings = AS_SHIPPED
    eager: bool = False
    prefix_caching: bool | None = None
    rate_per_s: float | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    assumptions: tuple[str, ...] = ()
    port: int = PORT

    @property
    def gpus(self) -> int:
        """GPUs of a replica."""
        return self.split.tp * self.split.pp * self.split.dp

    @property
    def machines(self) -> int:
        """Machines that one replica spans."""
        return max(1, -(-self.gpus // max(1, self.host.gpus)))

    @property
    def gpus_each(self) -> int:
        """GPUs of a replica on each of its machines."""
        return self.gpus // self.machines

    @property
    def beside(self) -> int:
        """Replicas that share a machine."""
        return max(1, min(self.replicas, self.host.gpus // self.gpus)) if self.machines == 1 else 1

    @property
    def least(self) -> int:
        """Replicas that the quietest hour needs, with the spare ones of the plan."""
        working = max(1, self.replicas - self.spare)
        return min(self.replicas, max(1, ceil(working * self.quiet_share - 1e-9)) + self.spare)

    @property
    def most(self) -> int:
        """Replicas that growth beyond the plan may need: GROWTH times the plan's, within the GPUs that may be had."""
        held = None if self.most_gpus is None else self.most_gpus // self.gpus
        return max(self.replicas, GROWTH * self.replicas if held is None else min(GROWTH * self.replicas, held))

    @property
    def all_sequences(self) -> int:
        """Sequences of a replica, over all its ranks."""
        return self.sequences * self.split.dp

    def nodes(self, place: int = 0) -> list[MachinePart]:
        """The machines of one replica, the `place`-th on its machine."""
        first = place * self.gpus if self.machines == 1 else 0
        ranks = max(1, self.split.dp // self.machines)
        gpus = tuple(range(first, first + self.gpus_each))
        return [MachinePart(n, gpus, n * ranks if self.split.dp > 1 else 0, ranks) for n in range(self.machines)]
