from __future__ import annotations

from planner.catalogs import Catalogs
from planner.physics.case import case_at, case_of
from planner.physics.deployment import Deployment, one_design
from planner.physics.split import Split
from tests.planner.conftest import SEVENTY


def test_a_design_and_a_point_of_it_are_one_case(catalogs: Catalogs) -> None:
    design = one_design(Deployment(SEVENTY, "H100", "fp8", split=Split(tp=2, pp=2)), catalogs)[0]
    case = case_at(design, 0)
    assert case == case_of(design.model, design.gpus[0], design.engines[0], design.formats[0], Split(tp=2, pp=2))
    assert case.configuration == (SEVENTY, design.gpus[0].id, "vllm", "fp8", "tp2 pp2")
