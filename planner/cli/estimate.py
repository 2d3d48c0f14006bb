"""`gpuplan estimate`."""

from __future__ import annotations

from pathlib import Path

import click

from planner.cli.options import catalog_option, format_option, length_table, load_planner, show
from planner.defaults import DEFAULT_ENGINE


@click.command("estimate")
@click.option("--model", "-m", required=True, help="Model id, or a name with the same shapes.")
@click.option("--gpu", "-g", required=True, help="GPU by id, name or alias.")
@click.option("--weights", help="Weight format (default: the checkpoint's own).")
@click.option("--kv", help="KV-cache format (default: 16 bit).")
@click.option("--engine", default=DEFAULT_ENGINE, show_default=True)
@click.option("--tp", type=click.IntRange(1, 1024), default=1, show_default=True, help="Tensor parallel.")
@click.option("--pp", type=click.IntRange(1, 1024), default=1, show_default=True, help="Pipeline parallel.")
@click.option("--ep", type=click.IntRange(1, 1024), default=1, show_default=True, help="Expert parallel.")
@click.option("--dp", type=click.IntRange(1, 1024), default=1, show_default=True, help="Attention data parallel.")
@click.option("--isl", type=float, default=1024.0, show_default=True, help="Mean input tokens.")
@click.option("--osl", type=float, default=256.0, show_default=True, help="Mean output tokens.")
@click.option("--cv", type=float, default=0.0, show_default=True, help="Coefficient of variation of both lengths.")
@click.option("--concurrency", type=float, help="Closed loop: clients that always have one request running.")
@click.option("--rate", type=float, help="Open loop: requests a second.")
@click.option("--max-sequences", type=click.IntRange(1, 65536), default=256, show_default=True)
@click.option("--memory-fraction", type=click.FloatRange(0.01, 1.0), help="Override the engine's memory fraction.")
@catalog_option
@format_option
def estimate_command(
    model: str, gpu: str, weights: str | None, kv: str | None, engine: str, tp: int, pp: int, ep: int, dp: int,
    isl: float, osl: float, cv: float, concurrency: float | None, rate: float | None, max_sequences: int,
    memory_fraction: float | None, catalog: Path | None, fmt: str,
) -> int:  # fmt: skip
    """One deployment exactly as given: memory by part, step times with the binding roof, latency.

    \b
    Examples:
      gpuplan estimate -m meta-llama/Llama-3.1-8B -g H100 --concurrency 16
      gpuplan estimate -m deepseek-ai/DeepSeek-V3 -g H200 --tp 8 --rate 2 --isl 2000 --osl 500
    """
    from planner.answers import DoesNotFit
    from planner.errors import InputError
    from planner.load.demand import Demand
    from planner.physics.deployment import Deployment
    from planner.physics.split import Split
    from planner.report.estimate import estimate_tables, no_fit_tables
    from planner.request.reading import parse_request

    load = rate if rate is not None else concurrency if concurrency is not None else 1.0
    name = "rate" if rate is not None else "concurrency"
    if not 0 < load <= 1e6:
        raise InputError(f"--{name}: expected a number above 0, got {load}")
    request = parse_request(
        {
            "model": model,
            "traffic": {"rate_per_s": load},
            "input_tokens": length_table(isl, None, cv),
            "output_tokens": length_table(osl, None, cv),
        }
    )
    deployment = Deployment(
        model=model,
        gpu=gpu,
        weights=weights,
        kv=kv,
        engine=engine,
        split=Split(tp=tp, pp=pp, ep=ep, dp=dp),
        max_sequences=max_sequences,
        memory_fraction=memory_fraction,
        concurrency=None if rate is not None else load,
        rate_per_s=rate,
    )
    answer = load_planner(catalog).estimate(deployment, Demand.of(request))
    if isinstance(answer, DoesNotFit):
        show(fmt, answer, lambda: no_fit_tables(answer))
        return 1
    show(fmt, answer, lambda: estimate_tables(answer))
    return 0
