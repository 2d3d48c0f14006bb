"""`gpuplan fit`."""

from __future__ import annotations

from pathlib import Path

import click

from planner.cli.options import catalog_option, format_option, load_planner, show
from planner.defaults import DEFAULT_ENGINE


@click.command("fit")
@click.option("--model", "-m", required=True, help="Model id, or a name with the same shapes.")
@click.option("--gpu", "-g", "gpus", multiple=True, help="GPU (repeatable; default: all).")
@click.option("--weights", help="Weight format (default: the checkpoint's own).")
@click.option("--kv", help="KV-cache format (default: 16 bit).")
@click.option("--engine", default=DEFAULT_ENGINE, show_default=True)
@click.option("--context", type=click.IntRange(1, 100_000_000), help="Tokens a sequence must hold (default: 8192).")
@click.option("--max-sequences", type=click.IntRange(1, 65536), default=256, show_default=True)
@catalog_option
@format_option
def fit_command(
    model: str, gpus: tuple[str, ...], weights: str | None, kv: str | None, engine: str, context: int | None,
    max_sequences: int, catalog: Path | None, fmt: str,
) -> int:  # fmt: skip
    """Will it fit: per GPU type the smallest width, the longest context, the most sequences.

    \b
    Examples:
      gpuplan fit -m meta-llama/Llama-3.3-70B-Instruct
      gpuplan fit -m Qwen/Qwen3-235B-A22B --weights fp8_block --gpu H200 --context 32768
    """
    from planner.report.fit import fit_tables

    answer = load_planner(catalog).fit(
        model, gpus=gpus, weights=weights, kv=kv, engine=engine, context=context,
        max_sequences=max_sequences,
    )  # fmt: skip
    show(fmt, answer, lambda: fit_tables(answer))
    return 0 if answer.status == "fits" else 1
