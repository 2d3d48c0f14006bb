"""Named traffic: distributions fitted to public traces, by `python -m planner.calibration.presets`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from planner.errors import InputError, near
from planner.request.users import with_rate
from planner.shipped import shipped_toml

DATA = Path(__file__).with_name("traffic.toml")
RATE_KEYS = ("cv", "levels", "window_s", "persistence", "drift", "drift_s", "correlation")


@cache
def presets() -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in shipped_toml(DATA)["preset"]}


def with_preset(data: Mapping[str, Any]) -> dict[str, Any]:
    """A decoded request whose `traffic.preset`, if any, fills in what it does not state itself.

    At another rate it is the same trace played faster or slower, as `simulate --trace --rate` plays it.
    """
    traffic = data.get("traffic")
    name = traffic.get("preset") if isinstance(traffic, Mapping) else None
    if not isinstance(traffic, Mapping) or not isinstance(name, str):
        return dict(data)
    if name not in presets():
        alike = ", ".join(near(name, presets()))
        raise InputError(f"traffic.preset: {name[:60]!r} is not known (nearest: {alike})")
    entry = presets()[name]
    lengths = {
        "input_tokens": {"quantiles": entry["input_quantiles"]},
        "output_tokens": {"quantiles": entry["output_quantiles"]},
    }
    # A rate that follows from a volume or from thinking users needs the lengths.
    whole = with_rate({**lengths, **data})
    measured = entry["measured_rate_per_s"]
    merged = {key: entry[key] for key in RATE_KEYS} | {"rate_per_s": measured} | whole["traffic"]
    rate = merged["rate_per_s"]
    if "window_s" not in traffic and isinstance(rate, int | float) and rate > 0:
        for key in ("window_s", "drift_s"):
            merged[key] = min(86_400.0, entry[key] * measured / rate)
    return {**whole, "traffic": merged}
