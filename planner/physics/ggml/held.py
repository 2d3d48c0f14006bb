"""What a llama.cpp process holds beside its compute buffers: weights, cache and recurrent states, by place.

Source: src/llama-model.cpp (load_tensors: embeddings in host memory, a copy of tied ones as output head on the device),
src/llama-kv-cache.cpp, src/llama-memory-recurrent.cpp (FP32 states, one for each sequence and one more for each
drafted token).
"""

from __future__ import annotations

from functools import lru_cache

from models_db.cache import CacheLayer, cache_layers
from models_db.formats import Format, small_bits, weight_bits
from models_db.gguf import lookup_bits
from models_db.matrices import matrices, total_params
from models_db.schema import Model
from planner.frozen import dataclass
from planner.physics.ggml.build import Build
from planner.physics.ggml.settings import Process
from planner.physics.ggml.windows import applies_windows, has_cache

STATE_BYTES = 4.0


@dataclass(frozen=True, slots=True)
class ByPlace:
    """Bytes on the fullest device and on the host."""

    device: float
    host: float


@lru_cache(maxsize=4096)
def weights_held(model: Model, fmt: Format, run: Process) -> ByPlace:
    """Model buffers: the layers and the head on devices, embeddings and what is left on the CPU in host memory."""
    rest, experts, embedding, head = _parts(model, fmt)
    n = model.n_layers
    on_device = n - run.layers_on_cpu if run.device else 0
    moved = share_of_experts(model, max(run.layers_on_cpu, run.experts_on_cpu)) if run.device else 1.0
    layers = rest * on_device + experts * (1.0 - moved)
    host = rest * (n - on_device) + experts * moved + embedding
    if run.output_on_cpu or not run.device:
        return ByPlace(layers / run.devices, host + (0.0 if model.tied_embeddings else head))
    each, dealt = layers / max(1, on_device), run.dealt(on_device)
    last = each * dealt[-1] + head + _drafting_bytes(model, fmt, run)
    return ByPlace(max(each * max(dealt), last), host)


def share_of_experts(model: Model, first: int) -> float:
    """Share of all experts that the first so many layers have: leading dense layers have none."""
    lead, n = model.leading_dense, model.n_layers
    return max(0, min(first, n) - lead) / max(1, n - lead)


def _drafting_bytes(model: Model, fmt: Format, run: Process) -> float:
    return drafting_bytes(model, fmt) if run.drafts else 0.0


def drafting_bytes(model: Model, fmt: Format) -> float:
    """The model's own drafting layers, as many bits a parameter as its layers."""
    rest, experts, _, _ = _parts(model, fmt)
    own = total_params(model) - model.vision_params - model.lookup_params
    inside = sum(m.elements for m in matrices(model) if m.role in ("embedding", "head"))
    return (rest * model.n_layers + experts) / (own - inside) * model.mtp_params


@lru_cache(maxsize=1024)
def _parts(model: Model, fmt: Format) -> tuple[float, float, float, float]:
    """Bytes of a mean layer without experts, of all experts, of the embeddings and of the head."""
    sizes = {"layer": 0.0, "expert": 0.0, "embedding": 0.0, "head": 0.0}
    for m in matrices(model):
        sizes[m.role if m.role in sizes else "layer"] += m.elements * weight_bits(fmt, m, model) / 8.0
    counted = sum(m.elements for m in matrices(model))
    rest = total_params(model) - model.vision_params - model.lookup_params - counted
    layers = sizes["layer"] + rest * small_bits(fmt) / 8.0
    lookup = model.lookup_params * (lookup_bits(fmt.gguf) if fmt.gguf else fmt.wide_bits) / 8.0
    head = sizes["embedding"] if model.tied_embeddings and model.task == "generate" else sizes["head"]
    return layers / model.n_layers, sizes["expert"], sizes["embedding"] + lookup, head


def cache_held(model: Model, run: Process) -> ByPlace:
    """KV buffers, whole at start: of the layers on devices, and of those on the CPU."""
    total = kv_bytes(model, run) + draft_kv_bytes(model, run)
    if run.kv_on_cpu or not run.device:
        return ByPlace(0.0, total)
    n, on_device = model.n_layers, model.n_layers - run.layers_on_cpu
    return ByPlace(total * max(run.dealt(on_device)) / n, total * (n - on_device) / n)


def kv_bytes(model: Model, run: Process) -> float:
    """All KV buffers of the target model."""
    if not has_cache(model) and not run.build.encoder_cache:
        return 0.0
    windowed = applies_windows(model)
    return sum(layer_kv_bytes(layer, run, windowed=windowed) for layer in cache_layers(model))


def layer_kv_bytes(layer: CacheLayer, run: Process, *, windowed: bool) -> float:
    """KV buffer of one kind of layers; windowed: whether windows are applied."""
    cells: float = run.window_cells(layer.window) if layer.window and windowed else run.cells
    if layer.kind == "compressed":
        cells = run.window_cells(layer.window or 0) + (run.cells / layer.ratio if layer.ratio else 0.0)
    return layer.count * cells * run.streams * cell_bits(layer, run.k_bits, run.v_bits, run.build) / 8.0


def cell_bits(layer: CacheLayer, k_bits: float, v_bits: float, build: Build) -> float:
    """Bits of one token in one layer. Latents: expanded heads before their support, once or twice after."""
    if layer.kind == "mla":
        latent, rope = layer.k_elements, layer.v_elements
        if build.latent_cache:
            return (latent + rope) * k_bits + (latent * v_bits if build.latent_twice else 0.0)
        value = layer.prefill_dim - (layer.prefill_dim - rope) // 2 - rope
        return layer.heads * ((layer.prefill_dim - value) * k_bits + value * v_bits)
    if layer.kind == "compressed":
        return layer.k_elements * k_bits
    if layer.kind != "gqa" or layer.image_only:
        return 0.0
    alone = not layer.stored and layer.kv_heads and layer.heads == layer.kv_heads
    return layer.kv_heads * (layer.k_elements * k_bits + layer.v_elements * v_bits) if layer.stored or alone else 0.0


def draft_kv_bytes(model: Model, run: Process) -> float:
    """KV of the model's own drafting layers, in a context of their own: as wide as its widest attention, 16 bit."""
    if not run.drafts or not model.mtp_layers:
        return 0.0
    widest = max((cell_bits(layer, 16.0, 16.0, run.build) for layer in cache_layers(model)), default=0.0)
    return model.mtp_layers * run.cells * run.streams * widest / 8.0


def states_bytes(model: Model, run: Process) -> float:
    """Recurrent state buffer: convolution and state in FP32, of each sequence and of each draft that may be undone."""
    elements = sum(
        layer.count * (layer.state_elements + layer.conv_elements)
        for layer in cache_layers(model) if layer.kind in ("linear", "ssm")
    )  # fmt: skip
    return elements * STATE_BYTES * run.n_parallel * (1 + run.drafts)
