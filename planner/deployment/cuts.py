"""The cuts of a model that are tried on a GPU."""

from __future__ import annotations

from hardware_db.schema import Accelerator
from models_db.formats import Format
from models_db.schema import Model
from planner.physics.engines import Engine
from planner.physics.split import PP_SIZES, TP_SIZES, Split, format_problem, split_problem


def cuts_to_try(model: Model, gpu: Accelerator, fmt: Format, engine: Engine, asked: Split | None = None) -> list[Split]:
    """Legal cuts within a machine, in the order they are tried: tensor ranks alone, then stages, fewest GPUs first; or
    the one that is asked for, where its format allows it."""
    if asked is not None:
        return [] if format_problem(model, fmt, asked) else [asked]
    most = max(8, gpu.scale_up_domain_size)
    alone = [Split(pp=n) if engine.cuts == "stages" else Split(tp=n) for n in TP_SIZES]
    staged = [Split(tp=tp, pp=pp) for pp in PP_SIZES[1:] for tp in TP_SIZES] if engine.cuts != "stages" else []
    staged = [split for split in staged if split.tp * split.pp <= most]
    tried = [*(s for s in alone if s.tp * s.pp <= most), *sorted(staged, key=lambda s: (s.tp * s.pp, s.pp))]
    return [split for split in tried if not (split_problem(model, split) or format_problem(model, fmt, split))]
