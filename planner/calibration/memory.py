"""`make calibrate`, memory: coefficients of start-up logs, each judged with its project left out.

A coefficient is the median over projects of the median over a project's logs, so that one project with many logs
does not decide; where no log speaks, the value of coefficients.toml stands. No search, no chance.
"""

from __future__ import annotations

from collections.abc import Mapping

import tomli_w

from planner.catalogs import Catalogs
from planner.evidence.box import log_rows
from planner.evidence.left_out import fitted, implied
from planner.physics.coefficients import MEMORY, Coefficients
from planner.writing import replacing


def fit(catalogs: Catalogs, coefficients: Coefficients) -> dict[str, float]:
    """What the logs in the box say of each coefficient."""
    return fitted(implied(log_rows(), catalogs, coefficients))


def write(values: Mapping[str, float]) -> None:
    """memory.toml of the fitted values."""
    with replacing(MEMORY) as out:
        out.write("# Written by `make calibrate` from the logs of planner/evidence/data; do not edit.\n")
        out.write(tomli_w.dumps(values))
