from __future__ import annotations

import json

import pytest

from tests.planner.cli.conftest import run


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
