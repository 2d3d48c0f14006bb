"""llama-bench's JSON, JSON lines, CSV and Markdown: tests of prompts and of generation, in tokens a second."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from planner.measurements.run import NONE, MeasuredRun, cells, day_of, number, word

FORMAT = "llama-bench"
NEEDED = ("model_type", "n_prompt", "n_gen", "avg_ts")
# `qwen2 7B Q4_K - Medium`: the last words are the mix; a file's name has it, too.
MIX = re.compile(r"(I?Q\d_\w+|MXFP4|BF16|F16|F32)(?: - (Small|Medium|Large))?", re.I)
IN_NAME = re.compile(r"(I?Q\d_[A-Z0-9]+(?:_[SMLX]+)?|MXFP4|BF16|F16)(?:[-.]\d+-of-\d+)?\.gguf$", re.I)
DEVICES = re.compile(r"Device \d+: ([^,(]+)")
BUILD = re.compile(r"^build: \w+ \((\d+)\)", re.M)


def recognizes(record: Mapping[str, Any]) -> bool:
    return all(name in record for name in NEEDED)


def read(record: Mapping[str, Any], place: str) -> list[MeasuredRun]:
    """The test of one object or row."""
    gpus = [name for name in word(record, "gpu_info").split(", ") if name]
    path = word(record, "model_filename")
    backends, flash = word(record, "backends"), number(_numbers(record), "flash_attn")
    row = cells(
        model=_stem(path), quant=_mix(word(record, "model_type"), path), test=_test(_numbers(record)),
        tok_s=number(_numbers(record), "avg_ts"), gpu=gpus[0] if gpus else None, gpu_count=float(len(gpus)) or None,
        build=str(record.get("build_number") or ""), flash_attn="1" if flash == 1.0 else None,
        comment=f"backend={backends.lower()}" if backends else None,
    )  # fmt: skip
    return [MeasuredRun(FORMAT, place, row, (_stem(path),), NONE, day=day_of(word(record, "test_time")))]


def is_markdown(text: str) -> bool:
    return re.search(r"^\|\s*model\s.*\|\s*test\s*\|\s*t/s\s*\|", text, re.M) is not None


def read_markdown(text: str) -> list[MeasuredRun]:
    """The rows of the tables that llama-bench prints by default."""
    device, build = DEVICES.search(text), BUILD.search(text)
    found: list[MeasuredRun] = []
    header: list[str] = []
    for line in text.splitlines():
        parts = [part.strip() for part in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if "t/s" in parts:
            header = parts
        elif header and len(parts) == len(header) and not parts[0].startswith("-"):
            told = dict(zip(header, parts, strict=True))
            rate = told["t/s"].split("±")[0].strip()
            row = cells(
                quant=_mix(told.get("model", ""), ""), test=told.get("test", ""), tok_s=rate,
                gpu=device[1].strip() if device else None, build=build[1] if build else None,
                comment=f"backend={told['backend'].lower()}" if told.get("backend") else None,
                flash_attn="1" if told.get("fa") == "1" else None,
            )  # fmt: skip
            found.append(MeasuredRun(FORMAT, f"row {len(found) + 1}", row, (), NONE))
    return found


def rows_of(rows: Iterable[Mapping[str | None, str | None]]) -> list[MeasuredRun]:
    """The tests of the rows of a CSV."""
    found = []
    for i, row in enumerate(rows, 1):
        found += read(_aligned({key: value for key, value in row.items() if key is not None}), f"row {i}")
    return found


def _aligned(row: dict[str, str | None]) -> dict[str, str | None]:
    """The row with each cell under its column: some builds print one column more in the header than in the rows, before
    those of the test, so that a row is read from its end."""
    short = [name for name, value in row.items() if value is None]
    if not short or "n_prompt" not in row:
        return row
    names = list(row)
    first = names.index("n_prompt")
    shifted = [None, *list(row.values())][: len(names)] if len(short) == 1 else list(row.values())
    return row | dict(zip(names[first:], shifted[first:], strict=True))


def _numbers(record: Mapping[str, Any]) -> dict[str, Any]:
    """The numeric fields; those of a CSV are texts."""
    out: dict[str, Any] = {}
    for name in ("n_prompt", "n_gen", "n_depth", "avg_ts", "flash_attn"):
        value = record.get(name)
        try:
            out[name] = float(value) if isinstance(value, str) else value
        except ValueError:
            continue
    return out


def _test(record: Mapping[str, Any]) -> str:
    """The name of the test; combined ones keep theirs, which nothing predicts."""
    prompt, made, depth = (int(number(record, name) or 0) for name in ("n_prompt", "n_gen", "n_depth"))
    name = "+".join(part for part in (f"pp{prompt}" if prompt else "", f"tg{made}" if made else "") if part)
    return f"{name} @ d{depth}" if depth else name


def _mix(kind: str, path: str) -> str:
    """The mix of the file's name, else of the model's type."""
    named = IN_NAME.search(path)
    if named:
        return named[1].upper()
    found = MIX.search(kind)
    return "" if found is None else found[1].upper() + (f"_{found[2][0].upper()}" if found[2] else "")


def _stem(path: str) -> str:
    return path.replace("\\", "/").rsplit("/", 1)[-1]
