"""Phrases and origins that several chapters share."""

from __future__ import annotations

import re
from hashlib import sha256

from planner.answers import Cluster
from planner.document.formula import key_of
from planner.physics.basis import Basis
from planner.request.metrics import METRICS
from planner.request.request import OWNED, sla_key

CLOSED_FORM = "closed form of the load (docs/method.md), coefficients fitted on the evidence in the box"
SIMULATED = "discrete simulation of the engine's scheduler (docs/method.md)"
STATED = "stated in the input, or its default"
CATALOG = "catalog of the program"
MONEY = "comparison of ways to host (docs/method.md)"
LATENCY = {
    "ttft": "time to the first token (TTFT)", "tpot": "time per output token (TPOT)", "e2e": "whole answer (E2E)",
}  # fmt: skip
BASIS = {
    "measured": "this model was measured on this GPU", "physics": "neither this GPU nor its generation was measured",
    "calibrated": "this model on this GPU was not measured, others of their kind were",
}  # fmt: skip
assert set(LATENCY) == set(METRICS)
OWN = "runs of your own on this GPU under this engine, with models of this family"


def basis_text(basis: Basis) -> str:
    """What a basis means.

    >>> basis_text("measured"), basis_text("measured (yours, 2026-11-28, 12 points)") == OWN
    ('this model was measured on this GPU', True)
    """
    return BASIS.get(basis, OWN)


def limit_name(key: str) -> str:
    """A key of an SLA in words.

    >>> limit_name("ttft_p95_s")
    'time to the first token (TTFT), p95'
    """
    metric, percentile = sla_key(key)
    return f"{LATENCY[metric]}, {percentile}"


def machines_text(c: Cluster) -> str:
    """What is rented or bought, in one phrase."""
    m = c.machine
    who = "to buy" if m.provider == OWNED else m.provider
    return f"{m.count} x {m.instance_type} ({who}), {m.gpus} x {m.gpu} each"


def serving_text(c: Cluster) -> str:
    """What runs on them, in one phrase."""
    r = c.replica
    copies = f"{c.replicas} {'replica' if c.replicas == 1 else 'replicas'}"
    return f"{copies} of {r.model}, {r.weight_format} weights, {r.kv_format} cache, {r.split_text}, {r.engine}"


def way_of(c: Cluster) -> str:
    """The name, among the ways to host, of how a cluster is paid."""
    m = c.machine
    if m.provider == OWNED:
        return OWNED
    return "own machines" if m.offer_class == "own" and m.commitment == OWNED else m.commitment.replace("_", " ")


def way_key(name: str) -> str:
    """The name of a way to pay as a part of keys, with a mark where other names would have the same.

    >>> way_key("on demand"), way_key("1y reserved"), way_key("openai/gpt-4o")
    ('on_demand', 'w1y_reserved', 'openai_gpt_4o_abb375')
    """
    plain = key_of(name)
    if re.fullmatch(r"[a-z0-9]+( [a-z0-9]+)*", name):
        return plain
    return f"{plain[:60]}_{sha256(name.encode('utf-8', 'replace')).hexdigest()[:6]}"
