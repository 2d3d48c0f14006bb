from __future__ import annotations

import numpy as np
import pytest

from planner.calibration.own.logs import logged_run
from planner.calibration.own.memory import LoggedMemory, Spreads, left_out, logged_memory, memory_places, overheads
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.evidence.memory import predict_row
from planner.physics.own import OwnFactors
from tests.planner.calibration.own.conftest import C
from tests.planner.calibration.own.test_logs import LOG

SPREADS = Spreads(family=1.0, log=0.5)


def logs(*excess_gib: float, family: str = "llama3.1", gpu: str = "l40s") -> list[LoggedMemory]:
    return [LoggedMemory("a.log", gpu, "vllm", family, value) for value in excess_gib]


def test_a_cache_smaller_than_predicted_is_memory_that_the_engine_holds(catalogs: Catalogs) -> None:
    row = dict(logged_run(LOG).cells)
    predicted = float(predict_row(row, catalogs, C)["pred_kv_gib"])
    found = logged_memory("a.log", row | {"kv_cache_gib": str(predicted - 2.0)}, catalogs, C)
    assert found is not None
    assert (found.gpu, found.engine, found.excess_gib) == ("l40s", "vllm", pytest.approx(2.0, abs=1e-3))
    own = OwnFactors({}, (), {("l40s", "vllm", found.family): 2.0})
    after = float(predict_row(row, catalogs, C.with_own(own))["pred_kv_gib"])
    assert after == pytest.approx(predicted - 2.0, abs=2e-3)
    other = C.with_own(OwnFactors({}, (), {("l4", "vllm", found.family): 2.0, ("l40s", "sglang", found.family): 2.0}))
    assert float(predict_row(row, catalogs, other)["pred_kv_gib"]) == predicted


def test_a_cache_larger_than_predicted_is_memory_that_is_free(catalogs: Catalogs) -> None:
    row = dict(logged_run(LOG).cells)
    predicted = float(predict_row(row, catalogs, C)["pred_kv_gib"])
    own = C.with_own(OwnFactors({}, (), {("l40s", "vllm", "llama3.1"): -0.5}))
    assert float(predict_row(row, catalogs, own)["pred_kv_gib"]) == pytest.approx(predicted + 0.5, abs=2e-3)


def test_a_log_without_a_cache_or_whose_cache_is_set_tells_nothing(catalogs: Catalogs) -> None:
    row = dict(logged_run(LOG).cells)
    del row["kv_cache_gib"]
    assert logged_memory("a.log", row, catalogs, C) is None
    assert logged_memory("a.log", row | {"kv_cache_gib": "5", "engine": "llama.cpp"}, catalogs, C) is None


@pytest.mark.parametrize(
    ("cells", "told"), [({"weights_gib": "8.1"}, "its weights take"), ({"kv_cache_gib": "29"}, "larger")]
)
def test_a_log_of_what_was_not_read_is_refused(catalogs: Catalogs, cells: dict[str, str], told: str) -> None:
    with pytest.raises(InputError, match=rf"^[^\n]*{told}[^\n]*--weights[^\n]*$"):
        logged_memory("a.log", {**logged_run(LOG).cells, **cells}, catalogs, C)


def test_what_logs_say_is_shrunk_and_more_of_them_say_more() -> None:
    one, four = (overheads(logs(*[1.0] * n), SPREADS)["l40s", "vllm", "llama3.1"] for n in (1, 4))
    assert 0.0 < one < four < 1.0
    assert one == pytest.approx(1.0 / 1.25, abs=1e-3)


def test_one_log_far_off_beside_others_moves_little() -> None:
    sound = overheads(logs(0.3, 0.3, 0.3), SPREADS)["l40s", "vllm", "llama3.1"]
    assert overheads(logs(0.3, 0.3, 0.3, 9.0), SPREADS)["l40s", "vllm", "llama3.1"] == pytest.approx(sound, abs=0.05)


def test_each_family_on_each_gpu_stands_for_itself() -> None:
    found = overheads([*logs(1.0, 1.0), *logs(1.0, family="qwen3"), *logs(0.0, gpu="l4")], SPREADS)
    assert found["l40s", "vllm", "qwen3"] == overheads(logs(1.0), SPREADS)["l40s", "vllm", "llama3.1"]
    assert found["l4", "vllm", "llama3.1"] == 0.0
    assert len(found) == 3


def test_each_log_is_judged_by_the_others() -> None:
    told = logs(1.0, 1.0, 1.0)
    assert left_out(told[0], told, SPREADS) == pytest.approx(
        1.0 - overheads(told[1:], SPREADS)["l40s", "vllm", "llama3.1"]
    )
    assert left_out(told[0], told[:1]) == 1.0
    (place,) = memory_places(told, overheads(told))
    assert (place.logs, place.error_before_gib) == (3, 1.0)
    assert place.error_left_out_gib < 0.2
    assert np.isfinite(place.more_gib)
