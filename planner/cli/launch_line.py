"""`--from-command`: what a launch line says in place of the flags that were not given."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.answers import Estimated
    from planner.export.reading.deployed import ReadLine
    from planner.load.demand import Demand
    from planner.physics.deployment import Deployment
    from planner.planner import Planner

SPLIT = ("tp", "pp", "ep", "dp")
# Widths that are tried where a line leaves one open.
WIDTHS = (2, 4, 8, 16)


def read_into(flags: dict[str, Any], planner: Planner) -> tuple[ReadLine | None, list[str]]:
    """Fill the flags from the launch line of `--from-command`, where one is given: what was read, and what of it
    was not.

    Flags that were given win. The GPU is that of the comment that `export` writes, where none is given.
    """
    text = flags.pop("line")
    if text is None:
        return None, []
    from planner.errors import InputError

    if flags["workload"] is not None and flags["model"] is None:
        raise InputError("--from-command: names the model; leave out --workload, or name the model of it with --model")
    engine = flags["engines"][0] if len(flags["engines"]) == 1 else None
    found = planner.read_command(text, model=flags["model"], engine=engine, version=flags["engine_version"])
    flags["model"] = found.model
    for name, value in (("gpus", found.gpu), ("formats", found.weights), ("kv_formats", found.kv)):
        flags[name] = flags[name] or (() if value is None else (value,))
    flags["engines"] = flags["engines"] or (found.engine,)
    for name in SPLIT:
        flags[name] = flags[name] if flags[name] > 1 else getattr(found.split, name)
    for name, value in found.settings.model_dump(exclude_none=True, exclude={"eager", "speculation", "memory"}).items():
        flags[name] = value if flags[name] is None else flags[name]
    flags["eager"] = flags["eager"] or found.settings.eager or None
    if found.settings.speculation is not None and flags["speculation"] is None:
        flags["speculation"] = str(found.settings.speculation)
    return found, list(found.notes)


def as_started(named: Deployment, line: ReadLine | None) -> Deployment:
    """A deployment as its launch line starts it: with its settings of memory, and the context that it states."""
    if line is None:
        return named
    # Flags win over the line.
    given = {name: getattr(named.settings.memory, name) for name in named.settings.memory.model_fields_set}
    memory = line.settings.memory.model_copy(update=given)
    settings = named.settings.model_copy(update={"memory": memory})
    return replace(named, starts=not line.automatic, settings=settings)


def estimated(
    planner: Planner, named: Deployment, demand: Demand, line: ReadLine | None
) -> tuple[Estimated, list[str]]:
    """The answer of a deployment, and what is said of its width: where its line leaves that open, the smallest that
    holds it, else that of the flags."""
    from planner.answers import DoesNotFit
    from planner.errors import InputError

    answer = planner.estimate(named, demand)
    if line is None or not line.unsaid or getattr(named.split, line.unsaid) > 1 or not isinstance(answer, DoesNotFit):
        return answer, []
    for width in WIDTHS:
        try:
            wider = planner.estimate(replace(named, split=replace(named.split, **{line.unsaid: width})), demand)
        except InputError:
            continue
        if not isinstance(wider, DoesNotFit):
            return wider, [f"the line does not say its {line.unsaid}: {width}, the smallest that holds it"]
    return answer, [f"the line does not say its {line.unsaid}: taken as 1, and no more hold it"]
