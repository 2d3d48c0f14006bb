"""What a weight format and a cache format cost in quality: pooled from measurements, with its spread.

The rules are in docs/quality.md: recoveries of all benchmarks weighted by what they can resolve, a model's own rows
before those of its family and of its size class, perplexity only where no task was measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache
from operator import itemgetter

from models_db.formats import Format, KvFormat, find_format, find_kv_format
from models_db.loss_long import bounds, differences, long_excess, with_short
from models_db.loss_pooling import Pooled, Posterior, posterior, spread
from models_db.loss_record import Loss, Nearness, ServedLoss, joined, named
from models_db.loss_rows import LossKind, LossRow, family, loss_rows, same_model
from models_db.matrices import total_params
from models_db.schema import Model, Moe

# Mean input plus output tokens [tokens] from which long-context measurements count.
LONG_CONTEXT = 32_768
# StoredShare of an estimate above which a level gives it its name.
MOST = 0.5
# Dense classes by falling size: a smaller model loses more, so it bounds a larger one.
DENSE = (">120B", "40-120B", "15-40B", "4-15B", "<4B")
LEAST_PARAMS = (120e9, 40e9, 15e9, 3.9e9, 0.0)
CACHE = "cache"
OWN_FORMAT = "the checkpoint's own format"
NO_LONG_CACHE = "no long-context measurement of this cache, and short tasks do not show what it loses there"
REQUANTIZED = "the checkpoint is quantized already, and other models do not tell what it loses once more"


def loss(
    model: Model, weights: str, kv: str = "bf16", *, long_context: bool = False, name: str | None = None
) -> ServedLoss:
    """What is lost in a weight and a cache format, against the checkpoint published first with a 16-bit cache.

    name: the checkpoint asked for, where it is another one than the record's; long_context: the workload is long
    (`LONG_CONTEXT`), so long-context measurements count. Raises ModelError where a format is not known.
    """
    fmt, cache, asked = find_format(weights), find_kv_format(kv), name or model.id
    return ServedLoss(_weights(model, fmt, asked, long_context), _cache(cache, asked, long_context))


def _weights(model: Model, fmt: Format, name: str, long_context: bool) -> Loss:
    born = find_format(model.native.made_from or model.native.format)
    if fmt.id == born.id:
        return _whole(fmt.id, OWN_FORMAT)
    if fmt.bits >= 16:
        return _whole(fmt.id, "16-bit weights")
    return _pooled(name, size_class(model), bounds(fmt), long_context, born.bits < 16)


def _cache(kv: KvFormat, name: str, long_context: bool) -> Loss:
    if kv.bits >= 16:
        return _whole(f"kv {kv.id}", "a 16-bit cache")
    return _pooled(name, CACHE, tuple(f"kv {part}" for part in _kv_chain(kv)), long_context, False)


def _whole(fmt: str, note: str) -> Loss:
    return Loss(fmt, 100.0, 0.0, "this model", "native", note=note)


def _nothing(fmt: str, note: str) -> Loss:
    return Loss(fmt, None, 0.0, "none", "none", note=note)


def size_class(model: Model) -> str:
    """The class of `quant_loss.csv`: dense models by parameters, mixtures of experts apart."""
    if any(isinstance(ffn, Moe) for group in model.layers for ffn in group.ffns):
        return "MoE"
    params = total_params(model)
    return next(name for name, least in zip(DENSE, LEAST_PARAMS, strict=True) if params >= least)


def _kv_chain(kv: KvFormat) -> tuple[str, ...]:
    return (kv.id, *(_kv_chain(find_kv_format(kv.coarser)) if kv.coarser else ()))


@lru_cache(maxsize=4096)
def _pooled(name: str, place: str, names: tuple[str, ...], long_context: bool, requantized: bool) -> Loss:
    """The estimate from tasks, else from perplexity; of a long workload also from long-context measurements."""

    def of(kind: LossKind) -> Loss | None:
        return _of_kind(name, place, names, kind, requantized)

    short, long = of("task") or of("perplexity"), of("long") if long_context else None
    if long_context and place == CACHE:
        return long or _nothing(names[0], NO_LONG_CACHE)
    if long_context and (short or long):
        return _long(names, short, long)
    return short or _nothing(names[0], joined("nothing was measured of it", REQUANTIZED if requantized else ""))


def _long(names: tuple[str, ...], short: Loss | None, long: Loss | None) -> Loss:
    """Both kinds weighted by what they resolve: short tasks tell of long ones within the format's `long_excess`."""
    known = {part.kind: Pooled(part.recovery_pct or 0.0, part.stderr_pct**2) for part in (short, long) if part}
    near = known[short.kind] if short else None
    made = with_short(near, known.get("long"), long_excess(find_format(names[0]), _measured_differences()))
    most = long if long and (near is None or made.variance > known["long"].variance / 2.0) else short
    losses = [part for part in (short, long) if part is not None]
    assert most is not None
    return replace(
        most, kind="long", recovery_pct=made.mean, stderr_pct=made.variance**0.5,
        rows=sum(part.rows for part in losses), questions=sum(part.questions for part in losses),
        models=named(name for part in losses for name in part.models),
        benchmarks=named(name for part in losses for name in part.benchmarks),
        sources=named(name for part in losses for name in part.sources),
        note=joined(most.note, "" if long else "no long-context measurement: short tasks stand for it"),
    )  # fmt: skip


@cache
def _measured_differences() -> dict[str, list[Pooled]]:
    return differences(loss_rows())


def _of_kind(name: str, place: str, names: tuple[str, ...], kind: LossKind, requantized: bool) -> Loss | None:
    rows, same, kin = _rows(names, kind), same_model(name), family(name)
    for classes in _classes(place):
        near = [row for row in rows if row.size_class in classes or same_model(row.model) == same]
        if requantized:
            near = [row for row in near if family(row.model) == kin]
        known = posterior(name, near, spread(rows, classes)) if near else None
        if known is not None:
            bound = f"from models of {classes[0]}, which lose more" if place in DENSE and classes[0] != place else ""
            return _loss(name, names, kind, near, known, bound)
    return None


def _rows(names: Sequence[str], kind: LossKind) -> list[LossRow]:
    """The rows of some formats and a kind, in the order of the file: sums depend on it in their last digits."""
    placed = [found for name in names for found in _by_format().get((name, kind), [])]
    return [row for _, row in sorted(placed, key=itemgetter(0))]


@cache
def _by_format() -> dict[tuple[str, LossKind], list[tuple[int, LossRow]]]:
    """Rows with their places, by format and kind: all are looked through once."""
    found: dict[tuple[str, LossKind], list[tuple[int, LossRow]]] = {}
    for place, row in enumerate(loss_rows()):
        found.setdefault((row.format, row.kind), []).append((place, row))
    return found


def _classes(place: str) -> list[tuple[str, ...]]:
    """Size classes in the order in which they are asked; caches are not told apart by size."""
    if place == CACHE:
        return [(*DENSE, "MoE", "?")]
    return [(name,) for name in DENSE[DENSE.index(place) :]] if place in DENSE else [(place,)]


def _loss(
    name: str, names: tuple[str, ...], kind: LossKind, rows: Sequence[LossRow], known: Posterior, bound: str
) -> Loss:
    nearness = _nearness(known)
    used = _of_level(rows, name, nearness)
    coarser = "" if any(row.format == names[0] for row in used) else f"measured in {names[-1]}: coarser scales"
    only = "perplexity only: no task was measured" if kind == "perplexity" else ""
    return Loss(
        names[0], known.pooled.mean, known.pooled.variance**0.5, nearness, kind, len(used),
        sum(row.questions for row in used), named(row.model for row in used), named(row.benchmark for row in used),
        named(row.source for row in used), joined(bound, coarser, only),
    )  # fmt: skip


def _nearness(known: Posterior) -> Nearness:
    if known.own_share >= MOST:
        return "this model"
    return "family" if known.own_share + known.family_share >= MOST else "size class"


def _of_level(rows: Sequence[LossRow], name: str, nearness: Nearness) -> list[LossRow]:
    """The rows that an estimate is named after; those nearer than that are among them."""
    if nearness == "this model":
        return [row for row in rows if same_model(row.model) == same_model(name)]
    if nearness == "family":
        return [row for row in rows if family(row.model) == family(name)]
    return list(rows)
