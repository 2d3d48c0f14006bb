"""Small results in the form that each tool writes; the figures are made up and agree with each other."""

from __future__ import annotations

import json
from typing import Any

VLLM: dict[str, Any] = {
    "date": "20260623-233624", "backend": "vllm", "model_id": "meta-llama/Llama-3.1-8B-Instruct",
    "tokenizer_id": "meta-llama/Llama-3.1-8B-Instruct", "request_rate": "inf", "max_concurrency": 4, "duration": 100.0,
    "completed": 100, "total_input_tokens": 80_000, "total_output_tokens": 20_000, "request_throughput": 1.0,
    "output_throughput": 200.0, "total_token_throughput": 1000.0, "mean_ttft_ms": 80.0, "median_ttft_ms": 78.0,
    "p99_ttft_ms": 120.0, "mean_tpot_ms": 20.0, "median_tpot_ms": 20.0, "p99_tpot_ms": 21.0, "mean_e2el_ms": 4060.0,
}  # fmt: skip
SGLANG: dict[str, Any] = {
    "backend": "sglang", "dataset_name": "random", "request_rate": 2.0, "max_concurrency": None, "completed": 600,
    "total_input_tokens": 300_000, "total_output_tokens": 60_000, "mean_e2e_latency_ms": 2060.0, "duration": 300.0,
    "median_e2e_latency_ms": 2050.0, "median_ttft_ms": 80.0, "median_itl_ms": 18.0, "output_throughput": 200.0,
    "sharegpt_output_len": None, "random_input_len": 1000, "random_output_len": 200, "random_range_ratio": 0.0,
}  # fmt: skip


def metric(mean: float, unit: str = "ms", **more: float) -> dict[str, Any]:
    return {"unit": unit, "avg": mean, **more}


AIPERF: dict[str, Any] = {
    "request_throughput": metric(1.0, "requests/sec"), "request_latency": metric(4060.0),
    "request_count": metric(100.0, "requests"), "time_to_first_token": metric(80.0, p50=78.0, p99=120.0),
    "inter_token_latency": metric(0.020, "sec"), "output_token_throughput": metric(200.0, "tokens/sec"),
    "output_sequence_length": metric(200.0, "tokens", std=20.0),
    "input_sequence_length": metric(800.0, "tokens", std=0.0), "benchmark_duration": metric(100.0, "sec"),
    "input_config": {"endpoint": {"model_names": ["Qwen/Qwen3-8B"]}, "loadgen": {"concurrency": 4}},
    "start_time": "2026-06-23T10:00:00", "goodput": None,
    "telemetry_data": {"endpoints": {"a": {"gpus": {"gpu_0": {"gpu_name": "NVIDIA L40S"}}}}},
}  # fmt: skip


def good(mean: float, **more: float) -> dict[str, Any]:
    found = {"mean": mean, "std_dev": 0.0, "count": 100, "percentiles": {"p50": mean, "p95": mean, "p99": mean}}
    return {"successful": found | more, "errored": {"mean": 1e9}, "total": {"mean": 1e9}}


GUIDELLM: dict[str, Any] = {
    "metadata": {"version": 2},
    "config": {"spec": {"backend": {"model": "Qwen/Qwen3-8B"}}},
    "benchmarks": [
        {
            "config": {"strategy": {"type_": "concurrent", "streams": 4}},
            "metrics": {
                "request_totals": {"successful": 100}, "request_latency": good(4.06),
                "request_concurrency": good(3.9), "requests_per_second": good(1.0),
                "prompt_token_count": good(800.0), "output_token_count": good(200.0, std_dev=20.0),
                "time_to_first_token_ms": good(80.0), "inter_token_latency_ms": good(20.0),
                "time_per_output_token_ms": good(20.3), "output_tokens_per_second": good(200.0),
            },
        }
    ],
}  # fmt: skip
LLAMA_BENCH: dict[str, Any] = {
    "build_number": 5163, "gpu_info": "NVIDIA GeForce RTX 4080", "backends": "CUDA",
    "model_filename": "models/Qwen2.5-7B-Instruct-Q4_K_M.gguf", "model_type": "qwen2 7B Q4_K - Medium",
    "flash_attn": False, "n_prompt": 0, "n_gen": 128, "n_depth": 0, "test_time": "2026-04-24T11:58:50Z",
    "avg_ns": 1_066_666_667, "avg_ts": 120.0, "samples_ns": [1], "samples_ts": [120.0],
}  # fmt: skip
INFERENCEX: dict[str, Any] = {
    "hw": "h200", "conc": 16, "model": "meta-llama/Llama-3.1-70B", "infmax_model_prefix": "l70b", "framework": "vllm",
    "precision": "fp8", "spec_decoding": "none", "disagg": False, "isl": 1024, "osl": 1024, "tp": 2, "pp": 1, "ep": 1,
    "dp_attention": "false", "tput_per_gpu": 600.0, "output_tput_per_gpu": 300.0, "mean_ttft": 0.2,
    "median_tpot": 0.024, "mean_tpot": 0.025, "p99_tpot": 0.03,
}  # fmt: skip
MLPERF = """\
================================================
MLPerf Results Summary
================================================
Scenario : Server
Completed samples per second    : 10.0
Completed tokens per second: 2000.0
Result is : VALID
Mean latency (ns)               : 4080000000
Mean First Token latency (ns)                : 100000000
99.00 percentile first token latency (ns)   : 300000000
Mean Time to Output Token (ns)               : 20000000
"""
METRICS = """\
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="Qwen/Qwen3-8B"} 3.0
vllm:num_requests_running{engine="1",model_name="Qwen/Qwen3-8B"} 1.0
vllm:num_requests_waiting{engine="0",model_name="Qwen/Qwen3-8B"} 0.0
vllm:request_prompt_tokens_count{engine="0",model_name="Qwen/Qwen3-8B"} 100.0
vllm:request_prompt_tokens_sum{engine="0",model_name="Qwen/Qwen3-8B"} 80000.0
vllm:request_generation_tokens_count{engine="0",model_name="Qwen/Qwen3-8B"} 100.0
vllm:request_generation_tokens_sum{engine="0",model_name="Qwen/Qwen3-8B"} 20000.0
vllm:request_generation_tokens_created{engine="0",model_name="Qwen/Qwen3-8B"} 1.7e+09
vllm:time_to_first_token_seconds_count{engine="0",model_name="Qwen/Qwen3-8B"} 100.0
vllm:time_to_first_token_seconds_sum{engine="0",model_name="Qwen/Qwen3-8B"} 8.0
vllm:request_time_per_output_token_seconds_count{engine="0",model_name="Qwen/Qwen3-8B"} 100.0
vllm:request_time_per_output_token_seconds_sum{engine="0",model_name="Qwen/Qwen3-8B"} 2.0
"""
MARKDOWN = """\
ggml_cuda_init: found 1 ROCm devices:
  Device 0: Radeon 8060S Graphics, gfx1151 (0x1151), VMM: no, Wave Size: 32
| model                  |       size |     params | backend | ngl | fa |            test |           t/s |
| ---------------------- | ---------: | ---------: | ------- | --: | -: | --------------: | ------------: |
| gpt-oss 120B MXFP4 MoE |  59.02 GiB |   116.83 B | ROCm    |  99 |  1 |           pp512 | 684.87 ± 3.91 |
| gpt-oss 120B MXFP4 MoE |  59.02 GiB |   116.83 B | ROCm    |  99 |  1 |   tg32 @ d32768 |  51.48 ± 0.07 |

build: 0253fb21f (9187)
"""
GENAI = """\
Metric,avg,min,max,p99,p95,p90,p75,p50,p25,p10,p5,p1
Time To First Token (ms),80.00,7.00,90.00,88.00,86.00,84.00,82.00,80.00,7.50,7.20,7.10,7.02
Request Latency (ms),"4,060.00",4.00,6.00,5.98,5.90,5.80,5.50,5.00,4.50,4.20,4.10,4.02
Inter Token Latency (ns),20000000.00,10,12,11.98,11.90,11.80,11.50,11.00,10.50,10.20,10.10,10.02
Output Sequence Length (tokens),200.00,1.00,3.00,2.98,2.90,2.80,2.50,2.00,1.50,1.20,1.10,1.02
Input Sequence Length (tokens),800.00,5.00,7.00,6.98,6.90,6.80,6.50,6.00,5.50,5.20,5.10,5.02

Metric,Value
Output Token Throughput (tokens/sec),200.00
Request Throughput (per sec),1.00
"""
POINTS = (
    "model,gpu,gpus,tp,engine,load,isl,osl,concurrency,tpot_ms_mean,note\n"
    "Qwen/Qwen3-8B,L40S,1,1,vLLM,closed_loop,800,200,4,20,measured 2026-06-23\n"
)
ALL = {
    "vllm": json.dumps(VLLM), "sglang": "\n".join([json.dumps(SGLANG)] * 2), "guidellm": json.dumps(GUIDELLM),
    "aiperf": json.dumps(AIPERF), "genai": GENAI, "llama-bench": json.dumps([LLAMA_BENCH]), "markdown": MARKDOWN,
    "inferencex": json.dumps(INFERENCEX), "mlperf": MLPERF, "metrics": METRICS, "points": POINTS,
}  # fmt: skip
