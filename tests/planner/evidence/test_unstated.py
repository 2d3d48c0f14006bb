from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.evidence.points import read_point
from planner.evidence.predict import predict
from planner.evidence.serving import SECOND, evidence_rows, measured, predict_rows
from planner.evidence.unstated import staggered
from planner.physics.coefficients import Coefficients
from tests.planner.evidence.conftest import GRID_ROW, POINT

SHIPPED = Coefficients.shipped()


def test_tokens_sent_in_groups_delay_the_first(catalogs: Catalogs) -> None:
    points = [
        read_point(GRID_ROW | cells, catalogs) for cells in ({}, {"osl": "8192"}, {"tp": "8"}, {"engine": "vLLM"})
    ]
    assert [p.grouped for p in points] == [20.0, 1.0, 1.0, 1.0]
    assert read_point(GRID_ROW | {"osl": "8192", "note": "stream_interval=4"}, catalogs).grouped == 4.0
    late, soon = (predict([replace(points[0], grouped=tokens)], SHIPPED) for tokens in (20.0, 1.0))
    assert late.ttft_s[0] - soon.ttft_s[0] == pytest.approx(19.0 * soon.tpot_s[0])


@pytest.mark.parametrize(
    ("cells", "steps", "waited"),
    [
        ({"concurrency": "8"}, 5.0, 5.0),
        # A client alone waits for no step of others.
        ({"concurrency": "0.5"}, 5.0, 0.0),
        ({"concurrency": "16"}, 15.0, 15.0),
        ({"gpu": "H200 SXM"}, 0.0, 0.0),
        ({"engine": "vLLM"}, 0.0, 0.0),
    ],
)
def test_a_scheduler_that_looks_for_requests_now_and_then_lets_them_wait(
    catalogs: Catalogs, cells: dict[str, str], steps: float, waited: float
) -> None:
    point = read_point(GRID_ROW | {"engine": "SGLang"} | cells, catalogs)
    assert point.polled == steps
    late, soon = predict([point], SHIPPED), predict([replace(point, polled=0.0)], SHIPPED)
    assert late.ttft_s[0] - soon.ttft_s[0] == pytest.approx(waited * soon.tpot_s[0], rel=0.25, abs=1e-9)


def test_runs_that_drafted_without_saying_so_are_known(catalogs: Catalogs) -> None:
    row = POINT | {
        "source": "ai-dynamo/aiconfigurator silicon_sample.csv", "model": "deepseek-ai/DeepSeek-R1", "gpu": "B200",
        "engine": "TensorRT-LLM", "engine_version": "1.2.0rc6.post3", "tp": "8", "gpus": "8",
    }  # fmt: skip
    drafting = read_point(row, catalogs)
    plain = read_point(row | {"engine_version": "1.2.0rc6.post2"}, catalogs)
    assert drafting.speculative
    assert not plain.speculative
    assert predict([drafting], SHIPPED).tpot_s[0] < predict([plain], SHIPPED).tpot_s[0]


@pytest.mark.parametrize(("gpu", "alike"), [("H200 SXM", False), ("GB200", True)])
def test_clients_out_of_step_are_named_where_they_were_seen(catalogs: Catalogs, gpu: str, alike: bool) -> None:
    rows = [
        row for row in evidence_rows() if row["gpu"] == gpu and row["isl"] == "2000" and "source_file=" in row["note"]
    ]
    assert rows
    assert {read_point(row, catalogs).fixed_lengths for row in rows} == {alike}


def test_prompts_that_are_alike_are_cached_held_once_and_end_together(catalogs: Catalogs) -> None:
    row = POINT | {
        "source": "alesha-pro/4x3090-llm-benchmarks", "model": "google/gemma-4-12B-it", "weights": "int4",
        "gpu": "RTX 3090", "gpus": "1", "tp": "1", "isl": "512", "osl": "256", "concurrency": "64",
    }  # fmt: skip
    point = read_point(row | {"engine": "vLLM"}, catalogs)
    assert (point.hit, point.common, point.fixed_lengths) == (0.94, pytest.approx(0.94 * 512), True)
    other = read_point(row | {"engine": "vLLM", "source": ""}, catalogs)
    assert (other.hit, other.common, other.fixed_lengths) == (0.0, 0.0, False)
    # What is held once leaves room for all 64.
    assert predict([point], SHIPPED).ttft_s[0] < 0.2 * predict([other], SHIPPED).ttft_s[0]


def test_a_client_that_reads_late_sees_the_same_whole_time(catalogs: Catalogs) -> None:
    row = GRID_ROW | {"model": "openai/gpt-oss-120b", "weights": "mxfp4", "gpu": "H100 SXM", "engine": "vLLM"}
    points = [read_point(row | {"concurrency": clients}, catalogs) for clients in ("512", "64")]
    assert [p.late for p in points] == [0.82, 0.0]
    late, soon = (predict([replace(points[0], late=share)], SHIPPED) for share in (0.82, 0.0))
    whole = [f.ttft_s[0] + (points[0].osl - 1.0) * f.tpot_s[0] for f in (late, soon)]
    assert whole[0] == pytest.approx(whole[1])
    assert late.ttft_s[0] == pytest.approx(0.82 * whole[0])
    assert late.output_tok_s[0] == soon.output_tok_s[0]


def test_a_way_between_client_and_server_delays_first_tokens_alone(catalogs: Catalogs) -> None:
    row = next(r for r in evidence_rows(file=SECOND) if "kaito" in r["source"] and r["rate_per_s"] in ("2", "2.0"))
    assert read_point(row, catalogs).remote_s == 0.27
    far, near = predict_rows([row, row | {"source": "another"}], catalogs, SHIPPED)
    delay = [float(far[f"pred_ttft_ms_{p}"]) - float(near[f"pred_ttft_ms_{p}"]) for p in ("p50", "p95")]
    assert delay == pytest.approx([270.0, 270.0], abs=25.0)
    assert float(far["pred_tpot_ms_p50"]) == pytest.approx(float(near["pred_tpot_ms_p50"]), rel=0.1)


def test_what_the_machine_cannot_do_is_judged_and_teaches_nothing(catalogs: Catalogs) -> None:
    row = next(
        row
        for row in evidence_rows()
        if row["model"] == "meta-llama/Llama-3.1-8B" and row["gpu"] == "H200 SXM" and "Instruct-FP8.csv" in row["note"]
    )
    found = measured([row, row | {"source": "another"}], catalogs)
    assert (found.weight > 0).tolist() == [False, True]
    assert np.isfinite(found.tpot_s).all()


def test_a_server_found_without_graphs_launches_through_python(catalogs: Catalogs) -> None:
    row = POINT | {
        "source": "IOG-Foundation", "model": "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B", "gpu": "RTX 4090",
        "gpus": "1", "tp": "1", "note": "200 prompts drawn from real chats", "isl": "200", "concurrency": "1",
    }  # fmt: skip
    slow, fast = (read_point(row | {"gpu": gpu}, catalogs) for gpu in ("RTX 4090", "L40S"))
    assert (slow.engine.eager, fast.engine.eager) == (True, False)
    took, graphs = (predict([p], SHIPPED).tpot_s[0] for p in (slow, replace(slow, engine=fast.engine)))
    assert took > 1.5 * graphs


def test_a_number_with_a_point_is_the_number(catalogs: Catalogs) -> None:
    cells = {"gpu": "H200 SXM", "isl": "4000", "osl": "1000", "tp": "1", "note": "source_file=a.csv"}
    floats = {name: f"{float(cells[name])}" for name in ("isl", "osl", "tp")}
    rows = [GRID_ROW | cells | more for more in ({}, floats)]
    model = read_point(rows[0], catalogs).model
    assert [staggered(row, model) for row in rows] == [True, True]
