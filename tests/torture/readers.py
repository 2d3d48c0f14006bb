"""Every reader of files that others make, with sound files of its kind to begin from."""

from __future__ import annotations

import gzip
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hardware_db.catalog import DATA as HARDWARE
from hardware_db.catalog import read_accelerators
from models_db.catalog import DATA as MODELS
from models_db.catalog import read_models
from models_db.importers.any import read_any
from models_db.quality import read_scores
from planner.calibration.own.store import read as read_calibration
from planner.catalogs import Catalogs
from planner.deployment.explain_log import explain_log
from planner.deployment.log_deployment import Stated
from planner.document.compare import read_report
from planner.evidence import FOLDER
from planner.evidence.kinds import KINDS, Kind
from planner.evidence.table import write_predictions
from planner.export.reading.deployed import read_line
from planner.export.saved import read_plan
from planner.fleet.request import read_fleet
from planner.logs.read import read_log_file
from planner.measurements.read import read_measurements
from planner.physics.coefficients import Coefficients
from planner.request.reading import read_request
from planner.sweep.grid import scenarios_in
from planner.tco.apis import read_prices
from planner.traffic.traces import read_trace
from tests.models_db.conftest import LLAMA
from tests.models_db.importers.conftest import META, TENSORS, gguf_bytes
from tests.planner.logs.samples import ALL as STARTS
from tests.planner.measurements.samples import ALL as RESULTS

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
CATALOGS = Catalogs.read()
STORED = b"""{"gpuplan_calibration": 1, "made": "2026-11-29", "base": "0",
"factors": [["own", "l4 @ vllm", "all", 1.1]],
"rows": [{"file": "a.json", "run": {"format": "points CSV", "place": "", "cells": {"isl": "1"}}}],
"runs": [{"gpu": "l4", "engine": "vllm", "model": "llama", "weights": "bf16", "split": "tp1",
"day": "2026-11-28", "points": 5, "intervals": {"tpot": [0.9, 1.1]}, "cautions": {"tpot": {"0.9": 1.1}}}],
"memory": [["l4", "vllm", "llama", 0.5]]}"""
TRACES = (
    b"arrival_s,input_tokens,output_tokens\n0,100,20\n1.5,200,30\n2,1,1\n",
    b"TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,4808,10\n2023-11-16 18:17:04,3180,8\n",
    b"Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,472,18,490,Conversation log\n",
    b'{"timestamp": 0, "input_length": 6758, "output_length": 500, "hash_ids": [0, 1, 2]}\n'
    b'{"timestamp": 30, "input_length": 7322, "output_length": 490, "hash_ids": [0, 14]}\n',
)


def header(tensors: dict[str, Any]) -> bytes:
    """A safetensors file without weights."""
    text = json.dumps(tensors).encode()
    return struct.pack("<Q", len(text)) + text


def _measured(kind: Kind) -> Callable[[Path], Any]:
    """A file for `validate`: read, predicted, judged and written."""

    def read(path: Path) -> Any:
        found = kind.predicted(path, CATALOGS, Coefficients.shipped())
        target = path.with_name("predicted.csv")
        rows, _ = write_predictions(found, target)
        text = target.read_text(encoding="utf-8")
        assert text.replace("\n", "").isprintable()
        assert rows == len(found.rows)
        return kind.judge(found, False)

    return read


def _box(kind: Kind) -> bytes:
    """The first rows of the box that a kind reads."""
    name = {"points": "serving_2.csv.gz", "llamacpp": "llamacpp.csv.gz"}.get(kind.option, f"{kind.option}.csv")
    raw = (FOLDER / name).read_bytes()
    return b"".join((gzip.decompress(raw) if name.endswith(".gz") else raw).splitlines(keepends=True)[:3])


def first(folder: Path, pattern: str, lines: int) -> bytes:
    """The first lines of the smallest file of the box that fits."""
    path = min(folder.glob(pattern), key=lambda path: path.stat().st_size)
    return b"".join(path.read_bytes().splitlines(keepends=True)[:lines])


def _launched(path: Path) -> Any:
    """A file for `estimate --from-command`."""
    return read_line(str(path), CATALOGS)


def _explained(path: Path) -> Any:
    """A file for `explain-log`."""
    log = read_log_file(path)  # no other file than a regular one is read twice
    kind = "gguf_q4_k_m" if b"llama" in path.read_bytes()[:10_000] else None
    return explain_log(log, Stated(model="Qwen/Qwen3-8B", gpu="L40S", weights=kind), CATALOGS, Coefficients.shipped())


def _scenarios(path: Path) -> Any:
    """A file for `sweep --scenarios`."""
    return scenarios_in(path, {"rate": "traffic.rate_per_s"})


LINE = 'export M=Qwen/Qwen3-8B\nvllm serve $M -tp 2 --max-model-len 8192 --speculative-config \'{"method": "mtp"}\'\n'
MANIFEST = b"""services:
  llm: {image: vllm/vllm-openai, command: [--model, Qwen/Qwen3-8B, --max-num-seqs, "8"]}
"""
CALLS = b"""A='vllm serve'
B="$A Qwen/Qwen3-8B"
X='sh -c "exec $B -tp ${N:-2}"'
sh -c "$X"
"""
RAY = b"""applications: [a]
base: &b {max_model_len: 8192, gpu_memory_utilization: 0.9}
x: &x [1, yes, 2026-01-01]
model_loading_config: {model_id: Qwen/Qwen3-8B}
engine_kwargs: {<<: *b, tensor_parallel_size: !!int "2", hf_overrides: {a: *x}}
"""
TASK = b"""envs: {M: Qwen/Qwen3-8B}
run: |
  A=$M
  vllm serve $A
"""
MACHINE = {
    "provider": "p", "instance_type": "i", "region": "r", "gpu": "L40S", "gpus": 1, "count": 1, "commitment": "c",
    "usd_per_hour_each": 1.0, "offer_class": "cloud", "price_as_of": "2026-01-01", "price_age_days": 1,
    "price_flags": [], "price_source": "s",
}  # fmt: skip
REPLICA = {
    "model": "Qwen/Qwen3-8B", "weight_format": "bf16", "kv_format": "bf16", "support": "native", "kernel": "k",
    "engine": "vllm", "tp": 1, "pp": 1, "ep": 1, "dp": 1, "gpus": 1, "max_sequences": 8, "max_batched_tokens": 2048,
}  # fmt: skip
MEMORY = {
    "card_gib": 45.0, "driver_gib": 1.0, "total_gib": 44.0, "budget_gib": 40.0, "parts": [], "free_gib": 1.0,
    "reserve_gib": 1.0, "kv_tokens_per_replica": 100_000, "sequences_per_replica": 50,
}  # fmt: skip
CLUSTER = {
    "machine": MACHINE, "replica": REPLICA, "memory": MEMORY, "replicas": 1, "spare_replicas": 0,
    "sla_breaks_at_rate_per_s": 3.0,
}  # fmt: skip
SAVED = json.dumps({"status": "feasible", "cluster": CLUSTER, "sla": [], "assumptions": ["x"]}).encode()
INDEX = {"metadata": {"total_size": 100}, "weight_map": {"a": "m-1.safetensors"}}
TENSOR = {"w": {"dtype": "BF16", "shape": [2, 3], "data_offsets": [0, 12]}, "__metadata__": {"format": "pt"}}
LAYER = "model.layers.0."
# A checkpoint in two formats, with a list of what is in neither.
MIXED = LLAMA | {"num_experts": 8, "num_experts_per_tok": 2, "architectures": ["Qwen3MoeForCausalLM"],
                 "quantization_config": {
    "quant_method": "modelopt", "quant_algo": "MIXED_PRECISION", "ignore": ["lm_head", "re:.*router.*", LAYER + "mlp*"],
    "quantized_layers": {LAYER + "self_attn.q_proj": {"quant_algo": "FP8"}},
    "config_groups": {"g": {"weights": {"num_bits": 4, "type": "float", "group_size": 16}, "targets": ["Linear"]}},
    "kv_cache_scheme": {"num_bits": 8, "type": "float"},
}}  # fmt: skip
# Name of the reader: the end of its files' names, the reader, sound files.
READERS: dict[str, tuple[str, Callable[[Path], Any], tuple[bytes, ...]]] = {
    "workload": ("toml", read_request, tuple((EXAMPLES / f"{n}.toml").read_bytes() for n in ("chat-70b", "users"))),
    "plan": ("json", read_plan, (SAVED,)),
    "startlog": ("log", _explained, tuple(text.encode() for text in STARTS.values())),
    "log": ("log", read_log_file, tuple(text.encode() for text in STARTS.values())),
    "measurements": ("json", read_measurements, tuple(text.encode() for text in RESULTS.values())),
    "scenarios": ("csv", _scenarios, (b"rate,gpu\n1,H100\n2,L4\n", b'{"traffic": {"rate_per_s": 2}}\n')),
    "calibration": ("json", read_calibration, (STORED,)),
    "launch line": ("sh", _launched, (LINE.encode(), MANIFEST, CALLS, RAY, TASK)),
    "fleet": ("toml", read_fleet, ((EXAMPLES / "fleet.toml").read_bytes(),)),
    "apiprices": ("toml", read_prices, ((EXAMPLES / "api-prices.toml").read_bytes(),)),
    "models": ("toml", read_models, (first(MODELS, "models/*.toml", 10_000),)),
    "gpus": ("toml", read_accelerators, (first(HARDWARE, "accelerators/*.toml", 10_000),)),
    "prices": ("csv", CATALOGS.hardware.offers_of, (first(HARDWARE, "prices.csv", 6),)),
    "scores": ("csv", read_scores, ((EXAMPLES / "closed-scores.csv").read_bytes(),)),
    "trace": ("csv", read_trace, TRACES),
    "config": ("json", read_any, (json.dumps(LLAMA).encode(), json.dumps(MIXED).encode())),
    "oldreport": ("json", read_report, ((EXAMPLES.parent / "docs/samples/fleet.json").read_bytes(),)),
    "index": ("index.json", read_any, (json.dumps(INDEX).encode(),)),
    "safetensors": ("safetensors", read_any, (header(TENSOR),)),
    "gguf": ("gguf", read_any, (gguf_bytes(META, TENSORS),)),
    **{kind.option if kind.option != "gguf" else "ggufpoints": ("csv", _measured(kind), (_box(kind),))
       for kind in KINDS},
}  # fmt: skip
