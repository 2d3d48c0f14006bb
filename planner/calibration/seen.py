"""What the fit has seen, as factors.json states it; `python -m planner.calibration.seen` rewrites that part alone.

Factors and intervals stay as they are: it needs no fit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

import numpy as np

from hardware_db.catalog import HardwareCatalog
from models_db.catalog import ModelCatalog
from planner.calibration.intervals import evidence_of
from planner.catalogs import Catalogs
from planner.evidence import llamacpp
from planner.evidence.serving import MeasuredPoints, box_rows, joined, measured
from planner.evidence.sources import sources
from planner.physics.coefficients import FACTORS
from planner.physics.engines import engines
from planner.physics.versions import version_key
from planner.writing import replacing

RELEASE = re.compile(r"\s*v?(\d+(?:\.\d+)+)\s*$")


def seen_by(data: MeasuredPoints) -> dict[str, list[str]]:
    """The part `evidence`: names of every point that the fit weighs, joined by ` @ `, sorted."""
    seen = evidence_of(data, np.asarray(data.weight) > 0)
    parts = {
        f"{sources().ggml.engine} pairs": seen.llamacpp_pairs,
        "configurations": seen.configurations,
        "combos": seen.combos,
        "experts": seen.experts,
        "newest": newest(box_rows()),
    }
    return {name: sorted(map(" @ ".join, found)) for name, found in parts.items()}


def newest(rows: Sequence[Mapping[str, str]]) -> set[tuple[str, str]]:
    """(engine, newest version measured), of rows that state a release."""
    found: dict[str, str] = {}
    for row in rows:
        release = RELEASE.match(row.get("engine_version") or "")
        engine = (row.get("engine") or "").lower()
        if release and engine in engines() and version_key(release[1]) >= version_key(found.get(engine, "0.0")):
            found[engine] = release[1]
    return set(found.items())


def box() -> MeasuredPoints:
    """All points of the evidence in the box."""
    catalogs = Catalogs(ModelCatalog(), HardwareCatalog())
    return joined(measured(box_rows(), catalogs), llamacpp.measured(llamacpp.evidence_rows(), catalogs))


def main() -> None:
    found = json.loads(FACTORS.read_text(encoding="utf-8")) | {"evidence": seen_by(box())}
    with replacing(FACTORS) as out:
        out.write(json.dumps(found, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
