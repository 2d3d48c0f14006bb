from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.evidence.points import read_point
from planner.evidence.predict import predict
from planner.physics.coefficients import Coefficients
from planner.physics.step import Load, StepModel
from tests.planner.conftest import one_gpu
from tests.planner.evidence.conftest import GRID_ROW, POINT

SHIPPED = Coefficients.shipped()


def test_clients_out_of_step(catalogs: Catalogs) -> None:
    grid = GRID_ROW | {"note": "source_file=meta-llama_Llama-3.1-8B-Instruct.csv; silicon_concurrency=64"}
    assert read_point(grid, catalogs).fixed_lengths
    assert not read_point(grid | {"isl": "2000", "osl": "500", "gpu": "H200 SXM"}, catalogs).fixed_lengths
    assert read_point(grid | {"isl": "2000", "osl": "500", "gpu": "GB200"}, catalogs).fixed_lengths


def test_a_context_in_common_is_read_and_held_once(catalogs: Catalogs) -> None:
    row = GRID_ROW | {"engine": "vLLM", "isl": "100000", "osl": "", "concurrency": "256"}
    shared = read_point(row | {"note": "30 s window; prefix-cached context"}, catalogs)
    assert (shared.common, shared.decode_only) == (shared.isl, True)
    held, few = replace(shared, common=0.0), replace(shared, concurrency=4.0)
    assert predict([shared], SHIPPED).output_tok_s[0] > 2.0 * predict([held], SHIPPED).output_tok_s[0]
    assert predict([few], SHIPPED).tpot_s[0] < predict([replace(few, common=0.0)], SHIPPED).tpot_s[0]
    work = [
        StepModel.of(one_gpu(catalogs, "vllm"), SHIPPED).work(Load(32.0, 4096.0, shared=share))
        for share in (0.0, 0.5, 1.0)
    ]
    alone = StepModel.of(one_gpu(catalogs, "vllm"), SHIPPED).work(Load(1.0, 4096.0))
    read = [float(np.ravel(w["attention decode"].memory_s)[0]) for w in (alone, *work)]
    assert read[3] == pytest.approx(read[0])
    assert read[2] == pytest.approx((read[1] + read[3]) / 2.0)
    assert read[1] == pytest.approx(32.0 * read[0])


@pytest.mark.parametrize(
    ("cells", "isl", "rounds"),
    [
        ({"isl": "", "osl": "50", "model": "Qwen/Qwen2.5-7B-Instruct", "source": ""}, 50.0, 10.0),
        ({"source": "", "note": "closed loop at fixed concurrency for 30 min"}, 1024.0, 1e6),
        ({"source": "", "note": "closed loop, 160 requests"}, 1024.0, 10.0),
        ({"source": "", "note": "requests started together"}, 1024.0, 1.0),
    ],
)
def test_how_clients_went_about_it(catalogs: Catalogs, cells: dict[str, str], isl: float, rounds: float) -> None:
    point = read_point(GRID_ROW | cells, catalogs)
    assert (point.isl, point.rounds) == (isl, rounds)


@pytest.mark.parametrize(
    ("note", "load", "requests", "most"),
    [
        ("burst: all 1000 requests sent at once", "offline", 1000.0, np.inf),
        ("flags: --max_seq_len=40960; ShareGPT", "offline", 64.0, np.inf),
        ("N=3000; random", "offline", 3000.0, np.inf),
        ("vllm bench serve; server --max-num-seqs 64", "closed_loop", np.inf, 64.0),
        ("default max_num_seqs 256 caps the running batch", "closed_loop", np.inf, 256.0),
        ("engine max_num_seqs limits the running batch", "closed_loop", np.inf, np.inf),
    ],
)
def test_what_a_note_states(catalogs: Catalogs, note: str, load: str, requests: float, most: float) -> None:
    point = read_point(POINT | {"note": note, "load": load, "concurrency": "64"}, catalogs)
    assert (point.requests, point.most) == (requests, most)


@pytest.mark.parametrize(
    ("osl", "cells", "alike"),
    [
        ("256", {}, True),
        ("251", {}, True),
        # Many answers ended before.
        ("230", {}, False),
        # The limit is not that of this run.
        ("343", {}, False),
        # What is accepted of the drafts differs from request to request.
        ("256", {"draft_method": "eagle3", "draft_tokens": "5"}, False),
    ],
)
def test_answers_that_reach_their_limit_end_together(
    catalogs: Catalogs, osl: str, cells: dict[str, str], alike: bool
) -> None:
    row = GRID_ROW | {"source": "", "engine": "vLLM", "isl": "715.2", "osl": osl, "note": "up to 256 tokens"}
    assert read_point(row | cells, catalogs).fixed_lengths is alike
