"""`gpuplan report`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.planner.cli.conftest import run

SMALL = """
model = "meta-llama/Llama-3.1-8B-Instruct"
[traffic]
rate_per_s = 2.0
[sla]
{sla} = {limit}
[scope]
gpus = ["L40S"]
providers = ["runpod"]
as_of = 2026-11-20
[tco]
apis = ["x/y"]
own = false
commitments = ["on_demand"]
"""
PRICES = '[[price]]\nprovider = "x"\nmodel = "y"\ninput = 5.0\noutput = 20.0\nas_of = "2026-11"\nsource = "test"\n'


@pytest.fixture
def workload(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL.format(sla="tpot_p95_s", limit=0.08))
    (tmp_path / "prices.toml").write_text(PRICES)
    return path


def test_one_command_writes_several_formats_and_the_forecast(
    capsys: pytest.CaptureFixture[str], workload: Path, tmp_path: Path
) -> None:
    prices = str(tmp_path / "prices.toml")
    outputs = [part for name in ("json", "md", "xlsx") for part in ("-o", str(tmp_path / f"r.{name}"))]
    focus = tmp_path / "forecast.csv"
    code, out, err = run(capsys, "report", str(workload), "--api-prices", prices, *outputs, "--focus", str(focus))
    assert (code, out, err) == (0, "", "")
    begins = {"xlsx": b"PK", "md": b"# Capacity plan", "json": b"{"}
    for name, first in begins.items():
        assert (tmp_path / f"r.{name}").read_bytes().lstrip().startswith(first), name
    assert focus.read_text().startswith("AvailabilityZone,")
    again = tmp_path / "again.json"
    old = str(tmp_path / "r.json")
    run(capsys, "report", "-w", str(workload), "--api-prices", prices, "-o", str(again), "--compare", old)
    first, second = (json.loads(path.read_text()) for path in (tmp_path / "r.json", again))
    assert second["compared"]["changes"][0]["usd_per_month"] == 0.0
    assert {**second, "compared": None} == first


def test_what_cannot_be_met_is_a_report_with_exit_code_1(
    capsys: pytest.CaptureFixture[str], workload: Path, tmp_path: Path
) -> None:
    workload.write_text(SMALL.format(sla="ttft_p95_s", limit=1e-5))
    code, out, _ = run(capsys, "report", str(workload), "--api-prices", str(tmp_path / "prices.toml"))
    assert code == 1
    assert out.startswith("# Capacity plan for meta-llama/Llama-3.1-8B-Instruct")
    assert "What is in the way" in out
    assert "What the nearest feasible request costs" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["WORKLOAD", "-o", "r.doc"], "--output: r.doc: 'doc' is not known (nearest first: "),
        (["-o", "r.md"], "--workload: give one workload file"),
        (["WORKLOAD", "-w", "WORKLOAD"], "--workload: give one workload file"),
        (["WORKLOAD", "-o", "a.md", "-o", "a.md"], "--output: one file is named twice"),
        (["WORKLOAD", "--template", "/no/such"], "--template: /no/such is not a directory"),
        (["WORKLOAD", "--compare", "WORKLOAD"], "not valid JSON"),
        (["WORKLOAD", "--as-of", "yesterday"], "--as-of"),
        (["WORKLOAD", "--licences", "-1"], "--licences: "),
        (["WORKLOAD", "--licences", "nan"], "--licences: "),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], workload: Path, arguments: list[str], message: str
) -> None:
    given = [str(workload) if word == "WORKLOAD" else word for word in arguments]
    code, out, err = run(capsys, "report", *given)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_a_forecast_that_cannot_be_written_is_an_error_without_an_answer(
    capsys: pytest.CaptureFixture[str], workload: Path, tmp_path: Path
) -> None:
    prices = str(tmp_path / "prices.toml")
    code, out, err = run(capsys, "report", str(workload), "--api-prices", prices, "--focus", str(tmp_path))
    assert (code, out) == (74, "")
    assert err.count("\n") == 1
