"""A fleet request and a small problem for the solver."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hardware_db.catalog import HardwareCatalog
from planner.catalogs import Catalogs
from planner.fleet.answer import FleetPlan
from planner.fleet.plan import plan_fleet
from planner.fleet.problem import FleetProblem
from planner.fleet.request import parse_fleet
from planner.physics.coefficients import Coefficients
from planner.plan.context import Context

CHAT: dict[str, Any] = {
    "name": "chat", "model": "meta-llama/Llama-3.1-8B-Instruct",
    "traffic": {"rate_per_s": 6.0, "profile": [1.0] * 12 + [3.0] * 12},
    "input_tokens": {"mean": 1000}, "output_tokens": {"mean": 200}, "sla": {"ttft_p95_s": 1.0, "tpot_p95_s": 0.08},
}  # fmt: skip


LONG: dict[str, Any] = {**CHAT, "name": "long", "traffic": {"rate_per_s": 0.5}, "input_tokens": {"mean": 6000},
                        "sla": {"e2e_p95_s": 90}}  # fmt: skip


SCOPE: dict[str, Any] = {"gpus": ["L4", "L40S", "A100 SXM 80GB"], "commitments": ["on_demand", "1y_reserved"]}


BASE: dict[str, Any] = {"workloads": [CHAT, LONG], "scope": SCOPE}


PRICED = """provider,instance_type,region,accelerator,accelerators,usd_per_hour_on_demand,usd_per_hour_spot,as_of,source
me,small,here,l4,1,0.3,0.1,2026-11-01,own
me,large,here,l40s,1,0.95,0.3,2026-11-01,own
"""


@pytest.fixture(scope="session")
def priced(tmp_path_factory: pytest.TempPathFactory, catalogs: Catalogs, coefficients: Coefficients) -> Context:
    """Two machines of the tests' own, `me`, beside the offers of the box."""
    folder = tmp_path_factory.mktemp("priced")
    (folder / "prices").mkdir()
    (folder / "prices" / "mine.csv").write_text(PRICED)
    return Context(Catalogs(catalogs.models, HardwareCatalog(folder)), coefficients)


def problem(usd: Any, capacity: Any, load: Any, **more: Any) -> FleetProblem:
    usd, capacity, load = (np.asarray(v, dtype=float) for v in (usd, capacity, load))
    count = len(usd)
    plain: dict[str, Any] = {
        "hours": np.full(load.shape[1], 1.0 / load.shape[1]), "steady": np.ones(count, dtype=bool),
        "gpus": np.ones(count), "power_kw": np.ones(count), "kind": np.arange(count), "machines": np.ones(count),
        "inventory": np.full(count, np.inf), "spare": np.zeros(count), "spot": np.zeros(count, dtype=bool),
    }  # fmt: skip
    return FleetProblem(usd, capacity, load, **(plain | more))


def planned(context: Context, data: dict[str, Any], **more: Any) -> FleetPlan:
    answer = plan_fleet(parse_fleet(data), context, **more)
    assert isinstance(answer, FleetPlan)
    return answer


@pytest.fixture(scope="session")
def base(context: Context) -> FleetPlan:
    return planned(context, BASE, why_not=["L4", "H100", "gguf_q4_k_m"])
