from __future__ import annotations

from planner.catalogs import Catalogs
from tui.views.catalogs import PRICES, facts


def test_facts_are_one_a_line_with_sources_and_date(catalogs: Catalogs) -> None:
    lines = facts(catalogs.hardware.accelerator("H100")).plain.splitlines()
    assert any(line.startswith("peak_dense_tflops.bf16 = ") for line in lines)
    assert any(line.startswith("sources = ") for line in lines)
    assert any(line.startswith("checked = ") for line in lines)
    model = facts(catalogs.models.find("deepseek-ai/DeepSeek-V3").model).plain
    assert "layers[2].ffns[1].experts = 256" in model


def test_prices_are_seen_on_a_narrow_screen() -> None:
    last = max(n for n, column in enumerate(PRICES) if column.title in ("on demand", "spot", "1 year"))
    assert sum(column.width + 1 for column in PRICES[: last + 1]) <= 78
