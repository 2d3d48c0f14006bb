from __future__ import annotations

from planner.catalogs import Catalogs
from planner.evidence.left_out import fitted, implied
from planner.physics.coefficients import Coefficients
from tests.planner.evidence.conftest import log_row

SHIPPED = Coefficients.shipped()


def test_a_fit_without_a_project_has_not_seen_its_logs(catalogs: Catalogs) -> None:
    logs = [log_row(activation_peak_gib=str(peak), engine_version="0.6.4", max_model_len="512") for peak in (1.2, 12.0)]
    logs[0]["source"], logs[1]["source"] = "one/project:log", "another/project:a.log@1"
    values = implied(logs, catalogs, SHIPPED)
    both = fitted(values)["sampler_copies general"]
    assert fitted(values, "another/project")["sampler_copies general"] < both / 2
