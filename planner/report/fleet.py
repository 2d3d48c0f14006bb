"""A fleet as tables."""

from __future__ import annotations

from collections.abc import Sequence

from planner.fleet.answer import Choice, FleetInfeasible, FleetPlan, Pool, Stress
from planner.report.table import Cell, Table
from planner.words import counted


def fleet_tables(p: FleetPlan) -> list[Table]:
    proof = "proven optimal" if p.proven_optimal else f"within {p.gap:.1%} of the best possible"
    notes = [
        f"${p.usd_per_hour:.2f} an hour on average, ${p.usd_per_month:,.0f} a month (USD)",
        f"{proof} among {p.purchases:,} kinds of purchase",
        p.checked_by,
        f"at most {counted(p.gpus, 'GPU')} and {p.power_kw:.1f} kW at once",
        _stress(p.stress),
        *([f"changes against the running fleet: ${p.usd_of_changes:.2f}"] if p.usd_of_changes else []),
        *(f"warning: {text}" for text in p.warnings),
        *(f"{b.limit} = {b.value:g} binds: one more saves ${b.saves_usd_per_hour:.2f} an hour" for b in p.binding),
    ]
    names = list(p.periods[0].rate_per_s)
    hours: list[list[Cell]] = [
        [_spans(period.hours), *(round(period.rate_per_s[name], 3) for name in names)] for period in p.periods
    ]
    tables = [
        Table(
            "Fleet",
            POOL_COLUMNS,
            [_pool(number, pool) for number, pool in enumerate(p.pools, 1)],
            [*notes, *_units_text(p), *_quality(p)],
            shown=POOLS_SHOWN,
            spare=POOLS_SPARE,
            listed="pool",
        ),
        Table(
            "Hours planned alike (requests a second)",
            ("hours", *names),
            hours,
            [f"assumed: {t}" for t in p.assumptions],
        ),
    ]
    if len(p.front) > 1:
        tables.append(choices("Cheaper in power", p.front))
    if p.why_not:
        tables.append(choices("Why not", p.why_not))
    started: list[list[Cell]] = [[number, line] for number, pool in enumerate(p.pools, 1) for line in pool.start]
    return [*tables, Table("Start a replica of each pool", ("pool", "line"), started, [])]


def _stress(s: Stress) -> str:
    """How far the fleet holds, and what more load costs."""
    told = f"holds {s.holds_times:.2f} times the load"
    if s.replanned_usd_per_hour is None:
        return f"{told}; no fleet within the limits serves {s.load_times:g} times"
    added = (
        "more than the limits allow" if s.extended_usd_per_hour is None else f"${s.extended_usd_per_hour:.2f} an hour"
    )
    anew = f"${s.replanned_usd_per_hour:.2f} an hour"
    return f"{told}; {s.load_times:g} times cost {added} with machines added, {anew} planned anew"


POOL_COLUMNS = (
    "pool", "machine", "provider", "region", "commitment", "gpu", "model", "weights", "kv", "split", "units",
    "usd_per_hour", "utilization", "serves", "class", "price_as_of", "price_age_days", "loss_pct",
)  # fmt: skip
# What it can do without where the terminal is narrow, the first of them first.
POOLS_SPARE = ("class", "price_age_days", "kv", "utilization", "loss_pct", "model", "commitment")
POOLS_SHOWN = tuple(name for name in POOL_COLUMNS if name not in ("region", "split", "price_as_of"))


def _pool(number: int, p: Pool) -> list[Cell]:
    units = str(p.units_by_period[0]) if len(set(p.units_by_period)) == 1 else "/".join(map(str, p.units_by_period))
    return [
        number, p.instance_type, p.provider, p.region, p.commitment, p.gpu, p.model, p.weight_format, p.kv_format,
        p.split_text, units, round(p.usd_per_hour, 4), round(p.utilization, 3), p.serves_text, p.offer_class,
        p.price_as_of, p.price_age_days, p.quality.loss_pct,
    ]  # fmt: skip


def _quality(p: FleetPlan) -> list[str]:
    """What each model loses in each of its formats."""
    texts = (f"quality: {x.model}, {x.weight_format} weights, {x.kv_format} cache: {x.quality.text}" for x in p.pools)
    return list(dict.fromkeys(texts))


def _units_text(p: FleetPlan) -> list[str]:
    """What several figures under `units` are; nothing where every pool has one."""
    if all(len(set(pool.units_by_period)) == 1 for pool in p.pools):
        return []
    spans = "; ".join(_spans(period.hours) for period in p.periods)
    return [f"units: one figure for each row of hours below, in its order ({spans})"]


def _spans(hours: list[int]) -> str:
    """Hours as ranges: 0-5, 9."""
    spans: list[list[int]] = []
    for hour in hours:
        if spans and hour == spans[-1][-1] + 1:
            spans[-1].append(hour)
        else:
            spans.append([hour])
    return ", ".join(f"{s[0]}-{s[-1]}" if len(s) > 1 else str(s[0]) for s in spans)


def choices(title: str, listed: Sequence[Choice]) -> Table:
    rows: list[list[Cell]] = [
        [
            None if c.usd_per_hour is None else round(c.usd_per_hour, 4),
            None if c.power_kw is None else round(c.power_kw, 2),
            c.what,
            c.reason,
        ]
        for c in listed
    ]
    return Table(title, ("usd_per_hour", "power_kw", "what", "reason"), rows, listed="choice")


def no_fleet_tables(a: FleetInfeasible) -> list[Table]:
    notes = [f"infeasible: {a.binding_limit}", *(f"assumed: {t}" for t in a.assumptions)]
    table = choices("Infeasible; the nearest that would do", a.nearest)
    return [Table(table.title, table.columns, table.rows, notes)]
