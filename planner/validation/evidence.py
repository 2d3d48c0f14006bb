"""The evidence in the box, judged: start-up logs and llama.cpp files."""

from __future__ import annotations

from pathlib import Path

from planner.calibration import parameters
from planner.plan import Catalogs
from planner.validation import gguf, memory
from planner.validation.table import Errors, number, read_rows, relative_errors

FOLDER = Path(parameters.__file__).parent / "evidence"
MEMORY_FIGURES = (
    ("weights", "weights_gib", "pred_weights_gib"),
    ("KV pool", "kv_cache_gib", "pred_kv_gib"),
    ("KV tokens", "kv_cache_tokens", "pred_kv_tokens"),
    ("activation peak", "activation_peak_gib", "pred_activation_gib"),
    ("non-torch", "non_torch_gib", "pred_non_torch_gib"),
)


def memory_errors(catalogs: Catalogs, path: Path | None = None, *, doubtful: bool = False) -> list[Errors]:
    """Errors of the start-up logs; rows whose inputs are in doubt are left out unless asked for."""
    _, rows = read_rows(path or FOLDER / "memory.csv", memory.NEEDED)
    pairs = [(row, memory.predict_row(row, catalogs)) for row in rows if doubtful or not row.get("doubt")]
    return [
        relative_errors(label, [(number(p[column]), number(row.get(measured))) for row, p in pairs])
        for label, measured, column in MEMORY_FIGURES
    ]


def gguf_errors(catalogs: Catalogs, path: Path | None = None, *, doubtful: bool = False) -> list[Errors]:
    """Errors of file sizes and KV buffers."""
    _, rows = read_rows(path or FOLDER / "gguf.csv", gguf.NEEDED)
    pairs = [(row, gguf.predict_row(row, catalogs)) for row in rows if doubtful or not row.get("doubt")]
    sizes = [(number(p["pred_file_bytes"]), gguf.measured_file_bytes(row["file_bytes_or_gib"])) for row, p in pairs]
    caches = [(number(p["pred_kv_mib"]), number(row.get("kv_mib"))) for row, p in pairs]
    return [relative_errors("GGUF file size", sizes), relative_errors("llama.cpp KV buffers", caches)]
