from __future__ import annotations

from dataclasses import replace

import pytest

from planner.errors import InputError
from planner.physics.coefficient_parts import Host
from planner.physics.coefficients import Coefficients


def test_microseconds_are_seconds_times_a_million() -> None:
    host = Host(step=500.0, sequence=2.0)
    assert (host.step_s, host.sequence_s) == pytest.approx((5e-4, 2e-6))


def test_logs_change_the_figures_that_they_tell_of(coefficients: Coefficients) -> None:
    before = coefficients.memory_without_logs
    era = next(iter(before.non_torch_gib))
    after = before.with_fit({"sampler_copies general": 3.0, f"non_torch_gib {era}": 0.7})
    copies = {**before.sampler_copies, "general": 3.0}
    assert after == replace(before, sampler_copies=copies, non_torch_gib={**before.non_torch_gib, era: 0.7})
    with pytest.raises(InputError, match="samplers"):
        before.with_fit({"samplers": 3.0})
