"""Phrases of several chapters."""

from __future__ import annotations

from planner.answers import Plan
from planner.document.answers import Answers
from planner.document.formula import names
from planner.document.sections.words import limit_name, machines_text, serving_text, way_key, way_of


def test_a_cluster_in_words(small: Answers) -> None:
    assert isinstance(small.plan, Plan)
    c = small.plan.cluster
    assert machines_text(c).startswith(f"{c.machine.count} x {c.machine.instance_type} ({c.machine.provider})")
    assert c.replica.weight_format in serving_text(c)
    assert way_of(c) == "on demand"
    bought = c.model_copy(update={"machine": c.machine.model_copy(update={"provider": "owned"})})
    assert way_of(bought) == "owned"
    assert "(to buy)" in machines_text(bought)


def test_names_that_look_alike_have_keys_of_their_own() -> None:
    keys = [way_key(name) for name in ("a/b.c", "a/b-c", "a b c", "=x", "|")]
    assert len(set(keys)) == 5
    assert all(names(key) == [key] for key in keys)
    assert limit_name("e2e_mean_s") == "whole answer (E2E), mean"
