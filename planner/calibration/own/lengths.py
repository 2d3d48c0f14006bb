"""Whether the requests of a measured run were all alike, where its file gives totals but no spread."""

from __future__ import annotations

from collections.abc import Mapping

from planner.measurements.run import MeasuredRun

# The total of drawn lengths is a multiple of the requests by chance in one of as many runs as there are requests.
LEAST_REQUESTS = 100.0
SPREADS = {"isl_cv": "input_tokens", "osl_cv": "output_tokens"}
NOT_WHOLE = 0.5


def with_spreads(row: Mapping[str, str], run: MeasuredRun) -> dict[str, str]:
    """The row with a spread of 0 for lengths of a closed loop whose total is a whole mean times the requests, where
    the row states none."""
    done = run.totals.get("requests", 0.0)
    if row.get("load") != "closed_loop" or done < LEAST_REQUESTS:
        return dict(row)
    alike = {
        column: "0"
        for column, total in SPREADS.items()
        if not row.get(column) and run.totals.get(total, NOT_WHOLE) % done == 0.0
    }
    return {**row, **alike}
