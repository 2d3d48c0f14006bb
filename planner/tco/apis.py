"""API prices, offline: of the package `genai-prices` by date where it is installed, of the box, or of a user's file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from planner.dates import real_date
from planner.errors import InputError, closest
from planner.frozen import dataclass
from planner.request.reading import read_toml
from planner.request.request import sla_key
from planner.shipped import shipped_toml
from planner.tco.box import BoxedPrice, boxed
from planner.tco.reserved import ReservedUnits, stated_units
from planner.tco.tiers import Tier, published, rate_above, stated

MORE = "; the extra has more: pip install 'gpuplan[api]'"
DATA = Path(__file__).with_name("apis.toml")
ASIDE = 1_000_000
# All tokens in the first tier.
WHOLE = ((1.0, 1.0),)
MOST_USD = 1e6


@dataclass(frozen=True, slots=True)
class ApiPrice:
    """Dollars (USD) per million tokens on a day; `cached` is None where no cached price is published; `latency_s`: what
    a user states of it, by SLA key; `tiers`: what longer prompts cost, above the first tier;
    `reserved`: what units of it cost that are paid by time."""

    provider: str
    model: str
    input: float
    cached: float | None
    output: float
    batch_input: float | None
    batch_output: float | None
    context: int | None
    as_of: str
    source: str
    latency_s: Mapping[str, float] = field(default_factory=dict)
    tiers: tuple[Tier, ...] = ()
    reserved: ReservedUnits | None = None

    @property
    def name(self) -> str:
        return f"{self.provider}/{self.model}"

    def usd(
        self, tokens_in: float, tokens_out: float, *, cached_share: float = 0.0, batch_share: float = 0.0,
        mix: Sequence[tuple[float, float]] = WHOLE,
    ) -> float:  # fmt: skip
        """Dollars for tokens; a share of the input is read from the cache, a share of all goes in batches. mix: shares
        of input and output tokens in each tier. A batch costs the same share of every tier."""
        total = 0.0
        for (share_in, share_out), tier in zip(mix, self.all_tiers, strict=False):
            cached = tier.input if tier.cached is None else tier.cached
            usd_in = (1.0 - cached_share) * tier.input + cached_share * cached
            if self.batch_input is not None and self.batch_output is not None:
                usd_in += batch_share * (_batch(self.batch_input, self.input, tier.input) - usd_in)
                later = _batch(self.batch_output, self.output, tier.output) - tier.output
                total += batch_share * tokens_out * share_out * later
            total += tokens_in * share_in * usd_in + tokens_out * share_out * tier.output
        return total / ASIDE

    @property
    def all_tiers(self) -> tuple[Tier, ...]:
        """The first tier and those above."""
        return (Tier(0.0, self.input, self.cached, self.output), *self.tiers)


def _batch(batch: float, first: float, tier: float) -> float:
    return batch if first == tier or not first else tier * batch / first


@cache
def _searched() -> tuple[str, ...]:
    """Providers at which a bare model is looked for, in order."""
    return tuple(shipped_toml(DATA)["providers"])


@cache
def _providers() -> dict[str, Any]:
    try:
        from genai_prices import data
    except ImportError:
        return {}
    return {provider.id: provider for provider in data.providers}


def api_names() -> list[str]:
    """All `provider/model` that have a price, those of the box first."""
    boxed_names = ["/".join(key) for key in boxed()]
    return list(dict.fromkeys([*boxed_names, *(f"{p}/{m.id}" for p in _providers() for m in _providers()[p].models)]))


def find_price(name: str, on: date) -> ApiPrice:
    """The price of `provider/model` on a day, or in the box with its own day; a bare model is looked for at its makers.

    Raises InputError, with the nearest names, where neither knows it.
    """
    provider_id, _, model_id = name.strip().partition("/")
    places = (provider_id,) if model_id else _searched()
    model_id = model_id or provider_id
    for place in places:
        model = _model(_providers().get(place), model_id)
        if model is not None:
            return _price(place, model, on)
        if (place, model_id) in boxed():
            return _of_box(boxed()[place, model_id])
    known = api_names()
    near = [k for k in known if k.startswith(f"{provider_id}/")] or known
    more = "" if _providers() else MORE
    raise InputError(f"api: {name[:60]!r} is not known (nearest: {', '.join(closest(name, near))}{more})")


def _of_box(row: BoxedPrice) -> ApiPrice:
    share = row.batch_multiplier
    batch_in, batch_out = (
        None if share is None else share * usd for usd in (row.usd_per_mtok_in, row.usd_per_mtok_out)
    )
    return ApiPrice(
        row.provider, row.model, row.usd_per_mtok_in, row.usd_per_mtok_cached_in, row.usd_per_mtok_out, batch_in,
        batch_out, row.context_window, row.as_of, f"{row.source}, the list in the box",
    )  # fmt: skip


def _model(provider: Any, model_id: str) -> Any:
    return None if provider is None else provider.find_model(model_id)


def _price(provider_id: str, model: Any, on: date) -> ApiPrice:
    stamp = datetime.combine(on, time(12), tzinfo=UTC)
    usd_in, usd_out = (_rate(provider_id, model, stamp, field) for field in ("input_tokens", "output_tokens"))
    if usd_in is None or usd_out is None:
        raise InputError(f"api: no token price is published for {provider_id}/{model.id} on {on.isoformat()}")
    batch_in, batch_out = (_variant(model, on, field) for field in ("input_mtok", "output_mtok"))
    cached = _rate(provider_id, model, stamp, "cache_read_tokens")
    return ApiPrice(
        provider_id, model.id, usd_in, cached, usd_out, batch_in, batch_out, model.context_window, on.isoformat(),
        f"genai-prices {_version()}", tiers=published(model, stamp),
    )  # fmt: skip


def _version() -> str:
    from importlib.metadata import version

    return version("genai-prices")


def _rate(provider_id: str, model: Any, stamp: datetime, field: str) -> float | None:
    """Dollars per million tokens of one kind, from what a thousand cost: within the first price tier."""
    from genai_prices import Usage, calc_price

    counts = {"input_tokens": 0, "output_tokens": 0, field: 1000}
    if field == "cache_read_tokens":
        counts["input_tokens"] = 1000
    try:
        found = calc_price(Usage(**counts), model_ref=model.id, provider_id=provider_id, genai_request_timestamp=stamp)
    except (LookupError, ValueError):
        return None
    return float(found.total_price) * 1000.0


def _variant(model: Any, on: date, field: str) -> float | None:
    """The batch price of the first tier where the package has one that holds on the day."""
    for variant in getattr(model, "price_variants", None) or ():
        start = getattr(variant.constraint, "start_date", None)
        if variant.when.get("processing") == "batch" and (start is None or start <= on):
            return rate_above(getattr(variant.prices, field, None), 0)
    return None


def all_prices(on: date) -> Iterator[ApiPrice]:
    """Every text model of the main providers that has a price on the day, then those that only the box has."""
    named = set()
    for provider_id in _searched():
        for model in getattr(_providers().get(provider_id), "models", ()):
            named.add((provider_id, model.id))
            try:
                yield _price(provider_id, model, on)
            except InputError:
                continue
    yield from (_of_box(row) for key, row in boxed().items() if key not in named)


def read_prices(path: Path) -> dict[str, ApiPrice]:
    """A user's own prices: [[price]] tables with provider, model, input, output, as_of, source (USD per million)."""
    rows = read_toml(path).get("price", [])
    found = {}
    for i, row in enumerate(rows if isinstance(rows, list) else [], 1):
        price = _own(path, i, row)
        found[price.name] = price
    if not found:
        raise InputError(f"{path}: no [[price]] tables")
    return found


def _own(path: Path, i: int, row: Any) -> ApiPrice:
    texts = ("provider", "model", "as_of", "source")
    if not isinstance(row, dict) or not all(isinstance(row.get(k), str) and row[k] for k in texts):
        raise InputError(f"{path}: price {i}: provider, model, as_of and source are needed")
    try:
        real_date(row["as_of"])
    except ValueError as error:
        raise InputError(f"{path}: price {i}: as_of: {error}") from error
    numbers: dict[str, float | None] = {}
    for key in ("input", "cached", "output", "batch_input", "batch_output"):
        value = row.get(key)
        if value is None and key not in ("input", "output"):
            numbers[key] = None
        elif isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MOST_USD:
            numbers[key] = float(value)
        else:
            shown = f"expected 0 to {MOST_USD:g} USD per million tokens, got {value!r:.40}"
            raise InputError(f"{path}: price {i}: {key}: {shown}")
    return ApiPrice(
        row["provider"], row["model"], numbers["input"] or 0.0, numbers["cached"], numbers["output"] or 0.0,
        numbers["batch_input"], numbers["batch_output"], None, row["as_of"], row["source"], _latency(path, i, row),
        stated(path, i, row.get("tiers", []), MOST_USD), stated_units(path, i, row.get("reserved")),
    )  # fmt: skip


def _latency(path: Path, i: int, row: dict[str, Any]) -> dict[str, float]:
    """What the file says of an API's latency, under the keys of an SLA."""
    found = {}
    for key, value in row.items():
        if key.endswith("_s"):
            try:
                sla_key(key)
            except ValueError as error:
                raise InputError(f"{path}: price {i}: {error}") from error
            if isinstance(value, bool) or not isinstance(value, int | float) or not 1e-6 <= value <= 86_400:
                raise InputError(f"{path}: price {i}: {key}: expected 1e-06 to 86400 s, got {value!r:.40}")
            found[key] = float(value)
    return found
