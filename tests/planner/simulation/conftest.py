"""One replica of an 8B model and its jobs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from planner.catalogs import Catalogs
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment, one_design
from planner.physics.design import Designs
from planner.physics.split import Split
from planner.simulation.chosen import COMPILED, PYTHON, Kernel, compiled, loaded
from planner.simulation.clock import Clock
from planner.simulation.jobs import Jobs
from planner.simulation.kernel.replica import SimulatedReplica
from planner.simulation.outcome import Outcome
from planner.simulation.simulated import clock_of
from tests.consistency.drawn import TORTURE

SHIPPED = Coefficients.shipped()


# For tests of no kernel, and of many requests, which take twenty times as long where it is not compiled; test_chosen.py
# holds both kernels to the same bytes.
FAST = pytest.mark.parametrize("kernel", [PYTHON, COMPILED] if TORTURE or not compiled() else [COMPILED], indirect=True)


@pytest.fixture(scope="module", params=[PYTHON, COMPILED], autouse=True)
def kernel(request: pytest.FixtureRequest) -> Iterator[Kernel]:
    """What the simulations of these tests run on: the kernel as it is and, where it was built, compiled."""
    found = loaded(PYTHON) if request.param == PYTHON else compiled()
    if found is None:
        pytest.skip("the kernel is not compiled")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("planner.simulation.replicas.kernel", lambda: found)
        yield found


@pytest.fixture(scope="module")
def design(catalogs: Catalogs) -> Designs:
    return one_design(Deployment("meta-llama/Llama-3.1-8B-Instruct", "H100", "fp8", split=Split()), catalogs)[0]


@pytest.fixture(scope="module")
def clock(design: Designs) -> Clock:
    return clock_of(design, Demand.simple(1000, 200), SHIPPED, max_sequences=64)


def jobs(count: int, *, gap: float = 0.1, isl: int = 500, osl: int = 50, hashes: list[list[int]] | None = None) -> Jobs:
    return Jobs.of([gap * i for i in range(count)], [isl] * count, [osl] * count, hashes or [])


def one_replica(kernel: Kernel, clock: Clock, run: Jobs) -> SimulatedReplica:
    return kernel.replica(kernel.tables(clock), kernel.requests(run), kernel.meter())


def account(outcome: Outcome, count: int) -> None:
    assert outcome.served + outcome.refused + outcome.unfinished == count
