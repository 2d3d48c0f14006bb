from __future__ import annotations

from pathlib import Path

import pytest

from planner.calibration.own.kept import own_of
from planner.calibration.own.store import digest, stored, undo
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.physics.own import NOTHING
from tests.planner.calibration.own.conftest import C
from tests.planner.calibration.own.test_store import put


def test_the_newest_counts_on_its_place_alone(tmp_path: Path, catalogs: Catalogs) -> None:
    assert own_of(tmp_path, C, catalogs) is NOTHING
    assert [put(tmp_path, "l40s", 1.1), put(tmp_path, "l4", 1.2), put(tmp_path, "l40s", 1.3)] == [
        "0001",
        "0002",
        "0003",
    ]
    found = own_of(tmp_path, C, catalogs)
    assert found.factors["own", "l40s @ vllm", "all"] == 1.3
    assert found.factors["own", "l4 @ vllm", "all"] == 1.2
    assert found.memory == {("l40s", "vllm", "llama"): 1.3, ("l4", "vllm", "llama"): 1.2}
    assert len(found.runs) == 2
    assert undo(tmp_path) == "0003"
    assert own_of(tmp_path, C, catalogs).factors["own", "l40s @ vllm", "all"] == 1.1


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"gpuplan_calibration": 1}', '{"gpuplan_calibration": 9}', "\0",
                                  '{"gpuplan_calibration": 1, "base": "DIGEST", "factors": 3, "runs": []}',
                                  '{"gpuplan_calibration": 1, "base": "DIGEST", "factors": [], "runs": [1]}',
                                 ])  # fmt: skip
def test_a_file_that_is_none_is_one_line(tmp_path: Path, catalogs: Catalogs, text: str) -> None:
    put(tmp_path, "l4", 1.0)
    stored(tmp_path)[0].write_text(text.replace("DIGEST", digest()))
    with pytest.raises(InputError) as error:
        own_of(tmp_path, C, catalogs)
    assert "0001.json" in str(error.value)
    assert "\n" not in str(error.value)
