"""The flags of llama.cpp's settings, under its own names."""

from __future__ import annotations

from planner.cli.help import OneOf, option, together

ENGINE = "Settings of llama.cpp and Ollama"
TYPES = ("f32", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl")
SETTINGS = (
    "ctx_size", "parallel", "batch_size", "ubatch_size", "flash_attn", "cache_type_k", "cache_type_v", "n_gpu_layers",
    "n_cpu_moe", "swa_full", "kv_unified", "no_kv_offload", "host_memory_gb_s",
)  # fmt: skip

ggml_options = together(
    option(ENGINE, "--ctx-size", type=int, metavar="TOKENS", help="Cells of the cache, of all sequences (-c)."),
    option(ENGINE, "--parallel", type=int, metavar="N", help="Sequences (-np)."),
    option(ENGINE, "--batch-size", type=int, metavar="TOKENS", help="Logical batch (-b). [default: 2048]"),
    option(ENGINE, "--ubatch-size", type=int, metavar="TOKENS", help="Physical batch (-ub). [default: 512]"),
    option(ENGINE, "--flash-attn", type=OneOf(["on", "off", "auto"]), help="Flash attention (-fa)."),
    option(ENGINE, "--cache-type-k", type=OneOf(TYPES), help="Type of the K cache (-ctk). [default: f16]"),
    option(ENGINE, "--cache-type-v", type=OneOf(TYPES), help="Type of the V cache (-ctv). [default: f16]"),
    option(ENGINE, "--n-gpu-layers", type=int, metavar="N", help="Layers on the GPU (-ngl). [default: all]"),
    option(ENGINE, "--n-cpu-moe", type=int, metavar="N", help="First layers whose experts stay in host memory."),
    option(ENGINE, "--swa-full", is_flag=True, default=None, help="A whole cache for sliding windows."),
    option(ENGINE, "--kv-unified", is_flag=True, default=None, help="One cache for all sequences."),
    option(ENGINE, "--no-kv-offload", is_flag=True, default=None, help="Cache and attention in host memory."),
)  # fmt: skip
host_option = option(
    ENGINE, "--host-memory-gb-s", type=float, metavar="GB_S",
    help="Memory bandwidth of the host, for the time of what is there.",
)  # fmt: skip
