from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware_db.ownership import default_terms
from hardware_db.servers import servers
from planner.search.owned import owned_lines
from tests.consistency.drawn import at_random


@at_random(13, 40)
@given(count=st.integers(1, 500), kwh=st.floats(0.01, 1.0))
def test_owned_costs_grow_with_servers_and_power(count: int, kwh: float) -> None:
    terms = {name: term.value for name, term in default_terms().items()}
    server = next(s for s in servers() if s.name == "8x h100-sxm server")
    one = owned_lines(server, float(count), terms)
    more = owned_lines(server, float(count + 1), {**terms, "usd_per_kwh": kwh})
    assert all(v >= 0 for v in one.values())
    assert more["write-off"] > one["write-off"]
    assert more["power"] == pytest.approx(one["power"] * (count + 1) / count * kwh / terms["usd_per_kwh"])
