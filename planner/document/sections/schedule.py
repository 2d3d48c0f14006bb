"""Cash by month: capex when a machine is bought, what is paid each month, and what is left at the end."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from planner.document.record import Cell, FigureTable, TableColumn
from planner.document.sections.ledger import is_bought, prefix
from planner.document.sections.words import way_key
from planner.tco.answer import Horizon, SelfHost

CAPITAL = "cash.capital_cost"
LICENCES = "cash.licences_usd_per_month"
DISCOUNT = f"1 / (1 + {CAPITAL})^((month - 1) / 12)"
MACHINES = (
    "MAX(MAX(1, {w}.machines_at_least / {w}.machines_of_a_replica), ROUNDUP(requests_per_s / "
    "({w}.requests_per_s_of_one_machine * {w}.machines_of_a_replica) - 0.000000001, 0)) * {w}.machines_of_a_replica "
    "+ {w}.machines_spare"
)
LOAD = "MIN(1, requests_per_s * {w}.busy_s_per_request / machines)"
HARDWARE = "(1 + {w}.spare_share) * {w}.server_usd * (1 + {w}.network_share)"
HOSTING = (
    "machines * ((1 + {w}.spare_share) * {w}.server_kw * {w}.colocation_usd_per_kw_month + {w}.server_kw * "
    "({w}.idle_share + ({w}.load_share - {w}.idle_share) * load) * {w}.pue * {w}.hours_per_month * {w}.usd_per_kwh)"
)
RESIDUAL = (
    "capex * MAX({w}.residual_share, 1 - (1 - {w}.residual_share) * (cash.months - month + 1) / (12 * {w}.life_years))"
)


@dataclass(frozen=True)
class Schedule:
    """The months of one way to pay, with the table that shows them. residual_usd: what is left after the last."""

    name: str
    kind: str
    table: FigureTable
    capex_usd: float
    usd: float
    npv_usd: float
    residual_usd: float

    @property
    def key(self) -> str:
        return self.table.key

    @property
    def cumulative(self) -> list[float]:
        """Dollars paid up to the end of each month."""
        place = [column.key for column in self.table.columns].index("cumulative")
        return [float(row[place] or 0.0) for row in self.table.rows]


def hosted(host: SelfHost, horizon: Horizon, capital: float, licences: float) -> Schedule:
    """A way to host, on as many machines as the rate of each month needs; bought ones are never sold before the end."""
    rates, most = [], 0.0
    for rate in horizon.requests_per_s:
        most = max(most, rate) if is_bought(host) else rate
        rates.append(most)
    made = [_month(host, i + 1, rate, horizon.months) for i, rate in enumerate(rates)]
    before = 0.0
    rows = []
    for month in made:
        month["capex"] = (month["machines"] - before) * _hardware(host) if is_bought(host) else 0.0
        before = month["machines"]
        month["residual"] = (
            month["capex"] * _left(host, horizon.months - month["month"] + 1) if is_bought(host) else 0.0
        )
        rows.append(month)
    return _scheduled(host.name, "self-hosted", rows, _columns(host), capital, licences)


def bought_tokens(name: str, usd_by_month: list[float], capital: float) -> Schedule:
    """An API, paid by token."""
    rows = [{"month": float(i + 1), "tokens": usd} for i, usd in enumerate(usd_by_month)]
    columns = [
        TableColumn(key="month", label="Month", method="of the horizon"),
        TableColumn(key="tokens", label="Tokens", unit="USD", method="tokens of the month at the API's price"),
    ]
    return _scheduled(name, "API", rows, columns, capital, 0.0)


def _month(host: SelfHost, month: int, rate: float, months: int) -> dict[str, float]:
    """What one month takes, capex and residual apart."""
    x, unit = host.inputs, host.inputs["machines_of_a_replica"]
    units = max(1.0, x["machines_at_least"] / unit, ceil(rate / (x["requests_per_s_of_one_machine"] * unit) - 1e-9))
    machines = units * unit + x["machines_spare"]
    found = {"month": float(month), "requests_per_s": rate, "machines": machines}
    if not is_bought(host):
        rent = machines * x["usd_per_hour_of_one_machine"] * x["hours_per_month"]
        return found | {"rent": rent, "staff": x["staff_fte_cloud"] * x["staff_usd_per_year"] / 12.0}
    load = min(1.0, rate * x["busy_s_per_request"] / machines)
    drawn = x["server_kw"] * (x["idle_share"] + (x["load_share"] - x["idle_share"]) * load)
    power = drawn * x["pue"] * x["hours_per_month"] * x["usd_per_kwh"]
    place = (1.0 + x["spare_share"]) * x["server_kw"] * x["colocation_usd_per_kw_month"]
    return found | {
        "load": load, "hosting": machines * (place + power),
        "support": machines * _hardware(host) * x["support_share"] / 12.0,
        "staff": (x["staff_fte_owned"] + machines / 40.0) * x["staff_usd_per_year"] / 12.0,
    }  # fmt: skip


def _hardware(host: SelfHost) -> float:
    """Dollars of one machine in use, with its share of spares and network."""
    x = host.inputs
    return (1.0 + x["spare_share"]) * x["server_usd"] * (1.0 + x["network_share"])


def _left(host: SelfHost, months: float) -> float:
    """Share of the price that is left after so many months, in a straight line down to the residual."""
    x = host.inputs
    return max(x["residual_share"], 1.0 - (1.0 - x["residual_share"]) * months / (12.0 * x["life_years"]))


def _columns(host: SelfHost) -> list[TableColumn]:
    """The columns of `_month` with their formulas, capex and residual among them."""
    w = prefix(host)
    first = [
        TableColumn(key="month", label="Month", method="of the horizon"),
        TableColumn(key="requests_per_s", label="Rate", unit="requests/s",
                    method="stated rate with ramp and growth; of bought machines the highest so far"),
        TableColumn(key="machines", label="Machines", formula=MACHINES.format(w=w)),
    ]  # fmt: skip
    if not is_bought(host):
        rent = f"machines * {w}.usd_per_hour_of_one_machine * {w}.hours_per_month"
        staff = f"{w}.staff_fte_cloud * {w}.staff_usd_per_year / 12"
        return [
            *first, TableColumn(key="rent", label="Rent", unit="USD", formula=rent),
            TableColumn(key="staff", label="Staff", unit="USD", formula=staff),
        ]  # fmt: skip
    hardware = HARDWARE.format(w=w)
    return [
        *first, TableColumn(key="load", label="Load", unit="share", formula=LOAD.format(w=w)),
        TableColumn(key="capex", label="Capex", unit="USD", formula=f"(machines - prev.machines) * {hardware}"),
        TableColumn(key="hosting", label="Hosting", unit="USD", formula=HOSTING.format(w=w)),
        TableColumn(key="support", label="Support", unit="USD",
                    formula=f"machines * {hardware} * {w}.support_share / 12"),
        TableColumn(key="staff", label="Staff", unit="USD",
                    formula=f"({w}.staff_fte_owned + machines / 40) * {w}.staff_usd_per_year / 12"),
        TableColumn(key="residual", label="Worth at the end", unit="USD", formula=RESIDUAL.format(w=w)),
    ]  # fmt: skip


PAID = ("rent", "tokens", "capex", "hosting", "support", "staff", "licences")


def _scheduled(
    name: str, kind: str, months: list[dict[str, float]], columns: list[TableColumn], capital: float, licences: float
) -> Schedule:
    """The table with licences, the sum of each month, its value today and what was paid so far."""
    if kind != "API":
        columns = [*columns, TableColumn(key="licences", label="Licences", unit="USD", formula=LICENCES)]
    keys = [column.key for column in columns]
    paid = [key for key in PAID if key in keys]
    columns = [
        *columns, TableColumn(key="total", label="Sum", unit="USD", formula=" + ".join(paid)),
        TableColumn(key="factor", label="Discount", formula=DISCOUNT),
        TableColumn(key="today", label="Value today", unit="USD", formula="total * factor"),
        TableColumn(key="cumulative", label="Paid so far", unit="USD", formula="prev.cumulative + total"),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    so_far = now = 0.0
    for month in months:
        month = {**month, "licences": licences}
        total = sum(month[key] for key in paid)
        factor = 1.0 / (1.0 + capital) ** ((month["month"] - 1.0) / 12.0)
        so_far, now = so_far + total, now + total * factor
        rows.append([*(month[key] for key in keys), total, factor, total * factor, so_far])
    capex, residual = (sum(month.get(key, 0.0) for month in months) for key in ("capex", "residual"))
    end = residual / (1.0 + capital) ** (len(months) / 12.0)
    table = FigureTable(key=f"cash.{way_key(name)}", title=f"By month: {name}", columns=columns, rows=rows, shown=0)
    return Schedule(name, kind, table, capex, so_far, now - end, residual)
