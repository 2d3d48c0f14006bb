from __future__ import annotations

import numpy as np
import pytest

from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.step import Load, StepModel
from planner.simulation.chosen import Kernel
from planner.simulation.clock import Clock

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
