from __future__ import annotations

import json

from planner.evidence import RESULTS
from planner.evidence.accuracy import _slices


def test_no_slice_is_worse_in_tokens_than_the_peer_on_its_own_points() -> None:
    rows = json.loads((RESULTS / "slices.json").read_text(encoding="utf-8"))
    known = [row for row in rows if row["tpot_s peer"] is not None]
    assert len(known) > 10
    assert not [row["slice"] for row in known if row["tpot_s there"] > row["tpot_s peer"]]
    assert known[0]["tpot_s there"] < 0.6 * known[0]["tpot_s peer"]
    shown = _slices()
    assert all(f"| {row['by']} | {row['slice']} | {row['points']} |" in shown for row in known)
