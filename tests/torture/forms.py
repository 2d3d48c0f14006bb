"""Every form of every command that the fuzzer of flags begins from, and the files that these forms name."""

from __future__ import annotations

import json
import random
from pathlib import Path

from hardware_db.catalog import DATA
from tests.consistency.drawn import TORTURE
from tests.models_db.conftest import LLAMA
from tests.planner.logs.samples import ALL as STARTS
from tests.planner.measurements.samples import VLLM
from tests.torture.readers import EXAMPLES, READERS

# What a question needs to be one; drawn flags come after it, and win.
ONE = ["-m", "Qwen/Qwen3-8B", "-g", "L40S"]
LOAD = ["--rate", "2", "--isl", "300", "--osl", "40"]
SLA = [*ONE, *LOAD, "--ttft-p95", "1"]
MEASURED = ["bench.json", "-g", "L40S", "--engine", "vllm", "--tp", "1"]
# A port that nobody listens at: what is fetched from it is refused at once, and reaches no other machine.
NOWHERE = "http://127.0.0.1:9/"
# What was asked in an old report is asked anew, which takes seconds.
COMPARED = (["small.toml", "-o", "new.json", "--compare", "old.json"],) if TORTURE else ()
FORMS: dict[str, tuple[list[str], ...]] = {
    "estimate": ([*ONE, *LOAD], [*ONE, "--log"], ["--from-command", "start.sh", "-g", "L40S"]),
    "fit": (ONE,),
    "quant": (SLA,),
    "plan": ([*SLA, "--no-verify"], ["-w", "small.toml"], ["-w", "fleet.toml"]),
    "simulate": ([*ONE, *LOAD, "--duration", "20"], [*ONE, "--trace", "trace.csv"],
                 ["-w", "small.toml", "--duration", "20"]),
    "tco": (SLA, ["-w", "small.toml", "--api-prices", "api.toml", "--scores", "scores.csv", "--api", "openai/gpt-4o"],
            ["--min-score", "MMLU", "70", *ONE[2:], *LOAD]),
    "report": (["small.toml"], ["fleet.toml", "-o", "f.md"],
               ["small.toml", "--template", "templates", "--focus", "months.csv"], *COMPARED),
    "import": (["config.json"], ["config.json", "--save", "own"], ["model.gguf"]),
    "validate": ([], *(["--" + kind, kind + ".csv"] for kind in ("points", "memory", "gguf", "llamacpp"))),
    "explain-log": (["start.log", *ONE],),
    "models": (["q"], ["show", "Qwen/Qwen3-8B"]),
    "gpus": ([], ["show", "L40S"]),
    "formats": ([], ["show", "fp8"], ["-g", "L40S"]),
    "prices": ([], ["import", "own.csv", "--catalog", "own"], ["import", "--template"], ["--api"],
               ["update", "--from", NOWHERE, "--catalog", "own"]),
    "schema": (["plan"],),
    "explain": (["ttft"],),
    "completion": (["bash"],),
    "export": (["vllm", *ONE, "--tp", "1"], ["kubernetes", *ONE], ["ray", *ONE], ["compose", "-w", "plan.json"]),
    "bench": ([*ONE, *LOAD, "--tp", "1"],),
    "calibrate": ([*MEASURED, "--dry-run"], [*MEASURED, "--yes", "--catalog", "templates"], ["--list"],
                  ["--undo", "--catalog", "own"],
                  ["--export", "runs.json", "--catalog", "own"]),
    "sweep": ([*SLA, "--jobs", "1", "--over", "rate=1,2"], [*SLA, "--jobs", "1", "--scenarios", "scenarios.csv"]),
    "tui": ([], ["small.toml"]),
}  # fmt: skip
CHEAP = ("estimate", "fit", "import", "calibrate", "models", "gpus", "formats", "prices", "schema", "explain",
         "completion", "explain-log", "tui")  # fmt: skip
SMALL = """model = "Qwen/Qwen3-8B"
[traffic]
rate_per_s = 2.0
[input_tokens]
mean = 300
[output_tokens]
mean = 40
[sla]
ttft_p95_s = 1.0
[scope]
gpus = ["L40S"]
"""
FLEET = """[[workloads]]
name = "chat"
model = "Qwen/Qwen3-8B"
[workloads.traffic]
rate_per_s = 2.0
[workloads.input_tokens]
mean = 300
[workloads.output_tokens]
mean = 40
[workloads.sla]
ttft_p95_s = 1.0
[scope]
gpus = ["L40S"]
"""


def written(folder: Path) -> None:
    """The files that forms name, sound ones."""
    sound = {name: reader[2][0] for name, reader in READERS.items()}
    files = {
        "config.json": json.dumps(LLAMA), "bench.json": json.dumps(VLLM), "small.toml": SMALL, "fleet.toml": FLEET,
        "start.log": next(iter(STARTS.values())), "start.sh": "vllm serve Qwen/Qwen3-8B --max-model-len 8192\n",
        "own.csv": "".join((DATA / "prices.csv").read_text().splitlines(keepends=True)[:6]),
        "api.toml": (EXAMPLES / "api-prices.toml").read_text(),
    }  # fmt: skip
    for name, text in files.items():
        (folder / name).write_text(text)
    for name, reader in {
        "trace.csv": "trace", "plan.json": "plan", "scores.csv": "scores", "old.json": "oldreport",
        "model.gguf": "gguf", "points.csv": "points", "memory.csv": "memory", "gguf.csv": "ggufpoints",
        "llamacpp.csv": "llamacpp", "scenarios.csv": "scenarios",
    }.items():  # fmt: skip
        (folder / name).write_bytes(sound[reader])
    (folder / "own" / "calibrations").mkdir(parents=True)
    (folder / "own" / "calibrations" / "0001.json").write_bytes(sound["calibration"])
    (folder / "templates").mkdir()
    (folder / "templates" / "report.md.j2").write_text("# {{ title }}\n")


def form(command: str, rng: random.Random) -> list[str]:
    return [command, *rng.choice(FORMS[command])]
