"""How a launch line cuts a model: the widths of one replica, and the copies beside each other."""

from __future__ import annotations

from planner.export.reading.flags import Said, count
from planner.export.reading.line import Started
from planner.physics.split import Split

MOST = 1024
VISIBLE = ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES")


def split_of(said: Said, found: Started, moe: bool, notes: list[str]) -> tuple[Split, int]:
    """The widths of a replica and the number of copies; moe: whether the model has experts to spread."""
    engine = found.spelling.id
    if engine == "llama.cpp":
        return Split(pp=_stages(said, found)), 1
    tp, pp, dp = (width(said, key, notes) for key in ("tp", "pp", "dp"))
    spread = bool(said.values.get("ep")) or width(said, "ep_size", notes) > 1
    if engine != "vllm":
        return _over_all(said, engine, tp, pp, max(dp, width(said, "attn_dp", notes)), spread, moe, notes)
    if dp > 1 and not moe:
        return Split(tp, pp), _copies(dp, notes)
    if dp > 1 and not spread:
        notes.append("the ranks of data parallelism share the experts: estimated with expert parallelism")
    return Split(tp, pp, tp * dp if moe and (spread or dp > 1) else 1, dp), 1


def unsaid_width(said: Said, found: Started) -> str:
    """The width that a line does not say: one behind a variable, or the GPUs that llama.cpp deals layers to."""
    if found.spelling.id != "llama.cpp":
        value = said.values.get("tp")
        return "tp" if value is not None and count(value, MOST) is None else ""
    named = any(isinstance(said.values.get(key), str) for key in ("tensor_split", "devices"))
    seen = any(found.environment.get(name, "").strip() for name in VISIBLE)
    return "" if named or seen or said.values.get("split_mode") == "none" else "pp"


def _over_all(
    said: Said, engine: str, ranks: int, pp: int, dp: int, spread: bool, moe: bool, notes: list[str]
) -> tuple[Split, int]:
    """Engines whose tensor width counts all ranks, those of attention data parallelism among them."""
    attention = bool(said.values.get("dp_attention")) or "attn_dp" in said.values
    if engine == "tensorrt-llm":
        dp = ranks if attention else 1
    if dp <= 1 or not attention:
        split = Split(ranks, pp, ranks if moe and spread and ranks > 1 else 1)
        return split, _copies(dp, notes) if dp > 1 else 1
    if not moe or ranks % dp:
        notes.append(f"attention data parallelism of {dp} is not estimated here: taken as tensor parallelism")
        return Split(ranks, pp), 1
    if not spread:
        notes.append("attention data parallelism is estimated with the experts spread over all ranks")
    return Split(ranks // dp, pp, ranks, dp), 1


def _copies(copies: int, notes: list[str]) -> int:
    notes.append(f"data parallelism of {copies}: {copies} copies beside each other; figures and load are of one")
    return copies


def _stages(said: Said, found: Started) -> int:
    """GPUs that the layers are dealt to."""
    if said.values.get("split_mode") == "none":
        return 1
    for text in (said.values.get("tensor_split"), said.values.get("devices")):
        if isinstance(text, str):
            return max(1, len([part for part in text.replace("/", ",").split(",") if part.strip() not in ("", "0")]))
    visible = next((found.environment[name] for name in VISIBLE if name in found.environment), "")
    return max(1, len([part for part in visible.split(",") if part.strip()]))


def width(said: Said, key: str, notes: list[str]) -> int:
    """A width, 1 where none is said, or none that can be read."""
    value = said.values.get(key, 1)
    found = count(value, MOST)
    if found is not None:
        return found
    notes.append(f"{key.removesuffix('_size')} is {str(value)[:40]} in the line: taken as 1")
    return 1
