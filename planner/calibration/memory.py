"""`make calibrate`, memory: coefficients of start-up logs, with each model left out in turn.

A coefficient is the median over models of the median over a model's logs, so that one much-logged model
does not decide; where no log speaks, the value of coefficients.toml stands. No search, no chance.
"""

from __future__ import annotations

import tomli_w

from models_db.files import replacing
from planner.catalogs import Catalogs
from planner.evidence import FOLDER, memory
from planner.evidence.left_out import fitted, implied
from planner.evidence.table import read_rows
from planner.physics import coefficients

LOGS = FOLDER / "memory.csv"


def write(catalogs: Catalogs) -> None:
    """memory.toml from the logs in the box."""
    _, rows = read_rows(LOGS, memory.NEEDED)
    with replacing(coefficients.MEMORY) as out:
        out.write("# Written by `make calibrate` from evidence/memory.csv; do not edit.\n")
        out.write(tomli_w.dumps(fitted(implied(rows, catalogs))))
