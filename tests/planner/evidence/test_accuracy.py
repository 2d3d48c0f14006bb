from __future__ import annotations

import json

from planner.evidence import RESULTS
from planner.evidence.accuracy import _slices, worse_than_peer


def test_slices_where_the_peer_errs_less_in_tokens_are_named() -> None:
    rows = json.loads((RESULTS / "slices.json").read_text(encoding="utf-8"))
    known = [row for row in rows if row["tpot_s peer"] is not None]
    assert len(known) > 10
    worse = worse_than_peer(known)
    assert len(worse) < len(known) / 4
    assert known[0]["tpot_s there"] < 0.6 * known[0]["tpot_s peer"]
    shown = _slices()
    assert f"The peer errs less in TPOT on: {', '.join(worse) or 'none'}." in shown
    assert all(f"| {row['by']} | {row['slice']} | {row['points']} |" in shown for row in known)
