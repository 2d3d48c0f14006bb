"""How a replica of a pool is started."""

from __future__ import annotations

import numpy as np

from planner.deployment.started import choices_of_request
from planner.errors import InputError
from planner.export.commands import launch_lines
from planner.export.derive import cells_in, launch_of
from planner.export.launch import Launch, Machines
from planner.export.text import checked, comments
from planner.fleet.candidates import Purchase
from planner.load import records
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.footprint import footprint
from planner.request.request import Request


def pool_start(p: Purchase, request: Request, coefficients: Coefficients) -> list[str]:
    """Lines: what checkpoint is needed, then the command of one replica, one for each of its machines.

    request: of the workload with the longest requests that the pool serves.
    """
    try:
        return launch_lines(_launch(p, request, coefficients))
    except InputError as error:
        return comments([str(error)])


def _launch(p: Purchase, request: Request, coefficients: Coefficients) -> Launch:
    design = p.design
    parts = footprint(design, coefficients, max_sequences=np.array([float(p.max_sequences)]))
    memory = records.memory(design, parts, 0, 0, Demand.of(request))
    return launch_of(
        design, max_sequences=p.max_sequences, kv_tokens=memory.kv_tokens_per_replica,
        cells=cells_in(design, p.max_sequences, memory), host=_machines(p), replicas=p.replicas,
        choices=choices_of_request(request),
    )  # fmt: skip


def _machines(p: Purchase) -> Machines:
    """The machines of a unit."""
    offer, gpu = p.offer, p.gpu
    return Machines(
        gpu=gpu.name, gpu_id=gpu.id, generation=gpu.generation, gpus=p.machine_gpus, count=p.machines,
        provider=offer.provider if offer else "", instance_type=checked(p.machine, "instance type"),
        region=offer.region if offer else "", commitment=p.commitment,
        topology=gpu.joined.id if gpu.topologies else "",
    )  # fmt: skip
