from __future__ import annotations

import jsonschema
import pytest

from planner.cli.schema import schema_command
from tests.planner.cli.conftest import schema

NAMES = next(p for p in schema_command.params if p.name == "command").type.choices  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_printed_is_a_schema(capsys: pytest.CaptureFixture[str], name: str) -> None:
    found = schema(capsys, name)
    jsonschema.Draft202012Validator.check_schema(found)  # type: ignore[arg-type]
    assert not jsonschema.Draft202012Validator(found).is_valid({"surprise": 1})  # type: ignore[arg-type]
