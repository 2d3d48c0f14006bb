from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.formulas.types import Array
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.confidence import Caution
from planner.physics.design import Designs
from planner.physics.step import Load, StepModel
from planner.simulation.chosen import Kernel
from planner.simulation.clock import Clock, clocks
from planner.simulation.simulated import clock_of, pools_of
from tests.planner.conftest import EIGHT, designs

SHIPPED = Coefficients.shipped()


def test_the_clock_agrees_with_the_step_model(kernel: Kernel, design: Designs, clock: Clock) -> None:
    tables = kernel.tables(clock)
    model = StepModel.of(design, SHIPPED)
    for n, context in ((1, 300.0), (17, 1500.0), (64, 900.0)):
        exact = float(model.step(Load(np.array([[float(n)]]), context)).total_s[0, 0])
        assert tables.decode_s(n, context) == pytest.approx(exact, rel=0.02)
    for n, chunk, seen in ((1, 512, 512.0), (32, 2000, 3000.0)):
        both = float(model.step(Load(np.array([[float(n)]]), 1100.0, float(chunk), seen)).total_s[0, 0])
        alone = float(model.step(Load(np.array([[float(n)]]), 1100.0)).total_s[0, 0])
        assert tables.extra_s(n, chunk, seen) == pytest.approx(both - alone, rel=0.1)


def test_the_clock_of_a_design_is_the_same_whichever_others_are_made_with_it(catalogs: Catalogs) -> None:
    """To the last digit, as far as its tables go."""
    every = designs(catalogs, EIGHT, "H100")
    rows, sequences, demand = np.arange(0, len(every), 3), [1, 8, 64, 91, 256, 1024], Demand.simple(1000, 200)
    some, most = every.take(rows), [sequences[i % len(sequences)] for i in range(len(rows))]
    cautions = [Caution(1.0 + 0.1 * i, 1.1) for i in range(len(rows))]
    together = clocks(
        some, SHIPPED, pool_bytes=pools_of(some, SHIPPED, most), max_sequences=most,
        typical_tokens=demand.live_tokens, cautions=cautions,
    )  # fmt: skip
    assert len(together) > 3
    for i, found in enumerate(together):
        alone = clock_of(every.take(rows[[i]]), demand, SHIPPED, max_sequences=most[i], caution=cautions[i])
        for name in (each.name for each in fields(Clock) if each.name not in ("decode", "extra", "contexts", "chunks")):
            assert getattr(found, name) == getattr(alone, name)
        assert all(np.array_equal(a, b) for a, b in zip(*(common(c, alone) for c in (found, alone)), strict=True))


def common(clock: Clock, least: Clock) -> tuple[Array, Array]:
    """The part of a clock's tables that another one has, too."""
    contexts, chunks = len(clock.contexts), len(clock.chunks)
    decode = np.array(clock.decode).reshape(-1, contexts - 1, 2)[:, : len(least.contexts) - 1]
    batches = len(least.extra) // len(least.chunks) // len(least.contexts)
    extra = np.array(clock.extra).reshape(-1, chunks, contexts)[:batches, : len(least.chunks), : len(least.contexts)]
    return decode, extra
