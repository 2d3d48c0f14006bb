"""`gpuplan models`, `gpus`, `formats` and `prices`: the catalogs, every fact with its source and date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli.asking import one_of
from planner.cli.common import load_planner, overlay, show
from planner.cli.help import HeadedCommand
from planner.cli.options import (
    CHOICE,
    DEPLOYMENT,
    engine_option,
    gpu_option,
    list_options,
    money_list_options,
)
from planner.words import compact, counted

if TYPE_CHECKING:
    from hardware_db.schema import Offer

PRICE_COLUMNS = (
    "provider", "offer_class", "instance_type", "region", "accelerator", "accelerators", "min_accelerators",
    "usd_per_hour_on_demand", "usd_per_hour_spot", "usd_per_hour_capacity_block", "usd_per_hour_1y_reserved",
    "usd_per_hour_3y_reserved", "flags", "as_of", "source", "note",
)  # fmt: skip
# In a terminal; the rest is in `--format csv` and `json`.
PRICES_SHOWN = ("gpus", "machine", "provider", "per_gpu", "on_demand", "spot", "as_of")
PRICES_SPARE = ("spot", "as_of", "machine")
PRICES_OF = " by USD per GPU and hour, on demand or else spot (prices of machines an hour; all prices: --format csv)"
show_arguments = click.argument("words", nargs=-1, metavar="[show ID | FILTER...]")


def _output(
    fmt: str, title: str, columns: Sequence[str], rows: list[list[Any]], data: Any, *, listed: str = "",
    shown: Sequence[str] = (), money: Sequence[str] = (), spare: Sequence[str] = (),
) -> None:  # fmt: skip
    """One table; `listed`, `shown`, `money`, `spare`: as of Table."""
    from planner.report.table import Table

    show(fmt, data, lambda: [Table(title, columns, rows, money=money, shown=shown, listed=listed, spare=spare)], money)


def _listed(
    fmt: str, noun: str, unit: str, columns: Sequence[str], rows: list[list[Any]], shown: Sequence[str] = (),
    money: Sequence[str] = (), spare: Sequence[str] = (),
) -> None:  # fmt: skip
    """A list of a catalog, counted in its title."""
    title, data = f"{counted(len(rows), noun)}{unit}", [dict(zip(columns, row, strict=True)) for row in rows]
    _output(fmt, title, columns, rows, data, listed=noun, shown=shown, money=money, spare=spare)


def _record(fmt: str, title: str, record: Any, **more: Any) -> None:
    data = (_facts(record) if is_dataclass(record) else record.model_dump(mode="json", exclude_none=True)) | more
    rows = [[key, value if isinstance(value, str | int | float) else compact(value)] for key, value in data.items()]
    _output(fmt, title, ("fact", "value"), rows, data)


def _facts(record: Any) -> dict[str, Any]:
    """What a plain record states."""
    known = {field.name: getattr(record, field.name) for field in fields(record)}
    return {key: list(v) if isinstance(v, tuple) else v for key, v in known.items() if v is not None}


def _wanted(words: tuple[str, ...], text: str) -> bool:
    return all(word.lower() in text.lower() for word in words)


@click.command("models", cls=HeadedCommand)
@show_arguments
@list_options
def models_command(words: tuple[str, ...], catalog: Path | None, fmt: str) -> int:
    """List models (all words must match), or every fact of one: `gpuplan models show ID`.

    \b
    Examples:
      gpuplan models qwen3 moe
      gpuplan models show openai/gpt-oss-120b
      gpuplan models --limit 0 --format csv
    """
    catalogs = load_planner(catalog).catalogs
    if words[:1] == ("show",) and len(words) == 2:
        found = catalogs.models.find(words[1])
        _record(fmt, found.note or found.model.id, found.model)
        return 0
    from models_db.cache import kv_elements_per_token
    from models_db.matrices import active_params, total_params

    columns = (
        "id",
        "architecture",
        "params_b",
        "active_b",
        "kv_bytes_per_token_bf16",
        "max_context",
        "native",
        "release",
    )
    rows = [
        [m.id, m.architecture, round(total_params(m) / 1e9, 3), round(active_params(m) / 1e9, 3),
         round(2 * kv_elements_per_token(m)), m.max_context, m.native.format, m.release]
        for m in catalogs.models.all()
        if _wanted(words, f"{m.id} {m.family} {m.architecture}")
    ]  # fmt: skip
    _listed(fmt, "model", "", columns, rows, [name for name in columns if name != "architecture"])
    return 0


@click.command("gpus", cls=HeadedCommand)
@show_arguments
@list_options
def gpus_command(words: tuple[str, ...], catalog: Path | None, fmt: str) -> int:
    """List accelerators (all words must match), or every fact of one: `gpuplan gpus show ID`.

    \b
    Examples:
      gpuplan gpus blackwell
      gpuplan gpus show H100
      gpuplan gpus --limit 0 --format csv
    """
    catalogs = load_planner(catalog).catalogs
    if words[:1] == ("show",) and len(words) == 2:
        gpu = catalogs.hardware.accelerator(words[1])
        _record(fmt, gpu.name, gpu, topologies=[f"{t.id} ({t.inside.kind})" for t in gpu.topologies])
        return 0
    columns = (
        "id",
        "generation",
        "memory_gib",
        "mem_bw_gb_s",
        "bf16_tflops",
        "fp8_tflops",
        "fp4_tflops",
        "tdp_w",
        "checked",
    )
    rows = [
        [g.id, g.generation, round(g.memory_bytes / 2**30, 2), g.mem_bw_gb_s, g.peak_dense_tflops.bf16,
         g.peak_dense_tflops.fp8, g.peak_dense_tflops.fp4, g.tdp_w, g.checked]
        for g in catalogs.hardware.accelerators.values()
        if _wanted(words, f"{g.id} {g.name} {g.arch} {' '.join(g.aliases)}")
    ]  # fmt: skip
    _listed(fmt, "accelerator", "", columns, rows)
    return 0


@click.command("formats", cls=HeadedCommand)
@show_arguments
@gpu_option("Show kernel support on this GPU.", DEPLOYMENT)
@engine_option("Serving engine. [default: vllm]")
@list_options
def formats_command(
    words: tuple[str, ...], gpus: tuple[str, ...], engines: tuple[str, ...], catalog: Path | None, fmt: str
) -> int:
    """List weight and KV formats, with `--gpu` also which kernel runs them there.

    \b
    Examples:
      gpuplan formats
      gpuplan formats --gpu H100 fp8
      gpuplan formats show nvfp4
    """
    from models_db.formats import find_format, formats, kv_formats
    from planner.physics.engines import find_engine
    from planner.physics.kernels import kv_supported, support

    overlay(catalog)
    if words[:1] == ("show",) and len(words) == 2:
        _record(fmt, words[1], find_format(words[1]))
        return 0
    gpu, engine = one_of(gpus, "scope.gpus"), one_of(engines, "scope.engines")
    runtime = find_engine(engine or "vllm")
    where = load_planner(catalog).catalogs.hardware.accelerator(gpu) if gpu else None
    rows: list[list[Any]] = []
    for f in formats().values():
        if _wanted(words, f"{f.id} {f.name}"):
            answer = support(f, where, runtime.id) if where else None
            rows.append([f.id, "weights", f.name, answer.level if answer else None,
                         (answer.kernel or answer.why) if answer else None])  # fmt: skip
    for kv in kv_formats().values():
        if _wanted(words, f"{kv.id} {kv.name} kv"):
            level = ("yes" if kv_supported(kv, where, runtime.id) else "none") if where else None
            rows.append([kv.id, "kv", kv.name, level, None])
    columns = ("id", "for", "name", "support", "kernel")
    _listed(fmt, "format", "", columns, rows)
    return 0


@click.command("prices", cls=HeadedCommand)
@click.argument("words", nargs=-1, metavar="[import FILE | update | FILTER...]")
@gpu_option("Only machines with this GPU (repeatable).", CHOICE)
@click.option("--api", is_flag=True, help="Closed and hosted APIs instead, in USD per million tokens.")
@click.option("--on", metavar="YYYY-MM-DD", help="Day of the API prices (default: today).")
@click.option("--dry-run", is_flag=True, help="update: tell what would change, and write nothing.")
@click.option("--provider", "providers", multiple=True, help="update: only the list of a provider (repeatable).")
@click.option("--from", "mirror", metavar="URL", help="update: another place with the same files, such as a mirror.")
@click.option("--as-of", metavar="YYYY-MM-DD", help="update: the day of those prices, where the place states none.")
@click.option("--template", is_flag=True, help="import: print a list to fill in.")
@money_list_options
def prices_command(
    words: tuple[str, ...], gpus: tuple[str, ...], api: bool, on: str | None, catalog: Path | None, fmt: str,
    **options: Any,
) -> int:  # fmt: skip
    """List rental prices in USD an hour, the cheapest per GPU first, each with its date and source.

    `gpuplan prices import FILE.csv` takes your own list into your catalog (--catalog, or the platform's directory),
    whole or not at all; `prices import --template > mine.csv` is a list to begin with. It needs the columns provider,
    instance_type, region, accelerator (a GPU's name or id), accelerators (how many), as_of (YYYY-MM-DD), source and a
    price in USD of the whole machine, such as usd_per_hour_on_demand.
    `gpuplan prices update` fetches newer public prices into it; nothing else here needs a network.

    \b
    Examples:
      gpuplan prices --gpu H200
      gpuplan prices import contract-2027.csv
      gpuplan prices update --dry-run --provider aws
      gpuplan prices --api openai gpt-4 --on 2026-01-15
    """
    from planner.cli.price_lists import import_list, refuse_others, update_lists

    if words[:1] == ("import",) and not api:
        return import_list(words[1:], catalog, fmt, options)
    if words[:1] == ("update",) and not api:
        return update_lists(words[1:], catalog, fmt, options)
    refuse_others(options, "", {})
    if api:
        return _api_prices(words, on, fmt)
    from hardware_db.providers import provider_names

    catalogs = load_planner(catalog).catalogs
    only = {catalogs.hardware.accelerator(name).id for name in gpus}
    offers = [
        o
        for o in catalogs.hardware.offers
        if (not only or o.accelerator in only)
        and _wanted(
            words,
            f"{o.provider} {' '.join(provider_names().get(o.provider, ()))} {o.instance_type} "
            f"{o.region} {o.accelerator}",
        )
    ]
    offers.sort(key=lambda o: _usd_per_gpu(o) or inf)
    rows = [[_price_cell(getattr(o, name)) for name in PRICE_COLUMNS] for o in offers]
    if fmt == "table":
        short: list[list[Any]] = [
            [f"{o.accelerators:g} x {o.accelerator}", o.instance_type, f"{o.provider} ({_class_text(o)})",
             _usd_per_gpu(o), o.usd_per_hour_on_demand, o.usd_per_hour_spot, str(o.as_of)]
            for o in offers
        ]  # fmt: skip
        _listed(
            fmt, "offer", PRICES_OF, PRICES_SHOWN, short, money=("per_gpu", "on_demand", "spot"), spare=PRICES_SPARE
        )
        return 0
    _listed(fmt, "offer", " (USD)", PRICE_COLUMNS, rows)
    return 0


def _usd_per_gpu(offer: Offer) -> float | None:
    """What prices are sorted by: USD per GPU and hour, on demand, or else spot; None where neither is known."""
    usd = offer.usd_per_hour_on_demand or offer.usd_per_hour_spot
    return None if usd is None else round(usd / offer.accelerators, 4)


def _class_text(offer: Offer) -> str:
    """The class of an offer, and that it may be taken away where it has no other price."""
    spot = offer.usd_per_hour_on_demand is None and offer.usd_per_hour_spot is not None
    return f"{offer.offer_class}, spot" if spot else offer.offer_class


def _price_cell(value: Any) -> Any:
    return ";".join(value) if isinstance(value, tuple) else value


def _api_prices(words: tuple[str, ...], on: str | None, fmt: str) -> int:
    from datetime import UTC, date, datetime

    from planner.errors import InputError
    from planner.tco.apis import all_prices

    try:
        day = date.fromisoformat(on) if on else datetime.now(UTC).date()
    except ValueError as error:
        raise InputError(f"--on: expected YYYY-MM-DD, got {str(on)[:40]!r}") from error
    found = [p for p in all_prices(day) if _wanted(words, p.name)]
    columns = ("name", "input", "cached", "output", "batch_input", "batch_output", "context", "as_of", "source")
    rows = [[getattr(p, column) for column in columns] for p in found]
    shown = ("name", "input", "cached", "output", "as_of")
    _listed(fmt, "API", " (USD per million tokens)", columns, rows, shown, columns[1:6])
    return 0
