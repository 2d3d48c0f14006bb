"""Whatever a file holds, its reader gives a value or one line, soon and within a bound of memory."""

from __future__ import annotations

import os
import random
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner.errors import PlannerError
from tests.consistency.drawn import TORTURE
from tests.torture.bent import bent
from tests.torture.readers import READERS

CORPUS = Path(__file__).with_name("corpus")
FILES = int(os.environ.get("GPUPLAN_TORTURE_FILES", "700")) if TORTURE else 24
# Another one with each run of torture; it is part of every failure.
SEED = int(os.environ.get("GPUPLAN_TORTURE_SEED", "0")) or (time.time_ns() // 10**9 if TORTURE else 1)
MOST_S, MOST_MEMORY = 5.0, 400 * 2**20


def outcome(name: str, path: Path) -> Any:
    """What the reader says: a value, or one line of a PlannerError. Anything else is the test's failure."""
    read = READERS[name][1]
    began = time.process_time()
    try:
        found = read(path)
    except PlannerError as error:
        found = str(error)
        assert found.isprintable()
        assert found
    assert time.process_time() - began < MOST_S
    return found


@pytest.mark.parametrize("name", READERS)
def test_bent_files_are_read_or_refused_in_one_line(name: str, tmp_path: Path) -> None:
    end, _, sound = READERS[name]
    refused = 0
    for number in range(FILES):
        seed = f"{SEED}-{name}-{number}"
        rng = random.Random(seed)
        path = tmp_path / f"bent.{end}"
        path.write_bytes(bent(rng.choice(sound), rng))
        try:
            refused += isinstance(outcome(name, path), str)
        except BaseException:
            kept = CORPUS / f"{name}-{seed}.{end}"
            if TORTURE:
                kept.write_bytes(path.read_bytes())
            pytest.fail(f"{name}, seed {seed}: kept as {kept}" if TORTURE else f"{name}, seed {seed}", pytrace=True)
    assert refused > 0


@pytest.mark.parametrize("path", sorted(CORPUS.iterdir()), ids=lambda path: path.name)
def test_files_that_broke_a_reader_once_do_so_no_more(path: Path) -> None:
    """The name of a file is that of its reader, a dash, and what is in it."""
    outcome(path.name.partition("-")[0], path)


LARGE: dict[str, Callable[[], bytes]] = {
    "config-deep": lambda: b"[" * 3_000_000,
    "config-lists": lambda: b"[" + b"[]," * 1_300_000 + b"[]]",
    "safetensors-lists": lambda: (15_000_002).to_bytes(8, "little") + b"[" + b"[]," * 4_999_999 + b"[] ]",
    "index-lists": lambda: b'{"weight_map":' + b"[[]," * 3_000_000,
    "workload-deep": lambda: b"a=" + b"[" * 500_000,
    "workload-dots": lambda: b"a" + b".a" * 400_000 + b"=1",
    "points-wide": lambda: b"a," * 5_000_000 + b"\n" + b"x\n" * 1000,
    "points-long": lambda: b"id,model\n" + b"a,b\n" * 4_000_000,
    "scores-quote": lambda: b'model,benchmark\n"' + b"x\n" * 500_000,
    "trace-quote": lambda: b'arrival_s,input_tokens,output_tokens\n"' + b"1,2,3\n" * 500_000,
    "trace-line": lambda: b"{" + b"9" * 3_000_000,
    "models-keys": lambda: b"".join(b"[[model]]\nid='%d'\n" % i for i in range(150_000)),
    "gguf-ones": lambda: b"GGUF" + b"\xff" * 1000,
    "prices-long": lambda: b"accelerator,provider\n" + b"a,b\n" * 900_000,
    "launch line-comments": lambda: b"#\n" * 500_000,
    "launch line-flags": lambda: b"-a " * 340_000,
    "launch line-rows": lambda: b"kind: a\nb:\n" + b"- {a: 1}\n" * 100_000,
    "launch line-shells": lambda: b"sh -c x;" * 120_000,
    "log-lines": lambda: b"Available KV cache memory: 46.80 GiB\n" * 1_700_000,
    "log-wrapped": lambda: b'{"log":"Available KV cache memory: 46.8 GiB"}\n' * 1_000_000,
    "log-arguments": lambda: (b"non-default args: {with config: Namespace(" + b"(" * 10_000 + b"\n") * 5000,
}


@pytest.mark.parametrize("name", LARGE if TORTURE else ["config-deep", "workload-dots", "gguf-ones"])
def test_large_files_are_refused_soon_and_in_little_memory(name: str, tmp_path: Path) -> None:
    reader = name.partition("-")[0]
    path = tmp_path / f"large.{READERS[reader][0]}"
    path.write_bytes(LARGE[name]())
    if TORTURE:  # to trace the memory takes many times as long as to read
        tracemalloc.start()
        try:
            with pytest.raises(PlannerError):
                READERS[reader][1](path)
            assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
        finally:
            tracemalloc.stop()
    assert isinstance(outcome(reader, path), str)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("kind", ["/dev/zero", "pipe", "folder", "unreadable"])
def test_what_is_no_file_is_refused_by_every_reader(name: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{READERS[name][0]}"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "unreadable":
        path.symlink_to("/proc/self/mem")
    else:
        path.symlink_to(kind)
    assert isinstance(outcome(name, path), str)
