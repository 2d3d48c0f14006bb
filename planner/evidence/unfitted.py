"""Single streams of an engine that no fit has seen, against its runs in the box.

`python -m planner.evidence.unfitted` prints the errors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from hardware_db.catalog import HardwareCatalog
from models_db.catalog import ModelCatalog
from models_db.formats import find_format, formats
from planner.catalogs import Catalogs
from planner.errors import PlannerError
from planner.evidence import llamacpp
from planner.evidence.point import Point
from planner.evidence.predict import predict
from planner.evidence.sources import sources
from planner.evidence.table import Errors, number, relative_errors
from planner.physics.coefficients import Coefficients
from planner.physics.engines import find_engine


def read_point(row: Mapping[str, str], catalogs: Catalogs) -> Point | None:
    """A run of a model whose name says its bits, or None."""
    rule = sources().own
    words = f"{row.get('comment')} {row.get('quant')} {row.get('model')}".lower()
    bits = re.search(rule.bits, words)
    name = rule.format.format(bits=bits.group(1)) if bits else ""
    if re.search(rule.runs, words) is None or name not in formats():
        return None
    try:
        point = llamacpp.read_point({**row, "quant": rule.stand_in}, catalogs)
    except PlannerError:
        return None
    return replace(point, fmt=find_format(name), engine=find_engine(rule.engine))


def stream_errors(catalogs: Catalogs, coefficients: Coefficients) -> Errors:
    """Errors of the tokens a second of one stream; the fit has seen none of these runs."""
    found = [(point, row) for row in llamacpp.evidence_rows() if (point := read_point(row, catalogs)) is not None]
    kept = [(point, row) for point, row in found if point.load == "generation"]
    rates = [float(predict([point], coefficients).output_tok_s[0]) for point, _ in kept]
    pairs = [(rate, number(row.get("tok_s"))) for rate, (_, row) in zip(rates, kept, strict=True)]
    return relative_errors(f"{find_engine(sources().own.engine).name} generation, outside the fit", pairs)


if __name__ == "__main__":
    print(stream_errors(Catalogs(ModelCatalog(), HardwareCatalog()), Coefficients.shipped()).row)
