from __future__ import annotations

import pytest
from pydantic import ValidationError

from planner.request.lengths import Length


def test_the_spread_of_a_length_is_read_back_from_its_p95() -> None:
    wide = Length(mean=100.0, p95=250.0)
    again = Length(mean=100.0, cv=wide.spread)
    assert again.spread == wide.spread > 0.5
    assert Length(mean=100.0).spread == 0.5
    assert Length(mean=100.0, p95=100.0).spread == pytest.approx(0.0, abs=1e-6)


def test_a_table_has_the_mean_of_straight_lines_between_its_quantiles() -> None:
    assert Length(quantiles=(1.0, 3.0, 9.0)).average == pytest.approx(4.0)
    for wrong in ({"quantiles": (3.0, 1.0)}, {"quantiles": (1.0,)}, {"mean": 1.0, "quantiles": (1.0, 2.0)}, {}):
        with pytest.raises(ValidationError):
            Length.model_validate(wrong)
