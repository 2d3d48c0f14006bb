from __future__ import annotations

from planner.answers import Energy


def test_energy_in_words_has_each_figure_with_its_unit() -> None:
    found = Energy(
        machines=1, idle_kw=2.0, busy_kw=7.0, load=0.5, mean_kw=4.5, pue=1.4, kwh_per_month=4602.15, usd_per_kwh=0.1,
        usd_per_month=460.22, grid="germany", g_co2_per_kwh=381.0, grid_source="Ember, 2023", kg_co2_per_month=1753.4,
        basis="stated",
    )  # fmt: skip
    for part in ("4.50 kW at 50% load", "PUE 1.4", "4,602 kWh a month", "$0.1 a kWh", "1,753 kg CO2", "381 g a kWh"):
        assert part in found.text
    assert "in the rent" in found.model_copy(update={"usd_per_kwh": None}).text
