"""Settings of llama.cpp, under its own names: what lies where, and how large its buffers are."""

from typing import Annotated, Literal

from pydantic import Field

from planner.request.strict import Strict

CacheType = Literal["f32", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl"]
CACHE_BITS = {
    "f32": 32.0, "f16": 16.0, "bf16": 16.0, "q8_0": 8.5, "q5_1": 6.0, "q5_0": 5.5, "q4_1": 5.0, "q4_0": 4.5,
    "iq4_nl": 4.5,
}  # fmt: skip
BatchTokens = Annotated[int, Field(ge=1, le=131_071)]


class GgmlSettings(Strict):
    """Settings that llama.cpp, and what runs it, has; None leaves the default of its build.

    ctx_size: cells of the cache for all sequences together (`-c`); parallel: sequences (`-np`); batch_size and
    ubatch_size: logical and physical batch of a prompt (`-b`, `-ub`); flash_attn: `on`, `off` or `auto` (`-fa`);
    cache_type_k and cache_type_v: types of the cache (`-ctk`, `-ctv`); n_gpu_layers: layers on the GPU (`-ngl`; the
    output head is one more); n_cpu_moe: first layers whose experts stay in host memory (`-ncmoe`); swa_full: whole
    cache for sliding windows; kv_unified: one cache for all sequences (`-kvu`); no_kv_offload: the cache and attention
    stay in host memory (`-nkvo`); host_memory_gb_s: memory bandwidth of the host [GB/s], for the time of what is there.
    """

    ctx_size: Annotated[int, Field(ge=1, le=100_000_000)] | None = None
    parallel: Annotated[int, Field(ge=1, le=256)] | None = None
    batch_size: BatchTokens | None = None
    ubatch_size: BatchTokens | None = None
    flash_attn: Literal["on", "off", "auto"] | None = None
    cache_type_k: CacheType | None = None
    cache_type_v: CacheType | None = None
    n_gpu_layers: Annotated[int, Field(ge=0, le=10_000)] | None = None
    n_cpu_moe: Annotated[int, Field(ge=0, le=10_000)] | None = None
    swa_full: bool | None = None
    kv_unified: bool | None = None
    no_kv_offload: bool | None = None
    host_memory_gb_s: Annotated[float, Field(ge=1, le=10_000, allow_inf_nan=False)] | None = None

    def on_host(self, n_layers: int) -> bool:
        """Whether layers, experts or the cache of a model of so many layers are in host memory."""
        some = self.n_gpu_layers is not None and self.n_gpu_layers <= n_layers
        return some or bool(self.n_cpu_moe) or bool(self.no_kv_offload)

    @property
    def of_ggml(self) -> list[str]:
        """Names of the settings that are stated and that only llama.cpp has."""
        return [name for name in GgmlSettings.model_fields if getattr(self, name) is not None]
