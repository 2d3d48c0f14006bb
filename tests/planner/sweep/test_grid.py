from __future__ import annotations

from pathlib import Path

import pytest

from planner.errors import InputError
from planner.sweep.grid import (
    MOST_KEYS,
    axis,
    flat,
    grid,
    grid_of,
    name_of,
    nested,
    scenarios_in,
    value_of,
)

KEYS = {"rate": "traffic.rate_per_s", "gpu": "scope.gpus", "kv": "scope.kv_formats"}


def test_values_are_lists_or_steps() -> None:
    assert axis("rate=1:100:log3", KEYS) == ("traffic.rate_per_s", [1.0, 10.0, 100.0])
    assert axis("rate=0:10:lin3", KEYS) == ("traffic.rate_per_s", [0.0, 5.0, 10.0])
    assert axis("gpu=H100,H200+L4", KEYS) == ("scope.gpus", [["H100"], ["H200", "L4"]])
    assert axis("scope.speculative=true,false", KEYS) == ("scope.speculative", [True, False])


@pytest.mark.parametrize("text", ["rate", "=1", "rate=", "rate=a:b:log3", "rate=0:10:log3", "rate=1:2:lin0",
                                  "rate=1:2:log9999999", "rate=nan:2:lin3", "rate=-1e308:1e308:lin3",
                                  "rate=1:2:lin", "rate=1:2:lin99999999", "rate=1:2:log" + "9" * 5000,
                                  "a=\udfff", "\udfff=1"])  # fmt: skip
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


@pytest.mark.parametrize("texts", [
    [f"k{i}=1:2:lin1000000" for i in range(60)], ["a=1:2:lin1000", "b=1:2:lin1001"], [f"k{i}=1" for i in range(40)],
    [f"k{i}=1:2:lin1000000" for i in range(20)] + ["z=1:2:lin0"],
    ["a=1:2:lin1000000", *(f"k{i}=1" for i in range(8))],
])  # fmt: skip
def test_a_grid_that_is_too_large_is_refused_before_there_is_a_value(
    texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planner.sweep.grid.axis", lambda *_: pytest.fail("made values"))
    with pytest.raises(InputError, match="at most"):
        grid_of(texts, {})


@pytest.mark.parametrize(("text", "told"), [
    ("{}\n" * 5001, "scenarios"), ("{}\n" * 2_000_001, "lines"), ("rate\n" + "1\n" * 5001, "scenarios"),
    ("".join(f'{{"sla.k{i}": 1}}\n' for i in range(MOST_KEYS + 1)), "keys"),
    ('{"a": [' + "{}," * 3_000_000 + "{}]}", "lists and objects"), ('{"a": [' + "1," * 9_000_000 + "1]}", "values"),
    (",".join(f"sla.k{i}" for i in range(100)) + "\n" + ("1" + ",1" * 99 + "\n") * 501, "50,000"),
])  # fmt: skip
def test_a_file_of_too_many_is_one_line_before_all_are_held(
    tmp_path: Path, text: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planner.sweep.grid.MOST_SCENARIOS", 5000)
    monkeypatch.setattr("planner.sweep.grid.MOST_VALUES", 50_000)
    (tmp_path / "cases").write_text(text)
    with pytest.raises(InputError, match=f"more than .*{told}"):
        scenarios_in(tmp_path / "cases", KEYS)


@pytest.mark.parametrize(
    "text", ['{"rate": 2}\n' * 60, "rate\n" + "2\n" * 60, "rate\r" + "2\r" * 60, "rate\n" + '"2"\n' * 60]
)
def test_too_many_scenarios_are_counted_before_any_is_read(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unread(*_: object) -> None:
        raise AssertionError("read")

    monkeypatch.setattr("planner.sweep.grid.MOST_SCENARIOS", 50)
    monkeypatch.setattr("planner.sweep.grid.check", unread)
    path = tmp_path / "cases"
    path.write_bytes(text.encode())
    with pytest.raises(InputError, match="more than 50 scenarios"):
        scenarios_in(path, KEYS)
    path.write_bytes(text.encode()[: len(text) // 2])
    with pytest.raises(AssertionError, match="read"):
        scenarios_in(path, KEYS)


@pytest.mark.parametrize("text", ['{"traffic": {"rate_per_s": 1e999}}', '{"\\udfff": 1}', '{"model": "\\ud800"}',
                                  '{"a": [{"b": "\\ud800"}]}', '{"a": ' + "[" * 2000 + "]" * 2000 + "}"])  # fmt: skip
def test_what_no_file_of_rows_can_hold_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "cases").write_text(f'{{"model": "a/b"}}\n{text}\n')
    with pytest.raises(InputError, match="line 2"):
        scenarios_in(tmp_path / "cases", KEYS)


@pytest.mark.parametrize("text", ["", "rate\n", '{"a": 1}\n[2]\n', '{"a"', "{" * 1000])
def test_a_file_without_scenarios_is_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "cases").write_text(text)
    with pytest.raises(InputError) as error:
        scenarios_in(tmp_path / "cases", KEYS)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "where", "near"),
    [
        ("rate,traffic.presett\n1,2\n", "row 1", "traffic.preset"), ("rat\n1\n", "row 1", "rate"),
        ('{"model": "a/b"}\n{"input_tokens": {"men": 2}}\n', "line 2", "input_tokens.mean"),
    ],
)  # fmt: skip
def test_a_key_of_a_file_that_no_workload_has_is_told_with_its_line(
    tmp_path: Path, text: str, where: str, near: str
) -> None:
    (tmp_path / "cases").write_text(text)
    with pytest.raises(InputError, match=rf"{where}: .* is no key of a workload \(nearest: {near}"):
        scenarios_in(tmp_path / "cases", KEYS)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rate,gpu\n1,H100,H200\n", "row 1: more cells"), ("rate,rate\n1,2\n", "'traffic.rate_per_s' is named by two"),
        ("rate,traffic.rate_per_s\n1,2\n", "is named by two columns"),
    ],
)  # fmt: skip
def test_no_cell_of_a_file_is_left_out(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "cases").write_text(text)
    with pytest.raises(InputError, match=told):
        scenarios_in(tmp_path / "cases", KEYS)


def test_dotted_keys_and_tables_are_the_same() -> None:
    tables = {"traffic": {"rate_per_s": 2}, "model": "a/b"}
    assert nested(flat(tables)) == tables
    assert name_of({"a": 1, "b": 2}) == name_of({"b": 2, "a": 1})
    assert value_of("", "a") is None


def test_a_key_that_no_workload_has_is_told_the_nearest() -> None:
    with pytest.raises(InputError, match=r"'rat' is no key of a workload \(nearest: rate"):
        axis("rat=1:2:log3", {"rate": "traffic.rate_per_s"})
    with pytest.raises(InputError, match=r"'traffic.rat' is no key of a workload \(nearest: traffic.rate_per_s"):
        axis("traffic.rat=1,2", {})
    assert axis("confidence=0.5,0.9", {}) == ("confidence", [0.5, 0.9])
    assert axis("scope.owning.pue=1.1,1.2", {}) == ("scope.owning.pue", [1.1, 1.2])
