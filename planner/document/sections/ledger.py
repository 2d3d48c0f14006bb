"""The dollars of each way to host, line by line, with formulas in the keys of their inputs."""

from __future__ import annotations

from planner.document.record import Fact, Facts
from planner.document.sections.words import MONEY, way_key
from planner.document.sources import Cited
from planner.tco.answer import SelfHost

# Unit and label of each input, by the name that the answer has for it.
INPUTS = {
    "requests_per_s": ("requests/s", "Mean rate"),
    "requests_per_s_of_one_machine": ("requests/s", "One machine serves"),
    "machines_of_a_replica": ("machines", "Machines of a replica"),
    "machines_at_least": ("machines", "Machines that serve, at least"),
    "machines_spare": ("machines", "Machines of spare replicas alone"),
    "machines": ("machines", "Machines in use"), "hours_per_month": ("hours", "Hours of a month"),
    "busy_s_per_request": ("s", "A request keeps one machine busy"), "load": ("share", "Share of time busy"),
    "usd_per_hour_of_one_machine": ("USD/hour", "Price of one machine"), "server_usd": ("USD", "Price of one server"),
    "server_kw": ("kW", "Most that one server draws"), "life_years": ("years", "Life"),
    "residual_share": ("share", "Left of the price at its end"), "capital_cost": ("share", "Cost of capital, a year"),
    "usd_per_kwh": ("USD/kWh", "Electricity"), "pue": ("", "Power of the building over the machines'"),
    "idle_share": ("share", "Idle power, of the most"), "load_share": ("share", "Busy power, of the most"),
    "colocation_usd_per_kw_month": ("USD/kW/month", "Colocation"),
    "network_share": ("share", "Network, of the servers' price"),
    "support_share": ("share", "Support a year, of the hardware's price"), "spare_share": ("share", "Spare servers"),
    "staff_usd_per_year": ("USD/year", "An engineer"),
    "staff_fte_owned": ("engineers", "Engineers, and one for 40 servers"),
    "staff_fte_cloud": ("engineers", "Engineers"),
}  # fmt: skip
RENTED = {
    "rent": "{w}.machines * {w}.usd_per_hour_of_one_machine * {w}.hours_per_month",
    "staff": "{w}.staff_fte_cloud * {w}.staff_usd_per_year / 12",
}
BOUGHT = "({w}.machines * (1 + {w}.spare_share) * {w}.server_usd * (1 + {w}.network_share))"
KW = "({w}.server_kw * ({w}.idle_share + ({w}.load_share - {w}.idle_share) * {w}.load))"
OWNED = {
    "write-off": BOUGHT + " * (1 - {w}.residual_share) / {w}.life_years / 12",
    "capital": BOUGHT + " * (1 + {w}.residual_share) / 2 * {w}.capital_cost / 12",
    "power": "{w}.machines * " + KW + " * {w}.pue * {w}.hours_per_month * {w}.usd_per_kwh",
    "colocation": "{w}.machines * (1 + {w}.spare_share) * {w}.server_kw * {w}.colocation_usd_per_kw_month",
    "support": BOUGHT + " * {w}.support_share / 12",
    "staff": "({w}.staff_fte_owned + {w}.machines / 40) * {w}.staff_usd_per_year / 12",
}
STOPPED = "time that the replica is on, with its starts (docs/method.md)"


def prefix(host: SelfHost) -> str:
    """What the keys of a way begin with."""
    return f"money.{way_key(host.name)}"


def is_bought(host: SelfHost) -> bool:
    """Whether its machines are bought, and not rented."""
    return "server_usd" in host.inputs


def ledger(host: SelfHost, cited: Cited) -> Facts:
    """Inputs of a way, its lines by formula, their sum, and that over the tokens."""
    w = prefix(host)
    sources = _sources_by_input(host, cited)
    figures = [_input(w, name, value, sources) for name, value in host.inputs.items()]
    lines = [f"{w}.line_{way_key(line.name)}" for line in host.lines]
    figures += [
        Fact(key=key, label=line.name.capitalize(), value=line.usd_per_month, unit="USD/month",
             **_line(host, line.name))
        for key, line in zip(lines, host.lines, strict=True)
    ]  # fmt: skip
    figures.append(
        Fact(key=f"{w}.usd_per_month", label="Sum", value=host.usd_per_month, unit="USD/month",
             formula=f"ROUND({' + '.join(lines)}, 2)")
    )  # fmt: skip
    tokens = "(use_case.input_tokens_per_month + use_case.output_tokens_per_month)"
    figures.append(
        Fact(key=f"{w}.usd_per_million", label="For a million tokens", value=host.usd_per_million_tokens,
             unit="USD/million tokens", formula=f"{w}.usd_per_month / {tokens} * 1000000")
    )  # fmt: skip
    return Facts(key=f"{w}.ledger", title=f"Line by line: {host.name}", figures=figures, note=host.description)


def _line(host: SelfHost, name: str) -> dict[str, str]:
    """The origin of a line: a formula where its inputs stand beside it."""
    known = OWNED if is_bought(host) else RENTED
    if host.cold_start is not None or name not in known:
        return {"method": STOPPED if host.cold_start is not None else MONEY}
    return {"formula": f"ROUND({known[name].format(w=prefix(host))}, 2)"}


def _input(w: str, name: str, value: float, sources: dict[str, list[str]]) -> Fact:
    unit, label = INPUTS.get(name, ("", name.replace("_", " ").capitalize()))
    found = sources.get(name, [])
    method = "" if found else MONEY
    return Fact(key=f"{w}.{name}", label=label, value=value, unit=unit, sources=found, method=method)


def _sources_by_input(host: SelfHost, cited: Cited) -> dict[str, list[str]]:
    """The first source is the machine's price, the others name the term that they are of."""
    if not host.sources:
        return {}
    price = cited.cite(host.sources[0], host.price_as_of)
    found = dict.fromkeys(("usd_per_hour_of_one_machine", "server_usd", "server_kw"), price)
    for text in host.sources[1:]:
        name = text.partition(" = ")[0]
        found[name] = cited.cite(text)
    return found
