"""The checkpoint of a plan: what the engine is given, and how it is made where nobody is known to publish it."""

import json
import re
import shlex
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from hardware_db.schema import Date, Record
from models_db.checkpoints import is_wide
from models_db.formats import Format, delta_matrices, find_format
from models_db.matrices import matrices
from models_db.schema import Model
from planner.export.launch import FOLDER, Weights
from planner.export.text import checked
from planner.physics.engines import Engine
from planner.shipped import shipped_toml

DATA = Path(__file__).with_name("weights.toml")
DTYPES = {"bf16": "bfloat16", "fp16": "float16", "fp32": "float32"}
# Mixes of 16 bits, as the converter of GGUF names them.
PLAIN = {"bf16": "BF16", "fp16": "F16", "fp32": "F32"}


class MakingWay(Record):
    """How weights of a format are made; see `weights.toml`."""

    format: str
    on_load: dict[str, str] = {}
    tool: str = ""
    scheme: str = ""
    group: Annotated[int, Field(ge=1, le=4096)] | None = None


class MakingWays(Record):
    """All of `weights.toml`."""

    checked: Date
    sources: Annotated[tuple[str, ...], Field(strict=False)]
    way: Annotated[tuple[MakingWay, ...], Field(strict=False)]


@cache
def ways() -> dict[str, MakingWay]:
    """How each format is made, by its id."""
    found = MakingWays.model_validate(shipped_toml(DATA))
    return {way.format: way for way in found.way}


def checkpoint_of(model: Model, fmt: Format, engine: Engine) -> Weights:
    """What an engine loads so that the weights of a model are in a format."""
    name = checked(model.checkpoint, "model")
    if fmt.gguf and name.lower().endswith(f":{fmt.gguf.lower()}"):
        # A repository that was named with its mix.
        name = name.rpartition(":")[0]
    own = find_format(model.native.format)
    if engine.stores_gguf:
        return _of_gguf(model, fmt, name)
    if fmt.gguf is not None and own.id == fmt.id:
        mix = fmt.gguf.upper()
        return Weights(f"{name}:{mix}", fmt.id, mix=mix, repository=True, tokenizer=model.id)
    if own.id == fmt.id:
        return Weights(name, fmt.id)
    if is_wide(own) and is_wide(fmt):
        return Weights(name, fmt.id, dtype=DTYPES[fmt.id])
    word = ways()[fmt.id].on_load.get(engine.id) if fmt.id in ways() else None
    if word is not None and is_wide(own):
        return Weights(name, fmt.id, how="on_load", quantization=word)
    path = f"{FOLDER}/{path_of(name)}-{fmt.id}"
    if fmt.gguf is not None:
        return replace(_of_gguf(model, fmt, name), tokenizer=model.id)
    return Weights(path, fmt.id, how="made", make=tuple(_made(name, model, fmt, path, engine)))


def path_of(name: str) -> str:
    """The name of a checkpoint as the end of a path that stays where it is put.

    >>> path_of("Qwen/Qwen3-8B"), path_of("../a b")
    ('Qwen/Qwen3-8B', 'a-b')
    """
    parts = [re.sub(r"[^A-Za-z0-9._-]+", "-", part).strip(".-") for part in name.split("/")]
    return "/".join([part for part in parts if part][-2:]) or "model"


def _of_gguf(model: Model, fmt: Format, name: str) -> Weights:
    """A GGUF file of the model, on a hub where the checkpoint is one, else converted.

    What is stored in a format of its own (MXFP4 experts) keeps it as it is converted: `gpt_oss` in
    convert_hf_to_gguf.py repacks them whatever the type of the rest.
    """
    mix = fmt.gguf.upper() if fmt.gguf else PLAIN.get(fmt.id)
    if "gguf" in name.lower():
        own = mix or fmt.id.upper()
        return Weights(f"{name}:{own}", fmt.id, mix=own, repository=True)
    path, folder = f"{FOLDER}/{path_of(name)}-{mix or fmt.id}.gguf", f"{FOLDER}/{path_of(name)}"
    base = PLAIN.get(model.native.format, "BF16")
    wide = path if mix in (base, None) else f"{folder}-{base}.gguf"
    lines = [
        ["hf", "download", name, "--local-dir", folder],
        ["python3", "convert_hf_to_gguf.py", folder, "--outtype", base.lower(), "--outfile", wide],
        *([] if wide == path else [["llama-quantize", wide, path, str(mix)]]),
    ]
    return Weights(path, fmt.id, how="made", mix=mix or fmt.id.upper(), make=tuple(shlex.join(line) for line in lines))


def _made(name: str, model: Model, fmt: Format, path: str, engine: Engine) -> list[str]:
    """Command lines of the public tool that writes a checkpoint; what has none is left to the format's own text."""
    own = _own_tool(name, fmt, path)
    if own:
        return [shlex.join(words) for words in own]
    way = ways().get(fmt.id)
    tool = way.tool if way else ""
    if way is None or not tool:
        return [f"echo {shlex.quote(f'no public tool is known that writes {fmt.name}')} >&2; false"]
    if tool == "quark":
        words = ["python3", "quantize_quark.py", "--model_dir", name, "--quant_scheme", way.scheme,
                 "--model_export", "hf_format", "--output_dir", path]  # fmt: skip
        return [shlex.join(words)]
    if tool == "modelopt":
        words = ["python3", "hf_ptq.py", "--pyt_ckpt_path", name, "--qformat", way.scheme, "--export_path", path]
        return [shlex.join(words)]
    return [f"python3 -c {shlex.quote(_oneshot(name, way, path, ignored(model, fmt)))}"]


def _own_tool(name: str, fmt: Format, path: str) -> list[list[str]]:
    """Commands of formats that one engine's own tool makes: MLX's, and EXL3, which reads a folder."""
    if fmt.id.startswith("mlx_"):
        sizes = ["--q-bits", f"{fmt.bits:.0f}", "--q-group-size", str(fmt.group)]
        return [["mlx_lm.convert", "--hf-path", name, "--mlx-path", path, "-q", *sizes]]
    if fmt.id.startswith("exl3_"):
        folder = f"{FOLDER}/{path_of(name)}"
        convert = ["-i", folder, "-o", path, "-w", f"{path}-work", "-b", f"{fmt.bits:g}"]
        return [["hf", "download", name, "--local-dir", folder], ["python3", "convert.py", *convert]]
    return []


# The modifier of llm-compressor for a scheme; plain rounding for the rest.
MODIFIERS = {"W4A16_ASYM": "awq.AWQModifier", "W4A16": "quantization.GPTQModifier", "W8A8": "quantization.GPTQModifier"}
ROUNDING = "quantization.QuantizationModifier"
# Schemes that no data set calibrates.
WITHOUT_DATA = ("DYNAMIC", "BLOCK")


# Modules of checkpoints by the matrix of the plan: those that the format does not cover stay wide. Names:
# examples of llm-compressor (Mixtral, Qwen3-MoE, Qwen3-Next, Qwen3.5, gpt-oss).
MODULES = {
    "router": ("re:.*mlp.gate$", "re:.*block_sparse_moe.gate$", "re:.*router.*"),
    "shared_up": ("re:.*shared_expert.*",), "in_proj": ("re:.*linear_attn.*",),
}  # fmt: skip
HEAD, SHARED_GATE = "lm_head", "re:.*shared_expert_gate$"
TOWER = ("re:.*visual.*", "re:.*vision_tower.*", "re:.*vision_model.*", "re:.*multi_modal_projector.*")


def ignored(model: Model, fmt: Format) -> tuple[str, ...]:
    """What the tool must leave wide so that the checkpoint has the bytes that the plan counts."""
    held = {matrix.name: matrix for matrix in matrices(model)}
    wide = [name for name in MODULES if name in held and not fmt.covers(model, held[name])]
    wide = [name for name in wide if name != "in_proj" or delta_matrices(model)]
    gates = (SHARED_GATE,) if "shared_up" in held else ()
    tower = TOWER if model.vision_params else ()
    return (HEAD, *(pattern for name in wide for pattern in MODULES[name]), *gates, *tower)


def _oneshot(name: str, way: MakingWay, path: str, wide: tuple[str, ...] = ("lm_head",)) -> str:
    """A program of llm-compressor on one line; names are Python literals in it."""
    module, _, kind = MODIFIERS.get(way.scheme, ROUNDING).partition(".")
    plain, scheme = way.scheme.endswith(WITHOUT_DATA), json.dumps(way.scheme)
    data = "" if plain else ', dataset="ultrachat_200k", splits="train_sft[:512]", num_calibration_samples=512'
    recipe = [f'm = {kind}(targets="Linear", scheme={scheme}, ignore={json.dumps(wide)})']
    if way.group is not None:
        recipe = [
            "from compressed_tensors.quantization import preset_name_to_scheme",
            f's = preset_name_to_scheme({scheme}, ["Linear"])',
            f"s.weights.group_size = {way.group}",
            f'm = {kind}(config_groups={{"group_0": s}}, ignore={json.dumps(wide)})',
        ]
    lines = [
        "from llmcompressor import oneshot",
        f"from llmcompressor.modifiers.{module} import {kind}",
        *recipe,
        f"oneshot(model={json.dumps(name)}, recipe=m{data}, output_dir={json.dumps(path)})",
    ]
    return "; ".join(lines)
