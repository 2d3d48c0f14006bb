"""How far the loss on long context is from that on short tasks, by format, and both kinds together.

An 8-bit format of a model keeps of a long context what it keeps of a short task, within a percent; a 4-bit one often
loses several percent more, and some collapse. So short tasks tell of long ones within an `excess` that is estimated by
moments for each format from models that were measured on both, held towards the usual one of formats as narrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from models_db.formats import Format, find_format, formats
from models_db.loss_pooling import PRIOR_MODELS, Pooled, by_model, combined, of_rows, spread
from models_db.loss_rows import LossRow

# Never nearer than this [% of the score].
LEAST_EXCESS_PCT = 1.0
# Formats of fewer bits lose more of a long context than of a short task.
WIDE_BITS = 8.0


def bounds(fmt: Format) -> tuple[str, ...]:
    """A format and those of coarser scales, by id: their loss bounds its own."""
    return (fmt.id, *(bounds(find_format(fmt.coarser)) if fmt.coarser else ()))


def differences(rows: Sequence[LossRow]) -> dict[str, list[Pooled]]:
    """By weight format, what each model measured on both keeps of long context, less that of short tasks [%]."""
    found: dict[str, list[Pooled]] = {}
    for name in dict.fromkeys(row.format for row in rows if row.kind == "long" and row.format in formats()):
        names = bounds(find_format(name))
        long = _means([row for row in rows if row.kind == "long" and row.format == name])
        short = _means([row for row in rows if row.kind == "task" and row.format in names])
        found[name] = [
            Pooled(mean.mean - short[model].mean, mean.variance + short[model].variance)
            for model, mean in long.items()
            if model in short
        ]
    return found


def _means(rows: Sequence[LossRow]) -> dict[str, Pooled]:
    """Each model's own recovery."""
    if not rows:
        return {}
    recipe = spread(rows, ()).recipe
    return {model: of_rows(own, recipe) for model, own in by_model(rows).items()}


def long_excess(fmt: Format, found: Mapping[str, Sequence[Pooled]]) -> float:
    """The variance of long context about short tasks [%^2] for a format. found: `differences`."""
    least = LEAST_EXCESS_PCT**2
    kin = [_moment(d) for name, d in found.items() if d and _wide(find_format(name)) == _wide(fmt)]
    usual, own = max(least, median(kin)) if kin else least, found.get(fmt.id, ())
    if not own:
        return usual
    return max(least, (len(own) * _moment(own) + PRIOR_MODELS * usual) / (len(own) + PRIOR_MODELS))


def _wide(fmt: Format) -> bool:
    return fmt.nominal_bits >= WIDE_BITS


def _moment(found: Sequence[Pooled]) -> float:
    """The mean square beyond what chance explains [%^2]."""
    return max(0.0, sum(d.mean**2 - d.variance for d in found) / len(found))


def with_short(short: Pooled | None, long: Pooled | None, excess: float) -> Pooled:
    """The recovery on long context from what is known of short tasks and of long ones, one of the two at least.

    >>> print(f"{with_short(Pooled(99.0, 1.0), Pooled(95.0, 3.0), 2.0).mean:.1f}")
    97.0
    """
    made = combined(part for part in (short.wider(excess) if short else None, long) if part is not None)
    assert made is not None
    return made
