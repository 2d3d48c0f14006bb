"""Outputs of few tokens: Little's law, no earlier saturation for more of anything, and no time per token for one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware_db.schema import Accelerator
from models_db.formats import find_format, find_kv_format
from planner.catalogs import Catalogs
from planner.formulas.types import Array
from planner.load.curves import Curves, curves
from planner.load.demand import Demand
from planner.load.latency import latency
from planner.load.runs import Runs, features, predicted
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs, enumerate_designs
from planner.physics.engines import configured
from planner.physics.footprint import footprint
from planner.physics.split import Split
from planner.request.engine import EngineSettings
from tests.consistency.drawn import few
from tests.planner.conftest import one_gpu

SHIPPED = Coefficients.shipped()
CLIENTS = np.array([1.0, 2.0, 4.0, 16.0, 64.0, 256.0, 1024.0])
MODELS = ("meta-llama/Llama-3.1-8B-Instruct", "Qwen/Qwen3-30B-A3B", "openai/gpt-oss-120b")
GPUS = ("H100 SXM", "L40S", "A100 SXM 80GB", "MI300X", "B200", "RTX 4090")
ENGINES = ("vllm", "sglang", "tensorrt-llm")
ISL, OSL = st.sampled_from([1, 16, 128, 1000, 8000]), st.sampled_from([1, 2, 3, 4, 8, 16, 64, 512, 4096])
BUDGETS = st.sampled_from([None, 256, 2048, 16384])


@few(15, 2000)
@given(engine=st.sampled_from(ENGINES), isl=ISL, osl=OSL, fixed=st.booleans())
def test_clients_are_rate_times_time_whatever_the_output(
    catalogs: Catalogs, engine: str, isl: int, osl: int, fixed: bool
) -> None:
    design = one_gpu(catalogs, engine)
    each = [Runs.closed_loop(isl=isl, osl=osl, clients=float(n), rounds=1e6, limit=256.0, fixed=fixed) for n in CLIENTS]
    wide = design.take(np.zeros(len(CLIENTS), dtype=int))
    pool = footprint(wide, SHIPPED, max_sequences=np.array([256.0])).kv_pool[:, 0]
    state, found = predicted(features(wide, Runs.concat(each), pool, SHIPPED), SHIPPED)
    whole_s, rate = found.ttft_s + (osl - 1) * found.tpot_s, found.output_tok_s / osl
    # Half a round of a million ends partly filled.
    assert rate * whole_s == pytest.approx(CLIENTS, rel=2e-5)
    # Prompts of two clients are cut at the token budget of a step where one client's are whole: more chunks.
    assert (np.diff(rate) >= -1e-2 * rate[1:]).all()
    assert (np.diff(whole_s) >= -1e-3 * whole_s[1:]).all()
    assert (state.running <= CLIENTS).all()


def curves_on(
    catalogs: Catalogs, model: str, gpu: Accelerator, engine: str, demand: Demand, settings: EngineSettings
) -> Curves:
    made = configured(engine, settings)
    fmt, kv = find_format("bf16"), find_kv_format("bf16")
    designs: Designs = enumerate_designs(
        catalogs.models.find(model).model, [gpu], [fmt], [kv], [made], only=Split(tp=2)
    )
    return curves(designs, demand, SHIPPED)


def faster(gpu: Accelerator, what: str, factor: float) -> Accelerator:
    if what == "bandwidth":
        return gpu.model_copy(update={"mem_bw_gb_s": gpu.mem_bw_gb_s * factor})
    rates = gpu.peak_dense_tflops.model_dump()
    more = {key: factor * value for key, value in rates.items() if isinstance(value, int | float)}
    return gpu.model_copy(update={"peak_dense_tflops": gpu.peak_dense_tflops.model_copy(update=more)})


@few(15, 2000)
@given(
    model=st.sampled_from(MODELS), gpu=st.sampled_from(GPUS), engine=st.sampled_from(ENGINES), isl=ISL, osl=OSL,
    cv=st.sampled_from([0.0, 0.5, 1.5]), hit=st.sampled_from([0.0, 0.5, 0.9]), budget=BUDGETS,
    factor=st.sampled_from([1.02, 1.3, 3.0, 10.0]),
)  # fmt: skip
def test_more_bandwidth_or_compute_or_graphs_never_saturate_earlier(
    catalogs: Catalogs, model: str, gpu: str, engine: str, isl: int, osl: int, cv: float, hit: float,
    budget: int | None, factor: float,
) -> None:  # fmt: skip
    demand = replace(Demand.simple(isl, osl, cv, cv), prefix_hit=hit)
    one = catalogs.hardware.accelerator(gpu)
    graphs = EngineSettings(max_num_batched_tokens=budget)
    eager = EngineSettings(max_num_batched_tokens=budget, eager=True)

    def rate(on: Accelerator, settings: EngineSettings = graphs) -> Array:
        return curves_on(catalogs, model, on, engine, demand, settings).rate_per_s

    usual = rate(one)
    assert (usual > 0.0).all()
    assert (rate(one, eager) <= usual * (1 + 1e-12)).all()
    for what in ("bandwidth", "compute"):
        assert (rate(faster(one, what, factor)) >= usual * (1 - 1e-12)).all()


@few(10, 200)
@given(engine=st.sampled_from(ENGINES), isl=ISL, cv=st.sampled_from([0.0, 0.5]))
def test_one_token_has_no_time_per_token_and_its_limits_hold(
    catalogs: Catalogs, engine: str, isl: int, cv: float
) -> None:
    demand = Demand.simple(isl, 1.0, 0.5, cv)
    assert not demand.has_gaps
    c = curves(one_gpu(catalogs, engine), demand, SHIPPED)
    figures = latency(c, c.rate_per_s[:, 4] * 0.5, np.array([64.0]))
    for percentile in ("mean", "p50", "p99"):
        assert np.isnan(figures.value("tpot", percentile)).all()
        assert figures.within("tpot", percentile, 1e-9).all()
        assert figures.value("e2e", percentile) == pytest.approx(figures.value("ttft", percentile))
        assert np.isfinite(figures.value("ttft", percentile)).all()


@few(10, 1000)
@given(engine=st.sampled_from(ENGINES), isl=st.sampled_from([1000, 8000]), osl=OSL, cv=st.sampled_from([0.0, 0.5]))
def test_percentiles_of_whole_prompts_do_not_fall_with_the_rate(
    catalogs: Catalogs, engine: str, isl: int, osl: int, cv: float
) -> None:
    """Three moments stand for a distribution with an end, a full step: near it they may give way by a few percent.

    With prompts of a few tokens they fall by more, which this does not judge.
    """
    shares = np.linspace(0.05, 0.95, 19)
    c = curves(one_gpu(catalogs, engine), Demand.simple(isl, osl, 0.5, cv), SHIPPED).take(np.zeros(19, dtype=int))
    figures = latency(c, shares * c.rate_per_s[:, 8], np.full(19, 256.0))
    for metric in ("ttft", "tpot", "e2e"):
        for percentile in ("p50", "p95", "p99"):
            value = figures.value(metric, percentile)
            if metric == "tpot" and osl == 1:
                continue
            assert (value >= 0.96 * np.maximum.accumulate(value)).all(), (metric, percentile)
