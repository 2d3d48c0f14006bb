"""`gpuplan quant`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from planner.cli import options
from planner.cli.asking import asked, gathered, has_rate, noted
from planner.cli.common import load_planner, show
from planner.cli.help import Alias, HeadedCommand


@click.command("quant", cls=HeadedCommand)
@click.argument("named", cls=Alias, metavar="MODEL", required=False)
@options.model_option
@options.gpu_option("GPU (repeatable); without one, the best of all for each format.")
@options.workload_option
@options.scope_of_each
@options.engine_options
@options.prefix_option
@options.traffic_options
@options.sla_options
@options.market_options
@options.money_list_options
def quant_command(named: str | None, catalog: Path | None, fmt: str, **flags: Any) -> int:
    """What each weight and KV format gains and loses: kernels, memory, speed, dollars, measured quality.

    All formats are compared at one load: the stated rate, or without one the largest rate that each serves within the
    SLA on the same machines. The checkpoint's own format comes first and is the reference.

    Lengths are a chat's, 1024 tokens in and 256 out, where none are given.

    \b
    Examples:
      gpuplan quant -m meta-llama/Llama-3.1-8B-Instruct -g H100 -g L40S --rate 5
      gpuplan quant meta-llama/Llama-3.1-8B-Instruct -g H100 --tpot-p95 0.05
      gpuplan quant meta-llama/Llama-3.1-8B-Instruct -g H100 --tpot-p95 0.05 --commitment 1y_reserved
      gpuplan quant -m Qwen/Qwen3-32B -g "A100 SXM 80GB" --kv bf16 --kv fp8 --tpot-p95 0.05
      gpuplan quant -m Qwen/Qwen3-8B -g L40S --users 500 --think-time 45 --tpot-p95 0.05
      gpuplan quant -w examples/chat-70b.toml --format md
    """
    from planner.errors import InputError
    from planner.report.quant import quant_tables

    if named is not None and named.endswith(".toml"):
        raise InputError(f"{named}: a workload is given with -w")
    if named is not None and flags["model"] is not None:
        raise InputError(f"--model (model): given twice, as {named[:60]!r} and {flags['model'][:60]!r}")
    flags["model"] = flags["model"] or named
    largest = not has_rate(gathered(flags))
    found = asked(flags, standard={"rate_per_s": 1.0} if largest else {})
    # The rate that stands in for a missing one is no assumption: the table does not use it.
    notes = [note for note in found.notes if not (largest and note.startswith("rate: "))]
    answer = noted(load_planner(catalog).quant(found.request(), largest_rate=largest), notes)
    show(fmt, answer, lambda: quant_tables(answer))
    return 0 if any(row.cluster is not None for row in answer.rows) else 1
