"""The evidence in the box, judged: start-up logs and llama.cpp files."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from planner.catalogs import Catalogs
from planner.evidence import FOLDER, gguf, memory
from planner.evidence.gguf_run import host_compute_mib, largest_mib
from planner.evidence.left_out import left_out_predictions
from planner.evidence.log_tokens import captured_gib, logged_pool_gib, logged_tokens
from planner.evidence.stated import gguf_unstated, memory_coarse, memory_unstated
from planner.evidence.table import Errors, Row, number, read_rows, relative_errors
from planner.physics.coefficients import Coefficients
from planner.progress import Progress, each

MEMORY_FIGURES = (
    ("weights", "weights_gib", "pred_weights_gib"),
    ("KV pool", "kv_cache_gib", "pred_kv_gib"),
    ("KV tokens", "kv_cache_tokens", "pred_kv_tokens"),
    ("activation peak", "activation_peak_gib", "pred_activation_gib"),
    ("non-torch", "non_torch_gib", "pred_non_torch_gib"),
    ("graphs", "cuda_graph_gib", "pred_graphs_gib"),
    ("KV tokens of the logged pool", "kv_cache_tokens", "pred_tokens_of_pool"),
)
GGUF_FILES = ("gguf.csv", "gguf_2.csv")
GGUF_FIGURES: tuple[tuple[str, Callable[[Row], float | None], str], ...] = (
    ("GGUF file size", lambda row: gguf.measured_file_bytes(row.get("file_bytes_or_gib") or ""), "pred_file_bytes"),
    ("KV buffers", lambda row: number(row.get("kv_mib")), "pred_kv_mib"),
    ("compute buffer", lambda row: largest_mib(row.get("compute_buffer_mib") or ""),
     "pred_compute_buffer_mib"),
    ("host compute buffer", host_compute_mib, "pred_host_compute_mib"),
    ("recurrent state buffer", lambda row: number(row.get("rs_buffer_mib")), "pred_rs_buffer_mib"),
    ("model buffer", lambda row: largest_mib(row.get("model_buffer_mib") or ""), "pred_model_buffer_mib"),
    ("host model buffer", lambda row: number(row.get("host_model_mib")), "pred_host_model_mib"),
)  # fmt: skip

Pairs = Sequence[tuple[Row, Row]]
LOGS = ("memory.csv", "memory_2.csv", "memory_3.csv")
READERS: dict[str, Callable[[Row], float | None]] = {
    "graphs": captured_gib,
    "KV pool": logged_pool_gib,
    "KV tokens": logged_tokens,
    "KV tokens of the logged pool": logged_tokens,
}


def log_rows() -> list[Row]:
    """Every start-up log in the box."""
    return [row for name in LOGS for row in read_rows(FOLDER / name, memory.NEEDED)[1]]


def memory_errors(
    catalogs: Catalogs, coefficients: Coefficients, *, unstated: bool = False, progress: Progress | None = None
) -> list[Errors]:
    """Errors of the start-up logs; figures whose inputs are not stated are left out unless asked for."""
    rows = log_rows()
    return judged_logs(
        [(row, memory.predict_row(row, catalogs, coefficients)) for row in each(rows, progress)], unstated=unstated
    )


def left_out_pairs(
    catalogs: Catalogs, coefficients: Coefficients, progress: Progress | None = None
) -> list[tuple[Row, Row]]:
    """The logs in the box, each with its prediction under coefficients fitted without its project."""
    rows = log_rows()
    return list(zip(rows, left_out_predictions(rows, catalogs, coefficients, progress), strict=True))


def left_out_errors(catalogs: Catalogs, coefficients: Coefficients, progress: Progress | None = None) -> list[Errors]:
    """Errors of the logs in the box, each under coefficients fitted without its project."""
    return judged_logs(left_out_pairs(catalogs, coefficients, progress))


def judged_logs(pairs: Pairs, *, unstated: bool = False) -> list[Errors]:
    """Errors of predicted start-up logs, a figure each."""
    rule = None if unstated else lambda row: memory_unstated(row) | memory_coarse(row)
    return [_errors(figure, pairs, reader(figure[0], figure[1]), rule) for figure in MEMORY_FIGURES]


def reader(figure: str, column: str) -> Callable[[Row], float | None]:
    """What a row of a log states of a figure."""
    return READERS.get(figure, _cell(column))


def _cell(column: str, read: Callable[[str], float | None] = number) -> Callable[[Row], float | None]:
    return lambda row: read(row.get(column) or "")


def gguf_errors(catalogs: Catalogs, *, unstated: bool = False, progress: Progress | None = None) -> list[Errors]:
    """Errors of file sizes and buffers."""
    rows = [row for name in GGUF_FILES for row in read_rows(FOLDER / name, gguf.NEEDED)[1]]
    return judged_files([(row, gguf.predict_row(row, catalogs)) for row in each(rows, progress)], unstated=unstated)


def judged_files(pairs: Pairs, *, unstated: bool = False) -> list[Errors]:
    """Errors of predicted llama.cpp files, a figure each."""
    rule = None if unstated else gguf_unstated
    return [_errors((label, "", column), pairs, read, rule) for label, read, column in GGUF_FIGURES]


def _errors(
    figure: tuple[str, str, str],
    pairs: Pairs,
    measured: Callable[[Row], float | None],
    rule: Callable[[Row], dict[str, str]] | None,
) -> Errors:
    label, _, column = figure
    kept = [(row, p) for row, p in pairs if rule is None or label not in rule(row)]
    return relative_errors(label, [(number(p[column]), measured(row)) for row, p in kept])
