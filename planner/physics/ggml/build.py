"""What a build of llama.cpp does when it reserves its graphs: by build number, each with where it is stated."""

from __future__ import annotations

import re

from planner.frozen import dataclass

# The first release of each change, by build number (source: llama.cpp's own files at those builds).
LATENT_CACHE = 5400  # deepseek2 keeps latents: src/llama-model.cpp, 2025-05
ENCODER_CACHE = 5430  # create_memory returns none for BERT and its like from here on, 2025-05
WINDOW_CACHE = 5450  # llama_kv_cache_unified_iswa: sliding windows keep n_swa + n_ubatch cells, 2025-05
FUSED_GATES = 5785  # ggml_swiglu_split in build_ffn and build_moe_ffn, 2025-07
OWN_STREAMS = 5900  # llama_kv_cache: a stream of cells for each sequence, unless --kv-unified, 2025-07
FLASH_AUTO = 6325  # --flash-attn auto, 2025-08
ONE_LATENT = 7700  # the V cache of latents is a view of the K cache, 2026-01
TWO_INPUTS = 7900  # ggml_build_forward_select: token and embedding inputs in one graph, 2026-01
HEAD_FIRST = 7600  # `-ngl` counts the output head first (i_gpu_start = n_layer + 1 - ngl), about 2026-01
HALF_MASK = 9400  # build_attn_inp_kq_mask in 16 bit with flash attention: ggml-org/llama.cpp#23764, 2026-05-28
FEW_OUTPUTS = 9460  # n_outputs_max: llama-server reserves logits of its sequences: ggml-org/llama.cpp#23861, 2026-06-01
PIPELINES = 2437  # a copy of each input for four batches in flight on several devices, 2024-03
NEWEST = 10488
DAYS = (
    ("2024-04", 2700), ("2024-07", 3300), ("2025-01", 4400), ("2025-05", 5250), ("2025-06", 5560), ("2025-07", 5800),
    ("2025-08", 6060), ("2025-09", 6340), ("2025-10", 6660), ("2025-11", 6920), ("2025-12", 7210), ("2026-01", 7590),
    ("2026-02", 7900), ("2026-03", 8190), ("2026-04", 8610), ("2026-05", 9000), ("2026-06", 9450), ("2026-07", 9860),
    ("2026-08", 10200), ("2026-09", 10600),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Build:
    """A build by its number."""

    number: int = NEWEST

    @property
    def pipelines(self) -> bool:
        """Several devices work on several batches at once."""
        return self.number >= PIPELINES

    @property
    def latent_cache(self) -> bool:
        """Latent attention keeps latents, not expanded heads."""
        return self.number >= LATENT_CACHE

    @property
    def latent_twice(self) -> bool:
        """Latents are kept once as K and once more as V."""
        return self.latent_cache and self.number < ONE_LATENT

    @property
    def encoder_cache(self) -> bool:
        """Encoders are given a cache that they never read."""
        return self.number < ENCODER_CACHE

    @property
    def windows(self) -> bool:
        """Layers with a sliding window keep the window alone."""
        return self.number >= WINDOW_CACHE

    @property
    def fused_gates(self) -> bool:
        """The gated product of a feed-forward part is a tensor of its own beside both factors."""
        return self.number >= FUSED_GATES

    @property
    def own_streams(self) -> bool:
        """Each sequence has its own cells."""
        return self.number >= OWN_STREAMS

    @property
    def flash_auto(self) -> bool:
        """Flash attention is on by default where the device has it."""
        return self.number >= FLASH_AUTO

    @property
    def two_inputs(self) -> bool:
        """The graph takes tokens and embeddings, and reserves both."""
        return self.number >= TWO_INPUTS

    @property
    def half_mask(self) -> bool:
        """The mask is made in 16 bit for flash attention; before it is cast on the device."""
        return self.number >= HALF_MASK

    @property
    def few_outputs(self) -> bool:
        """The server reserves logits for its sequences, not for a whole batch."""
        return self.number >= FEW_OUTPUTS


def build_of(version: str | None) -> Build:
    """The build that a version (`b6325`, `9400`) or a day (`2025-08-30`) names; the newest known where it is None."""
    if version is None:
        return Build()
    day = re.match(r"(20\d\d-\d\d)(?!\d)", version)
    if day:
        return Build(max([number for since, number in DAYS if since <= day.group(1)], default=DAYS[0][1]))
    found = re.search(r"(\d{3,5})", version)
    return Build(int(found.group(1))) if found else Build()


def placed(n_gpu_layers: int, n_layers: int, build: Build) -> tuple[int, bool]:
    """Layers on the CPU under `-ngl`, and whether the output head is there, too."""
    if n_gpu_layers > n_layers:
        return 0, False
    if build.number >= HEAD_FIRST:
        return min(n_layers, n_layers + 1 - n_gpu_layers), n_gpu_layers == 0
    return n_layers - n_gpu_layers, True
