"""SkyPilot: a task for one replica, and the service that makes as many of it as the plan has."""

from __future__ import annotations

from typing import Any

from planner.export.commands import start_line
from planner.export.documents import without_none, yaml_of
from planner.export.launch import FOLDER, Launch
from planner.export.line import places
from planner.export.names import cloud_of, sky_accelerator, target_names
from planner.export.pods import name_of
from planner.export.said import said
from planner.export.servers import environment_of, image_of, image_said, server_of

BUCKET = "s3://MODELS"
WORK = "~/sky_workdir"
# The address of the first machine, from SkyPilot's variables of a task over several.
FIRST = 'LEADER="$(echo "$SKYPILOT_NODE_IPS" | head -n1)"'
START_S = 7200


def skypilot(launch: Launch) -> str:
    """A task with its service."""
    local = launch.checkpoint.local
    document = without_none(
        {
            "name": name_of(launch), "num_nodes": launch.machines if launch.machines > 1 else None,
            "resources": _resources(launch), "service": _service(launch), "envs": environment_of(launch),
            "secrets": None if local else {"HF_TOKEN": ""},
            "file_mounts": {f"{WORK}/{FOLDER}": BUCKET} if local else None, "run": _run(launch),
        }
    )  # fmt: skip
    return yaml_of([document], [*said(launch), *image_said(launch), *_notes(launch)])


def _notes(launch: Launch) -> list[str]:
    h = launch.host
    notes = [f"`sky serve up FILE` starts {launch.least} of it at least, `sky launch FILE` one"]
    if launch.checkpoint.local:
        notes.append(f"{BUCKET}: name the bucket that holds {launch.checkpoint.name.removeprefix(FOLDER + '/')}")
    if h.provider and cloud_of(h.provider) is None:
        notes.append(f"SkyPilot knows no cloud by the name of {h.provider}: where it runs is left to SkyPilot")
    names = target_names()
    if h.gpu_id not in names.sky:
        notes.append(f"accelerators: how SkyPilot calls {h.gpu} is not known; `sky show-gpus -a` lists its names")
    elif h.gpu_id in names.sky_unseen:
        notes.append(f"accelerators: the name of {h.gpu} was not seen in SkyPilot; `sky show-gpus -a` lists its names")
    return notes


def _resources(launch: Launch) -> dict[str, Any]:
    h = launch.host
    cloud = cloud_of(h.provider) if h.provider else None
    whole = launch.machines > 1 or h.gpus == launch.gpus
    exact = cloud is not None and cloud.machine_types and whole and h.instance_type.isascii()
    return without_none(
        {
            "accelerators": {sky_accelerator(h.gpu_id, h.gpu, cloud.sky if cloud else ""): launch.gpus_each},
            "cloud": cloud.sky if cloud else None,
            "region": h.region if cloud and h.region not in ("", "any") else None,
            "instance_type": h.instance_type if exact and " " not in h.instance_type else None,
            "use_spot": True if h.commitment == "spot" else None, "ports": launch.port,
            "image_id": f"docker:{image_of(launch)}",
        }
    )  # fmt: skip


def _service(launch: Launch) -> dict[str, Any]:
    working = max(1, launch.replicas - launch.spare)
    policy: dict[str, Any] = {"min_replicas": launch.least}
    if launch.rate_per_s:
        # More replicas than planned start at a rate beyond the planned one only.
        policy |= {
            "max_replicas": launch.most, "target_qps_per_replica": float(f"{launch.rate_per_s / working:.4g}"),
        }  # fmt: skip
    probe = {"path": server_of(launch).health, "initial_delay_seconds": START_S, "timeout_seconds": 15}
    return {"readiness_probe": probe, "replica_policy": policy}


def _run(launch: Launch) -> str:
    inside = [f"cd {WORK} || exit 1"] if launch.checkpoint.local else []
    if launch.machines == 1:
        return "\n".join([*inside, start_line(launch, places(launch)[0], image=True), ""])
    lines = [*inside, FIRST, 'case "$SKYPILOT_NODE_RANK" in']
    lines += [f"{place.node.number}) {start_line(launch, place, image=True)} ;;" for place in places(launch)]
    return "\n".join([*lines, "esac", ""])
