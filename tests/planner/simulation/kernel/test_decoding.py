from __future__ import annotations

import numpy as np
import pytest

from planner.simulation.chosen import Kernel
from planner.simulation.kernel.decoding import FEW, RING
from tests.planner.simulation.conftest import jobs


@pytest.mark.parametrize("most", [3, FEW + 1, 90])
def test_sequences_end_in_order_and_the_youngest_is_the_one_that_began_last(kernel: Kernel, most: int) -> None:
    """Against a plain list; some are taken out before they end, as by a preemption."""
    rng = np.random.default_rng(most)
    decoding = kernel.decoding(kernel.requests(jobs(2000)))
    known: list[tuple[int, int]] = []  # (step, job), in order of admission
    step, job = 0, 0
    while job < 2000:
        while len(known) < most and job < 2000:
            known.append((step + int(rng.integers(0, 3 * RING)), job))
            decoding.add(job, known[-1][0])
            job += 1
        assert (decoding.count, decoding.youngest) == (len(known), known[-1][1])
        assert decoding.end == min(known)[0]
        assert decoding.jobs() == [name for _, name in reversed(known)]
        if rng.random() < 0.2:
            decoding.remove(known.pop()[1])
        step += int(rng.integers(0, 40))
        for entry in sorted(entry for entry in known if entry[0] <= step):
            assert decoding.pop(step) == entry[1]
            known.remove(entry)
        assert decoding.pop(step) == -1
