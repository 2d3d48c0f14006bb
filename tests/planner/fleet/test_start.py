"""The start of a replica of a pool."""

from __future__ import annotations

import shlex

from planner.catalogs import Catalogs
from planner.export.reading.deployed import read_line
from planner.fleet.answer import FleetPlan


def test_every_pool_says_how_its_replica_starts(base: FleetPlan, catalogs: Catalogs) -> None:
    assert base.pools
    for pool in base.pools:
        command = [line for line in pool.start if not line.startswith("#")][-1]
        assert shlex.split(command)[:2] == ["vllm", "serve"]
        read = read_line(command, catalogs)
        split = read.split
        assert (split.tp, split.pp, split.ep, split.dp) == (pool.tp, pool.pp, pool.ep, pool.dp)
        assert read.settings.max_num_seqs == pool.max_sequences
        assert catalogs.models.find(read.model).model.id == catalogs.models.find(pool.model).model.id
        context = read.settings.max_model_len
        assert context is not None
        assert context > 6200 if "long" in pool.serves else context > 1200
