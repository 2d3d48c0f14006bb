from __future__ import annotations

import json
import re

import jsonschema
import pytest

from planner.answers import Estimate
from planner.catalogs import Catalogs
from planner.deployment.estimate import estimate
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment
from planner.report.estimate import estimate_tables, step_table
from planner.report.render import render
from tests.planner.conftest import EIGHT
from tests.planner.report.conftest import cells

SHIPPED = Coefficients.shipped()


def test_an_estimate_shows_every_operator_of_both_steps(catalogs: Catalogs) -> None:
    found = estimate(Deployment(EIGHT, "H100", concurrency=4.0), Demand.simple(500, 100), catalogs, SHIPPED)
    assert isinstance(found, Estimate)
    decode = cells(step_table("Decode step", found.decode_step))
    assert sum(row["ms"] for row in decode) == pytest.approx(found.decode_step.total_ms, rel=1e-2)
    tables = estimate_tables(found)
    assert [len(t.rows) for t in tables[-2:]] == [len(found.decode_step.terms), len(found.prefill_step.terms)]
    assert {row["what"]: row["value"] for row in cells(tables[0])}["model"] == f"{EIGHT} in bf16, KV bf16"


def test_a_load_that_is_not_sustained_is_said_in_words_and_never_as_a_number(catalogs: Catalogs) -> None:
    """Once its status was ok, and its table said inf."""
    found = estimate(Deployment(EIGHT, "L40S", rate_per_s=500.0), Demand.simple(500, 100), catalogs, SHIPPED)
    assert isinstance(found, Estimate)
    assert found.status == "not_sustained"
    for form in ("table", "csv", "md"):
        text = render(form, data=found, tables=lambda: estimate_tables(found))
        assert "without end" in text
        assert not re.search(r"\b(inf|nan)\b", text, re.I)
    told = json.loads(found.model_dump_json())
    assert told["latency"]["ttft_s"]["p95"] is told["ttft_parts"]["mean_ms"] is None
    jsonschema.validate(told, Estimate.model_json_schema(mode="serialization"))
    calm = estimate(Deployment(EIGHT, "L40S", rate_per_s=0.5), Demand.simple(500, 100), catalogs, SHIPPED)
    assert calm.status == "ok"
