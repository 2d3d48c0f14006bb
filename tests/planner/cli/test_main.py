from __future__ import annotations

import subprocess
import sys

import pytest

from tests.consistency.drawn import TORTURE
from tests.planner.cli.conftest import PLAN_ARGS, run

SCOPE = [] if TORTURE else ["--gpu", "H200", "--rate", "1"]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["plan", *PLAN_ARGS, "--model", "meta-llama/Llama-9-70B"], ["model", "nearest"]),
        (["plan", *PLAN_ARGS, "--rate", "-8"], ["rate_per_s"]),
        (["plan", *PLAN_ARGS, "--rate", "nan"], ["rate_per_s"]),
        (["plan", *PLAN_ARGS, "--rate", "x"], ["--rate"]),
        (["plan", *PLAN_ARGS, "--rte", "1"], ["--rte", "--rate"]),
        (["plan", *PLAN_ARGS, "--gpu", "H999"], ["gpu", "nearest"]),
        (["plan", *PLAN_ARGS, "--workload", "/nowhere.toml"], ["/nowhere.toml"]),
        (["plan", *PLAN_ARGS, "--catalog", "/nowhere"], ["--catalog"]),
        (["plan"], ["traffic"]),
        (["plam"], ["plan"]),
        (["estimate", "-m", "gpt-oss-20b", "-g", "V100 SXM2 16GB", "--weights", "bf16"], ["BF16", "Volta"]),
        (["estimate", "-m", "Llama-3.1-8B", "-g", "H100", "--tp", "3"], ["tp 3"]),
        (["estimate", "-m", "Llama-3.1-8B", "-g", "H100", "--rate", "nan"], ["--rate"]),
        (["fit", "-m", "Llama-3.1-8B", "--engine", "vlm"], ["--engine", "nearest: vllm"]),
        (["plan", *PLAN_ARGS, "--weights", "fp9"], ["--weights", "nearest: fp8"]),
        (["plan", *PLAN_ARGS, "--rate", "-6"], ["--rate", "0.00000001", "got -6"]),
        (["plan", *PLAN_ARGS, "--why-not", "H1000"], ["--why-not", "nearest", "H100"]),
        (["estimate", "-m", "Llama-3.1-8B", "-g", "H100", "--tp", "3"], ["--tp", "nearest: 2, 4"]),
        (["estimate", "-m", "Llama-3.1-8B", "-g", "H100", "--concurrency", "1e12"], ["--concurrency", "to 1e+06"]),
        (["tco", *PLAN_ARGS, "--on", "2025-13-45"], ["--on", "month"]),
        (["tco", *PLAN_ARGS, "--term", "life_years=0"], ["--term", "0.5 to 50"]),
        (["plan", "-w", "examples/chat-70.toml"], ["--workload", "nearest: chat-70b.toml"]),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], args: list[str], words: list[str]
) -> None:
    code, out, err = run(capsys, *args)
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert "Traceback" not in err
    for word in words:
        assert word in err


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from planner.cli.main import main; main(['--help']); "
        "heavy = {'numpy', 'pydantic', 'scipy', 'textual', 'rich', 'tomllib'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "plan" in done.stdout


def test_the_command_line_works_without_the_tui() -> None:
    code = (
        "import sys; sys.modules['textual'] = None; from planner.cli.main import main; "
        f"sys.exit(main(['plan', *{[*PLAN_ARGS, *SCOPE]!r}, '--format', 'json']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
