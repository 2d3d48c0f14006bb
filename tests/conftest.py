"""Catalogs are loaded once; the shared evidence folder is used where it exists."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import pytest
from hypothesis import settings

from hardware_db.catalog import HardwareCatalog
from models_db.catalog import ModelCatalog
from planner.catalogs import Catalogs
from planner.evidence import box
from planner.physics.coefficients import Coefficients
from planner.plan.context import Context
from planner.plan.explore import Explored
from planner.plan.verified import Verified
from planner.planner import Planner
from planner.progress import Progress
from planner.tco.crossing import HostingCurve
from tests import fence
from tests.consistency.drawn import TORTURE

# A run of the tests draws what the last one drew, so that a red one is of the change; torture draws anew, and more.
settings.register_profile(
    "drawn alike", derandomize=not TORTURE, database=None, print_blob=True, max_examples=100 if TORTURE else 25
)
settings.load_profile("drawn alike")

# Where matplotlib keeps its list of fonts: in the home of a user otherwise, which tests leave alone.
os.environ.setdefault("MPLCONFIGDIR", str(Path(tempfile.gettempdir()) / "gpuplan-matplotlib"))
SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_sessionstart() -> None:
    """As the command does: tests and catalogs stay to the end, looking through them again and again takes time."""
    gc.set_threshold(100_000, 50, 50)
    sys.addaudithook(fence.hook)


@pytest.fixture(autouse=True)
def nothing_is_written_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests change temporary files and those of the working tree only; `torture` its own folder only."""
    with fence.only_in(tmp_path_factory.getbasetemp(), Path(tempfile.gettempdir()), Path(__file__).parents[1]):
        yield


def pytest_collection_finish() -> None:
    gc.freeze()


@pytest.fixture(scope="session")
def catalogs() -> Catalogs:
    return Catalogs(ModelCatalog(), HardwareCatalog())


@pytest.fixture(scope="session", autouse=True)
def shipped_records_are_read_once(catalogs: Catalogs) -> Iterator[None]:
    """Commands and screens without records of a user's own share those of the session; each parsed all files."""
    read = Catalogs.read

    def shared(overlay: Path | None = None) -> Catalogs:
        return catalogs if overlay is None else read(overlay)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Catalogs, "read", shared)
        yield


@pytest.fixture(scope="session")
def coefficients() -> Coefficients:
    return Coefficients.shipped()


@pytest.fixture(scope="session")
def context(catalogs: Catalogs, coefficients: Coefficients) -> Context:
    return Context(catalogs, coefficients)


@pytest.fixture(scope="session")
def simulated() -> dict[str, tuple[Explored, Verified]]:
    """Answers with their winners simulated, for `equal_plans_are_simulated_once`."""
    return {}


@pytest.fixture
def equal_plans_are_simulated_once(
    catalogs: Catalogs, simulated: dict[str, tuple[Explored, Verified]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """For tests of what is done with an answer: the simulation of equal questions to the shipped records is shared."""
    verify = Planner.verify

    def once(self: Planner, explored: Explored, *, seed: int = 0, progress: Progress | None = None) -> Verified:
        if seed or self.catalogs is not catalogs or self.coefficients is not Coefficients.shipped():
            return verify(self, explored, seed=seed, progress=progress)
        question = explored.request.model_dump_json()
        if question not in simulated:
            simulated[question] = explored, verify(self, explored, progress=progress)
        first, found = simulated[question]
        return replace(found, explored=explored) if found.explored is first else found

    monkeypatch.setattr(Planner, "verify", once)


@contextmanager
def hosting_keeps_its_machines() -> Iterator[None]:
    """Where hosting crosses an API is looked for with the machines of the question alone, which are planned anyway.
    Others, at every rate that is tried, take four fifths of `tco`; tests/planner/tco/test_crossing.py is about them."""

    def kept(self: HostingCurve, rate: float) -> None:
        self.ways = self.ways or [replace(way, least=way.serving) for way in self.case.ways]

    with pytest.MonkeyPatch.context() as patch:
        if not TORTURE:
            patch.setattr(HostingCurve, "plan", kept)
        yield


@pytest.fixture
def crossings_of_the_same_machines() -> Iterator[None]:
    """For tests of other parts of `tco`; with GPUPLAN_TORTURE=1 they, too, plan at every rate."""
    with hosting_keeps_its_machines():
        yield


@pytest.fixture
def some_start_up_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of what is done with the logs in the box: one in ten; tests/planner/evidence/test_box.py judges all."""
    if not TORTURE:
        every = box.log_rows
        monkeypatch.setattr(box, "log_rows", lambda: every()[::10])


@pytest.fixture
def planners_share_a_context(catalogs: Catalogs, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one planner keeps between questions to the shipped records, planners of the session share; a setting that is
    missing in the key of something kept shows, too. With GPUPLAN_TORTURE=1 each planner has its own."""

    def shared(self: Planner) -> Context:
        same = self.catalogs is catalogs and self.coefficients is Coefficients.shipped()
        return context if same and not TORTURE else Context(self.catalogs, self.coefficients)

    kept = cached_property(shared)
    kept.__set_name__(Planner, "_context")
    monkeypatch.setattr(Planner, "_context", kept)


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the shared evidence folder is not here")
    return SHARED
