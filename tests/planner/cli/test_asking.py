"""From flags to a request: older spellings agree, what is missing is named, what is assumed is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from planner.cli.asking import FLAGS, flagged, tables
from planner.cli.main import main

SMALL = "meta-llama/Llama-3.1-8B-Instruct"


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    code = main(list(args))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def same(capsys: pytest.CaptureFixture[str], one: list[str], other: list[str]) -> None:
    first = run(capsys, *one, "--format", "json")
    assert first[0] == 0, first[2]
    assert run(capsys, *other, "--format", "json") == first


def test_older_spellings_give_the_same_answer(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    held = ["quant", "--gpu", "L40S", "--weights", "bf16", "--kv", "bf16"]
    same(capsys, [*held, "-m", SMALL], [*held, SMALL])
    path = tmp_path / "w.toml"
    path.write_text(f'model = "{SMALL}"\n[traffic]\nrate_per_s = 3\n[scope]\ngpus = ["L40S"]\n')
    priced = ["--api", "openai/gpt-4o", "--on", "2026-01-15"]
    same(capsys, ["tco", "-w", str(path), *priced], ["tco", str(path), *priced])
    one = ["estimate", "-m", SMALL, "-g", "H100"]
    same(capsys, [*one, "--max-num-seqs", "32"], [*one, "--max-sequences", "32"])
    same(capsys, [*one, "--isl", "900", "--isl-cv", "1", "--osl", "90", "--osl-cv", "1"],
         [*one, "--isl", "900", "--osl", "90", "--cv", "1"])  # fmt: skip


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["plan", "-m", SMALL], "--rate (traffic.rate_per_s): give a rate, or a preset, --users or --tokens-per-month"),
        (["plan", "--rate", "2"], "--model (model)"),
        (["simulate", "-m", SMALL, "-g", "H100"], "--rate (traffic.rate_per_s)"),
        (["tco", "-m", SMALL], "--rate (traffic.rate_per_s)"),
        (["quant"], "--model (model)"),
        (["fit"], "--model (model)"),
        (["estimate", "-m", SMALL], "--gpu (scope.gpus)"),
        (["estimate", "-g", "H100"], "--model (model)"),
        (["estimate", "-m", SMALL, "-g", "H100", "-g", "L40S"], "--gpu (scope.gpus): give one, got 2"),
        (["estimate", "-m", SMALL, "-g", "H100", "--rate", "2", "--concurrency", "2"], "--concurrency"),
        (["plan", "-m", SMALL, "--rate", "2", "--tokens-per-month", "1e9"], "--tokens-per-month"),
        (["plan", "-m", SMALL, "--rate", "2", "--isl", "8", "--isl-cv", "1", "--isl-p95", "9"], "--isl (input_tokens)"),
        (["plan", "-m", SMALL, "--rate", "2", "--max-num-seqs", "0"], "--max-num-seqs (engine.max_num_seqs)"),
        (["plan", "-m", SMALL, "--rate", "2", "--engine-version", "new"], "--engine-version (engine.engine_version)"),
        (["plan", "-m", SMALL, "--rate", "2", "--offer-class", "cluod"], "--offer-class (scope.offer_classes.0)"),
        (["plan", "-m", SMALL, "--rate", "2", "--max-price-age", "0"], "--max-price-age (scope.max_price_age_days)"),
        (["plan", "-m", SMALL, "--rate", "2", "--as-of", "yesterday"], "--as-of (scope.as_of)"),
        (["simulate", "-m", SMALL, "-g", "H100", "--rate", "2", "--max-num-seqs", "9999"], "--max-num-seqs"),
    ],
)
def test_what_is_missing_or_wrong_is_named_by_flag_and_key(
    capsys: pytest.CaptureFixture[str], args: list[str], words: str
) -> None:
    code, out, err = run(capsys, *args)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("args", "texts"),
    [
        (["plan", "-m", SMALL, "--rate", "2", "-g", "L40S", "--no-verify"], ("input", "output")),
        (["quant", "-m", SMALL, "-g", "L40S", "--weights", "bf16", "--kv", "bf16"], ("input", "output")),
        (["tco", "-m", SMALL, "--rate", "2", "-g", "L40S", "--api", "openai/gpt-4o"], ("input", "output")),
        (["simulate", "-m", SMALL, "-g", "H100", "--rate", "2", "--duration", "60"], ("input", "output")),
        (["estimate", "-m", SMALL, "-g", "H100"], ("input", "output")),
    ],
)
def test_lengths_of_a_chat_are_assumed_and_said_so(
    capsys: pytest.CaptureFixture[str], args: list[str], texts: tuple[str, ...]
) -> None:
    code, out, err = run(capsys, *args, "--format", "json")
    assert code == 0, err
    assumed = [text for text in json.loads(out)["assumptions"] if text.endswith("(assumed)")]
    for start in texts:
        found = [text for text in assumed if text.startswith(start)]
        assert len(found) == 1
        assert {"input": "1024", "output": "256"}.get(start, "1") in found[0]
    stated = run(capsys, *args, "--isl", "1024", "--osl", "256", "--format", "json")[1]
    said = json.loads(stated).get("assumptions", [])
    assert not [text for text in said if "lengths" in text and text.endswith(" (assumed)")]


def test_a_flag_replaces_the_spread_of_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "w.toml"
    path.write_text(f'model = "{SMALL}"\n[traffic]\nrate_per_s = 3\n[input_tokens]\nmean = 500\np95 = 900\n')
    code, out, err = run(
        capsys, "plan", "-w", str(path), "--isl-cv", "1", "-g", "L40S", "--no-verify", "--format", "json"
    )
    assert code == 0, err
    assert "input lengths: lognormal, mean 500, CV 1.00" in json.loads(out)["assumptions"]


def test_flags_become_the_tables_of_a_workload_file() -> None:
    flags = {"model": "m", "rate": 2.0, "isl": 10.0, "osl_cv": 1.0, "gpus": ("A", "B"), "engines": (), "eager": True,
             "max_gpus": 3, "ttft_p95": 1.0, "min_score": ("MMLU", 80.0), "confidence": None,
             "max_loss": 2.0, "any_quality": True}  # fmt: skip
    assert tables(flags) == {
        "model": "m", "traffic": {"rate_per_s": 2.0}, "input_tokens": {"mean": 10.0}, "output_tokens": {"cv": 1.0},
        "scope": {"gpus": ["A", "B"]}, "engine": {"eager": True}, "limits": {"max_gpus": 3}, "sla": {"ttft_p95_s": 1.0},
        "quality": {"benchmark": "MMLU", "min_score": 80.0, "max_loss_pct": 2.0, "any_quality": True},
    }  # fmt: skip


def test_every_flag_is_named_by_a_key_of_a_request() -> None:
    from planner.request.memory import MemorySettings
    from planner.request.request import METRICS, PERCENTILES, Request

    limits = {f"{m}_{p}_s" for m in METRICS for p in PERCENTILES}
    for key in FLAGS:
        table, _, field = key.partition(".")
        inner = Request.model_fields[table].annotation
        known = limits if table == "sla" else set(getattr(inner, "model_fields", {})) | {"benchmark", "min_score"}
        of_memory = {f"memory.{name}" for name in MemorySettings.model_fields} if table == "engine" else set()
        assert not field or field in known | of_memory
    assert flagged("f.toml: traffic.cv: no", "f.toml: ") == "f.toml: --arrival-cv (traffic.cv): no"
    assert flagged("something: no") == "something: no"


def test_classes_of_offers_may_be_listed_or_repeated() -> None:
    for given in (("cloud,own",), ("cloud", "own"), ("cloud, own",)):
        assert tables({"offer_classes": given})["scope"] == {"offer_classes": ["cloud", "own"]}
    assert "scope" not in tables({"offer_classes": (), "max_price_age": None})
    assert tables({"max_price_age": 30, "as_of": "2026-11-28"})["scope"] == {
        "max_price_age_days": 30, "as_of": "2026-11-28",
    }  # fmt: skip
