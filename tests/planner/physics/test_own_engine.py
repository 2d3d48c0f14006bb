"""A GGUF checkpoint, by name or file, is planned under llama.cpp; what vLLM can load of it is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models_db.importers.gguf_model import model_from_gguf
from planner import Planner
from planner.cli.main import main
from planner.export.commands import deploy_command
from planner.physics.own_engine import own_engine_texts, usual_engine
from planner.request.reading import parse_request
from tests.models_db.importers.conftest import META, TENSORS, gguf_bytes

NAMED = "unsloth/Qwen3-8B-GGUF"
ASKED = {"model": NAMED, "traffic": {"rate_per_s": 1.0}, "sla": {"tpot_p95_s": 0.1}, "scope": {"gpus": ["L40S"]}}


def test_a_gguf_checkpoint_is_planned_under_llamacpp_and_the_answer_says_so() -> None:
    answer = Planner().plan(parse_request(ASKED), verify=False)
    assert answer.status == "feasible"
    assert answer.cluster.replica.engine == "llama.cpp"
    assert any("planned under llama.cpp" in text for text in answer.assumptions)


def test_an_engine_that_is_named_stays_and_says_what_it_can_load() -> None:
    asked = {**ASKED, "scope": {"gpus": ["L40S"], "engines": ["vllm"]}}
    answer = Planner().plan(parse_request(asked), verify=False)
    assert answer.status == "feasible"
    assert answer.cluster.replica.engine == "vllm"
    command = deploy_command(answer.cluster)[-1]
    assert command.startswith("vllm serve unsloth/Qwen3-8B-GGUF:Q4_K_M --tokenizer Qwen/Qwen3-8B ")
    assert any("one file only" in text and "--tokenizer" in text for text in answer.assumptions)


def test_every_other_checkpoint_is_left_under_vllm() -> None:
    model = Planner().catalogs.models.find("Qwen/Qwen3-8B").model
    assert usual_engine(model) == "vllm"
    assert own_engine_texts(model, ["vllm", "llama.cpp"]) == []
    request = parse_request({**ASKED, "model": "Qwen/Qwen3-8B"})
    assert Planner().dated(request).scope.engines == ("vllm",)


@pytest.mark.parametrize("command", [["estimate"], ["fit"], ["quant", "--tpot-p95", "0.1"]])
def test_every_command_takes_the_same_engine(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command[0], "-m", NAMED, "-g", "L40S", *command[1:], "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert any("planned under llama.cpp" in text for text in answer["assumptions"])


@pytest.mark.parametrize(
    ("number", "name", "fmt"),
    [(15, "tiny.gguf", "gguf_q4_k_m"), (18, "tiny.gguf", "gguf_q6_k"), (None, "tiny-Q8_0.gguf", "gguf_q8_0"),
     (1, "tiny-Q8_0.gguf", "bf16"), (None, "tiny.gguf", "bf16"), (4711, "tiny.gguf", "bf16")],
)  # fmt: skip
def test_a_file_is_of_the_mix_that_it_states(tmp_path: Path, number: int | None, name: str, fmt: str) -> None:
    meta = META if number is None else {**META, "general.file_type": number}
    (tmp_path / name).write_bytes(gguf_bytes(meta, TENSORS))
    model, _ = model_from_gguf(tmp_path / name, model_id=None, checked="2026-11-01")
    assert model.native.format == fmt
    assert model.native.made_from == (None if fmt == "bf16" else "bf16")


def test_a_file_is_planned_under_llamacpp(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(gguf_bytes({**META, "general.file_type": 15}, TENSORS))
    assert main(["plan", "-m", str(path), "-g", "L4", "--rate", "1", "--any-quality", "--format", "json"]) == 0
    replica = json.loads(capsys.readouterr().out)["cluster"]["replica"]
    assert (replica["engine"], replica["weight_format"]) == ("llama.cpp", "gguf_q4_k_m")
