"""Questions by name with answers to sign: the checkpoint's own format, or one with a stated loss within bounds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models_db.quality import lowest_scores, score_of_checkpoint
from planner import parse_request
from planner.answers import DoesNotFit, Infeasible, Plan
from planner.errors import PlannerError
from planner.load.demand import Demand
from planner.physics.deployment import Deployment
from planner.plan.explore import Explored
from planner.plan.rehearsal import Rehearsal
from planner.tco.request import TcoTerms
from tests.consistency.drawn import all_or
from tests.consistency.test_dollars import planner
from tests.models_db.configs import DENSE_CONFIG

EIGHT, SEVENTY, AWQ = "meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Llama-3.3-70B-Instruct", "Qwen/Qwen3-8B-AWQ"
MAX_LOSS_PCT = 1.0


def question(model: str, *gpus: str, rate: float = 1.0, isl: float = 1000.0, **scope: Any) -> dict[str, Any]:
    return {
        "model": model, "traffic": {"rate_per_s": rate}, "input_tokens": {"mean": isl},
        "output_tokens": {"mean": 200.0}, "sla": {"ttft_p95_s": 3.0, "tpot_p95_s": 0.1},
        "scope": {"gpus": list(gpus), **scope},
    }  # fmt: skip


def explored(asked: dict[str, Any]) -> Explored:
    return planner().explore(parse_request(asked))


def plan(asked: dict[str, Any]) -> Plan:
    answer = explored(asked).answer
    assert isinstance(answer, Plan)
    return answer


NATIVE = {
    "openai/gpt-oss-120b on H100 SXM": "mxfp4", "openai/gpt-oss-20b on A100 SXM 80GB": "mxfp4",
    "openai/gpt-oss-20b on MI300X": "mxfp4", "deepseek-ai/DeepSeek-V3 on H200 SXM": "fp8_block",
    "deepseek-ai/DeepSeek-R1 on B200": "fp8_block", "deepseek-ai/DeepSeek-V4-Flash on B200": "mxfp4",
    "moonshotai/Kimi-K2.5 on H200 SXM": "gptq_int4_g32", "MiniMaxAI/MiniMax-M2.5 on H200 SXM": "fp8_block",
    "mistralai/Devstral-Small-2-24B-Instruct-2512 on H100 SXM": "fp8", "zai-org/GLM-5-FP8 on H200 SXM": "fp8_block",
    f"{AWQ} on L40S": "awq_int4_g128", f"{AWQ} on MI300X": "awq_int4_g128",
    "nvidia/Qwen3.6-27B-NVFP4 on B200": "nvfp4", "nvidia/DeepSeek-R1-0528-FP4 on B200": "nvfp4",
    "RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic on A100 SXM 80GB": "fp8_channel",
    "RedHatAI/Qwen3-32B-quantized.w8a8 on H100 SXM": "int8",
    "Qwen/Qwen2.5-7B-Instruct-GPTQ-Int4 on L4": "gptq_int4_g128",
    "unsloth/Llama-3.1-8B-Instruct-bnb-4bit on L4": "bnb_nf4", f"{EIGHT} on RTX 5090": "bf16",
    "google/gemma-4-31B-it on H100 SXM": "bf16", "Qwen/Qwen3-30B-A3B on H100 SXM": "bf16",
}  # fmt: skip
FEW = [
    "openai/gpt-oss-20b on MI300X", "deepseek-ai/DeepSeek-V3 on H200 SXM", f"{AWQ} on L40S",
    "nvidia/Qwen3.6-27B-NVFP4 on B200", "unsloth/Llama-3.1-8B-Instruct-bnb-4bit on L4", f"{EIGHT} on RTX 5090",
]  # fmt: skip


@pytest.mark.parametrize("name", all_or(FEW, NATIVE))
def test_a_checkpoint_stays_in_its_own_format(name: str) -> None:
    """Where it fits on the machine that is paid for anyway, nothing of its quality is given up."""
    model, gpu = name.split(" on ")
    found = plan(question(model, gpu)).cluster
    assert found.replica.weight_format == NATIVE[name]
    assert found.quality is not None
    assert (found.quality.weights.measured == "native") == (
        explored(question(model, gpu)).designs.model.native.made_from is None
    )
    if found.quality.weights.measured == "native":
        assert found.quality.weights.loss_pct == 0.0


DENSE = (SEVENTY, "Qwen/Qwen3-32B", EIGHT, "google/gemma-2-9b-it")
PLACES = [f"{model} on {gpu}" for model in DENSE for gpu in ("H100 SXM", "L40S", "L4", "RTX 5090", "MI300X")]


@pytest.mark.parametrize("name", all_or([f"{SEVENTY} on H100 SXM"], PLACES))
def test_another_format_saves_money_and_states_a_loss_within_the_limit(name: str) -> None:
    model, gpu = name.split(" on ")
    answer = plan(question(model, gpu, rate=2.0))
    lost = answer.cluster.quality
    assert lost is not None
    assert lost.within_limit
    assert lost.loss_pct is not None
    assert lost.loss_pct <= MAX_LOSS_PCT
    for part in (lost.weights, lost.cache):
        assert part.measured == "native" or (part.benchmarks and part.sources)
    if not lost.loss_pct:
        return
    own = explored(question(model, gpu, rate=2.0, formats=["bf16"], kv_formats=["bf16"])).answer
    assert isinstance(own, Infeasible) or own.cluster.cost.usd_per_hour > answer.cluster.cost.usd_per_hour


def test_a_named_checkpoint_is_the_same_in_every_command() -> None:
    """The format of its name: memory, dollars, simulation and money; each says as what it was read."""
    asked, read = question(AWQ, "L40S"), "read as Qwen/Qwen3-8B in AWQ INT4"
    answer = plan(asked)
    base = planner().fit("Qwen/Qwen3-8B", gpus=["L40S"], weights="awq_int4_g128").rows[0]
    fits = planner().fit(AWQ, gpus=["L40S"])
    assert fits.rows[0].weights_gib == base.weights_gib < 7.0
    estimate = planner().estimate(Deployment(AWQ, "L40S", concurrency=1.0), Demand.of(parse_request(asked)))
    assert not isinstance(estimate, DoesNotFit)
    table = planner().quant(parse_request(asked), largest_rate=True)
    assert {row.weight_format for row in table.rows} == {"awq_int4_g128"}
    money = planner().tco(parse_request(asked), TcoTerms.model_validate({"apis": ["openai/gpt-4o"]}))
    run = planner().simulate(parse_request(asked), answer, Rehearsal(seconds=60.0))
    assert run.served > 0
    assert answer.cluster.replica.model == fits.model == table.model == estimate.replica.model == AWQ
    for said in (answer.assumptions, fits.assumptions, table.assumptions, estimate.assumptions):
        assert any(read in text for text in said)
    assert AWQ in json.dumps(money.model_dump(mode="json"))


def test_other_formats_are_not_offered_as_if_they_came_from_a_converted_checkpoint() -> None:
    found = explored(question(AWQ, "L40S"))
    assert {fmt.id for fmt in found.designs.formats} == {"awq_int4_g128"}
    assert not planner().plan(parse_request(question(AWQ, "L40S")), verify=False).looser
    with pytest.raises(PlannerError, match="fp8 is made from Qwen/Qwen3-8B: name that"):
        plan(question(AWQ, "L40S", formats=["fp8"]))


def test_no_superchip_is_sold_as_its_gpu() -> None:
    """Offers whose names say GH200, GB200 or GB300 are of these, not of H200, B200 or B300."""
    hardware = planner().catalogs.hardware
    for offer in hardware.offers:
        for chip in ("gh200", "gb200", "gb300"):
            said = f"{offer.instance_type}".lower().replace("-", "")
            assert (chip in said) <= (chip in offer.accelerator), offer
    found = explored(question(SEVENTY, "H200 SXM"))
    assert {gpu.id for gpu in found.designs.gpus} == {"h200-sxm"}
    assert {offer.accelerator for offer in found.market.offers} == {"h200-sxm"}


def test_a_capacity_block_is_not_sold_on_demand() -> None:
    blocks = {offer.key: offer for offer in planner().catalogs.hardware.offers if offer.usd_per_hour_capacity_block}
    assert len(blocks) > 5
    for gpu in ("H100 SXM", "B200"):
        scope = {"providers": ["aws"], "max_gpus_per_replica": 2}
        found = explored(question(EIGHT, gpu, **scope))
        for offer, each in zip(found.market.offers, found.market.usd_per_hour, strict=True):
            assert each == pytest.approx(offer.usd_per_hour_on_demand)
        block = explored(question(EIGHT, gpu, commitment="capacity_block", **scope))
        assert block.market.offers
        assert all(offer.key in blocks for offer in block.market.offers)
        machine = plan(question(EIGHT, gpu, **scope)).cluster.machine
        assert machine.commitment == "on_demand"


def test_a_marketplace_wins_where_it_is_asked_for_only() -> None:
    usual, wide = (question(EIGHT, "RTX 5090", "RTX 4090", "L40S", **scope) for scope in (
        {}, {"offer_classes": ["hyperscaler", "cloud", "marketplace", "community"]}))  # fmt: skip
    assert plan(usual).cluster.machine.offer_class in ("hyperscaler", "cloud")
    assert {offer.offer_class for offer in explored(usual).market.offers} <= {"hyperscaler", "cloud"}
    cheaper = plan(wide).cluster
    assert cheaper.cost.usd_per_hour <= plan(usual).cluster.cost.usd_per_hour
    saved = planner().wider(plan(usual), parse_request(usual), verify=False)
    assert {entry.offer_class for entry in saved} <= {"marketplace", "community"}
    assert saved


@pytest.mark.parametrize(
    ("name", "there_is"),
    [("A100", "a100-sxm-80gb"), ("RTX 6000", "rtx-6000-ada"), ("H20 120GB", "h20 (96 GB)"),
     ("4090 36GB", "rtx-4090 (24 GB)"), ("GH200", "gh200-144gb")],
)  # fmt: skip
def test_a_gpu_that_may_be_several_asks_which(name: str, there_is: str) -> None:
    for ask in (
        lambda: explored(question(EIGHT, name)),
        lambda: planner().fit(EIGHT, gpus=[name]),
        lambda: planner().estimate(Deployment(EIGHT, name, concurrency=1.0), Demand.simple(100, 10, 0.0, 0.0)),
    ):
        with pytest.raises(PlannerError) as error:
            ask()
        assert there_is in str(error.value)
        assert "\n" not in str(error.value)


def test_the_score_of_one_checkpoint_is_not_lent_to_another() -> None:
    """86.9 on MMLU is of Thinking-2507 in BF16; neither its base, nor INT8, nor short answers have it (Q4)."""
    models = planner().catalogs.models
    known = lowest_scores("MMLU", models)
    thinking = score_of_checkpoint("Qwen/Qwen3-30B-A3B-Thinking-2507", known, models)
    assert thinking is not None
    assert thinking.score == 86.9
    for other in ("Qwen/Qwen3-30B-A3B", "Qwen/Qwen3-30B-A3B-FP8", "someone/Qwen3-30B-A3B-Thinking-2507-AWQ"):
        assert score_of_checkpoint(other, known, models) != thinking
    asked = question(EIGHT, "H200 SXM") | {"quality": {"benchmark": "MMLU", "min_score": 86.9}}
    del asked["model"]
    found = planner().plan(parse_request(asked), verify=False)
    assert isinstance(found, Plan)
    assert "30B-A3B" not in found.cluster.replica.model
    long = planner().plan(parse_request(asked | {"output_tokens": {"mean": 4000.0}}), verify=False)
    assert isinstance(long, Plan)
    if "Thinking-2507" in " ".join(long.assumptions):
        assert long.cluster.replica.weight_format == "bf16"


def test_native_is_the_reference_of_quant() -> None:
    """MXFP4 of gpt-oss keeps all, and nothing is starred by the evidence of another family (Q2)."""
    table = planner().quant(parse_request(question("openai/gpt-oss-20b", "H100 SXM")), largest_rate=True)
    first = table.rows[0]
    assert (first.weight_format, first.native, first.quality.loss_pct) == ("mxfp4", True, 0.0)
    for row in table.rows:
        for model in row.quality.weights.models:
            assert "gpt-oss" in model


def test_one_gpu_costs_the_same_by_name_and_by_why_not() -> None:
    """$9.60 by --gpu and $14.40 by --why-not (P6)."""
    asked = question("meta-llama/Llama-3.1-70B-Instruct", "A100 SXM 80GB", "H100 SXM", rate=4.0)
    asked |= {"output_tokens": {"mean": 300.0}, "sla": {"ttft_p95_s": 2.0, "tpot_p95_s": 0.06}}
    request = parse_request(asked)
    answer = planner().plan(request, verify=False)
    assert isinstance(answer, Plan)
    loser = "A100 SXM 80GB" if answer.cluster.machine.gpu != "A100 SXM 80GB" else "H100 SXM"
    why = planner().why_not(answer, request, loser, verify=False)
    alone = plan(asked | {"scope": {"gpus": [loser]}}).cluster
    assert why.usd_per_hour == pytest.approx(alone.cost.usd_per_hour)


def test_a_model_from_a_file_is_a_model(tmp_path: Path) -> None:
    """`--model ./config.json` was not known to the simulation (P7); a quantized one is planned as it is stored."""
    path = tmp_path / "config.json"
    path.write_text(json.dumps(DENSE_CONFIG))
    answer = planner().plan(parse_request(question(str(path), "L40S", rate=0.3)))
    assert isinstance(answer, Plan)
    assert answer.verification is not None
    assert answer.verification.served > 0
    stored = tmp_path / "awq" / "config.json"
    stored.parent.mkdir()
    stored.write_text(
        json.dumps(DENSE_CONFIG | {"quantization_config": {"quant_method": "awq", "bits": 4, "group_size": 128}})
    )
    assert plan(question(str(stored), "L40S", rate=0.3)).cluster.replica.weight_format == "awq_int4_g128"


def test_llama_cpp_is_not_planned_in_one_bit() -> None:
    """IQ1_S of a 70B by default (Q1): with nothing that fits within the limit the answer is no."""
    asked = question(SEVENTY, "H100 SXM", rate=0.05, engines=["llama.cpp"]) | {"sla": {}}
    found = plan(asked).cluster
    assert found.quality is not None
    assert found.quality.within_limit
    assert "_iq" not in found.replica.weight_format
    small = question(SEVENTY, "RTX 4090", rate=0.02, engines=["llama.cpp"], max_gpus_per_replica=1) | {"sla": {}}
    answer = planner().plan(parse_request(small), verify=False)
    assert isinstance(answer, Infeasible)
    assert not any("iq1" in choice.weight_format for choice in answer.looser)


def test_a_gguf_checkpoint_is_its_mix() -> None:
    name = "bartowski/Meta-Llama-3.1-8B-Instruct-GGUF:Q4_K_M"
    found = plan(question(name, "L40S", rate=0.1, engines=["llama.cpp"]) | {"sla": {}}).cluster
    assert found.replica.weight_format == "gguf_q4_k_m"
    assert found.memory.parts[0].gib < 6.0


def test_an_eight_bit_cache_on_long_context_is_not_chosen_unasked_and_states_its_loss() -> None:
    """It passes short tasks and loses 2 to 7 % of long retrieval."""
    long = question(SEVENTY, "H200 SXM", rate=0.2, isl=60_000.0) | {"sla": {}}
    assert plan(long).cluster.replica.kv_format == "bf16"
    named = plan(long | {"scope": {**long["scope"], "kv_formats": ["fp8"]}}).cluster.quality
    assert named is not None
    assert named.cache.measured == "long"
    assert named.cache.loss_pct is not None
    assert 1.0 < named.cache.loss_pct < 8.0
    assert not named.within_limit
    assert any("MRCR" in benchmark for benchmark in named.cache.benchmarks)


def test_nothing_may_be_lost_where_the_limit_is_zero_and_all_where_there_is_none() -> None:
    asked = question(SEVENTY, "H100 SXM")
    strict, usual, free = (
        plan(asked | {"quality": terms}).cluster for terms in ({"max_loss_pct": 0.0}, {}, {"any_quality": True})
    )
    assert strict.quality is not None
    assert strict.quality.loss_pct == 0.0
    assert free.cost.usd_per_hour <= usual.cost.usd_per_hour <= strict.cost.usd_per_hour


def test_a_checkpoint_in_fp32_is_served_in_sixteen_bits() -> None:
    for gpu, half in (("L4", "bf16"), ("V100 SXM2 32GB", "fp16")):
        scope = {"formats": [], "max_gpus_per_replica": 8}
        found = plan(question("google/gemma-2-9b-it", gpu, rate=0.1, **scope) | {"quality": {"max_loss_pct": 0.0}})
        assert found.cluster.replica.weight_format == half


def test_what_no_kernel_runs_says_so() -> None:
    answer = explored(question(AWQ, "V100 SXM2 32GB")).answer
    assert isinstance(answer, Infeasible)
    assert "kernel" in answer.binding_limit


def test_every_answer_says_how_old_its_price_is_and_of_which_class() -> None:
    for name in (f"{AWQ} on L40S", f"{EIGHT} on H100 SXM"):
        model, gpu = name.split(" on ")
        machine = planner().plan(parse_request(question(model, gpu)), verify=False).cluster.machine  # type: ignore[union-attr]
        assert machine.price_as_of
        assert machine.price_age_days is not None
        assert machine.offer_class in ("hyperscaler", "cloud")


def test_a_price_beyond_180_days_is_warned_of_or_left_out() -> None:
    asked = question(EIGHT, "L40S")
    answer = planner().plan(parse_request(asked), verify=False)
    assert isinstance(answer, Plan)
    old = (answer.cluster.machine.price_age_days or 0) > 180
    assert old == any("days old" in text for text in answer.warnings)
    fresh = planner().plan(
        parse_request(asked | {"scope": {**asked["scope"], "max_price_age_days": 180}}), verify=False
    )
    if isinstance(fresh, Plan):
        assert (fresh.cluster.machine.price_age_days or 0) <= 180
        assert fresh.cluster.cost.usd_per_hour >= answer.cluster.cost.usd_per_hour
