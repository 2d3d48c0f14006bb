from __future__ import annotations

import shlex

from planner.export.line import ShellSum, Variable, flags, more_than_one, places, share, shell
from tests.planner.export.conftest import Launches


def test_flags_without_a_value_stand_alone_or_are_left_out() -> None:
    assert flags({"--a": True, "--b": False, "--c": None, "--d": 0, "--e": "x y"}) == ["--a", "--d", "0", "--e", "x y"]


def test_variables_stay_variables_and_data_stays_data() -> None:
    line = shell(["a", "$b", Variable("HEAD:20000"), ShellSum("X * 4")])
    assert line == 'a \'$b\' "$HEAD:20000" "$((X * 4))"'
    assert shlex.split(shell(["it's", "a b"])) == ["it's", "a b"]


def test_widths_of_one_are_not_said() -> None:
    assert (more_than_one(1), more_than_one(2), share(0.9)) == (None, 2, "0.9")


def test_every_machine_of_a_replica_has_its_place(launches: Launches) -> None:
    first, second = places(launches("dense, two machines"))
    assert (first.node_rank, second.node_rank) == ("0", "1")
    assert second.start_rank == "0"
