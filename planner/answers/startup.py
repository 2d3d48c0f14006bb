"""What the engine will print of its memory when it starts."""

from planner.answers.base import Answer


class StartLog(Answer):
    """The lines of a start-up log as the engine of that version prints them, `...` where memory does not tell; figures
    of one rank by the names of `planner.logs`, GiB (2^30 bytes) where they end so; `as_of`: the version or the day that
    the wording is of."""

    engine: str
    as_of: str
    lines: list[str]
    figures: dict[str, float]
    assumptions: list[str]
