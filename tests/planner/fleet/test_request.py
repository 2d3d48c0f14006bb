from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from planner.errors import InputError
from planner.fleet.request import parse_fleet, read_fleet
from tests.planner.fleet.conftest import BASE, CHAT

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"workloads": []}, "workloads"),
        ({"workloads": [CHAT, CHAT]}, "name of its own"),
        ({"workloads": [{**CHAT, "sla": {"ttft_p42_s": 1}}]}, "ttft_p42_s"),
        ({"limits": {"max_spot_share": 2}}, "max_spot_share"),
        ({"scope": {"commitments": ["weekly"]}}, "commitments"),
        ({"surprise": 1}, "unknown key"),
    ],
)
def test_bad_fleets_are_one_line(change: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says) as error:
        parse_fleet({**BASE, **change})
    assert "\n" not in str(error.value)


def test_the_example_reads(tmp_path: Path) -> None:
    current = tmp_path / "current.toml"
    current.write_text('[current]\n"8x-H200" = 2\n')
    request = read_fleet(ROOT / "examples" / "fleet.toml", current)
    assert [w.name for w in request.workloads] == ["chat", "completion", "summaries"]
    assert request.current == {"8x-H200": 2}
