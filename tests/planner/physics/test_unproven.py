from __future__ import annotations

from dataclasses import replace

import pytest

from planner.answers import Plan
from planner.catalogs import Catalogs
from planner.physics.case import case_at
from planner.physics.coefficients import Coefficients
from planner.physics.confidence import bases
from planner.physics.deployment import Deployment, one_design
from planner.physics.split import Split
from planner.physics.unproven import UNPROVEN, unproven
from planner.planner import Planner
from planner.request.engine import EngineSettings
from planner.request.reading import parse_request
from tests.planner.conftest import SEVENTY

SHIPPED = Coefficients.shipped()
AIR = "zai-org/GLM-4.5-Air"


def gaps(catalogs: Catalogs, d: Deployment) -> list[str]:
    design = one_design(d, catalogs)[0]
    return [text.removeprefix(UNPROVEN) for text in unproven(design, 0, SHIPPED)]


def test_what_was_measured_together_has_no_gap_and_rests_on_it(catalogs: Catalogs) -> None:
    d = Deployment(SEVENTY, "RTX 5090", "awq_int4_g128", split=Split(pp=2))
    assert gaps(catalogs, d) == []
    assert bases(one_design(d, catalogs)[0], SHIPPED) == ["measured"]


@pytest.mark.parametrize(
    ("weights", "split"), [("nvfp4", Split(pp=4)), ("nvfp4", Split(pp=2)), ("awq_int4_g128", Split(pp=4))]
)
def test_another_format_or_split_is_said_and_is_not_measured(catalogs: Catalogs, weights: str, split: Split) -> None:
    """Three replicas of pp4 in NVFP4 were called measured: the runs are of AWQ in two stages."""
    d = Deployment(SEVENTY, "RTX 5090", weights, split=split)
    (gap,) = gaps(catalogs, d)
    assert "measured: " in gap
    assert ("awq_int4_g128" in gap) if weights == "nvfp4" else ("tp1 pp2" in gap)
    # A format that nobody measured does not hide a cut that nobody measured.
    assert ("cut tp1 pp4" in gap) is (split == Split(pp=4))
    assert bases(one_design(d, catalogs)[0], SHIPPED) == ["calibrated"]


def test_pipeline_stages_and_integer_experts_that_nobody_measured_there_are_said(catalogs: Catalogs) -> None:
    found = gaps(catalogs, Deployment(AIR, "RTX 4090", "awq_int4_g128", split=Split(pp=4)))
    staged = any(c[1:3] == ("rtx-4090", "vllm") and " pp" in c[4] for c in SHIPPED.evidence.configurations)
    assert any("pipeline stages" in gap for gap in found) is not staged
    bare = replace(SHIPPED, evidence=replace(SHIPPED.evidence, experts=frozenset(), configurations=frozenset()))
    design = one_design(Deployment(AIR, "RTX 4090", "awq_int4_g128", split=Split(pp=4)), catalogs)[0]
    texts = unproven(design, 0, bare)
    assert any("experts in" in text for text in texts)
    assert any("pipeline stages" in text for text in texts)


def test_a_version_newer_than_all_measured_is_said(catalogs: Catalogs) -> None:
    newest = dict(SHIPPED.evidence.newest)["vllm"]
    known = Deployment(
        SEVENTY, "RTX 5090", "awq_int4_g128", split=Split(pp=2), settings=EngineSettings(engine_version=newest)
    )
    assert not any("newest measured" in gap for gap in gaps(catalogs, known))
    (gap,) = (
        g
        for g in gaps(catalogs, replace(known, settings=EngineSettings(engine_version="99.0")))
        if "newest measured" in g
    )
    assert newest in gap


def test_the_answer_warns_of_the_winner_and_the_basis_agrees() -> None:
    planner = Planner()
    request = parse_request(
        {
            "model": SEVENTY, "traffic": {"rate_per_s": 0.5}, "sla": {"tpot_p95_s": 0.1},
            "scope": {"gpus": ["RTX 5090"], "formats": ["nvfp4"]},
        }
    )  # fmt: skip
    answer = planner.plan(request, verify=False)
    assert isinstance(answer, Plan)
    assert answer.cluster.design is not None
    assert case_at(answer.cluster.design, 0).weights == "nvfp4"
    assert answer.cluster.latency.tpot_s.basis != "measured"
    assert any(text.startswith(UNPROVEN) for text in answer.assumptions)
