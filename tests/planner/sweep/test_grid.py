from __future__ import annotations

from pathlib import Path

import pytest

from planner.errors import InputError
from planner.sweep.grid import axis, flat, grid, name_of, nested, scenarios_in, value_of

KEYS = {"rate": "traffic.rate_per_s", "gpu": "scope.gpus", "kv": "scope.kv_formats"}


def test_values_are_lists_or_steps() -> None:
    assert axis("rate=1:100:log3", KEYS) == ("traffic.rate_per_s", [1.0, 10.0, 100.0])
    assert axis("rate=0:10:lin3", KEYS) == ("traffic.rate_per_s", [0.0, 5.0, 10.0])
    assert axis("gpu=H100,H200+L4", KEYS) == ("scope.gpus", [["H100"], ["H200", "L4"]])
    assert axis("scope.speculative=true,false", KEYS) == ("scope.speculative", [True, False])


@pytest.mark.parametrize("text", ["rate", "=1", "rate=", "rate=a:b:log3", "rate=0:10:log3", "rate=1:2:lin0",
                                  "rate=1:2:log9999999", "rate=nan:2:lin3"])  # fmt: skip
def test_an_axis_that_is_none_is_one_line(text: str) -> None:
    with pytest.raises(InputError, match="--over"):
        axis(text, KEYS)


def test_a_grid_is_all_combinations_the_last_axis_fastest() -> None:
    found = grid([("a", [1, 2]), ("b", ["x", "y"])])
    assert found == [{"a": 1, "b": "x"}, {"a": 1, "b": "y"}, {"a": 2, "b": "x"}, {"a": 2, "b": "y"}]
    with pytest.raises(InputError, match="twice"):
        grid([("a", [1]), ("a", [2])])
    with pytest.raises(InputError, match="at most"):
        grid([("a", range(2000)), ("b", range(2000))])


def test_a_file_of_scenarios_is_a_table_or_lines(tmp_path: Path) -> None:
    path = tmp_path / "cases"
    path.write_text("rate,gpu,model\n2,H100,a/b\n4,,c/d\n")
    assert scenarios_in(path, KEYS) == [
        {"traffic.rate_per_s": 2.0, "scope.gpus": ["H100"], "model": "a/b"},
        {"traffic.rate_per_s": 4.0, "model": "c/d"},
    ]
    path.write_text('{"traffic": {"rate_per_s": 2}}\n{"traffic.rate_per_s": 4}\n')
    assert scenarios_in(path, KEYS) == [{"traffic.rate_per_s": 2}, {"traffic.rate_per_s": 4}]


@pytest.mark.parametrize("text", ["", "rate\n", '{"a": 1}\n[2]\n', '{"a"', "{" * 1000])
def test_a_file_without_scenarios_is_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "cases").write_text(text)
    with pytest.raises(InputError) as error:
        scenarios_in(tmp_path / "cases", KEYS)
    assert "\n" not in str(error.value)


def test_dotted_keys_and_tables_are_the_same() -> None:
    tables = {"traffic": {"rate_per_s": 2}, "model": "a/b"}
    assert nested(flat(tables)) == tables
    assert name_of({"a": 1, "b": 2}) == name_of({"b": 2, "a": 1})
    assert value_of("", "a") is None
