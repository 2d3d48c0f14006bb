from __future__ import annotations

import numpy as np
import pytest

from planner.load.sums import Addend, averaged, launched, total


def test_launches_show_where_they_take_longer_than_the_device() -> None:
    few, many = launched(np.array([1.0]), np.array([100.0])), launched(np.array([100.0]), np.array([1.0]))
    assert few.seconds[0] < 0.01
    assert many.seconds[0] == pytest.approx(99.0, abs=0.01)
    assert few.whole_s[0] == 1.0


def test_a_mean_over_cases_has_the_mean_of_their_sums() -> None:
    cases = [
        (np.array([0.25]), {"a": Addend(2.0, np.array([3.0])), "b": Addend(1.0, np.array([1.0]))}),
        (np.array([0.75]), {"a": Addend(1.0, np.array([5.0])), "c": launched(np.array([2.0]), np.array([2.0]))}),
        (np.array([0.0]), {"a": Addend(1.0, np.array([np.inf]))}),
    ]
    mean = averaged(cases)
    assert total(mean)[0] == pytest.approx(sum(share[0] * total(parts)[0] for share, parts in cases[:2]))
    assert mean["a"].whole_s[0] == pytest.approx(0.25 * 6.0 + 0.75 * 5.0)
    assert mean["c"].seconds[0] == pytest.approx(0.75 * (2.0 * 2.0**0.5 - 2.0))


def test_what_takes_forever_in_one_case_takes_forever() -> None:
    cases = [(np.array([0.5]), {"a": Addend(1.0, np.array([v]))}) for v in (1.0, np.inf)]
    assert averaged(cases)["a"].seconds[0] == np.inf
