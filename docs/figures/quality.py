"""The figures of docs/quality.md."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from statistics import mean, median

from docs.figures.markdown import Figures
from docs.figures.prose import listed, paragraph, table
from models_db.catalog import ModelCatalog
from models_db.loss_record import Loss
from models_db.loss_rows import LossKind, loss_rows
from models_db.quality import DATA
from models_db.quantization_loss import loss
from planner.evidence.losses import LeftOut, left_out
from planner.request.request import QualityTerms

MODELS = (
    "meta-llama/Llama-3.2-1B-Instruct", "meta-llama/Llama-3.1-8B-Instruct", "Qwen/Qwen3-8B", "Qwen/Qwen3-32B",
    "google/gemma-3-27b-it", "meta-llama/Llama-3.3-70B-Instruct", "Qwen/Qwen2.5-72B-Instruct", "Qwen/Qwen3-30B-A3B",
    "Qwen/Qwen3-235B-A22B", "openai/gpt-oss-120b", "deepseek-ai/DeepSeek-R1",
)  # fmt: skip
FORMATS = {
    "fp8": "FP8", "fp8_block": "FP8 block", "int8": "INT8", "awq_int4_g128": "AWQ INT4", "gptq_int4_g128": "GPTQ INT4",
    "nvfp4": "NVFP4", "mxfp4_all": "MXFP4 all", "mxfp8": "MXFP8", "gguf_q8_0": "Q8_0", "gguf_q4_k_m": "Q4_K_M",
}  # fmt: skip
CACHES = {"fp8": "FP8", "int8": "INT8", "int4": "INT4", "fp4": "FP4"}
# Formats that are told together, by how their names begin.
GROUPS: tuple[tuple[str, LossKind, tuple[str, ...]], ...] = (
    ("tasks, all formats", "task", ("",)),
    ("FP8 and MXFP8", "task", ("fp8", "mxfp8")),
    ("INT8", "task", ("int8",)),
    ("INT4 (AWQ, GPTQ)", "task", ("awq_int4", "gptq_int4")),
    ("NVFP4", "task", ("nvfp4",)),
    ("MXFP4", "task", ("mxfp4",)),
    ("caches", "task", ("kv ",)),
    ("perplexity, all formats", "perplexity", ("",)),
    ("long context, weights", "long", ("",)),
    ("long context, caches", "long", ("kv ",)),
)
MOST = QualityTerms().max_loss_pct


def counted() -> str:
    """How many of the rows count for nothing."""
    with DATA.with_name("quant_loss.csv").open(encoding="utf-8", newline="") as handle:
        counts = [row["counts"] for row in csv.DictReader(handle)]
    return paragraph(f"Of the {len(counts):,} rows {counts.count('no'):,} count for nothing.")


def passing() -> str:
    """The pooled loss of each format, for each model."""
    catalog = ModelCatalog()
    rows = []
    for name in MODELS:
        model = catalog.find(name).model
        rows.append([name.partition("/")[2], *(_cell(loss(model, fmt, name=name).weights) for fmt in FORMATS)])
    return table(["model", *FORMATS.values()], rows)


def _cell(found: Loss) -> str:
    if found.kind == "native":
        return "native"
    if found.loss_pct is None:
        return "-"
    return f"{found.loss_pct:.1f}" + ("*" if found.within(MOST) else "")


def caches() -> str:
    """What caches lose, on short requests and on long ones."""
    model = ModelCatalog().find(MODELS[1]).model
    short = {kv: loss(model, "bf16", kv, name=MODELS[1]).cache for kv in CACHES}
    spans = {kv: _long(kv) for kv in CACHES}
    said = [f"{CACHES[kv]} loses {found.loss_pct:.1f} %" for kv, found in short.items() if found.loss_pct is not None]
    failing = [CACHES[kv] for kv, found in short.items() if not found.within(MOST)]
    unknown = [CACHES[kv] for kv, span in spans.items() if span is None]
    long = [f"{CACHES[kv]} loses {span}" for kv, span in spans.items() if span is not None]
    text = f"Of caches, on short requests (of {MODELS[1].partition('/')[2]}): {listed(said)}."
    text += f" {listed(failing)} fail." if failing else ""
    text += f" On requests of 32k tokens and more: {listed(long)}." if long else ""
    return paragraph(text + (f" {listed(unknown)} were not measured there." if unknown else ""))


def _long(kv: str) -> str | None:
    """What a cache loses on long requests, over the models of the table [% of the score]."""
    catalog = ModelCatalog()
    found = [loss(catalog.find(name).model, "bf16", kv, long_context=True, name=name).cache for name in MODELS]
    lost = sorted(one.loss_pct for one in found if one.loss_pct is not None)
    if not lost:
        return None
    return f"{lost[0]:.1f} %" if lost[-1] - lost[0] < 0.05 else f"{lost[0]:.1f} to {lost[-1]:.1f} %"


def check() -> str:
    """Each model left out in turn, and told by the others."""
    by_kind = {kind: left_out(loss_rows(), kind) for kind in dict.fromkeys(kind for _, kind, _ in GROUPS)}
    rows = [_held(name, [case for case in by_kind[kind] if case.format.startswith(starts) and _told(name, case)])
            for name, kind, starts in GROUPS]  # fmt: skip
    columns = ("measured", "models and formats", "median error, % of the score", "bias", "inside 80 %")
    return table(columns, rows)


def _told(name: str, case: LeftOut) -> bool:
    """Whether a case is of a group by what it is of; caches are told by others than weights are."""
    return "weights" not in name or not case.format.startswith("kv ")


def _held(name: str, cases: Sequence[LeftOut]) -> list[str]:
    error = median(abs(case.error_pct) for case in cases)
    bias = mean(case.error_pct for case in cases)
    inside = mean(case.inside for case in cases)
    return [name, str(len(cases)), f"{error:.2g}" if error >= 2.0 else f"{error:.2f}", f"{bias:+.2f}", f"{inside:.0%}"]


FIGURES: Figures = {"counted": counted, "passing": passing, "caches": caches, "check": check}
