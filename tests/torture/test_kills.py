"""Commands that write, killed at any time: the file is the old or the new one, and nothing stays beside it."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from hardware_db.catalog import DATA
from planner.calibration.own.store import read, stored, undo
from planner.cli.main import main
from planner.document.written import write_bytes
from planner.evidence import FOLDER
from planner.writing import old_name
from tests.consistency.drawn import TORTURE, all_or
from tests.models_db.conftest import LLAMA
from tui.session import Session

KILLS = 200 if TORTURE else 3
START = (
    "INFO 07-01 Initializing a V1 LLM engine (v0.11.0) with config: model='meta-llama/Llama-3.1-8B-Instruct', "
    "tensor_parallel_size=1, max_seq_len=8192\nINFO Model loading took 14.99 GiB and 3 seconds\n"
    "INFO Available KV cache memory: 20.0 GiB\n"
)


def command(*args: str) -> Callable[[], None]:
    def run() -> None:
        assert main(list(args)) == 0

    return run


def saved(target: Path, rate: float) -> Callable[[], None]:
    """The save of the interface."""

    def run() -> None:
        session = Session({"model": "Qwen/Qwen3-8B", "traffic": {"rate_per_s": rate}, "input_tokens": {"mean": 1.0},
                           "output_tokens": {"mean": 1.0}})  # fmt: skip
        session.save(target)

    return run


def writers(folder: Path) -> dict[str, tuple[Path, Callable[[], None], Callable[[], None]]]:
    """By name: the file that is written, what writes the old one, what writes the new one."""
    (folder / "config.json").write_text(json.dumps(LLAMA))
    (folder / "other.json").write_text(json.dumps(LLAMA | {"vocab_size": 64_000}))
    prices = (DATA / "prices.csv").read_text().splitlines(keepends=True)
    points = (FOLDER / "memory.csv").read_text().splitlines(keepends=True)
    for name, rows in (("one", 3), ("two", 5)):
        (folder / name).mkdir()
        (folder / name / "own.csv").write_text("".join(prices[:rows]))
        (folder / f"{name}.csv").write_text("".join(points[:rows]))
    own, out = str(folder / "own"), folder / "out" / "predicted.csv"
    model = [
        command("import", str(folder / f), "--id", "me/mine", "--save", own) for f in ("config.json", "other.json")
    ]
    lists = [command("prices", "import", str(folder / n / "own.csv"), "--catalog", own) for n in ("one", "two")]
    files = [command("validate", "--memory", str(folder / f"{n}.csv"), "--out", str(out)) for n in ("one", "two")]
    workload, report = folder / "saved" / "a.toml", folder / "made" / "report.json"
    one, start, bench = ("-m", "Qwen/Qwen3-8B", "-g", "L40S"), folder / "start" / "start.sh", folder / "bench" / "b.sh"
    starts = [command("export", "vllm", *one, "--tp", tp, "-o", str(start)) for tp in ("1", "2")]
    benches = [command("bench", *one, "--rate", "2", "--tp", tp, "-o", str(bench)) for tp in ("1", "2")]
    return {
        "import --save": (folder / "own/models/me__mine.toml", *model),
        "prices import": (folder / "own/prices/own.csv", *lists),
        "validate --out": (out, *files),
        "report -o": (report, *(partial(write_bytes, report, sign * 300_000) for sign in (b"a", b"b"))),
        "save": (workload, saved(workload, 1.0), saved(workload, 2.0)),
        "export -o": (start, *starts),
        "bench -o": (bench, *benches),
    }  # type: ignore[return-value]


def forked(work: Callable[[], None], kill_s: float | None = None) -> float:
    """Run in a child, killed after some seconds; how long it took [s]."""
    began = time.perf_counter()
    child = os.fork()
    if not child:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        try:
            work()
        finally:
            os._exit(0)
    if kill_s is not None:
        time.sleep(kill_s)
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return time.perf_counter() - began


@pytest.mark.parametrize(
    "name",
    all_or(
        ["import --save", "prices import", "save"],
        ["import --save", "prices import", "validate --out", "report -o", "save", "export -o", "bench -o"],
    ),
)
def test_a_killed_command_leaves_the_old_or_the_new_file(name: str, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    target, old, new = writers(tmp_path)[name]
    new()
    after = target.read_text()
    old()
    before = target.read_text()
    assert before != after
    longest = max(forked(new) for _ in range(3))
    target.write_text(before)
    rng, seen = random.Random(1), set()
    for _ in range(KILLS):
        forked(new, kill_s=rng.uniform(0.0, 1.2 * longest))
        found = target.read_text()
        assert found in (before, after)
        seen.add(found == after)
        if found == after:
            target.write_text(before)
    assert not TORTURE or seen == {False, True}
    new()
    assert target.read_text() == after
    kept = [old_name(target).name] if name == "save" else []  # by the interface, which writes over what one has written
    assert sorted(os.listdir(target.parent)) == [target.name, *kept]


def test_a_killed_calibration_is_stored_whole_or_not_at_all(tmp_path: Path) -> None:
    own, log = tmp_path / "own", tmp_path / "start.log"
    own.mkdir()
    log.write_text(START)
    work = command("calibrate", str(log), "-g", "L40S", "--yes", "--catalog", str(own))
    longest = max(forked(work) for _ in range(2))
    whole = read(stored(own)[-1])
    rng, seen = random.Random(1), set()
    for _ in range(KILLS):
        while stored(own):
            undo(own)
        forked(work, kill_s=rng.uniform(0.0, 1.2 * longest))
        found = [read(path) for path in stored(own)]
        assert found in ([], [whole])
        seen.add(len(found))
    assert not TORTURE or seen == {0, 1}
    while stored(own):
        undo(own)
    work()
    assert [path for path in (own / "calibrations").iterdir() if path.suffix != ".json"] == []
