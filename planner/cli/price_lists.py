"""`gpuplan prices import` and `prices update`: lists into the user's catalog."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli.common import progress_bar, show
from planner.errors import InputError

if TYPE_CHECKING:
    from planner.updates.update import Updated

# Options of one of the two, by what `prices` keeps them under.
OF_UPDATE = {"dry_run": "--dry-run", "providers": "--provider", "mirror": "--from", "as_of": "--as-of"}
OF_IMPORT = {"template": "--template"}
COLUMNS = ("provider", "as_of", "offers", "new", "changed", "same", "older", "gone", "unknown")
TEMPLATE = """\
provider,instance_type,region,accelerator,accelerators,min_accelerators,usd_per_hour_on_demand,usd_per_hour_1y_reserved,\
usd_per_hour_3y_reserved,as_of,source,note
Our provider,8x H100 SXM,Frankfurt,h100-sxm,8,8,20.00,16.50,14.00,2026-11-01,contract 4711,an example: replace this row
"""


def import_list(files: tuple[str, ...], catalog: Path | None, fmt: str, options: dict[str, Any]) -> int:
    """Take a company's own list, or print one to fill in."""
    from planner.overlay import import_prices, user_catalog
    from planner.report.table import Table

    refuse_others(options, "import", OF_IMPORT)
    if options["template"]:
        if files:
            raise InputError("prices import: --template prints a list to fill in; name no file with it")
        click.echo(TEMPLATE, nl=False)
        return 0
    if len(files) != 1:
        raise InputError(f"prices import: name one file, got {len(files)}")
    said = import_prices(Path(files[0]), catalog or user_catalog())
    show(fmt, {"imported": said}, lambda: [Table("Prices", ("imported",), [[said]])])
    return 0


def refuse_others(options: dict[str, Any], command: str, own: dict[str, str]) -> None:
    """Raise InputError for an option that another use of `prices` has."""
    for name, flag in {**OF_UPDATE, **OF_IMPORT}.items():
        if options[name] and name not in own:
            use = "update" if name in OF_UPDATE else "import"
            raise InputError(f"{flag}: is of `prices {use}`, not of `prices{f' {command}' if command else ''}`")


def update_lists(words: tuple[str, ...], catalog: Path | None, fmt: str, options: dict[str, Any]) -> int:
    """Fetch newer public prices into the user's catalog."""
    from datetime import UTC, datetime

    from planner.overlay import user_catalog
    from planner.updates.update import update

    refuse_others(options, "update", OF_UPDATE)
    if words:
        raise InputError(f"prices update: takes no name, got {words[0][:40]!r} (--provider names one)")
    with progress_bar("lists") as report:
        found = update(
            catalog or user_catalog(), today=datetime.now(UTC).date(), providers=options["providers"],
            base=options["mirror"], as_of=_day(options["as_of"]), dry_run=options["dry_run"], progress=report,
        )  # fmt: skip
    show(fmt, [_data(one) for one in found], lambda: _tables(found, options["dry_run"]), ("old", "new"))
    return 0


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InputError(f"--as-of: expected YYYY-MM-DD, got {str(text)[:40]!r}") from error


def _data(one: Updated) -> dict[str, Any]:
    c = one.changes
    return {
        "provider": one.provider, "as_of": one.as_of, "url": one.url, "saved": one.saved, "offers": len(one.offers),
        "same": c.same, "older": c.older, "unknown": one.unknown, "prices_new": [vars(x) for x in c.new],
        "prices_changed": [vars(x) for x in c.changed], "prices_gone": [vars(x) for x in c.gone],
    }  # fmt: skip


def _tables(found: list[Updated], dry_run: bool) -> list[Any]:
    from planner.report.table import Table
    from planner.updates.rows import counts

    rows: list[list[Any]] = [
        [u.provider, u.as_of, len(u.offers), len(u.changes.new), len(u.changes.changed), u.changes.same,
         u.changes.older, len(u.changes.gone), sum(u.unknown.values())]
        for u in found
    ]  # fmt: skip
    unknown = [(f"{u.provider} {name}", count) for u in found for name, count in u.unknown.items()]
    notes = [
        "nothing was written (--dry-run)" if dry_run else f"saved in {Path(str(found[0].saved)).parent}",
        "new, changed, same, older and gone count prices, one a machine, region and commitment; older: what stands is "
        "of a later day and stays; gone: fetched before, and no longer listed; the list in the box stays below them",
    ]
    if unknown:
        notes.append(f"not known here, so left out: {counts(unknown)} (rows)")
    moved: list[list[Any]] = [
        [x.provider, x.machine, x.region, x.commitment, x.old, x.new]
        for u in found
        for x in (*u.changes.changed, *u.changes.gone)
    ]
    changed = Table(
        "Prices that change (USD an hour; without a new one: gone)",
        ("provider", "machine", "region", "commitment", "old", "new"), moved, money=("old", "new"), listed="price",
    )  # fmt: skip
    return [Table("Public prices", COLUMNS, rows, notes), *([changed] if moved else [])]
