from __future__ import annotations

import pytest

from hardware_db.ownership import default_terms, terms_with
from hardware_db.servers import servers
from planner.errors import InputError


def test_every_term_lies_in_its_range_and_has_a_source() -> None:
    for term in [*default_terms().values(), *(t for s in servers() for t in (s.usd, s.kw))]:
        assert term.low <= term.value <= term.high
        assert term.source


def test_a_stated_term_has_no_range_and_leaves_the_others() -> None:
    stated = terms_with({"usd_per_kwh": 0.5})
    assert (stated["usd_per_kwh"].low, stated["usd_per_kwh"].value, stated["usd_per_kwh"].high) == (0.5, 0.5, 0.5)
    assert {k: v for k, v in stated.items() if k != "usd_per_kwh"} == {
        k: v for k, v in default_terms().items() if k != "usd_per_kwh"
    }
    with pytest.raises(InputError, match="nearest: usd_per_kwh"):
        terms_with({"usd_per_kw": 0.5})


@pytest.mark.parametrize("name", sorted(default_terms()))
def test_a_stated_term_is_bounded_and_its_own_range_is_valid(name: str) -> None:
    term = default_terms()[name]
    assert term.least <= term.low
    assert term.high <= term.most < 1e9
    for value in (term.least - 1e-3, term.most * 1.01, float("nan")):
        with pytest.raises(InputError, match=rf"tco\.terms\.{name}\): expected .* to .*, got "):
            terms_with({name: value})
    for value in (term.least, term.most):
        assert terms_with({name: value})[name].value == value
