"""`validate --gguf`: file sizes and buffers of llama.cpp, predicted from model, mix, context and settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from models_db.formats import Format, find_format, small_bits, weight_bits
from models_db.gguf import lookup_bits
from models_db.matrices import matrices, total_params
from models_db.schema import Model
from planner.catalogs import Catalogs
from planner.errors import InputError, PlannerError
from planner.evidence.gguf_run import run_of_row
from planner.evidence.names import find_model
from planner.evidence.sources import sources
from planner.formulas.memory import MIB
from planner.physics.ggml.build import LATENT_CACHE, Build
from planner.physics.ggml.held import drafting_bytes, kv_bytes, states_bytes, weights_held
from planner.physics.ggml.reserve import compute_buffers
from planner.physics.ggml.settings import Process

COLUMNS = (
    "pred_file_bytes", "pred_kv_mib", "pred_compute_buffer_mib", "pred_host_compute_mib", "pred_rs_buffer_mib",
    "pred_model_buffer_mib", "pred_host_model_mib", "error",
)  # fmt: skip
NEEDED = ("model", "quant")
UNITS = {"GiB": 2**30, "MiB": 2**20, "GB": 1e9, "MB": 1e6}
POSITIONED = ("OPTForCausalLM", "GPT2LMHeadModel", "GPTBigCodeForCausalLM")
WORDS = {"small": "_S", "medium": "_M", "large": "_L"}
WITH_DRAFTING = re.compile(r"\bMTP\b")
# What a fork's `mla_attn` stores, as a build of llama.cpp that stores the same.
FORK_CACHES = {0: LATENT_CACHE - 1, 1: LATENT_CACHE}


def predict_row(row: Mapping[str, str], catalogs: Catalogs) -> dict[str, str]:
    """The added columns of one row; what a row does not ask for stays empty."""
    out = dict.fromkeys(COLUMNS, "")
    problems = []
    try:
        model = find_model(row.get("model") or "", catalogs.models)
    except PlannerError as error:
        return out | {"error": str(error)}
    for part in (_file, _buffers):
        try:
            out |= part(model, row)
        except PlannerError as error:
            problems.append(str(error))
    return out | {"error": "; ".join(problems)}


def _file(model: Model, row: Mapping[str, str]) -> dict[str, str]:
    mix = mix_name(row.get("quant") or "")
    drafting = WITH_DRAFTING.search(row.get("model") or "") or (row.get("draft_method") or "").strip() == "mtp"
    more = drafting_bytes(model, _of_mix(model, mix)) if drafting else 0.0
    return {"pred_file_bytes": f"{file_bytes(model, mix) + more:.0f}"}


def _buffers(model: Model, row: Mapping[str, str]) -> dict[str, str]:
    """The buffers of a process, where its context is stated."""
    if not (row.get("n_ctx") or "").strip():
        return {}
    run, fmt = _as_kept(run_of_row(row, model), row), _format(model, row)
    out = {"pred_kv_mib": _mib(kv_bytes(model, run))}
    if fmt is None and (run.layers_on_cpu or run.experts_on_cpu or run.output_on_cpu):
        return out
    compute = compute_buffers(model, fmt or find_format("fp16"), run)
    out |= {"pred_compute_buffer_mib": _mib(compute.largest), "pred_host_compute_mib": _mib(compute.host)}
    states = states_bytes(model, run)
    out["pred_rs_buffer_mib"] = _mib(states) if states else ""
    if fmt is not None:
        held = weights_held(model, fmt, run)
        out |= {"pred_model_buffer_mib": _mib(held.device), "pred_host_model_mib": _mib(held.host)}
    return out


def _mib(size: float) -> str:
    return f"{size / MIB:.2f}"


def _as_kept(run: Process, row: Mapping[str, str]) -> Process:
    """The run with the cache of a fork that says what it keeps; its windows are whole."""
    found = re.search(r"mla_attn[ =]+(\d+)", row.get("comment") or "")
    if found is None:
        return run
    return replace(run, build=Build(FORK_CACHES.get(int(found.group(1)), Build().number)), swa_full=True)


def _format(model: Model, row: Mapping[str, str]) -> Format | None:
    """The format of a file; None where its label is no mix."""
    try:
        return _of_mix(model, mix_name(row.get("quant") or ""))
    except PlannerError:
        return None


def measured_file_bytes(text: str) -> float | None:
    """A size such as `4.92 GB` or `14.96 GiB` in bytes; a bare number is bytes."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(GiB|MiB|GB|MB)?\s*", text)
    return float(match.group(1)) * UNITS.get(match.group(2) or "", 1) if match else None


def mix_name(text: str) -> str:
    """The mix of a label: `Q4_K - Medium`, `IQ3_S mix - 3.66 bpw`, `i1-Q4_K_M`, `Q8_0`."""
    match = re.match(
        r"(?:i1-)?(MXFP4|F16|BF16|F32|I?Q\d_(?:[A-Z0-9]+(?:_[SML])?))(?: - (Small|Medium|Large))?", text.strip()
    )
    if match is None:
        raise InputError(f"quant: {text[:40]!r} is not a llama.cpp mix")
    name = match.group(1) + (WORDS[match.group(2).lower()] if match.group(2) else "")
    if name in ("Q3_K", "Q4_K", "Q5_K"):  # llama-quantize's short names
        return f"{name}_M"
    return "Q2_K" if name == "Q2_K_M" else "IQ3_M" if text.startswith("IQ3_S mix") else name


def file_bytes(model: Model, mix: str) -> float:
    """Size of the GGUF file: every tensor by the mix's rule, one-dimensional tensors in FP32, no vision."""
    fmt = _of_mix(model, mix)
    weights = sum(m.elements * weight_bits(fmt, m, model) for m in matrices(model)) / 8.0
    # Tables of positions stay in FP32, those of tokens (per-layer embeddings) follow the mix.
    positions = model.task == "embed" or model.architecture in POSITIONED
    lookup_width = 32.0 if positions else lookup_bits(fmt.gguf) if fmt.gguf else fmt.wide_bits
    lookup = model.lookup_params * lookup_width / 8.0
    rest = total_params(model) - model.vision_params - model.lookup_params - sum(m.elements for m in matrices(model))
    return float(weights + lookup + rest * small_bits(fmt) / 8.0)


def _of_mix(model: Model, mix: str) -> Format:
    rules = sources().ggml
    born = model.native.format == rules.born.format and mix in rules.born.wide_mixes
    return find_format(rules.born.format if born else rules.mixes.get(mix, mix))
