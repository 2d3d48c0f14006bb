"""The figures of docs/method.md that are computed in a moment; those of studies are in docs/accuracy.md."""

from __future__ import annotations

from docs.figures.markdown import Figures
from docs.figures.prose import listed, paragraph
from hardware_db.catalog import HardwareCatalog
from models_db.catalog import ModelCatalog
from planner.catalogs import Catalogs
from planner.evidence import FOLDER, memory
from planner.evidence.serving import SECOND, evidence_rows, predict_rows
from planner.evidence.table import read_rows
from planner.physics.coefficients import Coefficients

HYBRID, BLOCK = "Qwen/Qwen3.6-35B-A3B", "1056.0"
DRAFTED, TASK = "meta-llama/Llama-3.1-8B-Instruct", "gsm8k"


def _catalogs() -> Catalogs:
    return Catalogs(ModelCatalog(), HardwareCatalog())


def blocks() -> str:
    """The cache of a hybrid model, as predicted and as logged."""
    rows = read_rows(FOLDER / "memory.csv", memory.NEEDED)[1]
    row = next(r for r in rows if r["model_hf_id"] == HYBRID and r["block_size"] == BLOCK)
    told = memory.predict_row(row, _catalogs(), Coefficients.shipped())
    tokens, size, pool = (float(text) for text in (told["pred_kv_tokens"], row["block_size"], told["pred_kv_gib"]))
    if tokens % size:
        raise ValueError(f"{HYBRID}: {tokens:.0f} tokens are not whole blocks of {size:.0f}")
    return paragraph(
        f"{HYBRID} on {row['gpu']}: blocks of {size:.0f} tokens, as logged, and {tokens:,.0f} tokens in {pool:.2f} "
        f"GiB, where {float(row['kv_cache_tokens']):,.0f} in {float(row['kv_cache_gib']):.2f} GiB were logged."
    )


def drafts() -> str:
    """Runs with drafts whose yields are stated, as predicted and as measured."""
    rows = [
        row
        for row in evidence_rows("C", SECOND)
        if row["model"] == DRAFTED and row["gpu"] == "A100 SXM 80GB" and "fp16-fp16-eagle3" in row["ref"]
    ]
    told = predict_rows(rows, _catalogs(), Coefficients.shipped())
    found = sorted(
        (float(row["concurrency"]), float(cells["pred_output_tok_s"]), float(row["output_tok_s"]), row["ref"])
        for row, cells in zip(rows, told, strict=True)
    )
    shown = [f"{ours:,.0f} at {clients:.0f} ({measured:,.0f})" for clients, ours, measured, ref in found if TASK in ref]
    errors = [ours / measured - 1.0 for _, ours, measured, _ in found]
    return paragraph(
        "Llama-3.1-8B in 16 bit on A100 under vLLM with five EAGLE-3 drafts, whose yields are stated: tokens a second "
        f"by clients, as predicted (measured): {listed(shown)} on {TASK.upper()}; over all {len(errors)} runs of three "
        f"tasks the errors are {min(errors):+.0%} to {max(errors):+.0%}."
    )


FIGURES: Figures = {"blocks": blocks, "drafts": drafts}
