"""A start without a network: what is carried in, and the command that fetches nothing."""

from __future__ import annotations

from hardware_db.catalog import HardwareCatalog
from models_db.stored import stored_bytes
from planner.answers import Cluster, Infeasible, OfflineStart, Plan
from planner.export.commands import deploy_command, offline_environment
from planner.export.derive import Choices
from planner.formulas.memory import GIB
from planner.plan.energy import cluster_energy
from planner.request.request import OWNED, Request

OF_BOUGHT = (
    "dollars of machines to buy: write-off, capital, power of a machine that is always busy, colocation, support, "
    "spares and an engineer for every 40; the engineers that are there anyway are left out (`tco` has all lines)"
)


def at_home(answer: Plan | Infeasible, request: Request, hardware: HardwareCatalog) -> Plan | Infeasible:
    """The answer with what belongs to one's own premises: how it starts without a hub where that is asked for, and of
    machines that are bought the energy, and what their dollars hold."""
    if not isinstance(answer, Plan):
        return answer
    update: dict[str, object] = {}
    if request.scope.air_gapped:
        update["offline"] = offline_start(answer.cluster)
    design = answer.cluster.design
    if answer.cluster.machine.provider == OWNED and design is not None:
        update["assumptions"] = [*answer.assumptions, OF_BOUGHT]
        update["energy"] = cluster_energy(answer.cluster, request, design.gpus[design.gpu[0]], hardware.accelerators)
    return answer.model_copy(update=update) if update else answer


def start_lines(cluster: Cluster, *, air_gapped: bool) -> list[str]:
    """How a replica is started, as every face tells it: what it needs, then the command."""
    offline = offline_start(cluster) if air_gapped else None
    return offline.command if offline else deploy_command(cluster)


def offline_start(cluster: Cluster) -> OfflineStart | None:
    """How each replica of a planned cluster starts without a hub; None for a cluster that was read from a file."""
    design = cluster.design
    if design is None:
        return None
    weights = stored_bytes(design.model, design.formats[design.fmt[0]])
    return OfflineStart(
        weights_disk_bytes=round(weights), environment=offline_environment(cluster.replica.engine),
        command=deploy_command(cluster, Choices(offline=True)), carry_in=_carry_in(cluster, weights),
    )  # fmt: skip


def _carry_in(cluster: Cluster, weights: float) -> list[str]:
    r = cluster.replica
    machines = "each machine" if cluster.machine.count > 1 else "the machine"
    size = f"{weights / GIB:,.1f} GiB ({weights / 1e9:,.1f} GB)"
    return [
        f"weights of {r.model} in {r.weight_format}, {size}, with tokenizer and config, on a disk of {machines}",
        f"{r.engine} with its packages or container image, and the driver of the accelerators",
    ]
