from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from planner.cli.launch_line import SPLIT
from tests.planner.cli.conftest import run

LINE = "vllm serve meta-llama/Llama-3.1-8B-Instruct -tp 2 --max-num-seqs 32 --kv-cache-dtype fp8 --foo"
# GPUs of the public lines, as the catalog calls them, where the file has another name or two.
GPUS = {
    "H200": "H200 SXM", "H100": "H100 SXM", "A100": "A100 SXM 80GB", "H200 or A100": "H200 SXM", "": "B200",
    "GB10 (DGX Spark)": "GB10", "RTX PRO 6000": "RTX PRO 6000 Blackwell Server",
    "Radeon 8060S (Strix Halo 128 GB)": "Radeon 8060S",
}  # fmt: skip
# What the sources say beside the lines: the model behind a variable, and the release of the day.
GIVEN = {
    "h28": ["-m", "nvidia/DeepSeek-R1-FP4"], "h29": ["--engine-version", "0.5.4"],
    "h30": ["--engine-version", "2025-07-29"],
}  # fmt: skip


def estimate(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, dict[str, object]]:
    code, out, err = run(capsys, "estimate", *args, "--format", "json")
    assert err == ""
    return code, json.loads(out)


def test_a_line_is_estimated_as_the_flags_that_it_means(capsys: pytest.CaptureFixture[str]) -> None:
    _, found = estimate(capsys, "-g", "L40S", "--from-command", LINE)
    same = ["-m", "meta-llama/Llama-3.1-8B-Instruct", "--tp", "2", "--max-num-seqs", "32", "--kv", "fp8"]
    _, asked = estimate(capsys, "-g", "L40S", *same)
    assert found["memory"] == asked["memory"]
    assert found["latency"] == asked["latency"]
    assert any("--foo" in str(text) for text in found["assumptions"])  # type: ignore[attr-defined]
    assert len(SPLIT) == 4


def test_flags_win_over_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    _, found = estimate(capsys, "-g", "L40S", "--from-command", LINE, "--tp", "4", "--kv", "bf16")
    replica = found["replica"]
    assert isinstance(replica, dict)
    assert (replica["tp"], replica["kv_format"], replica["max_sequences"]) == (4, "bf16", 32)


def test_a_line_that_is_far_from_starting_does_not_fit(capsys: pytest.CaptureFixture[str]) -> None:
    line = "vllm serve meta-llama/Llama-3.1-8B-Instruct"
    code, found = estimate(capsys, "-g", "L4", "--from-command", line)
    assert (code, found["status"]) == (1, "does_not_fit")
    assert "does not start" in str(found["reason"])
    for context in ("8192", "auto"):
        assert estimate(capsys, "-g", "L4", "--from-command", f"{line} --max-model-len {context}")[0] == 0


def test_a_gpu_that_nobody_names_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "estimate", "--from-command", LINE)
    assert code == 2
    assert "--gpu" in err


def test_what_ran_in_public_fits_and_what_ran_out_does_not(capsys: pytest.CaptureFixture[str], shared: Path) -> None:
    with (shared / "cases" / "serve_lines.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    wrong = []
    for row in rows:
        gpu = GPUS.get(row["gpu"], row["gpu"])
        more = GIVEN.get(row["id"], [])
        code, _, err = run(capsys, "estimate", "-g", gpu, "--from-command", row["line"], *more, "--format", "json")
        expected = 1 if row["outcome"].startswith("OOM") else 0
        wrong += [] if code == expected else [(row["id"], code, err)]
    assert wrong == []


@pytest.mark.parametrize("name", ["compose.yaml", "here/start.sh", "flags.txt"])
def test_a_file_that_is_not_there_is_no_launch_line(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "estimate", "--from-command", name)
    assert code == 2
    assert err.endswith(f"{name!r}: no such file\n")
