"""Either kernel gives the same bytes, and one that was compiled from other sources is not taken."""

from __future__ import annotations

import shutil
import sysconfig
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planner.simulation import chosen, replicas
from planner.simulation.chosen import COMPILED, PYTHON, SOURCES, Kernel, compiled, loaded, sources
from planner.simulation.clock import Clock
from planner.simulation.jobs import Jobs
from planner.simulation.outcome import Outcome
from planner.simulation.replicas import Outage, Scaling, Setup, simulate

SETUPS = (
    Setup(1, prefix_hit=0.3), Setup(4), Setup(5, "round_robin"), Setup(3, "prefix"),
    Setup(3, losses=(Outage(2.0, 3.0),)), Setup(1, scaling=Scaling(1, 4, 8.0, delay_s=1.0, every_s=0.5)),
)  # fmt: skip


def run_on(made: Kernel, clock: Clock, setup: Setup, seed: int, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    rng = np.random.default_rng(seed)
    hashes = rng.integers(0, 40, (600, 3)).tolist() if setup.routing == "prefix" else []
    run = Jobs.of(np.cumsum(rng.exponential(0.03, 600)), rng.integers(1, 4000, 600), rng.integers(1, 500, 600), hashes)
    monkeypatch.setattr(replicas, "kernel", lambda: made)
    return simulate(clock, run, setup)


@pytest.mark.parametrize("setup", SETUPS, ids=str)
@pytest.mark.parametrize(
    "changed", [{}, {"pool_tokens": 20_000.0}, {"mixed": False, "budget": 700}, {"reserves": True}]
)
def test_the_compiled_kernel_gives_the_bytes_of_the_python_one(
    kernel: Kernel, clock: Clock, setup: Setup, changed: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = replace(clock, launch_s=0.003, own=1.2, stages=2.0, first=1.1, **changed)  # type: ignore[arg-type]
    first, second = (run_on(made, clock, setup, 1, monkeypatch) for made in (loaded(PYTHON), kernel))
    for name in first.__dataclass_fields__:
        one, other = (np.asarray(getattr(outcome, name)).tobytes() for outcome in (first, second))
        assert one == other, name


def test_the_kernel_is_compiled_from_these_sources_where_a_compiler_is() -> None:
    """`make` compiles it; the tests of both kernels would else pass over one of them."""
    compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
    if shutil.which(compiler) is None or not Path(sysconfig.get_path("include"), "Python.h").exists():
        pytest.skip("no C compiler, or none that could compile for this Python")
    assert chosen.built_from() == sources(), "run `make kernel`"


@pytest.fixture
def asked_anew() -> object:
    chosen.kernel.cache_clear()
    yield
    chosen.kernel.cache_clear()


def test_one_compiled_from_other_sources_is_not_taken(asked_anew: object, monkeypatch: pytest.MonkeyPatch) -> None:
    if compiled() is None:
        pytest.skip("the kernel is not compiled")
    monkeypatch.setattr(chosen, "built_from", sources)
    assert chosen.kernel().package == COMPILED
    chosen.kernel.cache_clear()
    monkeypatch.setattr(chosen, "sources", lambda: "another")
    assert chosen.kernel().package == PYTHON


def test_a_change_of_any_source_is_seen(tmp_path: Path) -> None:
    folder = shutil.copytree(SOURCES, tmp_path / "kernel")
    seen = {sources(folder)}
    changed = sorted(path for path in folder.iterdir() if path.suffix in (".py", ".pxd"))
    assert len(changed) >= 8
    for path in changed:
        path.write_text(path.read_text(encoding="utf-8") + "\n# another\n", encoding="utf-8")
        seen.add(sources(folder))
    assert len(seen) == len(changed) + 1
    assert sources(SOURCES) in seen


def test_without_a_compiled_kernel_python_runs(asked_anew: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chosen, "COMPILED", "planner.simulation.nowhere")
    assert compiled() is None
    assert chosen.built_from() is None
    assert chosen.kernel().package == PYTHON
