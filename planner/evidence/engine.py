"""Which engine and era a measured row ran on: as of its version, else as of its day, else the newest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from models_db.checkpoints import meant
from planner.evidence.sources import is_mlperf, sources
from planner.physics.engines import Engine, find_engine

MEASURED = re.compile(r"measured=(20\d\d-\d\d-\d\d)")
DAY = re.compile(r"(?<!\d)(20\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?!\d)")
NUMBERED = re.compile(r"\s*v?\d+\.\d+")


def engine_of(row: Mapping[str, str], note: str) -> Engine:
    """The engine as of the stated version, else as of the day of the measurement, else the newest.

    What submitters of MLPerf tune by hand for a benchmark is an era of its own, beside that of the same version.
    """
    found = _dated_engine(row, note)
    if not is_mlperf(row):
        return found
    rules = sources().mlperf
    suffix = rules.first_era if rules.first_mark in note else rules.era
    # Submissions set batch_scheduler_policy to max_util: sequences may be preempted.
    return replace(found, era=f"{found.era}-{suffix}", reserves_output=False)


def _dated_engine(row: Mapping[str, str], note: str) -> Engine:
    whole, stated = (row.get("engine") or "")[:80], (row.get("engine_version") or "")[:80]
    name = whole.split(" (")[0]
    # Submitters tune each build for its benchmark: theirs are eras of their own already.
    number = stated.split("+")[0] if is_mlperf(row) else stated
    build = "+rocm" if "rocm" in whole.lower() and not is_mlperf(row) else ""
    if NUMBERED.match(number):
        return _engine_of(name, number + build)
    day = _day(note, row.get("ref") or "") or _month_of(row.get("source") or "")
    return _engine_of(name, day + build if day else build or None)


def _day(note: str, ref: str) -> str | None:
    """The day of a measurement, as the note states it, else as the name of its file has it."""
    stated, named = MEASURED.search(note), DAY.search(ref)
    return stated.group(1) if stated else "-".join(named.groups()) if named else None


def _month_of(source: str) -> str | None:
    return next((month for word, month in sources().software.months if word in source), None)


@lru_cache(maxsize=4096)
def _engine_of(name: str, version: str | None) -> Engine:
    """The engine family of a name; a name of no family is calibrated as `other`."""
    names = sources().engines
    known = meant(names.named, name.lower())
    if known is not None:
        return find_engine(known, version)
    return replace(find_engine(names.other, version), era="other")
