from __future__ import annotations

from planner.catalogs import Catalogs
from planner.evidence.log_case import read_case
from planner.formulas.memory import GIB
from planner.physics.coefficients import Coefficients
from tests.planner.evidence.conftest import log_row

SHIPPED = Coefficients.shipped()


def test_a_log_without_a_release_is_read_by_its_day(catalogs: Catalogs) -> None:
    def captures(**cells: str) -> str:
        case, _, _ = read_case(log_row(engine_version="", **cells), catalogs, SHIPPED.memory)
        assert case is not None
        return case.engine.captures

    assert captures() == "both"
    assert captures(source="vllm-project/vllm#16570") == "pieces"
    assert captures(source="vllm-project/vllm#4229") == "decode"
    case, _, _ = read_case(log_row(engine_version="", consumed_gib="20"), catalogs, SHIPPED.memory)
    assert case is not None
    assert case.engine.memory_era == "vllm-0.26"


def test_sglang_counts_from_what_was_free_and_vllm_from_the_whole(catalogs: Catalogs) -> None:
    def total(engine: str) -> float:
        row = log_row(engine=engine, engine_version="", free_before_gib="78.5")
        case, _, _ = read_case(row, catalogs, SHIPPED.memory)
        assert case is not None
        assert case.total_bytes is not None
        return case.total_bytes / GIB

    assert (total("sglang"), total("vllm")) == (78.5, 79.18)


def test_a_log_that_tells_less_than_tuning_leaves_started_warm(catalogs: Catalogs) -> None:
    row = {"engine": "vllm", "engine_version": "0.27", "model_hf_id": "Qwen/Qwen3.6-27B", "gpu": "RTX 5090", "tp": "2"}
    warm = {}
    for outside in ("", "0.47", "3.9"):
        case, _, _ = read_case(row | {"non_torch_gib": outside}, catalogs, SHIPPED.memory)
        assert case is not None
        warm[outside] = case.engine.settings.memory.warm_start
    assert warm == {"": False, "0.47": True, "3.9": False}
