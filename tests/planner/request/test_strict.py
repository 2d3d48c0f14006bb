"""What users write is of the kind that it should be; what is handed over again is looked at again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import InputError
from planner.request.reading import parse_request
from planner.request.request import Request
from planner.request.strict import a, names, number, shown, table, valid

ASKED: dict[str, Any] = {"model": "x", "traffic": {"rate_per_s": 1.0}, "sla": {"ttft_p95_s": 1.0}}
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)
FIELDS = [
    ("model",), ("traffic",), ("traffic", "rate_per_s"), ("traffic", "cv"), ("traffic", "levels"), ("input_tokens",),
    ("input_tokens", "mean"), ("sla",), ("scope",), ("scope", "gpus"), ("engine",), ("engine", "max_num_seqs"),
    ("engine", "speculation"), ("limits",), ("confidence",), ("quality",),
]  # fmt: skip


@given(place=st.sampled_from(FIELDS), value=JSON)
def test_anything_in_a_field_is_taken_or_refused_in_one_line(place: tuple[str, ...], value: object) -> None:
    data = dict(ASKED)
    data[place[0]] = value if len(place) == 1 else {**data.get(place[0], {}), place[1]: value}
    try:
        request = parse_request(data)
    except InputError as refused:
        said = str(refused)
    else:
        assert valid(request, Request, "request") is request
        said = ""
    assert len(said.splitlines()) <= 1


@given(value=JSON)
def test_anything_for_a_request_is_taken_or_refused(value: Any) -> None:
    with pytest.raises(InputError):
        parse_request(value)


@pytest.mark.parametrize(
    "changed",
    [
        {"traffic": {"rate_per_s": True}}, {"input_tokens": {"mean": True}}, {"confidence": True},
        {"engine": {"max_num_seqs": True}}, {"traffic": {"rate_per_s": 1, "levels": [[True, 1]]}},
        {"limits": {"max_gpus": True}}, {"engine": {"speculation": {"method": "mtp", "drafts": True}}},
    ],
)  # fmt: skip
def test_a_truth_value_is_no_number(changed: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="got true or false"):
        parse_request(ASKED | changed)
    assert parse_request(ASKED | {"engine": {"eager": True}}).engine.eager


def test_kinds_numbers_names_and_tables() -> None:
    assert a(1, int, "n") == 1
    assert names(["x"], "n") == ("x",)
    assert table({"x": 1}, "t") == {"x": 1}
    assert shown(10**5000) == "a number of more than 20 digits"
    assert shown([10**5000]) == "a list of many digits"
    number(2, "n", 1, 3, whole=True)
    wrong: list[Any] = [True, "1", 1.5, 4, None]
    for value in wrong:
        with pytest.raises(InputError, match="n: expected a whole number from 1 to 3"):
            number(value, "n", 1, 3, whole=True)
    with pytest.raises(InputError, match="n: expected int"):
        a(True, int, "n")
