"""What a calibration found: each figure of each run, what was refused and why, and what changes where."""

from typing import Literal

from planner.answers.base import Answer, Figure


class RunFigure(Answer):
    """One figure of one run. before: as predicted without own runs; left_out: by own runs without this one; tpot: how
    the source defines the time per token. Times in ms, rates in tokens a second; memory is of one GPU, of start-up
    logs, and `left_out` is then as before."""

    run: str
    model: str
    gpu: str
    engine: str
    figure: Literal["ttft", "tpot", "output_tok_s", "weights_gib", "kv_pool_gib", "kv_tokens"]
    measured: float
    before: float
    left_out: float
    tpot: str


class Refused(Answer):
    run: str
    reason: str


class PlaceFigure(Answer):
    """A figure of one configuration: median errors before, and with own runs, each run by the others; 90 % intervals as
    factors on the prediction."""

    gpu: str
    engine: str
    model: str
    weights: str
    split: str
    figure: Literal["ttft", "tpot", "output_tok_s"]
    points: int
    error_before: Figure
    error_left_out: Figure
    interval_before: tuple[float, float]
    interval: tuple[float, float]
    basis: str


class MemoryPlace(Answer):
    """Start-up logs of one GPU under one engine with models of one family. more_gib: what the engine is taken to hold
    beside weights and cache, beyond the prediction; errors of the cache [GiB], medians, before and by the other logs.
    """

    gpu: str
    engine: str
    family: str
    logs: int
    more_gib: float
    error_before_gib: float
    error_left_out_gib: float


class CalibrationAnswer(Answer):
    """status: `calibrated`; `compared` where there were start-up logs alone, of which none tells of memory that is
    left; or `refused` where no run was left.

    stored: the id in the user's catalog, None where nothing was stored.
    """

    status: Literal["calibrated", "compared", "refused"]
    stored: str | None
    runs: list[RunFigure]
    places: list[PlaceFigure]
    memory: list[MemoryPlace]
    refused: list[Refused]
    notes: list[str]
