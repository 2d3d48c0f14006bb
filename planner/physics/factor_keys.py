"""Which factors multiply which seconds, and how far each may move: the one list that fit and prediction share."""

from __future__ import annotations

from functools import cache
from math import exp, inf
from pathlib import Path
from typing import Any, NamedTuple

from planner.frozen import dataclass
from planner.shipped import shipped_toml

PRIORS = Path(__file__).parent / "priors.toml"
ROOFS = ("compute", "bandwidth", "fixed")
TERMS = (
    "linear", "experts", "head", "quantize", "attention decode", "latent decode", "state update", "attention prefill",
    "state prefill", "elementwise", "collectives", "prefill start", "drafter", "host",
)  # fmt: skip
TYPED = ("linear", "experts", "head")
# The host's time has no roofs: a fixed part of a step, and one that grows with its sequences.
HOST = {"fixed": "host", "bandwidth": "sequence"}
# Least logarithm of a term's whole factor: no part runs faster than the best published kernel of its kind. The figures
# in coefficients.toml are medians, a tenth (streaming), a sixth (large GEMMs) or more (attention, experts) below it.
FLOORS = {
    ("linear", "bandwidth"): -0.1, ("head", "bandwidth"): -0.1, ("experts", "bandwidth"): -0.26,
    ("attention decode", "bandwidth"): -0.38, ("latent decode", "bandwidth"): -0.38,
    ("state update", "bandwidth"): -0.6, ("linear", "compute"): -0.15, ("head", "compute"): -0.15,
    ("experts", "compute"): -0.6, ("attention prefill", "compute"): -0.45, ("attention decode", "compute"): -0.9,
    ("latent decode", "compute"): -0.9, ("collectives", "bandwidth"): 0.0,
}  # fmt: skip
# The tables of collectives are rates of the wire itself: no factor makes it faster. Those of NVSwitch start below the
# wire, which a switch that adds up doubles; the floors are the largest share of it that a table has at any ranks.
SWITCH = {"nvswitch nvlink3": -0.18}
SWITCH_FLOOR = -0.28
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Where:
    """What decides the factors of a design: engine era and family, GPU maker, generation and link, model and its
    kind of mixer, compute type; and, where a user measured it, the GPU itself (its id) and the split as text."""

    era: str
    family: str
    maker: str
    generation: str
    link: str
    model: str
    compute: str
    mixer: str
    gpu: str = ""
    split: str = ""


class ClientPlace(NamedTuple):
    """What decides the client terms of a design: engine era, GPU generation and the model's kind of mixer; and, where a
    user measured its GPU and engine, the configuration (`own_case`)."""

    era: str
    generation: str
    mixer: str
    case: str = ""


def keys(term: str, roof: str, where: Where) -> list[Key]:
    """The unknowns whose logarithms add up to a term's factor on one roof; each prior width is above zero."""
    if term == "host":
        if roof not in HOST:
            return []
        return [("engine", where.era, HOST[roof])]
    names = [
        ("term", term), ("engine", where.era), ("family", where.family), ("model", where.model),
        ("term family", f"{term} @ {where.family}"), ("term era", f"{term} @ {where.era}"),
        ("place", f"{where.era} @ {where.generation}"), ("maker", where.maker),
        ("maker family", f"{where.maker} @ {where.family}"),
    ]  # fmt: skip
    if term == "collectives":
        names.append(("link", where.link))
    else:
        names += [("generation", where.generation), ("term generation", f"{term} @ {where.generation}")]
    if term == "experts":
        # Kernels of experts are an engine's own on each maker's matrix units (Triton, AITER, CUTLASS, Marlin).
        names.append(("experts place", f"{where.generation} @ {where.era}"))
        names.append(("model experts", where.model))
    if term in TYPED and (roof != "fixed" or term == "experts"):
        kernels = typed(term, where.compute)
        names += [("type", kernels), ("type generation", f"{kernels} @ {where.generation}")]
        if term == "experts" and " " in where.compute:
            # Groups of scales of another length are the same kernels, for the most part.
            names.append(("type", f"{where.compute.split(' ')[0]} experts"))
    return [(kind, name, roof) for kind, name in names if width((kind, name, roof)) > 0.0]


def floor(term: str, roof: str, link: str) -> float:
    """Least logarithm of the whole factor; minus infinity where nothing bounds it."""
    if (term, roof) == ("collectives", "bandwidth") and link.startswith("nvswitch"):
        return SWITCH.get(link, SWITCH_FLOOR)
    return FLOORS.get((term, roof), -inf)


@cache
def least_factor(term: str, roof: str, link: str) -> float:
    """The whole factor is no less."""
    return exp(floor(term, roof, link))


def typed(term: str, compute: str) -> str:
    """Grouped GEMMs of experts have kernels of their own for each compute type, group of scales and way of widening."""
    return f"{compute} experts" if term == "experts" else compute.split(" ")[0]


def client_keys(name: str, era: str, generation: str, mixer: str) -> list[Key]:
    """The unknowns of a client term: the engine's, what the host of a GPU generation adds, how an engine is run on
    machines of that generation, and how it runs models of that kind of mixer."""
    found = [
        ("client", era, name), ("client", f"@ {generation}", name), ("client place", f"{era} @ {generation}", name),
        ("client mixer", f"@ {mixer}", name), ("client mixer", f"{era} @ {mixer}", name),
    ]  # fmt: skip
    return [key for key in found if width(key) > 0.0]


def own_keys(term: str, roof: str, where: Where) -> list[Key]:
    """The unknowns of a user's own runs: what a term's seconds under one roof have in common on one GPU under one
    engine, and what those of one configuration have."""
    if not where.gpu or (term == "host" and roof not in HOST):
        return []
    names = [("own", own_place(where.gpu, where.family)), ("own case", own_case(where))]
    return [(kind, name, f"{term} {roof}") for kind, name in names]


def own_client_keys(name: str, case: str) -> list[Key]:
    """The unknown of a client term that a user's own runs of a configuration move."""
    return [("own client", case, name)] if case else []


def own_place(gpu: str, engine: str) -> str:
    """A GPU under an engine, by their ids."""
    return f"{gpu} @ {engine}"


def own_case(where: Where) -> str:
    """A configuration that a user measured: a model by its compute type and split, on a GPU under an engine; nothing
    elsewhere."""
    place = own_place(where.gpu, where.family)
    return f"{where.model} in {where.compute}, {where.split} @ {place}" if where.gpu else ""


@cache
def _priors() -> dict[str, Any]:
    return shipped_toml(PRIORS)


def _nearest(head: str, table: dict[str, Any]) -> str:
    """The entry of an era: its own, else that of the longest name it goes on from (`llama.cpp` for
    `llama.cpp-2025-hip`)."""
    return max((name for name in table if f"{head}-".startswith(f"{name}-")), key=len, default=head)


def entry(key: Key) -> str:
    """The entry of `priors.toml` that a width is read from: the nearest that states it, else `all`."""
    kind, name, roof = key
    table = _priors()[kind]
    head = "@" if name.startswith("@ ") else name.split(" @ ")[0]
    nearest = _nearest(head, table)
    return nearest if head == "@" or {roof, "all"} & set(table.get(nearest, {})) else "all"


@cache
def width(key: Key) -> float:
    """Prior standard deviation of an unknown's logarithm; 0 where it stays with the parts."""
    kind, _, roof = key
    stated = _priors()[kind].get(entry(key), {})
    return float(stated.get(roof, stated.get("all", 0.0)))
