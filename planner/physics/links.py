"""What the collectives of a design run on: rates and latencies of its machine's topology, and of the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import numpy as np
from pydantic import Field

from hardware_db.schema import GB, Accelerator, ByRanks, Joined, Topology
from planner.errors import HardwareError
from planner.formulas import collectives
from planner.frozen import dataclass
from planner.physics.engines import Engine
from planner.physics.split import Split

# Latency [us], bus bandwidth [GB/s] and rise [us per sqrt(MB)] at 2, 4 and 8 devices.
Delay = Annotated[float, Field(ge=0, le=1e9)]
Bandwidth = Annotated[float, Field(ge=1e-6, le=1e9)]
AllReduceRow = tuple[Delay, Bandwidth, Delay]
AllReduce = tuple[AllReduceRow, AllReduceRow, AllReduceRow]
Tables = Mapping[str, Mapping[str, AllReduce]]
# Share of a link that one message from device to device reaches.
SENT = 0.75
# Bytes that NCCL sends with a flag beside each word. Measured on two L40S and two, four and eight RTX PRO 6000 (NCCL
# 2.27, 2.29): messages of 64 to 256 KiB take twice what large ones take a byte, larger ones that much more and no more.
# On eight L40S up to 128 KiB do, on four, in two sockets, none. Tokens of four RTX 4090 at 8 and 16 requests a second
# ask for it, too.
FLAGGED_BYTES = 262144.0
# Latency of a message between the stages of a pipeline in one machine [s].
HOP_S = 1e-5


@dataclass(frozen=True, slots=True)
class Wires:
    """Of one design. `machine`: ranks that need no network; latency_s, bus_bytes_per_s, root_s [s per sqrt(MB)] and
    flagged_bytes: of the all-reduce over the tensor ranks in one machine; network_s, nic_bytes_per_s: of one over
    several, a rank; exchange_s, exchange_bytes_per_s: of an all-to-all over all ranks; hop_bytes_per_s: between
    pipeline stages; hop_network_s: latency where the next stage is in another machine."""

    machine: float
    latency_s: float
    bus_bytes_per_s: float
    root_s: float
    flagged_bytes: float
    network_s: float
    nic_bytes_per_s: float
    exchange_s: float
    exchange_bytes_per_s: float
    hop_bytes_per_s: float
    hop_network_s: float


def wires(joined: Joined, tables: Tables, engine: Engine, generation: str, tp: int, dp: int) -> Wires:
    """What `tp` tensor ranks in each of `dp` attention ranks talk over."""
    machine = joined.inside.machine
    near, all_ranks = min(tp, machine), tp * dp
    latency_s, bus, root_s, flagged = all_reduce(joined, tables, engine, generation, near)
    handshake_s, *_ = all_reduce(joined, tables, engine, generation, min(all_ranks, machine))
    nic = collectives.network_bytes_per_s(joined.network.one_way_gb_s * GB) if joined.network else np.nan
    beyond_s = _network_s(joined, all_ranks)
    return Wires(
        machine, latency_s, bus, root_s, flagged, _network_s(joined, tp), float(nic),
        handshake_s + beyond_s, _exchange(joined, all_ranks, float(nic)), _hop(joined),
        _network_s(joined, machine + 1),
    )  # fmt: skip


def all_reduce(
    joined: Joined, tables: Tables, engine: Engine, generation: str, ranks: int
) -> tuple[float, float, float, float]:
    """(latency [s], bus bandwidth [byte/s], rise [s per sqrt(MB)], bytes sent with flags) of an all-reduce over `ranks`
    of one machine.

    A table of `tables` was fitted on all sizes of message; without one, the record's figures hold. An engine's own
    kernel differs from NCCL's in the latency; beyond its 8 MiB that is less than a hundredth of the time.
    """
    if ranks <= 1:
        return 0.0, np.inf, 0.0, 0.0
    most = wire_bytes_per_s(joined, ranks)
    fitted = tables.get(joined.id)
    if fitted is not None and ranks <= joined.inside.devices:
        latency_s, bus, root_s = at_ranks(fitted.get(engine.stack, fitted["general"]), ranks)
        return latency_s, min(bus, most), root_s, 0.0
    own = ranks <= joined.inside.devices and runs_own_kernel(joined.inside, engine, generation, ranks)
    latency_s = _latency_s(joined, engine, generation, ranks)
    return latency_s, min(_bus(joined, ranks), most), 0.0, 0.0 if own else FLAGGED_BYTES


def at_ranks(table: AllReduce, ranks: int) -> tuple[float, float, float]:
    """(latency [s], bus bandwidth [byte/s], rise [s per sqrt(MB)]) at `ranks` devices.

    Beyond 8 devices the latency grows with the logarithm of the ranks.
    """
    wide = np.log2(max(2, ranks))
    latency_us, gb_s, root_us = table[min(2, max(0, int(np.ceil(wide)) - 1))]
    return latency_us * 1e-6 * max(1.0, float(wide) / 3.0), gb_s * 1e9, root_us * 1e-6


def wire_bytes_per_s(joined: Joined, ranks: int) -> float:
    """Bus bandwidth that an all-reduce over `ranks` of one machine cannot pass."""
    t = joined.inside
    if ranks > t.devices:
        return joined.beyond.one_way_bytes_per_s if joined.beyond else np.nan
    if t.kind == "nvswitch" and t.reduces_in_switch:
        return max(t.one_way_bytes_per_s, float(collectives.switched_wire_bytes_per_s(t.one_way_bytes_per_s, ranks)))
    if t.kind in ("mesh", "torus") and t.per_pair_gb_s:
        return min(t.one_way_bytes_per_s, (ranks - 1) * t.per_pair_gb_s * GB)
    return t.one_way_bytes_per_s


def _bus(joined: Joined, ranks: int) -> float:
    """Bus bandwidth by the record, else by the rule of its kind [byte/s]."""
    t = joined.inside
    stated = _at(t.bus_gb_s, ranks)
    if stated is not None and (t.kind != "mesh" or ranks in (2, 4, 8)):
        return stated * GB
    if ranks > t.devices and joined.beyond is not None:
        return _bus(Joined(inside=joined.beyond), ranks)
    if t.kind == "mesh":
        return float(collectives.mesh_bus_bytes_per_s((t.per_pair_gb_s or t.one_way_gb_s) * GB, ranks))
    if t.kind == "torus":
        return float(collectives.torus_bus_bytes_per_s((t.per_pair_gb_s or t.one_way_gb_s) * GB, ranks))
    if t.kind == "pcie_host_staged" and t.duplex_gb_s and t.host_memory_gb_s:
        copies, memory = t.duplex_gb_s * GB, t.host_memory_gb_s * GB
        return float(
            collectives.staged_bus_bytes_per_s(duplex_bytes_per_s=copies, host_bytes_per_s=memory, ranks=ranks)
        )
    return float(collectives.peer_bus_bytes_per_s(t.one_way_bytes_per_s))


def _latency_s(joined: Joined, engine: Engine, generation: str, ranks: int) -> float:
    t = joined.inside if ranks <= joined.inside.devices else joined.beyond or joined.inside
    own = _at(t.custom_us, ranks) if runs_own_kernel(t, engine, generation, ranks) else None
    stated = own or _at(t.nccl_us, ranks)
    if stated is None:
        raise HardwareError(f"topology {t.id}: no latency at {ranks} ranks is stated; add nccl_us")
    return stated * 1e-6 * max(1.0, float(np.log2(ranks)) / 3.0)


def runs_own_kernel(t: Topology, engine: Engine, generation: str, ranks: int) -> bool:
    """Whether the engine's all-reduce kernel runs, not NCCL: two peers, or links between all pairs."""
    joined = t.all_pairs or (ranks == 2 and t.peer_access)
    return joined and ranks in engine.own_reduce_ranks and generation not in engine.no_own_reduce_on


def _at(figures: ByRanks, ranks: int) -> float | None:
    wide = int(np.ceil(np.log2(max(2, ranks))))
    return figures.n2 if wide == 1 else figures.n4 if wide == 2 else figures.n8


def _network_s(joined: Joined, ranks: int) -> float:
    """Latency that an all-reduce adds for leaving the machine [s]."""
    machines = machines_of(joined, ranks)
    if machines <= 1:
        return 0.0
    stated = _at(joined.network.nccl_us, machines) if joined.network else None
    return (stated or np.nan) * 1e-6 * max(1.0, float(np.log2(machines)) / 3.0)


def _exchange(joined: Joined, ranks: int, nic: float) -> float:
    """What a rank sends to all others [byte/s]; those in other machines by the NIC, at the same time."""
    t, near = joined.inside, min(ranks, joined.inside.machine)
    inside = SENT * min(t.one_way_bytes_per_s, wire_bytes_per_s(joined, near)) if near > 1 else np.inf
    if t.kind == "pcie_host_staged" and near > 1:
        inside = _bus(joined, near)
    if ranks <= near:
        return inside
    return min(inside * (ranks - 1) / max(near - 1, 1e-9), nic * (ranks - 1) / (ranks - near))


def _hop(joined: Joined) -> float:
    """What one device sends to one other [byte/s]: by the link of a pair, or the network where there is none."""
    t = joined.inside
    if t.machine == 1:
        return float(collectives.network_bytes_per_s(joined.network.one_way_gb_s * GB)) if joined.network else np.nan
    pair = min(t.one_way_bytes_per_s, (t.per_pair_gb_s or np.inf) * GB)
    return SENT * pair


def machines_of(joined: Joined, ranks: int) -> int:
    """Machines that `ranks` need at least."""
    return -(-ranks // joined.inside.machine)


def caveats(gpu: Accelerator, split: Split) -> list[str]:
    """What an answer should say of the links that a cut rests on."""
    ranks, joined = split.tp * split.dp, gpu.joined
    machines, name = machines_of(joined, ranks), f"{split} on {gpu.name}"
    if machines > 1 and joined.network is not None:
        rate = joined.network.one_way_gb_s * 8.0
        return [f"{name}: its ranks need {machines} machines; {rate:g} Gb/s of network a GPU ({joined.network.id})"]
    if ranks > 1 and joined.stated_gb_s is not None:
        return [f"{name}: an all-reduce over its ranks reaches {joined.stated_gb_s:g} GB/s ({joined.id}), as stated"]
    if ranks > 1 and joined.inside.kind == "pcie_host_staged":
        return [
            f"{name}: its ranks talk over PCIe without peer access, staged in host memory, taken at the low end "
            f"({_bus(joined, ranks) / GB:.3g} GB/s); hosts differ by up to four times: measure yours (busbw of "
            "nccl-tests) and state it with --link-gb-s, or --topology"
        ]
    return []
