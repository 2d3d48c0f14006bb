"""Pooling of measured recoveries: rows into models, models into families and size classes.

A random-effects model with three levels. A row is the model's recovery plus what the recipe and the benchmark add
(variance `recipe`) plus chance (the row's own noise); models of a family differ by half of `between`, families of a
size class by the other half. Both variances are moment estimates (DerSimonian and Laird 1986, doi:10.1016/
0197-2456(86)90046-2), held towards those of all formats where there are few models.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from models_db.loss_rows import LossKind, LossRow, family, same_model
from planner.frozen import dataclass

# What all formats show, as if of so many models; [% of the score].
PRIOR_MODELS = 3.0
PRIOR_RECIPE_PCT = 0.7
PRIOR_BETWEEN_PCT: dict[LossKind, float] = {"task": 0.7, "perplexity": 0.7, "long": 1.5}
# Rows of one model and format are of several recipes (calibration, layers left wide, tools): never nearer than this.
LEAST_RECIPE_PCT = 0.5


@dataclass(frozen=True, slots=True)
class Pooled:
    """A mean [%] and its variance [%^2]."""

    mean: float
    variance: float

    def wider(self, variance: float) -> Pooled:
        return Pooled(self.mean, self.variance + variance)


@dataclass(frozen=True, slots=True)
class Spread:
    """Variances [%^2]: between recipes and benchmarks of one model, and between models of one size class."""

    recipe: float
    between: float


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is known of one model: `pooled`, and the shares of it that its own rows and those of its family carry."""

    pooled: Pooled
    own_share: float
    family_share: float


def combined(parts: Iterable[Pooled]) -> Pooled | None:
    """The mean weighted by inverse variance; None of nothing.

    >>> combined([Pooled(99.0, 1.0), Pooled(97.0, 1.0)])
    Pooled(mean=98.0, variance=0.5)
    """
    known = list(parts)
    if not known:
        return None
    weight = sum(1.0 / p.variance for p in known)
    return Pooled(sum(p.mean / p.variance for p in known) / weight, 1.0 / weight)


def excess(groups: Iterable[Sequence[Pooled]]) -> tuple[float, int]:
    """The variance beyond each part's own within groups [%^2], and the degrees of freedom it is known from."""
    q, scale, freedom = 0.0, 0.0, 0
    for group in groups:
        mean = combined(group)
        if mean is None or len(group) < 2:
            continue
        weights = [1.0 / p.variance for p in group]
        q += sum(w * (p.mean - mean.mean) ** 2 for w, p in zip(weights, group, strict=True))
        scale += sum(weights) - sum(w * w for w in weights) / sum(weights)
        freedom += len(group) - 1
    return (max(0.0, (q - freedom) / scale) if scale else 0.0), freedom


def _held(found: tuple[float, int], prior: float) -> float:
    """A moment estimate [%^2] held towards a wider one."""
    variance, freedom = found
    return (freedom * variance + PRIOR_MODELS * prior) / (freedom + PRIOR_MODELS)


def by_model(rows: Iterable[LossRow]) -> dict[str, list[LossRow]]:
    found: dict[str, list[LossRow]] = {}
    for row in rows:
        found.setdefault(same_model(row.model), []).append(row)
    return found


def of_rows(rows: Sequence[LossRow], recipe: float) -> Pooled:
    """One model's recovery from its rows. Those of one recipe and benchmark differ by more than chance: `recipe`."""
    made = combined(Pooled(row.recovery_pct, row.noise_pct**2 + recipe) for row in rows)
    assert made is not None
    return made


def spread(rows: Sequence[LossRow], size_classes: Collection[str]) -> Spread:
    """The two variances of a format; that between models as the size classes show it, held towards all classes.

    rows: of one format and kind, at least one.
    """
    models = by_model(rows)
    measured = [[Pooled(row.recovery_pct, row.noise_pct**2) for row in group] for group in models.values()]
    recipe = max(LEAST_RECIPE_PCT**2, _held(excess(measured), PRIOR_RECIPE_PCT**2))
    means: dict[str, list[Pooled]] = {}
    for group in models.values():
        means.setdefault(group[0].size_class, []).append(of_rows(group, recipe))
    of_all = _held(excess(means.values()), PRIOR_BETWEEN_PCT[rows[0].kind] ** 2)
    asked = [means[name] for name in size_classes if name in means]
    return Spread(recipe, _held(excess(asked), of_all))


def posterior(name: str, rows: Sequence[LossRow], known: Spread) -> Posterior | None:
    """What rows of one size class say about the model `name`; None where there are none.

    From far to near: other families, the model's family, its own rows. A level without rows passes on what it was told.
    """
    models = by_model(rows)
    kin, mine = family(name), models.pop(same_model(name), [])
    pooled = {key: of_rows(group, known.recipe) for key, group in models.items()}
    near = {key for key, group in models.items() if family(group[0].model) == kin}
    half = known.between / 2.0
    far = combined(p.wider(known.between) for key, p in pooled.items() if key not in near)
    kindred = combined(pooled[key].wider(half) for key in near)
    levels = [far.wider(half) if far else None, kindred]
    of_family = combined(p for p in levels if p is not None)
    if not mine:
        if of_family is None:
            return None
        return Posterior(of_family.wider(half), 0.0, _share(kindred, of_family))
    measured = of_rows(mine, known.recipe)
    parts = [measured, *([of_family.wider(half)] if of_family else [])]
    made = combined(parts)
    assert made is not None
    share = _share(measured, made)
    return Posterior(made, share, (1.0 - share) * (_share(kindred, of_family) if of_family else 0.0))


def _share(part: Pooled | None, whole: Pooled) -> float:
    return 0.0 if part is None else whole.variance / part.variance
