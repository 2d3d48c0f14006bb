"""A made-up GPU that is slower than its datasheet lets one think, and runs as if they were measured on it."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from hardware_db.catalog import DATA
from planner.catalogs import Catalogs
from planner.evidence.points import read_points
from planner.evidence.predict import predict
from planner.physics.coefficients import Coefficients

C = Coefficients.shipped()
SLOW = 1.25
MODEL = "meta-llama/Llama-3.1-8B-Instruct"
LOADS = ((1000, 200, 1), (1000, 200, 4), (1000, 200, 16), (1000, 200, 64), (4000, 300, 8), (4000, 300, 24),
         (200, 800, 16), (200, 800, 96), (2000, 500, 32), (500, 500, 2))  # fmt: skip


def asked(loads: Sequence[tuple[int, int, int]] = LOADS, **cells: str) -> list[dict[str, str]]:
    base = {"model": MODEL, "gpu": "made-up", "gpus": "1", "tp": "1", "engine": "vLLM", "engine_version": "0.11.0",
            "weights": "bf16", "load": "closed_loop", "note": "measured=2026-11-20"} | cells  # fmt: skip
    return [base | {"isl": str(i), "osl": str(o), "concurrency": str(n)} for i, o, n in loads]


def measured_rows(rows: Sequence[Mapping[str, str]], catalogs: Catalogs, slow: float = SLOW) -> list[dict[str, str]]:
    """The rows with figures `slow` times those that are predicted."""
    batches, errors, _ = read_points(rows, catalogs)
    assert not errors
    out = [dict(row) for row in rows]
    for batch in batches.values():
        found = predict(batch.points, C)
        for k, i in enumerate(batch.rows):
            out[i] |= {
                "ttft_ms_mean": f"{1e3 * slow * found.ttft_s[k]:.6g}",
                "tpot_ms_mean": f"{1e3 * slow * found.tpot_s[k]:.6g}",
                "output_tok_s": f"{found.output_tok_s[k] / slow:.6g}",
            }
    return out


def write_rows(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    with path.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, list(dict.fromkeys(key for row in rows for key in row)))
        writer.writeheader()
        writer.writerows(rows)
    return path


def own_in(folder: Path) -> Path:
    """A user's catalog with the made-up GPU."""
    text = (DATA / "accelerators" / "nvidia.toml").read_text(encoding="utf-8")
    (table,) = (part for part in text.split("[[accelerator]]") if '\nid = "l40s"' in part)
    table = table.replace('"l40s"', '"made-up"').replace('"L40S"', '"Made-up"').replace('["NVIDIA L40S"]', "[]")
    (folder / "own" / "accelerators").mkdir(parents=True)
    (folder / "own" / "accelerators" / "mine.toml").write_text(f"[[accelerator]]{table}")
    return folder / "own"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return own_in(tmp_path)


@pytest.fixture
def with_own(own: Path) -> Catalogs:
    return Catalogs.read(own)
