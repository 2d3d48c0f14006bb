from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import jsonschema
import pytest

from docs.figures.shell import ROOT
from tests.planner.cli.conftest import PLAN_ARGS, run, schema


def test_plan_json_validates_and_says_what_it_must(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "plan", *PLAN_ARGS, "--ttft-p95", "1.0", "--format", "json")
    assert (code, err) == (0, "")
    data = json.loads(out)
    jsonschema.validate(data, schema(capsys, "plan"))
    assert data["cluster"]["cost"]["usd_per_hour"] > 0
    assert data["cluster"]["machine"]["price_as_of"]
    assert {part["name"] for part in data["cluster"]["memory"]["parts"]} >= {"weights", "kv_cache", "activation"}


def test_an_infeasible_plan_is_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "plan", *PLAN_ARGS, "--ttft-p95", "0.001", "--format", "json")
    assert code == 1
    data = json.loads(out)
    jsonschema.validate(data, schema(capsys, "plan"))
    assert data["status"] == "infeasible"
    assert data["nearest"]


@pytest.mark.usefixtures("equal_plans_are_simulated_once")
@pytest.mark.parametrize("fmt", ["table", "csv", "md"])
def test_other_formats(capsys: pytest.CaptureFixture[str], fmt: str) -> None:
    code, out, _ = run(capsys, "plan", *PLAN_ARGS, "--no-verify", "--format", fmt)
    assert code == 0
    assert "usd_per_hour" in out
    if fmt == "csv":
        rows = list(csv.DictReader(io.StringIO(out)))
        assert [row["role"] for row in rows] == ["winner", "runner-up", "runner-up", "runner-up"]


def test_the_shipped_workload_runs(capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(__file__).parents[3] / "examples" / "chat-70b.toml"
    code, out, _ = run(capsys, "plan", "--workload", str(path), "--format", "json")
    assert code == 0
    assert json.loads(out)["cluster"]["replica"]["model"] == "meta-llama/Llama-3.3-70B-Instruct"


def test_a_typo_in_a_workload_names_file_and_key(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "w.toml"
    path.write_text('model = "gpt-oss-20b"\n[trafic]\nrate_per_s = 1\n')
    code, _, err = run(capsys, "plan", "--workload", str(path))
    assert code == 2
    assert str(path) in err
    assert "trafic" in err
    assert "traffic" in err


def test_a_fleet_plans_from_its_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "fleet.toml"
    path.write_text(
        '[[workloads]]\nname = "a"\nmodel = "meta-llama/Llama-3.1-8B-Instruct"\ntraffic = { rate_per_s = 2 }\n'
        "input_tokens = { mean = 500 }\noutput_tokens = { mean = 100 }\nsla = { ttft_p95_s = 2 }\n"
        '[scope]\ngpus = ["L4", "L40S"]\n'
    )
    code, out, _ = run(capsys, "plan", "-w", str(path), "--why-not", "L40S", "--format", "json")
    data = json.loads(out)
    assert code == 0
    jsonschema.validate(data, json.loads(run(capsys, "schema", "fleet")[1]))
    assert data["usd_per_hour"] == pytest.approx(sum(p["usd_per_hour"] for p in data["pools"]))
    assert run(capsys, "plan", "-w", str(path))[0] == 0


@pytest.mark.parametrize(
    ("rate", "among", "code"),
    [("2", ("--offer-class", "own"), 0), ("2", ("--provider", "Our cellar"), 0), ("400", ("--offer-class", "own"), 1)],
)
def test_owned_machines_are_planned_with_up_to_as_many_as_there_are(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, rate: str, among: tuple[str, str], code: int
) -> None:
    """As docs/adding.md says it."""
    (tmp_path / "own").mkdir()
    text = (ROOT / "docs" / "adding.md").read_text(encoding="utf-8")
    (tmp_path / "list.csv").write_text(text.split("```csv\n")[1].split("```")[0])
    catalog = ("--catalog", str(tmp_path / "own"))
    assert run(capsys, "prices", "import", str(tmp_path / "list.csv"), *catalog)[0] == 0
    asked = ("plan", "-m", "Qwen/Qwen3-8B", "--rate", rate, *among, "--max-gpus", "4", "--no-verify")
    found, out, _ = run(capsys, *asked, *catalog, "--format", "json")
    answer = json.loads(out)
    assert found == code
    if code == 0:
        machine = answer["cluster"]["machine"]
        assert (machine["provider"], answer["cluster"]["gpus"]) == ("Our cellar", 4)
    else:
        assert (answer["status"], "limits.max_gpus = 4" in out) == ("infeasible", True)


def test_why_not_and_phases_apart_on_a_plan(capsys: pytest.CaptureFixture[str]) -> None:
    args = ["plan", "-m", "meta-llama/Llama-3.3-70B-Instruct", "--rate", "8", "--isl", "2000", "--osl", "200"]
    limits = ["--ttft-p95", "2", "--tpot-p95", "0.05", "--gpu", "H200", "--gpu", "H100", "--no-verify"]
    asked = ["--why-not", "H100", "--why-not", "L4", "--disaggregated"]
    code, out, _ = run(capsys, *args, *limits, *asked, "--format", "json")
    data = json.loads(out)
    assert code == 0
    assert {w["what"] for w in data["why_not"]} == {"H100", "L4"}
    apart = data["disaggregated"]
    assert apart is not None
    assert apart["usd_per_hour"] == pytest.approx(apart["prefill"]["usd_per_hour"] + apart["decode"]["usd_per_hour"])
    assert apart["prefill"]["replica"]["kv_format"] == apart["decode"]["replica"]["kv_format"]
