"""The commands, where each lives, and the help over all of them, without importing anything."""

from __future__ import annotations

COMMANDS = {
    "plan": ("planner.cli.plan", "The cheapest cluster that meets a latency SLA."),
    "estimate": ("planner.cli.estimate", "One deployment as given: memory, step times, latency."),
    "quant": ("planner.cli.quant", "What each weight and KV format gains and loses."),
    "tco": ("planner.cli.tco", "Self-hosting against APIs: break-even, split, sensitivity."),
    "report": ("planner.cli.report", "Plan, formats and money as a document to decide on."),
    "sweep": ("planner.cli.sweep", "Many scenarios of a workload, as rows."),
    "simulate": ("planner.cli.simulate", "Traffic through a deployment or a plan, request by request."),
    "fit": ("planner.cli.fit", "Will a model fit, and how far, per GPU type."),
    "export": ("planner.cli.export", "A plan as it is started: script, manifest or task."),
    "bench": ("planner.cli.bench", "What checks a plan once it runs, with its limits."),
    "calibrate": ("planner.cli.calibrate", "Your own measurements tighten the estimates."),
    "import": ("planner.cli.import_", "A model from config.json, safetensors or GGUF."),
    "validate": ("planner.cli.validate", "Predictions against measurements."),
    "explain-log": ("planner.cli.explain_log", "A start-up log against the estimate: what differs, and why."),
    "models": ("planner.cli.browse", "Browse the model catalog."),
    "gpus": ("planner.cli.browse", "Browse the accelerator catalog."),
    "formats": ("planner.cli.browse", "Browse weight and KV formats and their kernels."),
    "prices": ("planner.cli.browse", "Browse rental prices, with their dates."),
    "schema": ("planner.cli.schema", "JSON schemas of the answers."),
    "explain": ("planner.cli.explain", "What a word of an answer means."),
    "completion": ("planner.cli.completing", "The script that completes names in your shell."),
    "tui": ("planner.cli.tui", "The interactive planner in the terminal."),
}
HELP = """Usage: gpuplan [OPTIONS] COMMAND [ARGS]...

  Say what you must serve and how fast; get the cheapest cluster that does it.

Examples:
  gpuplan plan --model meta-llama/Llama-3.3-70B-Instruct --rate 8 --isl 1155 --osl 211 \\
               --ttft-p95 1.0 --tpot-p95 0.05
  gpuplan plan --workload examples/chat-70b.toml --format md
  gpuplan estimate --model Qwen/Qwen3-32B --gpu H100 --weights fp8 --tp 2 --concurrency 32
  gpuplan fit --model openai/gpt-oss-120b

Words (all of them: gpuplan explain, docs/glossary.md):
  TTFT  time to first token: from a request to the first token of its answer
  TPOT  time per output token: between the tokens of an answer, after the first
  E2E   end-to-end time: from a request to the last token of its answer
  ISL   input sequence length: tokens of a request
  OSL   output sequence length: tokens of an answer
  KV    keys and values: the cache of what a model has read and written

Options:
  --version   Show the version and exit.
  -h, --help  Show this message and exit.

Commands:
{commands}

Shell completion: eval "$(gpuplan completion bash)" (or zsh, fish).
"""


def top_help() -> str:
    """The text of `gpuplan --help`, without importing anything."""
    return HELP.format(commands="\n".join(f"  {name:<11} {text}" for name, (_, text) in COMMANDS.items()))
