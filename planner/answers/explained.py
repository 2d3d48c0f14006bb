"""A start-up log against what is estimated of the same start."""

from typing import Literal

from planner.answers.base import Answer, Figure


class ExplainedFigure(Answer):
    """A figure of the log and ours; `difference_pct` is of the log's, null where that is zero. `explained_by`: the one
    setting with which ours is within 2 %; empty where it is, or where no single change that was tried does it."""

    name: str
    unit: str
    log: float
    ours: float | None
    difference: Figure
    difference_pct: Figure
    explained_by: str = ""


class ExplainedLog(Answer):
    """All figures of a log that are estimated, too. `tried`: single changes that were tried for those that differ;
    `failure`: why the start failed, in the log's words."""

    status: Literal["agrees", "differs"]
    version: str
    engine: str
    engine_version: str | None
    model: str
    gpu: str
    weight_format: str
    kv_format: str
    split: str
    figures: list[ExplainedFigure]
    tried: int
    failure: str | None
    assumptions: list[str]
