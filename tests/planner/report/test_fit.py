from __future__ import annotations

from planner.catalogs import Catalogs
from planner.deployment.fit import fit
from planner.physics.coefficients import Coefficients
from planner.report.fit import fit_tables
from tests.planner.conftest import SEVENTY
from tests.planner.report.conftest import cells

SHIPPED = Coefficients.shipped()


def test_a_row_a_gpu_says_whether_it_fits_and_what_would_help(catalogs: Catalogs) -> None:
    answer = fit(
        catalogs, SHIPPED, model=SEVENTY, gpus=["H100", "T4"], weights="fp16", kv=None, engine="vllm", context=8192
    )
    (table,) = fit_tables(answer)
    assert [(row["gpu"], row["fits"], bool(row["change"])) for row in cells(table)] == [
        ("H100 SXM", "yes", False), ("T4", "no", True),
    ]  # fmt: skip
    assert "8,192 tokens" in table.title
