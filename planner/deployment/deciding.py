"""Which setting decides whether a deployment fits: those that nobody stated, each tried alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from models_db.checkpoints import is_converted
from models_db.formats import Format, formats
from models_db.schema import Model, Moe
from planner.catalogs import Catalogs
from planner.deployment.cuts import cuts_to_try
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment, one_design
from planner.physics.design import Designs
from planner.physics.footprint import footprint
from planner.physics.kernels import support
from planner.physics.kv_cache import cache_bytes
from planner.physics.split import Split, format_problem

Setting = tuple[str, Deployment]
# Of a GPU's memory: what is often set, and the most that logs in the evidence state but for one.
SHARES = (0.95, 0.98)


def deciding(d: Deployment, designs: Designs, tokens: float, catalogs: Catalogs, coefficients: Coefficients) -> str:
    """The settings with which a sequence of so many tokens would fit, one of each kind; empty where none does."""

    def fits(option: Setting) -> bool:
        tried, _ = one_design(option[1], catalogs)
        parts = footprint(tried, coefficients, max_sequences=np.array([float(option[1].max_sequences)]))
        return bool(parts.kv_pool[0, 0] >= cache_bytes(tried, np.array(np.ceil(tokens)))[0])

    kinds = (_narrower(d, designs), _wider(d, designs), _larger_share(d, designs))
    found = [next(filter(fits, options), None) for options in kinds]
    found += [_least(options, fits) for options in (_fewer_layers(d, designs), _fewer_experts(d, designs))]
    names = [option[0] for option in found if option]
    return f"not stated, and each alone makes room: {', '.join(names)}" if names else ""


def _narrower(d: Deployment, designs: Designs) -> Iterator[Setting]:
    """Narrower weights, the widest first, where no format was asked for and the checkpoint is not one of a format."""
    model, gpu, engine = designs.model, designs.gpus[0], designs.engines[0]
    if d.weights is not None or is_converted(model):
        return

    def order(fmt: Format) -> tuple[bool, float]:
        # An engine that is not llama.cpp's reads GGUF with kernels that its makers call slow.
        return fmt.kind == "gguf" and not engine.ggml, -fmt.nominal_bits

    for fmt in sorted((f for f in formats().values() if f.remedy), key=order):
        runs = support(fmt, gpu, engine.id).level != "none" and not format_problem(model, fmt, d.split)
        if runs and fmt.nominal_bits < designs.formats[0].nominal_bits:
            yield f"--weights {fmt.id}", replace(d, weights=fmt.id)


def _wider(d: Deployment, designs: Designs) -> Iterator[Setting]:
    """More GPUs, the fewest first, where the deployment is on one."""
    if d.split != Split():
        return
    for split in cuts_to_try(designs.model, designs.gpus[0], designs.formats[0], designs.engines[0]):
        if split != Split():
            flags = {"--tp": split.tp, "--pp": split.pp}
            yield " ".join(f"{flag} {n}" for flag, n in flags.items() if n > 1), replace(d, split=split)


def _larger_share(d: Deployment, designs: Designs) -> Iterator[Setting]:
    """A larger share of the memory, where none was asked for."""
    if d.settings.memory_fraction is not None or designs.engines[0].ggml:
        return
    yield from (_set(d, designs, "memory_fraction", share) for share in SHARES)


def _fewer_layers(d: Deployment, designs: Designs) -> list[Setting]:
    """Fewer layers on the GPU, the most first, where the engine can keep the others in host memory."""
    if not designs.engines[0].ggml or d.settings.on_host(designs.model.n_layers):
        return []
    return [_set(d, designs, "n_gpu_layers", n) for n in range(designs.model.n_layers, 0, -1)]


def _fewer_experts(d: Deployment, designs: Designs) -> list[Setting]:
    """Experts of more layers in host memory, the fewest first."""
    if not _has_experts(designs.model):
        return []
    return [_set(d, designs, "n_cpu_moe", n + 1) for n, _ in enumerate(_fewer_layers(d, designs))]


def _has_experts(model: Model) -> bool:
    return any(isinstance(ffn, Moe) for group in model.layers for ffn in group.ffns)


def _set(d: Deployment, designs: Designs, name: str, value: float) -> Setting:
    from planner.export.reading.flags import own_flag

    flag = own_flag(designs.engines[0].id, name) or f"--{name.replace('_', '-')}"
    return f"{flag} {value}", replace(d, settings=d.settings.model_copy(update={name: value}))


def _least(options: list[Setting], fits: Callable[[Setting], bool]) -> Setting | None:
    """The first that fits of options of which each leaves more room than the one before."""
    low, high = 0, len(options)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(options[middle]) else (middle + 1, high)
    return options[low] if low < len(options) else None
