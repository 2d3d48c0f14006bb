"""The lines of a start-up log for one design: what `estimate --log` prints."""

from __future__ import annotations

from collections.abc import Sequence

from planner.answers.startup import StartLog
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.engines import Engine
from planner.request.engine import DEFAULT_MAX_NUM_SEQS
from planner.startup.figures import Start, Values, as_far_as_it_starts, values_of
from planner.startup.wording import Era, era_of, worded

CONTEXT = 8192  # tokens of a request where neither a setting nor the model says how many
# Figures under other names in the lines of some engine.
NAMES = {"captured_gib": None, "fraction": None, "budget_gib": None, "budget_tokens": None, "cpu_blocks": None,
         "sequences": None, "context": None, "token_bytes": None, "free_gib": "available_gib", "peak_gib": None,
         "conv_gib": None, "ssm_gib": None, "k_gib": None, "v_gib": None, "latent_gib": None, "window_k_gib": None,
         "window_v_gib": None, "widened_tokens": "block_tokens",
         "request_gib": None}  # fmt: skip
# llama.cpp's buffers as figures of a log.
OF_BUFFERS = {"weights_mib": "weights_gib", "kv_mib": "kv_pool_gib", "states_mib": "state_pool_gib",
              "compute_mib": "compute_gib"}  # fmt: skip


def start_log(
    designs: Designs, coefficients: Coefficients, *, sequences: float, notes: Sequence[str] = ()
) -> StartLog | None:
    """What the engine of one design prints at start; None for an engine whose lines are not known.

    sequences: most that run at once, as of the estimate; notes: what was assumed of the design.
    """
    engine = designs.engines[0]
    era = era_of(engine)
    if era is None:
        return None
    context = engine.settings.max_model_len or designs.model.max_context or CONTEXT
    start = Start(designs, coefficients, sequences, context, era.consumed)
    refuses = engine.memory_policy == "share_of_total"
    values = _buffers(designs) if engine.ggml else as_far_as_it_starts(values_of(start), refuses=refuses)
    return StartLog(
        engine=engine.id, as_of=engine.settings.engine_version or f"{era.since} and later",
        lines=worded(era, values), figures=_figures(values, era),
        assumptions=[*_assumed(engine, designs, sequences), *notes],
    )  # fmt: skip


def _buffers(designs: Designs) -> Values:
    """Of llama.cpp alone: its graphs are loaded where they are computed."""
    from planner.startup.buffers import buffers_of

    return buffers_of(designs)


def log_figures(
    designs: Designs, coefficients: Coefficients, *, sequences: float, context: int | None = None,
    consumed: bool | None = None,
) -> dict[str, float]:  # fmt: skip
    """All figures of a start, whether its engine prints them or not, by the names of `planner.logs`.

    context: most tokens of a request where no setting says so; consumed: as of `Era`, None for that of the version.
    """
    engine = designs.engines[0]
    if engine.ggml:
        return _of_buffers(_buffers(designs))
    era = era_of(engine)
    length = engine.settings.max_model_len or context or designs.model.max_context or CONTEXT
    together = consumed if consumed is not None else era is not None and era.consumed
    values = values_of(Start(designs, coefficients, sequences, length, together))
    return {
        shown: value
        for name, value in values.items() if isinstance(value, float) and (shown := NAMES.get(name, name))
    }  # fmt: skip


def _of_buffers(values: Values) -> dict[str, float]:
    sizes = {name: value for name, value in values.items() if isinstance(value, float)}
    sizes["kv_mib"] = sizes.get("kv_mib", 0.0) + sizes.get("window_kv_mib", 0.0)
    return {OF_BUFFERS[name]: size / 1024.0 for name, size in sizes.items() if name in OF_BUFFERS and size > 0.0}


def _figures(values: Values, era: Era) -> dict[str, float]:
    """The figures that the lines state, by the names of `planner.logs`."""
    if "weights_mib" in values:
        return _of_buffers(values)
    text = " ".join(era.lines)
    found: dict[str, float] = {}
    for name, value in values.items():
        shown = NAMES.get(name, name)
        stated = f"{{{name}:" in text or name in ("kv_pool_gib", "state_pool_gib")
        if isinstance(value, float) and shown and stated:
            found[shown] = value
    return found


def _assumed(engine: Engine, designs: Designs, sequences: float) -> list[str]:
    """What the lines hold for, where nobody stated it."""
    said = []
    if engine.ggml and int(designs.pp[0]) > 1:
        said.append(f"of {int(designs.pp[0])} devices the buffers of the fullest, under the name of the first")
    if not engine.ggml and engine.settings.max_num_seqs is None and sequences == DEFAULT_MAX_NUM_SEQS:
        said.append(f"started with {DEFAULT_MAX_NUM_SEQS} sequences at once (--max-num-seqs)")
    if engine.settings.engine_version is None:
        said.append("worded as the newest release that is known (--engine-version)")
    return said
