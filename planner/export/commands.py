"""The command that starts a replica as it was planned, as lines of a shell."""

from __future__ import annotations

from planner.answers import Cluster
from planner.errors import InputError
from planner.export.derive import Choices, launch_of_cluster, offline_environment
from planner.export.launch import Launch
from planner.export.line import Placement, places, shell
from planner.export.said import said, weights_said
from planner.export.servers import container_words, device_of, environment_of, words_of
from planner.export.text import comments
from planner.export.trtllm import FILE, settings

__all__ = ["deploy_command", "launch_lines", "offline_environment", "script", "start_line"]
LEADER = "LEADER"
TRANSFER = "# caches move from prefill to decode replicas: set up the engine's transfer (vLLM: --kv-transfer-config)"


def deploy_command(c: Cluster, choices: Choices | None = None) -> list[str]:
    """Lines: what checkpoint is needed, then the command of one replica. Engines without a known command say so."""
    if c.design is None:
        return [f"# the start of {c.replica.engine} is written by `gpuplan export`, from the saved plan"]
    try:
        return launch_lines(launch_of_cluster(c, choices))
    except InputError as error:
        return comments([str(error)])


def launch_lines(launch: Launch) -> list[str]:
    """Lines: what checkpoint is needed, then the command of one replica, one for each of its machines; a comment where
    the engine does not start so."""
    try:
        before = " ".join(f"{name}={shell([value])}" for name, value in sorted(launch.environment.items()))
        lines = [start_line(launch, place, before) for place in places(launch)]
    except InputError as error:
        return comments([str(error)])
    over = [f"one replica spans {launch.machines} machines: a line for each, LEADER is the address of the first"]
    drafts = [text for text in said(launch) if text.startswith("drafts: ")]
    notes = [*weights_said(launch), *drafts, *(over if launch.machines > 1 else [])]
    return [*comments(notes), *lines]


def start_line(launch: Launch, place: Placement, before: str = "", *, image: bool = False) -> str:
    """The command of one machine of a replica; before: assignments of variables that it runs with; image: it runs in
    the engine's image."""
    words = container_words(launch, place) if image else words_of(launch, place)
    line = f"{before} {shell(words)}".strip()
    text = settings(launch) if FILE in line else ""
    return f"{shell(['printf', '%s', text])} > {FILE} && {line}" if text else line


def script(launch: Launch) -> str:
    """A shell script for a machine: all replicas that it carries, or its part of one.

    Several replicas of a machine run side by side, each on GPUs and a port of its own.
    """
    spread = launch.machines > 1
    lines = ["#!/bin/sh", *comments(said(launch)), "set -eu", *_exports(launch)]
    if spread:
        lines += [*comments(["LEADER: address of the replica's first machine; NODE: number of this one, from 0"]),
                  f': "${{{LEADER}:?}}" "${{NODE:?}}"', 'case "$NODE" in']  # fmt: skip
        lines += [f"{place.node.number}) {start_line(launch, place)} ;;" for place in places(launch)]
        return "\n".join([*lines, "esac", ""])
    several = launch.beside > 1
    for index in range(launch.beside):
        place = places(launch, index)[0]
        chosen = _chosen(launch, place) if several or launch.gpus < launch.host.gpus else ""
        lines.append(start_line(launch, place, chosen) + (" &" if several else ""))
    return "\n".join([*lines, *(["wait"] if several else []), ""])


def _exports(launch: Launch) -> list[str]:
    return [f"export {name}={shell([value])}" for name, value in sorted(environment_of(launch).items())]


def _chosen(launch: Launch, place: Placement) -> str:
    """The GPUs of a replica that has the machine not to itself, before its command."""
    name = device_of(launch).visible
    return f"{name}={','.join(map(str, place.node.gpus))}" if name else ""
