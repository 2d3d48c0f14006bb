"""Layers of pipeline stages: as engines deal them, or as they are set by hand."""

from __future__ import annotations

import numpy as np

from models_db.schema import Model
from planner.formulas.types import Array
from planner.physics.design import Designs
from planner.physics.split import Split


def stage_layers(designs: Designs) -> Array:
    """Layers of the longest stage of each design, D: it holds the most of the cache and of the graphs."""
    dealt: Array = np.ceil(designs.model.n_layers / designs.pp)
    for e, engine in enumerate(designs.engines):
        asked = engine.settings.memory.stage_layers
        if asked:
            here = (designs.engine == e) & (designs.pp == len(asked))
            dealt = np.where(here, float(max(asked)), dealt)
    return dealt


def stages_problem(model: Model, split: Split, asked: tuple[int, ...] | None) -> str:
    """Why a model is not cut into such stages; empty where it is."""
    if asked is None:
        return ""
    said = f"engine.memory.stage_layers: {','.join(map(str, asked))}"
    if len(asked) != split.pp:
        return f"{said} are {len(asked)} stages, where pp is {split.pp}"
    return "" if sum(asked) == model.n_layers else f"{said} are {sum(asked)} layers; {model.id} has {model.n_layers}"
