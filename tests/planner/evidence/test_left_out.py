from __future__ import annotations

from planner.catalogs import Catalogs
from planner.evidence.left_out import fitted, implied
from planner.physics.coefficients import Coefficients
from tests.planner.evidence.conftest import log_row

SHIPPED = Coefficients.shipped()


def test_a_fit_without_a_model_has_not_seen_its_logs(catalogs: Catalogs) -> None:
    logs = [log_row(activation_peak_gib=str(peak), engine_version="0.6.4", max_model_len="512") for peak in (1.2, 12.0)]
    logs[1]["model_hf_id"] = "Qwen/Qwen2.5-7B-Instruct"
    values = implied(logs, catalogs, SHIPPED)
    both = fitted(values)["sampler_copies"]
    assert fitted(values, "Qwen/Qwen2.5-7B-Instruct")["sampler_copies"] < both / 2
