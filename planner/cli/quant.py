"""`gpuplan quant`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from planner.cli.options import catalog_option, format_option, length_table, load_catalogs, show
from planner.cli.plan import sla_options, sla_table


@click.command("quant")
@click.argument("model", required=False)
@click.option("--workload", "-w", type=click.Path(path_type=Path), help="TOML workload; flags override it.")
@click.option("--gpu", "gpus", multiple=True, help="GPU (repeatable); without one, the best of all for each format.")
@click.option("--weights", "formats", multiple=True, help="Restrict to a weight format (repeatable).")
@click.option("--kv", "kv_formats", multiple=True, help="Restrict to a KV format (repeatable).")
@click.option("--engine", "engines", multiple=True, help="Serving engine (repeatable).")
@click.option("--provider", "providers", multiple=True, help="Restrict to a provider (repeatable).")
@click.option("--rate", type=float, help="Requests a second (default 1).")
@click.option("--isl", type=float, help="Mean input tokens (default 1024).")
@click.option("--osl", type=float, help="Mean output tokens (default 256).")
@click.option("--confidence", type=float, help="Share of deployments that should be at least this fast (0.5 to 0.99).")
@sla_options
@catalog_option
@format_option
def quant_command(model: str | None, workload: Path | None, catalog: Path | None, fmt: str, **flags: Any) -> int:
    """What each weight and KV format gains and loses: kernels, memory, speed, dollars, measured quality.

    \b
    Examples:
      gpuplan quant meta-llama/Llama-3.1-8B-Instruct --gpu H100 --gpu L40S --rate 5
      gpuplan quant Qwen/Qwen3-32B --gpu A100 --kv bf16 --kv fp8 --tpot-p95 0.05 --format csv
      gpuplan quant -w examples/chat-70b.toml --format md
    """
    from planner.errors import InputError
    from planner.physics.coefficients import Coefficients
    from planner.quant.table import quant
    from planner.report.quant import quant_tables
    from planner.request.reading import merge, parse_request, read_request

    if model is not None and model.endswith(".toml"):
        raise InputError(f"{model}: a workload is given with -w")
    data = _request_data(model, flags)
    if workload is not None:
        request = read_request(workload, data)
    else:
        standard = {"traffic": {"rate_per_s": 1.0}, "input_tokens": {"mean": 1024.0}, "output_tokens": {"mean": 256.0}}
        request = parse_request(merge(standard, data))
    answer = quant(request, load_catalogs(catalog), Coefficients.shipped())
    show(fmt, answer, lambda: quant_tables(answer))
    return 0 if any(row.usd_per_hour is not None for row in answer.rows) else 1


def _request_data(model: str | None, flags: dict[str, Any]) -> dict[str, Any]:
    scope = {
        name: list(flags[name]) for name in ("gpus", "formats", "kv_formats", "engines", "providers") if flags[name]
    }
    tables: dict[str, Any] = {
        "model": model, "confidence": flags["confidence"], "scope": scope or None, "sla": sla_table(flags) or None,
        "traffic": {"rate_per_s": flags["rate"]} if flags["rate"] is not None else None,
        "input_tokens": length_table(flags["isl"], None, None) or None,
        "output_tokens": length_table(flags["osl"], None, None) or None,
    }  # fmt: skip
    return {name: table for name, table in tables.items() if table is not None}
