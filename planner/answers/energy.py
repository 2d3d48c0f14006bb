"""Energy of machines: power by load, what it comes to in a month, and its carbon dioxide."""

from planner.answers.base import Answer


class Energy(Answer):
    """Power of the machines in use, whole machines and not only accelerators, by the share of time that they are busy.

    machines: in use; idle_kw, busy_kw: of one; load: share of time busy; mean_kw: of all at that load; pue: power of
    the building over that of the machines; kwh_per_month: with that of the building; usd_per_kwh, usd_per_month: None
    where the rent holds it; basis: what the power of a machine rests on.
    """

    machines: int
    idle_kw: float
    busy_kw: float
    load: float
    mean_kw: float
    pue: float
    kwh_per_month: float
    usd_per_kwh: float | None
    usd_per_month: float | None
    grid: str
    g_co2_per_kwh: float
    grid_source: str
    kg_co2_per_month: float
    basis: str

    @property
    def text(self) -> str:
        """In words, as it is shown."""
        tariff = "in the rent" if self.usd_per_kwh is None else f"${self.usd_per_kwh:g} a kWh"
        each = f"{self.idle_kw:.2f} idle, {self.busy_kw:.2f} busy a machine"
        power = f"{self.mean_kw:.2f} kW at {self.load:.0%} load ({each})"
        carbon = f"{self.kg_co2_per_month:,.0f} kg CO2 (grid {self.grid}: {self.g_co2_per_kwh:g} g a kWh)"
        return f"{power}, PUE {self.pue:g}: {self.kwh_per_month:,.0f} kWh a month, {tariff}; {carbon}; {self.basis}"
