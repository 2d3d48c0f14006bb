from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from planner.cli.main import main

MODEL = "meta-llama/Llama-3.3-70B-Instruct"
ARGS = ["--model", MODEL, "--rate", "8", "--isl", "1155", "--osl", "211", "--tpot-p95", "0.05"]


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    code = main(list(args))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def schema(capsys: pytest.CaptureFixture[str], command: str) -> object:
    return json.loads(run(capsys, "schema", command)[1])


def test_plan_json_validates_and_says_what_it_must(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "plan", *ARGS, "--ttft-p95", "1.0", "--format", "json")
    assert (code, err) == (0, "")
    data = json.loads(out)
    jsonschema.validate(data, schema(capsys, "plan"))
    assert data["cluster"]["cost"]["usd_per_hour"] > 0
    assert data["cluster"]["machine"]["price_as_of"]
    assert {part["name"] for part in data["cluster"]["memory"]["parts"]} >= {"weights", "kv_cache", "activation"}


def test_an_infeasible_plan_is_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "plan", *ARGS, "--ttft-p95", "0.001", "--format", "json")
    assert code == 1
    data = json.loads(out)
    jsonschema.validate(data, schema(capsys, "plan"))
    assert data["status"] == "infeasible"
    assert data["nearest"]


@pytest.mark.parametrize("fmt", ["table", "csv", "md"])
def test_other_formats(capsys: pytest.CaptureFixture[str], fmt: str) -> None:
    code, out, _ = run(capsys, "plan", *ARGS, "--format", fmt)
    assert code == 0
    assert "usd_per_hour" in out
    if fmt == "csv":
        rows = list(csv.DictReader(io.StringIO(out)))
        assert [row["role"] for row in rows] == ["winner", "runner-up", "runner-up", "runner-up"]


def test_the_shipped_workload_runs(capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(__file__).parents[2] / "examples" / "chat-70b.toml"
    code, out, _ = run(capsys, "plan", "--workload", str(path), "--format", "json")
    assert code == 0
    assert json.loads(out)["cluster"]["replica"]["model"] == "meta-llama/Llama-3.3-70B-Instruct"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["plan", *ARGS, "--model", "meta-llama/Llama-9-70B"], ["model", "nearest"]),
        (["plan", *ARGS, "--rate", "-8"], ["rate_per_s"]),
        (["plan", *ARGS, "--rate", "nan"], ["rate_per_s"]),
        (["plan", *ARGS, "--rate", "x"], ["--rate"]),
        (["plan", *ARGS, "--rte", "1"], ["--rte", "--rate"]),
        (["plan", *ARGS, "--gpu", "H999"], ["gpu", "nearest"]),
        (["plan", *ARGS, "--workload", "/nowhere.toml"], ["/nowhere.toml"]),
        (["plan", *ARGS, "--catalog", "/nowhere"], ["--catalog"]),
        (["plan"], ["traffic"]),
        (["plam"], ["plan"]),
        (["estimate", "-m", "gpt-oss-20b", "-g", "V100", "--weights", "bf16"], ["BF16", "Volta"]),
        (["estimate", "-m", "Llama-3.1-8B", "-g", "H100", "--tp", "3"], ["tp 3"]),
        (["estimate", "-m", "Llama-3.1-8B", "-g", "H100", "--rate", "nan"], ["--rate"]),
        (["fit", "-m", "Llama-3.1-8B", "--engine", "vlm"], ["engine", "nearest"]),
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


def test_a_typo_in_a_workload_names_file_and_key(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "w.toml"
    path.write_text('model = "gpt-oss-20b"\n[trafic]\nrate_per_s = 1\n')
    code, _, err = run(capsys, "plan", "--workload", str(path))
    assert code == 2
    assert str(path) in err
    assert "trafic" in err
    assert "traffic" in err


def test_a_broken_overlay_names_the_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "accelerators").mkdir()
    bad = tmp_path / "accelerators" / "mine.toml"
    bad.write_text('[[accelerator]]\nid = "x"\nmem_bw = 3\n')
    code, out, err = run(capsys, "gpus", "--catalog", str(tmp_path))
    assert (code, out) == (2, "")
    assert str(bad) in err
    assert err.count("\n") == 1


def test_estimate_prints_terms_and_a_too_big_model_is_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    args = ["estimate", "-m", "Llama-3.3-70B-Instruct", "-g", "H100", "--concurrency", "8"]
    code, out, _ = run(capsys, *args, "--weights", "fp8", "--tp", "2", "--format", "json")
    assert code == 0
    data = json.loads(out)
    jsonschema.validate(data, schema(capsys, "estimate"))
    assert {term["name"] for term in data["decode_step"]["terms"]} >= {"linear", "attention decode", "host"}
    code, out, err = run(capsys, *args, "--weights", "bf16")
    assert (code, out) == (1, "")
    assert "does not fit" in err


def test_fit(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "fit", "-m", "deepseek-ai/DeepSeek-V3", "-g", "H200", "-g", "L4", "--format", "json")
    assert code == 0
    data = json.loads(out)
    jsonschema.validate(data, schema(capsys, "fit"))
    assert [row["fits"] for row in data["rows"]] == [True, False]
    assert run(capsys, "fit", "-m", "deepseek-ai/DeepSeek-V3", "-g", "L4")[0] == 1


@pytest.mark.parametrize(
    ("args", "count"),
    [(["models"], 311), (["gpus"], 168), (["prices"], 606), (["models", "qwen3", "moe"], None), (["formats"], None)],
)
def test_catalogs_are_browsed_whole(capsys: pytest.CaptureFixture[str], args: list[str], count: int | None) -> None:
    code, out, _ = run(capsys, *args, "--format", "json")
    assert code == 0
    data = json.loads(out)
    assert len(data) == count if count else len(data) > 3


def test_show_gives_sources_and_dates(capsys: pytest.CaptureFixture[str]) -> None:
    for args in (["gpus", "show", "H100"], ["models", "show", "openai/gpt-oss-120b"], ["formats", "show", "nvfp4"]):
        data = json.loads(run(capsys, *args, "--format", "json")[1])
        assert data["sources"]
        assert data["checked"]


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
        f"sys.exit(main(['plan', *{ARGS!r}, '--format', 'json']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
