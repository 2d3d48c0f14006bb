"""`make calibrate`, memory: coefficients of start-up logs, with each model left out in turn.

A coefficient is the median over models of the median over a model's logs, so that one much-logged model
does not decide; where no log speaks, the value of coefficients.toml stands. No search, no chance.
"""

from __future__ import annotations

from collections.abc import Mapping

import tomli_w

from planner.catalogs import Catalogs
from planner.evidence import FOLDER, memory
from planner.evidence.left_out import fitted, implied
from planner.evidence.table import read_rows
from planner.physics.coefficients import MEMORY, Coefficients
from planner.writing import replacing

LOGS = FOLDER / "memory.csv"


def fit(catalogs: Catalogs, coefficients: Coefficients) -> dict[str, float]:
    """What the logs in the box say of each coefficient."""
    _, rows = read_rows(LOGS, memory.NEEDED)
    return fitted(implied(rows, catalogs, coefficients))


def write(values: Mapping[str, float]) -> None:
    """memory.toml of the fitted values."""
    with replacing(MEMORY) as out:
        out.write("# Written by `make calibrate` from evidence/memory.csv; do not edit.\n")
        out.write(tomli_w.dumps(values))
