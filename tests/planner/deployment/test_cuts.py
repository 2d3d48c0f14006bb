"""Cuts come in the order in which the smallest is wanted, and one that is asked for alone."""

from __future__ import annotations

from planner.catalogs import Catalogs
from planner.deployment.cuts import cuts_to_try
from planner.physics.split import Split
from tests.planner.conftest import one_gpu


def test_ranks_alone_come_first_then_stages_by_their_gpus(catalogs: Catalogs) -> None:
    one = one_gpu(catalogs, "vllm")
    cuts = cuts_to_try(one.model, one.gpus[0], one.formats[0], one.engines[0])
    alone = [cut for cut in cuts if cut.pp == 1]
    staged = [cut.tp * cut.pp for cut in cuts if cut.pp > 1]
    assert cuts[: len(alone)] == alone == sorted(alone, key=lambda cut: cut.tp)
    assert staged == sorted(staged)
    assert len(staged) > 1


def test_what_is_asked_for_is_the_only_one(catalogs: Catalogs) -> None:
    one = one_gpu(catalogs, "vllm")
    assert cuts_to_try(one.model, one.gpus[0], one.formats[0], one.engines[0], Split(tp=2)) == [Split(tp=2)]
