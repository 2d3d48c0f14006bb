"""Power, energy and carbon dioxide of the machines."""

from __future__ import annotations

from hardware_db.nodes import ReferenceNode
from planner.answers.energy import Energy
from planner.document.record import Fact, Facts, Section
from planner.document.sources import Cited

RACK_UNITS = 42


def energy(e: Energy, reference: ReferenceNode | None, cited: Cited) -> Section:
    """What the machines in use draw, with the building, and the carbon dioxide of the grid."""
    basis, grid = cited.cite(e.basis), cited.cite(e.grid_source)
    figures = [
        Fact(key="energy.machines", label="Machines in use", value=e.machines, unit="machines", method="as planned"),
        Fact(key="energy.idle_kw", label="Power of an idle machine", value=e.idle_kw, unit="kW", sources=basis),
        Fact(key="energy.busy_kw", label="Power of a busy machine", value=e.busy_kw, unit="kW", sources=basis),
        Fact(key="energy.load", label="Share of time busy", value=e.load, unit="share",
             method="asked rate x device time of a request / machines"),
        Fact(key="energy.mean_kw", label="Mean power of all", value=e.mean_kw, unit="kW",
             formula="energy.machines * (energy.idle_kw + (energy.busy_kw - energy.idle_kw) * energy.load)"),
        Fact(key="energy.pue", label="Power of the building over the machines' (PUE)", value=e.pue, unit="",
             method="term of owning: stated, or the default with its source under money"),
        Fact(key="energy.kwh_per_month", label="Energy, the building's included", value=e.kwh_per_month,
             unit="kWh/month", formula="energy.mean_kw * energy.pue * use_case.hours_per_month"),
        Fact(key="energy.g_co2_per_kwh", label=f"Grid: {e.grid}", value=e.g_co2_per_kwh, unit="g CO2/kWh",
             sources=grid),
        Fact(key="energy.kg_co2_per_month", label="Carbon dioxide", value=e.kg_co2_per_month, unit="kg CO2/month",
             formula="energy.kwh_per_month * energy.g_co2_per_kwh / 1000"),
        *_paid(e),
        *_rack(e, reference, cited),
    ]  # fmt: skip
    lead = f"{e.kwh_per_month:,.0f} kWh and {e.kg_co2_per_month:,.0f} kg CO2 a month."
    note = "" if e.usd_per_kwh is not None else "The electricity is in the rent; the figures are for information."
    return Section(
        key="energy", title="Power", lead=lead, blocks=[Facts(key="energy.facts", figures=figures, note=note)]
    )


def _paid(e: Energy) -> list[Fact]:
    if e.usd_per_kwh is None:
        return []
    return [
        Fact(key="energy.usd_per_kwh", label="Tariff", value=e.usd_per_kwh, unit="USD/kWh", method="term of owning"),
        Fact(key="energy.usd_per_month", label="Electricity", value=e.usd_per_month, unit="USD/month",
             formula="ROUND(energy.kwh_per_month * energy.usd_per_kwh, 2)"),
    ]  # fmt: skip


def _rack(e: Energy, reference: ReferenceNode | None, cited: Cited) -> list[Fact]:
    """Power of a full rack of such machines; nothing where no data sheet says how high one is."""
    if reference is None:
        return []
    each = RACK_UNITS // reference.rack_units
    source = cited.cite(reference.said("rack_units", "max_kw"), reference.checked)
    return [
        Fact(key="energy.machines_per_rack", label=f"Machines in a rack of {RACK_UNITS} units", value=each,
             unit="machines", method=f"{RACK_UNITS} rack units / {reference.rack_units} of one, whole machines"),
        Fact(key="energy.max_kw_each", label="Most that one draws", value=reference.max_kw, unit="kW",
             sources=source),
        Fact(key="energy.kw_per_rack", label="Power of a full rack, at most", value=each * reference.max_kw,
             unit="kW", formula="energy.machines_per_rack * energy.max_kw_each"),
    ]  # fmt: skip
