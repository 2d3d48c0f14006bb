"""What a target says of a plan beside the settings: as comments, which no target takes for a setting."""

from __future__ import annotations

from planner.export.launch import Launch
from planner.export.servers import version_of
from planner.request.engine import DAY
from planner.version import __version__
from planner.words import counted


def said(launch: Launch) -> list[str]:
    """All of it, the GPU first: `estimate --from-command` reads it there."""
    assumed = [f"assumed: {text}" for text in launch.assumptions]
    return [*_what(launch), *weights_said(launch), *_drafting(launch), *assumed]


def _what(launch: Launch) -> list[str]:
    h, s = launch.host, launch.split
    spare = f", {launch.spare} of them spare" if launch.spare else ""
    over = f" over {counted(launch.machines, 'machine')}" if launch.machines > 1 else ""
    where = ", ".join(text for text in (h.provider, h.instance_type, h.region, h.commitment.replace("_", " ")) if text)
    lines = [
        f"written by gpuplan {__version__} for {launch.engine} {version_of(launch)}".rstrip(),
        f"gpu: {h.gpu_id}",
        f"{launch.model} in {launch.checkpoint.format}, cache in {launch.kv}, {s}: "
        f"{counted(launch.replicas, 'replica')} of {counted(launch.gpus, 'GPU')}{over}{spare}",
        f"machines: {h.count} x ({h.gpus} x {h.gpu}{', ' + where if where else ''})",
    ]
    if h.topology and launch.gpus > 1:
        lines.append(f"GPUs of a machine joined as {h.topology}")
    if launch.version and DAY.match(launch.version):
        lines.append(f"engine as of {launch.version} in the plan; arguments are those of {version_of(launch)}")
    return lines


def weights_said(launch: Launch) -> list[str]:
    """How the weights come to be in their format."""
    c = launch.checkpoint
    if c.how == "made":
        made = f"weights: {c.name} must hold {launch.model} in {c.format}; made with:"
        return [*_ownerless(launch.model), made, *(f"  {line}" for line in c.make)]
    converted = f"weights: {c.name} is converted to {c.format} as it is loaded"
    return [*_ownerless(c.name), *([converted] if c.how == "on_load" else [])]


def _ownerless(name: str) -> list[str]:
    """That a name is that of no repository, where it has no owner."""
    if "/" in name or name.endswith(".gguf"):
        return []
    return [f"weights: {name} names no repository, as it has no owner: put one before it, or name a folder with it"]


def _drafting(launch: Launch) -> list[str]:
    d = launch.drafting
    if d is None:
        return []
    accepted = "" if d.accepted is None else f"; the plan counts with {d.accepted:g} tokens a step"
    named = f" by {d.model.checkpoint}" if d.model else ""
    lines = [f"drafts: {counted(d.drafts, 'token')} a step, {d.method}{named}{accepted}"]
    if d.method in ("eagle", "block") and d.model is None:
        lines.append(f"drafts: put a published {d.method} head of {launch.model} where the command names it")
    return lines
