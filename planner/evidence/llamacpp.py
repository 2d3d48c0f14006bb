"""Measured llama.cpp speeds (llama-bench and single chats): read into points, predicted, and judged.

A test is `tgN` or `decode (N tok after D)` (generation at depth D), or `ppN` (one prompt), each perhaps `@ dD`
(behind D tokens that are already there).
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from hardware_db.catalog import HardwareCatalog
from hardware_db.schema import Accelerator
from models_db.checkpoints import checkpoint_formats
from models_db.formats import Format, find_format
from models_db.schema import Model
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.evidence import FOLDER
from planner.evidence.gguf import file_bytes, mix_name
from planner.evidence.names import find_gpu, find_model, timed
from planner.evidence.point import Point
from planner.evidence.points import read_points
from planner.evidence.predict import predict
from planner.evidence.serving import MeasuredPoints
from planner.evidence.sources import sources
from planner.evidence.table import cell
from planner.physics.coefficients import Coefficients
from planner.physics.engines import Engine, find_engine
from planner.physics.kernels import default_kv
from planner.physics.split import Split

COLUMNS = ("pred_tok_s", "lo_tok_s", "hi_tok_s", "basis", "error")
NEEDED = ("gpu", "model", "quant", "test")
LOADS = ("generation", "prompt")
PROMPT = re.compile(r"pp(\d+)(?: @ d(\d+))?")
GENERATION = re.compile(r"tg(\d+)(?: @ d(\d+))?")
AFTER = re.compile(r"decode \((\d+) tok after (\d+)\)")
SHORT = re.compile(r"eval rate \(decode, short prompt\)|decode avgTps \(short chat\)")
REMARKS = re.compile(r"[\[(].*|\b\d+(?:\.\d+)? ?GB\b.*|\b\d+[\s\-\u2010-\u2015]*Core GPU.*", re.IGNORECASE)
NAMED = re.compile(r"[-._](I?Q\d_(?:K_[SML]|K|[01]|NL|XXS|XS|S|M)|BF16|F16|MXFP4)(?:\.gguf|$)", re.IGNORECASE)
BUILD = re.compile(r"\bb?(\d{4,5})\b\)?$")
UNSTATED = "ollama/GGUF default"
CHAT_TOKENS = 300.0  # a choice where the source gives none: generation hardly depends on it


def read_point(row: Mapping[str, str], catalogs: Catalogs) -> Point:
    """One row as a point; raises InputError with the cell that is wrong."""
    load, tokens, depth = _test(row.get("test") or "")
    model = find_model(row.get("model") or "", catalogs.models)
    gpu = timed(_gpu(row.get("gpu") or "", catalogs.hardware))
    count = int(min(max(cell(row, "gpu_count") or 1.0, 1.0), 64.0))
    engine, fmt = _engine(row), _mix(_quant(row), row.get("model") or "", model, gpu.memory_bytes * count)
    return Point(
        model, gpu, fmt, default_kv(gpu, engine), engine,
        Split(pp=min(count, model.n_layers)), 1.0, load, tokens if load == "prompt" else depth + 1.0,
        1.0 if load == "prompt" else tokens, 1.0, np.inf, depth=depth,
    )  # fmt: skip


def load_of(row: Mapping[str, str]) -> str:
    """`generation` or `prompt`; empty where the test is neither."""
    try:
        return _test(row.get("test") or "")[0]
    except InputError:
        return ""


def _test(text: str) -> tuple[str, float, float]:
    """Load, tokens and depth of a test's name."""
    plain = text.strip()
    for load, pattern in (("prompt", PROMPT), ("generation", GENERATION), ("generation", AFTER)):
        found = pattern.fullmatch(plain)
        if found:
            tokens, depth = float(found.group(1)), float(found.group(2) or 0)
            if not 0 < tokens <= 1e7 or depth > 1e7:
                raise InputError(f"test: {plain[:40]!r} is out of range")
            return load, tokens, depth
    if SHORT.fullmatch(plain):
        return "generation", CHAT_TOKENS, 0.0
    raise InputError(f"test: {plain[:40]!r} is neither ppN, tgN nor decode (N tok after D)")


def _engine(row: Mapping[str, str]) -> Engine:
    """llama.cpp; its kernels for AMD are eras of their own, by build, back end and attention."""
    rules = sources().ggml
    engine, comment = find_engine(rules.engine), row.get("comment") or ""
    build, backend, driver = (
        BUILD.search(row.get("build") or ""),
        rules.backend.search(comment),
        rules.driver.search(comment),
    )
    if driver:
        return replace(engine, era=f"{engine.id}-{driver.group(1)}")
    if not build or not backend or int(build.group(1)) >= rules.amd_kernels:
        return engine
    name = backend.group(1)
    if name != "vulkan":
        flash = (row.get("flash_attn") or "").startswith("1")
        wmma = name == "rocwmma" and int(build.group(1)) >= rules.wmma_kernels
        name = "hip" if "hipblaslt" in comment else "rocblas"
        name += "-wmma" if flash and wmma else "-flash" if flash else ""
    return replace(engine, era=f"{engine.id}-{rules.amd_era}-{name}")


def _quant(row: Mapping[str, str]) -> str:
    """The stated mix; a tag that ollama chose is its default, unless it says that MLX ran it."""
    text, name = row.get("quant") or "", (row.get("model") or "").lower()
    chosen = text.startswith("provider default tag") and "provider=ollama" in (row.get("comment") or "")
    foreign = any(word in name for word in sources().ggml.foreign)
    return f"{UNSTATED}, not stated" if chosen and not foreign else text


def _mix(text: str, name: str, model: Model, memory_bytes: float) -> Format:
    """The GGUF mix of a label, else of the file's name, else the usual one, but for checkpoints born narrow: where the
    GPUs cannot hold the file whose other tensors are in 16 bit, it was the smaller one."""
    rules, native = sources().ggml, model.native.format
    born = rules.born
    in_name = NAMED.search(name) if "not stated" in text else None
    text = in_name.group(1).upper() if in_name else text
    if text.startswith(UNSTATED):
        if native != born.format:
            return find_format(rules.usual_mix)
        holds = file_bytes(model, born.wide_mixes[0]) < memory_bytes
        return find_format(born.format if holds else rules.mixes[born.mix])
    plain = text.removeprefix("UD-")
    mix = mix_name(checkpoint_formats().dynamic.get(plain, plain))
    if native == born.format and mix in born.wide_mixes:
        return find_format(born.format)
    return find_format(rules.mixes.get(mix, mix))


@lru_cache(maxsize=1024)
def _gpu(text: str, hardware: HardwareCatalog) -> Accelerator:
    rules = sources().ggml
    for word, name in rules.by_word:
        if word in text:
            return hardware.accelerator(name)
    plain = " ".join(rules.makers.sub(" ", REMARKS.sub("", text)).split())
    sized = " ".join(rules.makers.sub(" ", text).split())
    remark = re.search(r"\(([^()]{2,40})\)", text)
    inside = REMARKS.sub("", remark.group(1)).strip() if remark else ""
    for candidate in (sized, plain, *(f"{prefix} {plain}" for prefix in rules.prefixes), inside):
        found = find_gpu(candidate, hardware) if candidate else None
        if found is not None:
            return found
    raise InputError(f"gpu: {text[:60]!r} is not known")


def evidence_rows() -> list[dict[str, str]]:
    """The speeds carried in the box."""
    raw = gzip.decompress((FOLDER / "llamacpp.csv.gz").read_bytes()).decode("utf-8")
    return list(csv.DictReader(io.StringIO(raw)))


def measured(rows: Sequence[Mapping[str, str]], catalogs: Catalogs) -> MeasuredPoints:
    """The evidence as columns; rows of one GPU share their weight."""
    batches, _, _ = read_points(rows, catalogs, read_point)
    points = [p for batch in batches.values() for p in batch.points]
    index = [i for batch in batches.values() for i in batch.rows]
    size: dict[tuple[str, str], int] = {}
    for p in points:
        size[p.key] = size.get(p.key, 0) + 1
    weight = np.array([1.4 * size[p.key] ** -0.3 for p in points])
    nothing = np.full(len(points), np.nan)
    rate = np.array([cell(rows[i], "tok_s") or np.nan for i in index])
    told = tuple(str(rows[i].get("source") or "") for i in index)
    return MeasuredPoints(tuple(points), tuple(index), told, nothing, nothing, rate, weight)


def predict_rows(
    rows: Iterable[Mapping[str, str]], catalogs: Catalogs, coefficients: Coefficients
) -> Iterator[dict[str, str]]:
    """The added columns of every row, in order."""
    batches, errors, count = read_points(rows, catalogs, read_point)
    out = [dict.fromkeys(COLUMNS, "") for _ in range(count)]
    for index, message in errors.items():
        out[index]["error"] = message
    pairs = coefficients.evidence.llamacpp_pairs
    for batch in batches.values():
        rate = predict(batch.points, coefficients).output_tok_s
        for point, index, value in zip(batch.points, batch.rows, rate, strict=True):
            low, high = coefficients.interval(f"llama.cpp {point.load}")
            out[index] |= {
                "pred_tok_s": f"{value:.6g}", "lo_tok_s": f"{value * low:.6g}", "hi_tok_s": f"{value * high:.6g}",
                "basis": "measured" if point.key in pairs else "calibrated",
            }  # fmt: skip
    return iter(out)
