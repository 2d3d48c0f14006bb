"""What the mean latencies of one design are made of: the parts that the predictions themselves add up, with the prompt
and the decode step by operator."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.load.benchmark import loop_of
from planner.load.curves import Curves
from planner.load.demand import POWERS
from planner.load.grid import GRID, at_index, grid_position
from planner.load.latency import Level, dealt_cv
from planner.load.prompts import beside_prompts, over_grid, prompt_loads
from planner.load.runs import Features, clients, predicted, steps_of
from planner.load.sums import BUNCHED, CUT_IN, DECODE, POLLED, PROMPT, SLOT, Addend, Sum, averaged
from planner.physics.coefficients import Coefficients
from planner.physics.footprint import batched_tokens
from planner.physics.speculation import drafted
from planner.physics.step import Load, StepModel
from planner.physics.work import LAUNCHES, StepTime, Term

# Terms of a step that a prompt changes together: beside it one sequence less may decode.
OPERATORS = {
    "attention prefill": "attention",
    "attention decode": "attention",
    "latent decode": "attention",
    "state prefill": "state",
    "state update": "state",
    LAUNCHES: "launches",
}


@dataclass(frozen=True)
class Breakdown:
    """Means of one design: the step that its token times are counted in, and the parts of TTFT and TPOT.

    Outputs of one token have no parts of TPOT.
    """

    decode: StepTime
    ttft: Sum
    tpot: Sum


def of_a_loop(f: Features, coefficients: Coefficients) -> Breakdown:
    """Of one closed loop: what `predicted` adds up."""
    state, _ = predicted(f, coefficients)
    loop = loop_of(state, clients(f.designs, coefficients), coefficients.operators)
    decode, prompt = steps_of(f, coefficients)
    share = f.state.new / f.state.chunk
    operators = {
        name: (_one(term.seconds) - _one(decode.terms[name].seconds) * (f.state.beside > 0.0)) * share
        for name, term in prompt.terms.items()
    }
    ttft = _by_operator(loop.ttft, operators)
    step = StepTime({name: _of_term(term, _one) for name, term in decode.terms.items()})
    return Breakdown(step, ttft, loop.tpot if f.state.asked.osl[0] > 1.0 else {})


def under_arrivals(c: Curves, model: StepModel, rate: float, slots: float, sharing: float | None = None) -> Breakdown:
    """Of one design at a mean of `rate` arrivals a second: what `latency` adds up, over its levels of the rate."""
    c, held = c.central, np.array([slots])
    dealt = None if sharing is None else np.array([sharing])
    cv = dealt_cv(c, np.array([rate]), dealt)
    step, operators = _step_over_grid(c, model), _prompt_over_grid(c, model)
    kept = drafted(model.designs, model.coefficients.speculation)[1][:, 0]
    ttft: list[tuple[Array, Sum]] = []
    tpot: list[tuple[Array, Sum]] = []
    terms: list[tuple[float, StepTime]] = []
    for factor, share in c.demand.levels:
        level = Level.of(c, np.array([rate * factor]), held, cv)
        read = _reader(level)
        prompts = {name: read(table) for name, table in operators.items()}
        ttft += [(share * chance, _by_operator(parts, prompts)) for chance, parts in _ways(c, level)]
        tpot.append((np.array([share]), _token_parts(c, level, kept) if c.demand.has_gaps else {}))
        terms.append((share, StepTime({name: _of_term(term, read) for name, term in step.items()})))
    return Breakdown(_mean_step(terms), averaged(ttft), averaged(tpot))


def _ways(c: Curves, level: Level) -> list[tuple[Array, Sum]]:
    """The cases of a level with their shares, each with the wait for a slot."""
    s = level.state
    wait = np.where(s.full, np.inf, level.wait)
    later = {
        SLOT: Addend(np.where(s.full, 1.0, level.waiting), wait),
        POLLED: Addend(c.polled, s.plain / (1.0 - s.rho)),
    }
    return [(chance, parts | later) for chance, parts in level.first.ways]


def _token_parts(c: Curves, level: Level, kept: Array) -> Sum:
    s, seen = level.state, level.decode.seen
    mean = level.decode.per_token(c.demand, s).average
    return {
        DECODE: Addend(1.0 / kept, s.plain * kept),
        BUNCHED: Addend(1.0, seen - s.plain),
        CUT_IN: Addend(1.0, mean - seen),
    }


def _by_operator(parts: Sum, prompt: Mapping[str, Array]) -> Sum:
    """The parts with one's own prompt by operator; `prompt`: device time that each adds to a step [s].

    A step is taken to grow with a prompt. Where its terms do not, what that adds has a part of its own.
    """
    own = parts[PROMPT]
    by: dict[str, Array] = {}
    for name, seconds in prompt.items():
        shown = f"{PROMPT}: {OPERATORS.get(name, name)}"
        by[shown] = by.get(shown, 0.0) + seconds
    by = _none_below_zero(by)
    terms = sum(by.values())
    by[f"{PROMPT}: least"] = np.where(terms <= 2e-7, own.each_s - terms, 0.0)
    split = {name: Addend(own.count, seconds) for name, seconds in by.items()}
    found: Sum = {}
    for name, part in parts.items():
        found |= split if name == PROMPT else {name: part}
    return found


def _none_below_zero(by: Mapping[str, Array]) -> dict[str, Array]:
    """The same in all, without times below zero: where a step has one decode less beside a prompt, some operators take
    less, and that is taken off the others in proportion."""
    less, more = (sum(limit(seconds, 0.0) for seconds in by.values()) for limit in (np.minimum, np.maximum))
    share = np.maximum(0.0, 1.0 + less / np.where(more > 0.0, more, 1.0))
    return {name: np.maximum(seconds, 0.0) * share for name, seconds in by.items()}


def _step_over_grid(c: Curves, model: StepModel) -> dict[str, Term]:
    verified = drafted(model.designs, model.coefficients.speculation)[0]
    return model.step(Load(GRID[None, :], c.demand.live_tokens, verified=verified)).terms


def _prompt_over_grid(c: Curves, model: StepModel) -> dict[str, Array]:
    """Mean device time that each operator adds for a prompt, 1 x GRID: `Curves.prompt_s` in terms."""
    demand, beside = c.demand, beside_prompts(model.designs)
    work, budget = max(1.0, demand.work_tokens), batched_tokens(model.designs)[:, None]
    carrying, plain = prompt_loads(demand, budget, work, beside)
    both, alone = model.step(carrying).terms, model.step(plain).terms
    whole = work * np.interp(c.power[:, None], POWERS, demand.prompt_spread[0]) / carrying.prefill
    return {
        name: over_grid(
            np.broadcast_to((term.seconds - np.where(beside > 0, alone[name].seconds, 0.0)) * whole, (1, 3))
        )
        for name, term in both.items()
    }


def _reader(level: Level) -> Callable[[Array], Array]:
    """Values of a table over GRID at the number that runs in a level."""
    position = grid_position(np.maximum(level.state.running, 1e-9))
    return lambda table: at_index(np.broadcast_to(table, (1, len(GRID))), np.arange(1), position)


def _of_term(term: Term, read: Callable[[Array], Array]) -> Term:
    return Term(*(read(values) for values in (term.seconds, term.compute_s, term.memory_s, term.fixed_s)))


def _mean_step(levels: list[tuple[float, StepTime]]) -> StepTime:
    def mean(name: str, field: str) -> Array:
        values: Array = sum(share * getattr(step.terms[name], field) for share, step in levels)
        return values

    fields = ("seconds", "compute_s", "memory_s", "fixed_s")
    return StepTime({name: Term(*(mean(name, field) for field in fields)) for name in levels[0][1].terms})


def _one(values: Array) -> Array:
    """A 1 x 1 table as a column of one."""
    return np.broadcast_to(values, (1, 1))[:, 0]
