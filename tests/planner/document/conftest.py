"""Reports of one small workload, of one that cannot be met, and of a fleet, each made once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from planner.catalogs import Catalogs
from planner.document.answers import Answers, FleetAnswers, Options
from planner.document.asking import Given, answers, fleet_answers
from planner.document.build import fleet_report, report
from planner.document.faces.html import charts_of
from planner.document.made import with_own_way
from planner.document.record import Report
from planner.fleet.request import parse_fleet
from planner.plan.context import Context
from planner.plan.explore import Explored
from planner.planner import Planner
from planner.request.request import Request
from planner.tco.request import TcoTerms, parse_tco
from tests.conftest import hosting_keeps_its_machines
from tests.planner.document.bent import bent
from tests.planner.tco.conftest import BASE, PRICES

# Of a request that states it, and of the planner: one that does not is the same question.
DAY = date(2026, 11, 20)
SMALL: dict[str, Any] = {
    **BASE,
    "traffic": {"rate_per_s": 4.0, "growth_per_year": 0.6, "profile": [1] * 12 + [2] * 12},
    "sla": {"ttft_p95_s": 1.5, "tpot_p95_s": 0.08},
    "limits": {"spare_replicas": 1},
    "scope": {"gpus": ["H100", "L40S"], "as_of": "2026-11-20", "providers": ["runpod", "lambda", "hyperstack"]},
    "tco": {**BASE["tco"], "months": 24, "ramp_months": 3},
}
NEVER: dict[str, Any] = {**SMALL, "sla": {"ttft_p95_s": 0.0001}}
FLEET: dict[str, Any] = {
    "workloads": [
        {"name": "chat", "model": "meta-llama/Llama-3.1-8B-Instruct", "traffic": {"rate_per_s": 5.0},
         "input_tokens": {"mean": 1000}, "output_tokens": {"mean": 200}, "sla": {"tpot_p95_s": 0.08}},
        {"name": "code", "model": "Qwen/Qwen2.5-7B-Instruct", "traffic": {"rate_per_s": 3.0},
         "input_tokens": {"mean": 2000}, "output_tokens": {"mean": 40}, "sla": {"ttft_p95_s": 1.0}},
    ],
    "scope": {"gpus": ["L40S", "H100 SXM"], "commitments": ["on_demand", "spot"], "as_of": "2026-11-20"},
}  # fmt: skip


class Kept(Planner):
    """A planner that answers equal questions once: the tests are of what is made of answers."""

    def __init__(self, catalogs: Catalogs, context: Context) -> None:
        super().__init__(catalogs=catalogs, today=DAY)
        self.__dict__["_context"] = context
        self.kept: dict[str, Any] = {}

    def _once(self, key: str, find: Callable[[], Any]) -> Any:
        if key not in self.kept:
            self.kept[key] = find()
        return self.kept[key]

    def plan(self, request: Request, **asked: Any) -> Any:
        asked.pop("progress", None)
        return self._once(f"plan {request.model_dump_json()} {asked}", lambda: Planner.plan(self, request, **asked))

    def verify(self, explored: Explored, **asked: Any) -> Any:
        key = explored.request.model_dump_json()
        return self._once(f"verify {key}", lambda: Planner.verify(self, explored, **asked))

    def quant(self, request: Request, **asked: Any) -> Any:
        return self._once(f"quant {request.model_dump_json()}", lambda: Planner.quant(self, request, **asked))

    def tco(self, request: Request, terms: TcoTerms, **asked: Any) -> Any:
        key = f"tco {request.model_dump_json()} {terms.model_dump_json()}"
        return self._once(key, lambda: Planner.tco(self, request, terms, **asked))


def asked(planner: Planner, data: dict[str, Any], **options: Any) -> Answers:
    request, terms = parse_tco(data)
    with hosting_keeps_its_machines():
        return answers(planner, request, with_own_way(request, terms), Given(PRICES, (), Options(**options)))


@pytest.fixture(scope="session")
def planner(catalogs: Catalogs, context: Context) -> Planner:
    return Kept(catalogs, context)


@pytest.fixture(scope="session")
def small(planner: Planner) -> Answers:
    """One model on two GPUs, hosted and bought, against two APIs."""
    return asked(planner, SMALL, licences_usd_per_month=100.0)


@pytest.fixture(scope="session")
def never(planner: Planner) -> Answers:
    """The same with a limit that nothing meets."""
    return asked(planner, NEVER)


@pytest.fixture(scope="session")
def fleet(planner: Planner) -> FleetAnswers:
    return fleet_answers(planner, parse_fleet(FLEET), Given())


@pytest.fixture(scope="session")
def made(small: Answers) -> Report:
    return report(small)


@pytest.fixture(scope="session")
def never_made(never: Answers) -> Report:
    return report(never)


@pytest.fixture(scope="session")
def fleet_made(fleet: FleetAnswers) -> Report:
    return fleet_report(fleet)


@pytest.fixture(scope="session")
def reports(made: Report, never_made: Report, fleet_made: Report) -> list[Report]:
    return [made, never_made, fleet_made]


@pytest.fixture(scope="session")
def charts(made: Report) -> dict[str, str]:
    """The charts of `made`, drawn once."""
    return charts_of(made)


@pytest.fixture(scope="session")
def hostile(made: Report) -> Report:
    """The same report with names that try something."""
    return bent(made)
