"""Which topologies join an accelerator: those whose records name it, the default first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hardware_db.named import NamedTopology, Topologies
from hardware_db.schema import Accelerator, Joined, Topology
from planner.errors import HardwareError

# What joins a device that no record names: through host memory, the slowest that its PCIe generation has.
CAUTIOUS = {1: "pcie3-staged", 2: "pcie3-staged", 3: "pcie3-staged", 4: "pcie4-staged"}
NEWEST = "pcie5-staged"


def defaults(topologies: Iterable[Topology | NamedTopology]) -> dict[str, str]:
    """Accelerator id -> id of its default topology; raises HardwareError where two claim one."""
    found: dict[str, str] = {}
    for topology in topologies:
        for accelerator in topology.accelerators:
            if accelerator in found:
                raise HardwareError(f"{topology.id}: {accelerator} has the default {found[accelerator]}")
            found[accelerator] = topology.id
    return found


def joined(topology: Topology, known: Mapping[str, Topology]) -> Joined:
    """A topology with those it goes on to; raises HardwareError where one is not known."""
    if topology.network is None:
        raise HardwareError(f"{topology.id}: which network joins machines is not stated")
    for name in (topology.beyond, topology.network):
        if name is not None and name not in known:
            raise HardwareError(f"{topology.id}: topology {name!r} is not known")
    beyond, network = (known[name] if name else None for name in (topology.beyond, topology.network))
    return Joined(inside=topology, beyond=beyond, network=network)


def with_topologies(gpu: Accelerator, known: Topologies, first: Mapping[str, str]) -> Accelerator:
    """The record with the topologies that name it; one that none names is joined through host memory."""
    if gpu.id in first:
        names = [first[gpu.id], *(t.id for t in known.named.values() if gpu.id in t.optional_for)]
    else:
        names = [CAUTIOUS.get(gpu.pcie_gen or 3, NEWEST)]
    return gpu.model_copy(update={"topologies": tuple(joined(known[name], known) for name in names)})
