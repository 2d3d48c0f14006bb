from __future__ import annotations

import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest

from planner.cli import plan as cli_plan
from planner.cli.asking import FLAGS as OF_THE_COMMAND
from planner.cli.asking import gathered
from planner.request.reading import parse_request
from tests.tui.conftest import H100
from tui.fields import FIELDS
from tui.reproduce import FLAGS, QUESTION, command_of
from tui.session import Session


def test_every_field_of_the_form_has_the_flag_of_the_command() -> None:
    shown = {field.key for field in FIELDS if not field.key.startswith("sla.") and field.key != "percentile"}
    assert set(FLAGS) == shown
    assert all(OF_THE_COMMAND[key] == flag for key, flag in FLAGS.items() if key in OF_THE_COMMAND)


@pytest.mark.parametrize("data", [H100, Session().data(), {**H100, "sla": {}, "quality": {"any_quality": True}}])
def test_the_command_asks_the_same_question(data: dict[str, object]) -> None:
    words = shlex.split(command_of(data))
    assert words[:2] == ["gpuplan", "plan"]
    with cli_plan.plan_command.make_context("plan", words[2:]) as context:
        found = gathered({"workload": None, **context.params}).request()
    assert found == parse_request(data)


def test_a_key_without_a_flag_is_written_to_a_file_that_the_command_reads(tmp_path: Path) -> None:
    data = {**H100, "traffic": {"rate_per_s": 4.0, "growth": 0.1}}
    said = 'gpuplan() { echo asked; cat "$3"; }\n' + command_of(data)
    ran = subprocess.run(["sh", "-c", said], cwd=tmp_path, capture_output=True, text=True, check=True)
    first, _, rest = ran.stdout.partition("\n")
    assert first == "asked"
    (written,) = tmp_path.glob(QUESTION.format("*"))
    assert tomllib.loads(rest) == data == tomllib.loads(written.read_text(encoding="utf-8"))
    assert command_of({**data, "model": "a/b"}).split()[2] != command_of(data).split()[2] == written.name
