"""A vendor's own builds carry the number of a release and kernels of another day."""

from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.evidence.points import read_point
from planner.physics.engines import find_engine
from tests.planner.evidence.conftest import POINT

BUILD = "0.9.0.2.dev108+g71faa1880.d20250717.rocm641"


@pytest.mark.parametrize(
    ("version", "era", "mixed"),
    [(BUILD, "vllm-rocm", True), ("0.6.5+rocm", "vllm-v0-rocm", False), ("0.9.0.2", "vllm", True),
     ("0.14.0rc3.dev30+gb026cf14e.d20260312.rocm700", "vllm-0.16-rocm", True), ("2025-06-01+rocm", "vllm-rocm", True)],
)  # fmt: skip
def test_the_era_of_a_build_is_that_of_its_day(version: str, era: str, mixed: bool) -> None:
    engine = find_engine("vllm", version)
    assert (engine.era, engine.mixed_steps) == (era, mixed)


def test_other_engines_have_no_such_builds() -> None:
    assert find_engine("sglang", "0.5.3+rocm").era == "sglang"


@pytest.mark.parametrize(
    ("cells", "era"),
    [
        ({"engine": "vLLM (ROCm)", "engine_version": "0.8.5"}, "vllm-rocm"),
        ({"engine_version": BUILD}, "vllm-rocm"),
        ({"engine_version": BUILD, "note": "MLPerf v5.1 closed"}, "vllm-mlperf"),
        ({"engine_version": "", "ref": "20250610-133348 some model"}, "vllm"),
        ({"engine_version": "", "ref": "results/2026-04-02.json"}, "vllm-0.16"),
        ({"engine_version": "", "ref": "20250610-1", "note": "measured=2026-04-02"}, "vllm-0.16"),
        ({"engine_version": "", "ref": "7720259901"}, "vllm-0.16"),
        ({"engine": "ATOM", "engine_version": "0.1.4"}, "atom"),
    ],
)
def test_rows_name_builds_and_days(catalogs: Catalogs, cells: dict[str, str], era: str) -> None:
    assert read_point(POINT | {"source": "somewhere"} | cells, catalogs).engine.era == era
